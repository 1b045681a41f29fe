/** A node under fire: its own DC, peers of paths and a relay, each of which may do what its keys let it do. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { formatEndpoint, parseEndpoint, parseIp, sameEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { nodeConfig } from '../../../reference/config/schema.ts';
import type { Input } from '../../../reference/core.ts';
import { addressQuery } from '../../../reference/dns/addresses.ts';
import { echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { readInner } from '../../../reference/packet/inner.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { createNode } from '../../../reference/roles/node/core.ts';
import type { Message, RouteDirection } from '../../../reference/wire/messages.ts';
import { Dice } from '../dice.ts';
import { Hand } from '../hand.ts';
import { Violation } from '../judge.ts';
import type { Shot } from '../shot.ts';
import { Adept } from './adept.ts';
import type { Side } from './side.ts';

const SELF = new Uint8Array(16).fill(0x50);
const DC = new Uint8Array(16).fill(0xd0);
const RELAY = new Uint8Array(16).fill(0x5a);
const LOCALS = endpoints('192.0.2.200:4330', '[2001:db8::200]:4330');
const HOME = endpoints('203.0.113.60:4330', '[2001:db8:60::1]:4330');
const RELAY_PLACES = endpoints('203.0.113.50:4330', '[2001:db8:50::1]:4330');
const OWN = [address('198.18.0.5'), address('fd00:1::5')] as const;
const ZONE = 'ntmobile.one.example';
/** Paths whose keys are still used, and those that may be heard of still. */
const PATHS = 12;
const GONE = 1000;
const AGAIN = 6000;
const TRIES = 20;

/** The far end of one path, its leg's relay too. */
interface PeerPath {
  readonly adepts: readonly Adept[];
  readonly direction: Omit<RouteDirection, 'transaction'>;
}

export function nodeUnderFire(seed: string): { readonly side: Side; readonly dice: Dice } {
  const dice = new Dice(seed);
  const paths: PeerPath[] = [];
  const gone = new Set<string>();
  /** Where a direction said that somebody is. */
  const told = new Set<string>();
  let acknowledged: Message | undefined;
  let canary: Adept | undefined;
  let pinged: number | undefined;
  let lastPing = 0;

  /** What a direction or a Path Update says counts, even if it was bent. */
  function tells(message: Message): void {
    const { candidates = [], relay, pathId } = message as Partial<RouteDirection>;
    for (const to of [...candidates, ...(relay?.endpoints ?? [])]) told.add(formatEndpoint(to));
    for (const id of [pathId, relay?.leg?.legId]) if (id !== undefined) gone.add(toHex(id));
    trim(told);
    trim(gone);
  }

  const home = new Adept(
    {
      hand: association(dice),
      places: HOME,
      opens: true,
      says: (dice) => direct(newPath(dice), dice),
      said: tells,
      hears: (message) => {
        if (message.type === 0x11) acknowledged = message;
        return [];
      },
      answers: (request, dice) => answerOfDc(request, dice),
    },
    dice,
  );

  function newPath(dice: Dice): PeerPath {
    // A direction that is heard twice is one of the past.
    if (paths.length > 0 && dice.chance(0.1)) return dice.pick(paths);
    const path = makePath(dice, tells);
    paths.push(path);
    while (paths.length > PATHS) {
      const [oldest] = paths.splice(0, 1);
      for (const { hand } of oldest?.adepts ?? []) gone.add(hand.context);
    }
    trim(gone);
    return path;
  }

  function answerOfDc(request: Message, dice: Dice): Message | undefined {
    const { transaction } = request;
    if (request.type === 0x01) {
      return {
        type: 0x02,
        transaction,
        status: 0,
        virtualAddresses: OWN,
        observedEndpoint: dice.pick([...LOCALS, ...endpoints('198.51.100.77:7777')]),
        lifetime: request.lifetime === 0 ? 0 : 120,
        keepAlive: 25,
      };
    }
    if (request.type !== 0x03) return undefined;
    if (dice.chance(0.3)) return { type: 0x04, transaction, status: dice.pick([3, 4, 5, 6, 8, 9] as const) };
    return { ...direct(newPath(dice), dice), transaction, status: 0 } as Message;
  }

  const config = {
    role: 'node',
    nodeId: toHex(SELF),
    name: `victim.${ZONE}`,
    listen: LOCALS.map(formatEndpoint),
    association: {
      id: toHex(home.hand.config.id),
      secret: toHex(home.hand.config.secret),
      peer: toHex(DC),
      peerRole: 'dc',
      endpoints: HOME.map(formatEndpoint),
    },
    limits: { perSourcePerSecond: 20, paths: 24 },
  } as const;
  const { role, tunnels } = createNode(nodeConfig.parse(config), new Dice(`${seed} role`).bytes);
  const others = (): Adept[] => paths.flatMap(({ adepts }) => adepts);
  const all = (): Adept[] => [home, ...others(), ...(canary === undefined ? [] : [canary])];
  return {
    dice,
    side: {
      role,
      config,
      tunnels,
      locals: LOCALS,
      adepts: all,
      attackers: () => [home, home, ...others()],
      isForgotten: (context) => gone.has(context),
      isKnown: (to) => told.has(formatEndpoint(to)) || KNOWN.some((place) => sameEndpoint(place, to)),
      eventful: 0.1,
      happens: () => happening(dice),
      delivered: (packet) => {
        const read = readInner(packet);
        if (read instanceof Refusal || !OWN.some((own) => own === read.destination))
          throw new Violation(`delivered what is not for it: ${toHex(packet)}`);
        const echo = readEcho(packet);
        if (echo?.id === 0xca) pinged = echo.sequence;
      },
      *isAlive() {
        for (let tried = 0; tried < TRIES; tried++) {
          const path = makePath(dice, tells, PEERS.at(-1), 'await');
          [canary] = path.adepts;
          acknowledged = undefined;
          const { said } = { said: encodeDirection(home, path, dice) };
          yield { what: 'exchange', shots: home.hand.newest() === undefined ? home.open() : said };
          const isTaken = (acknowledged as Message | undefined) !== undefined;
          if (isTaken && canary !== undefined) {
            yield { what: 'exchange', shots: canary.open() };
            lastPing = (lastPing + 1) & 0xffff;
            yield { what: 'exchange', shots: ping(canary, lastPing) };
            const last = canary;
            yield { what: 'exchange', shots: close(last, dice) };
            gone.add(last.hand.context);
            canary = undefined;
            if (pinged === lastPing) return;
          }
          if (canary !== undefined) gone.add(canary.hand.context);
          canary = undefined;
          yield { what: 'pass', time: AGAIN };
          yield { what: 'exchange', shots: home.open() };
        }
        throw new Violation(`no path of the canary carries a packet: ${JSON.stringify(acknowledged)}`);
      },
    },
  };
}

const PEERS = Array.from({ length: 6 }, (_, index) => ({
  name: `peer${index}.${ZONE}`,
  nodeId: new Uint8Array(16).fill(index % 2 === 0 ? 0x20 + index : 0xc0 + index),
  addresses: [address(`198.18.0.${20 + index}`), address(`fd00:1::${20 + index}`)],
  places: endpoints(`198.51.100.${20 + index}:6000`, `[2001:db8:6::${20 + index}]:6000`),
}));
type Peer = (typeof PEERS)[number];
const KNOWN = [...HOME, ...RELAY_PLACES, ...PEERS.flatMap(({ places }) => places)];

/** Forgets the oldest. */
function trim(set: Set<string>): void {
  for (const oldest of set) {
    if (set.size <= GONE) return;
    set.delete(oldest);
  }
}

function association(dice: Dice): Hand {
  const [id, secret] = [new Uint8Array(16).fill(0xdf), new Uint8Array(32).fill(0xd0)];
  return new Hand({ kind: 'association', id, secret, self: DC, peer: SELF }, dice);
}

/** A path and those at its other end. */
function makePath(dice: Dice, said: (message: Message) => void, only?: Peer, part?: 'await'): PeerPath {
  const peer = only ?? dice.pick(PEERS.slice(0, -1));
  const [pathId, pathSecret] = [dice.bytes(16), dice.bytes(32)];
  const isRelayed = part === undefined && dice.chance(0.4);
  const path = new Adept(
    {
      hand: new Hand({ kind: 'path', id: pathId, secret: pathSecret, self: peer.nodeId, peer: SELF }, dice),
      places: isRelayed ? [...RELAY_PLACES, ...peer.places] : peer.places,
      opens: true,
      says: (dice) => saysOnPath(peer, dice),
      said,
      answers: ({ type, transaction }) =>
        type === 0x0f ? { type: 0x11, transaction, status: 0 } : undefined,
    },
    dice,
  );
  const base = {
    type: 0x04 as const,
    pathId,
    pathSecret,
    suite: 1 as const,
    part: part === 'await' ? (2 as const) : dice.pick([1, 2, 3] as const),
    lifetime: 300,
    peer: {
      nodeId: peer.nodeId,
      instance: new Uint8Array(8).fill(1),
      fqdn: peer.name,
      virtualAddresses: peer.addresses,
    },
  };
  if (!isRelayed) return { adepts: [path], direction: { ...base, candidates: peer.places } };
  const [legId, legSecret] = [dice.bytes(16), dice.bytes(32)];
  const leg = new Adept(
    {
      hand: new Hand({ kind: 'leg', id: legId, secret: legSecret, self: RELAY, peer: SELF }, dice),
      places: RELAY_PLACES,
      opens: dice.chance(0.2),
      says: (dice) => ({ type: 0x0d, transaction: dice.bytes(8) }),
      answers: () => undefined,
    },
    dice,
  );
  return {
    adepts: [path, leg],
    direction: {
      ...base,
      relay: { kind: 1, nodeId: RELAY, endpoints: RELAY_PLACES, leg: { legId, legSecret } },
      ...(dice.chance(0.2) ? { candidates: peer.places } : {}),
    },
  };
}

function direct({ direction }: PeerPath, dice: Dice): Message {
  return { ...direction, transaction: dice.bytes(8) } as Message;
}

function encodeDirection(home: Adept, path: PeerPath, dice: Dice): Shot[] {
  return new Adept({ ...home.manner, says: () => direct(path, dice) }, dice).speak();
}

function saysOnPath(peer: Peer, dice: Dice): Message | { readonly type: 0x10; readonly payload: Uint8Array } {
  const transaction = dice.bytes(8);
  if (dice.chance(0.6)) return { type: 0x10, payload: inner(peer, dice) };
  if (dice.chance(0.3)) return { type: 0x0f, transaction, close: true };
  if (dice.chance(0.5)) return { type: 0x0f, transaction, candidates: dice.pick(PEERS).places };
  return { type: 0x0f, transaction, route: dice.pick([1, 2]) };
}

/** Mostly as it should be: from the peer to the node. */
function inner(peer: Peer, dice: Dice): Uint8Array {
  const family = dice.below(2);
  const [source, destination] = [peer.addresses[family] as Ip, OWN[family] as Ip];
  const packet = echo(source, dice.chance(0.9) ? destination : address('198.18.0.99'), 7, dice.below(65_536));
  if (dice.chance(0.1)) return echo(address('198.18.0.98'), OWN[0], 7, 1);
  return packet;
}

function echo(source: Ip, destination: Ip, id: number, sequence: number): Uint8Array {
  const isMixed = source.includes(':') !== destination.includes(':');
  const to = isMixed ? source : destination;
  return echoRequest({ source, destination: to, id, sequence, data: new Uint8Array(32) });
}

function ping(canary: Adept, sequence: number): Shot[] {
  const { addresses } = PEERS.at(-1) as Peer;
  return canary.seal(
    0x10,
    echo(addresses[0] as Ip, OWN[0], 0xca, sequence),
    'a ping',
    canary.manner.places[0],
  );
}

function close(canary: Adept, dice: Dice): Shot[] {
  const says = (): Message => ({ type: 0x0f, transaction: dice.bytes(8), close: true });
  return new Adept({ ...canary.manner, places: canary.manner.places.slice(0, 1), says }, dice).speak();
}

/** What its applications and its host do. */
function happening(dice: Dice): Input | undefined {
  const peer = dice.pick(PEERS.slice(0, -1));
  const family = dice.below(2);
  const name = dice.pick([peer.name, peer.name, `nobody.${ZONE}`, 'www.example.com']);
  return dice.weighted<() => Input>([
    [
      6,
      () => ({
        kind: 'packet',
        packet: dice.chance(0.8)
          ? echo(OWN[family] as Ip, peer.addresses[family] as Ip, 9, dice.below(65_536))
          : dice.bytes(dice.below(200)),
      }),
    ],
    [
      4,
      () => ({
        kind: 'query',
        query: dice.below(1_000_000),
        transport: dice.pick(['udp', 'tcp'] as const),
        message: dice.chance(0.8)
          ? addressQuery(name, dice.pick([4, 6] as const), dice.below(65_536))
          : dice.bytes(dice.below(60)),
      }),
    ],
    [0.3, () => ({ kind: 'addresses', locals: dice.chance(0.8) ? LOCALS : LOCALS.slice(0, 1) })],
  ])();
}

function endpoints(...texts: readonly string[]): Endpoint[] {
  return texts.map((text) => {
    const found = parseEndpoint(text);
    if (found === undefined) throw new Error(text);
    return found;
  });
}

function address(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(text);
  return found;
}
