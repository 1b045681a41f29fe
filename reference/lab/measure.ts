/** What becomes of a pair of nodes at two places, and of a pair of which an end moves. */
import { toHex } from '../bytes.ts';
import type { Instant } from '../core.ts';
import type { AfterPromises } from '../net/sim/time.ts';
import { Refusal } from '../refusal.ts';
import { readHeader } from '../wire/header.ts';
import { MessageType } from '../wire/registry.ts';
import type { NodeName } from './configs.ts';
import { PAIR } from './configs.ts';
import type { Flow } from './flow.ts';
import type { Place, Places } from './places.ts';
import { World } from './world.ts';

export type RouteKind = 'direct' | 'relay';

export interface Meeting {
  /** How the first packets went; undefined: none did. */
  readonly first: RouteKind | undefined;
  /** Who opened the path without having heard from the other on it: alice asked for it, both opened it at once. */
  readonly openers: readonly NodeName[];
  /** How they go in the end: directly, if both ends send directly. */
  readonly last: RouteKind | undefined;
  /** Milliseconds from the application's query to its first answer. */
  readonly time: number | undefined;
  /** Datagrams of the application that were not answered. */
  readonly lost: number;
}

export interface Move {
  readonly last: RouteKind | undefined;
  /** It became direct by a search that was repeated only. [OPT-04] */
  readonly isLate: boolean;
  /** Milliseconds from the move to the answer to something that was sent after it. */
  readonly time: number | undefined;
  readonly lost: number;
}

/** Milliseconds between two datagrams of the application. */
const INTERVAL = 200;
/** A search for a direct route is over by then. */
const SETTLED = 7000;
/** OPT-02: ten datagrams a minute, OPT-04: the next round after one. */
const REPEATED = 130_000;
const UNDER_WAY = 2000;

/** Two places, the first one for the node that asks. */
export type Pair = (places: Places) => readonly [Place, Place];

/** Alice asks for bob's name and sends. Who is behind a NAT64 is told of it. */
export async function meet(seed: string, pair: Pair, afterPromises: AfterPromises): Promise<Meeting> {
  const world = new World(seed, afterPromises);
  world.isNat64Known = true;
  await world.start(...pair(world.places));
  const openings = watchOpenings(world);
  const [since, flow] = await settled(world);
  const [first] = routes(world, 'alice', since);
  return {
    first,
    openers: openings(),
    last: lastRoute(world, since),
    time: flow.recovery(since),
    lost: flow.lost(since, world.now() - UNDER_WAY),
  };
}

/**
 * They meet; then alice moves.
 * @param to where to
 * @param isDirectWanted whether it is worth while to wait there for a search that is repeated
 */
export async function move(
  seed: string,
  pair: Pair,
  to: (places: Places) => Place,
  isDirectWanted: (place: Place) => boolean,
  afterPromises: AfterPromises,
): Promise<Move> {
  const world = new World(seed, afterPromises);
  await world.start(...pair(world.places));
  const [before, flow] = await settled(world);
  const since = world.now();
  const place = to(world.places);
  world.move('alice', place);
  const isDirect = (): boolean => lastRoute(world, before) === 'direct';
  await world.run(2 * SETTLED);
  const isLate = isDirectWanted(place) && !isDirect() && (await world.run(REPEATED, isDirect));
  return {
    last: lastRoute(world, before),
    isLate,
    time: flow.recovery(since),
    lost: flow.lost(since, world.now() - UNDER_WAY),
  };
}

/** Lets alice send until they have found what they can. */
async function settled(world: World): Promise<readonly [Instant, Flow]> {
  const since = world.now();
  const flow = world.flow('alice', INTERVAL);
  await world.run(SETTLED);
  return [since, flow];
}

/** By which kinds of routes a node sent since an instant. */
export function routes(world: World, name: NodeName, since: Instant): readonly RouteKind[] {
  return world.parties[name].events('route', since).map(({ route }) => route as RouteKind);
}

export function lastRoute(world: World, since: Instant): RouteKind | undefined {
  const kinds = PAIR.map((name) => routes(world, name, since).at(-1));
  if (kinds.includes(undefined)) return undefined;
  return kinds.includes('relay') ? 'relay' : 'direct';
}

/** Who sends an opening to the other end before something of the other's came; a function that says it. */
function watchOpenings(world: World): () => readonly NodeName[] {
  const heard = new Set<string>();
  const openers = new Map<string, NodeName>();
  world.net.onSeen(({ host, way, bytes }) => {
    const name = PAIR.find((node) => node === host.name);
    const header = readHeader(bytes);
    if (name === undefined || header instanceof Refusal) return;
    const key = `${name} ${toHex(header.context)}`;
    if (way === 'received') heard.add(key);
    else if (header.type === MessageType.openingRequest && !heard.has(key)) openers.set(key, name);
  });
  return () => {
    const paths = new Set(
      PAIR.flatMap((name) => world.parties[name].events('route').map(({ path }) => path)),
    );
    const found = [...openers].filter(([key]) => paths.has(key.split(' ')[1] ?? ''));
    return PAIR.filter((name) => found.some(([, opener]) => opener === name));
  };
}
