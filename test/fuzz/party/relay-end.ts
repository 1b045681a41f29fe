/**
 * An RS-N or RS-T under fire: DCs that it trusts, nodes on paths and hosts of its general side, each of which may do
 * what its keys and its place let it do. One DC, one node and one host do nothing bad, and must not notice the others.
 */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { family, formatEndpoint, sameEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { rsNConfig } from '../../../reference/config/rs-n.ts';
import { rsTConfig } from '../../../reference/config/rs-t.ts';
import { echoReply, echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { createRsN } from '../../../reference/roles/rs-n/core.ts';
import { createRsT } from '../../../reference/roles/rs-t/core.ts';
import type { Message, RelayDirectionEnd } from '../../../reference/wire/messages.ts';
import { see, shown } from '../../roles/rs-n/napt/packets.ts';
import { Dice } from '../dice.ts';
import { Hand } from '../hand.ts';
import { packet, varied } from '../inner-packets.ts';
import { Violation } from '../judge.ts';
import type { Content } from './adept.ts';
import { Adept } from './adept.ts';
import type { GeneralPath, Node } from './relay-end-cast.ts';
import {
  CALM,
  DC_PLACES,
  GENERAL,
  HOSTS,
  KNOWN,
  LOCALS,
  NODES,
  POOLS,
  PROFILE,
  SELF,
  STRANGERS,
  standIn,
} from './relay-end-cast.ts';
import type { Side } from './side.ts';

/** Paths whose keys are still used, those that may be heard of still, and packets that can be answered. */
const PATHS = 12;
const GONE = 1000;
const RECENT = 24;
const AGAIN = 6000;
const TRIES = 20;
const ECHO_ID = 0xca;
const EVENTFUL = 0.5;

/** @param way `lossy`: what the role sends may be lost, an answer that says what is lent too. */
export function relayEndUnderFire(
  role: 'rs-n' | 'rs-t',
  seed: string,
  way: 'exact' | 'lossy' = 'exact',
): { readonly side: Side; readonly dice: Dice } {
  const dice = new Dice(seed);
  const isN = role === 'rs-n';
  const kind = isN ? 2 : 3;
  const paths: GeneralPath[] = [];
  const gone = new Set<string>();
  const told = new Set<string>();
  /** What directions said of paths that may still be there, even bent ones. */
  const directed = new Map<string, RelayDirectionEnd[]>();
  /** By transaction. */
  const asked = new Map<string, GeneralPath>();
  const everLent = new Set<string>(way === 'exact' ? [] : [...POOLS.calm, ...POOLS.others].map(shown));
  let recent: { from: string; to: string; ports: readonly [number, number] }[] = [];
  let pong: number | undefined;
  let heard: number | undefined;
  let lastPing = 0;

  function tells(message: Message): void {
    const {
      candidates = [],
      pathId,
      type,
    } = message as Partial<RelayDirectionEnd> & {
      candidates?: readonly Endpoint[];
    };
    for (const to of candidates) told.add(formatEndpoint(to));
    trim(told);
    if (type !== 0x07 || pathId === undefined) return;
    const id = toHex(pathId);
    gone.add(id);
    trim(gone);
    if ('nodeId' in message) directed.set(id, [...(directed.get(id) ?? []), message as RelayDirectionEnd]);
    if (directed.size > GONE) directed.delete([...directed.keys()][0] ?? '');
  }

  function hears(message: Message): [] {
    if (message.type !== 0x08) return [];
    const path = asked.get(toHex(message.transaction));
    asked.delete(toHex(message.transaction));
    if (path !== undefined) path.status = message.status;
    const allocated = 'allocatedAddress' in message ? message.allocatedAddress : undefined;
    if (allocated === undefined) return [];
    if (!isN && path?.isCalm !== true && allocated === calmPath.allocated)
      throw new Violation(`${allocated} is lent twice`);
    if (path !== undefined) path.allocated = allocated;
    everLent.add(shown(allocated));
    return [];
  }

  function takes(path: GeneralPath, bytes: Uint8Array): void {
    const { from, to } = see(bytes, { isPart: true });
    const all = directed.get(path.adept.hand.context) ?? [];
    const from30 = all.flatMap(({ peerVirtualAddress }) => peerVirtualAddress ?? []).map(shown);
    const own = isN ? all.flatMap(({ virtualAddresses }) => virtualAddresses).map(shown) : [...everLent];
    const from15 = all.flatMap(({ peerAddress }) => peerAddress ?? []).map(shown);
    const isAny = !isN && all.some(({ peerAddress }) => peerAddress === undefined);
    if (!own.includes(to)) throw new Violation(`into a path for ${to}`);
    if (!isAny && !(isN ? from30 : from15).includes(from)) throw new Violation(`into a path from ${from}`);
    if (!path.isCalm) return;
    if (!isN && to !== shown(path.allocated ?? '0.0.0.0')) throw new Violation(`to the calm node for ${to}`);
    const echo = readEcho(bytes);
    if (echo?.kind === 'reply' && echo.id === ECHO_ID) pong = echo.sequence;
  }

  function delivered(bytes: Uint8Array): void {
    const { from, to, ports } = see(bytes, { isPart: true });
    const isRight = GENERAL.some((own) => shown(own) === from) || (!isN && everLent.has(from));
    if (!isRight) throw new Violation(`to the general side from ${from}`);
    recent = [...recent.slice(1 - RECENT), { from, to, ports }];
    const echo = readEcho(bytes);
    if (echo?.id !== ECHO_ID || to !== shown(CALM.host)) return;
    const own = isN ? GENERAL[0] : calmPath.allocated;
    if (from !== shown(own ?? '')) throw new Violation(`of the calm node from ${from}`);
    heard = echo.sequence;
    answer = echoReply(bytes);
  }
  let answer: Uint8Array | undefined;

  const dcs = DC_PLACES.map((places, index) => {
    const isCalm = index === DC_PLACES.length - 1;
    const [id, secret] = [new Uint8Array(16).fill(0xd8 + index), new Uint8Array(32).fill(0xd8 + index)];
    const self = new Uint8Array(16).fill(index % 2 === 0 ? 0x20 + index : 0xd0 + index);
    return new Adept(
      {
        hand: new Hand({ kind: 'association', id, secret, self, peer: SELF }, dice),
        places,
        opens: true,
        says: () => (isCalm ? direct(calmPath) : saysOfDc()),
        said: tells,
        hears,
        answers: ({ type, transaction }, dice) =>
          type === 0x09
            ? { type: 0x0a, transaction, status: 0, lifetime: 120, ...poolOf(isCalm, dice) }
            : undefined,
      },
      dice,
    );
  });
  const poolOf = (isCalm: boolean, dice: Dice): { pool?: readonly Ip[] } =>
    isN ? {} : { pool: isCalm ? POOLS.calm : POOLS.others.filter((ip) => mayTake(ip) && dice.chance(0.8)) };
  const mayTake = (ip: Ip): boolean => calmPath.allocated !== undefined || !POOLS.calm.includes(ip);

  const calmPath = makePath(CALM.node, {
    peerAddress: CALM.host,
    peerVirtualAddress: standIn(CALM.host, 4),
    lifetime: 86_400,
  });
  calmPath.isCalm = true;

  function makePath(node: Node, change: Partial<RelayDirectionEnd>): GeneralPath {
    const [pathId, pathSecret] = [dice.bytes(16), dice.bytes(32)];
    const path: GeneralPath = {
      node,
      direction: {
        type: 0x07,
        pathId,
        kind,
        nodeId: node.nodeId,
        virtualAddresses: node.addresses,
        pathSecret,
        suite: 1,
        lifetime: dice.pick([10, 120, 7440]),
        ...change,
      },
      adept: new Adept(
        {
          hand: new Hand(
            { kind: 'path', id: pathId, secret: pathSecret, self: node.nodeId, peer: SELF },
            dice,
          ),
          places: node.places,
          opens: true,
          says: () => saysOnPath(path),
          said: tells,
          takes: (bytes) => takes(path, bytes),
          answers: ({ type, transaction }) =>
            type === 0x0f ? { type: 0x11, transaction, status: 0 } : undefined,
        },
        dice,
      ),
      status: undefined,
      allocated: undefined,
      isCalm: false,
    };
    return path;
  }

  function direct(path: GeneralPath): Message {
    const transaction = dice.bytes(8);
    asked.set(toHex(transaction), path);
    if (asked.size > GONE) asked.delete([...asked.keys()][0] ?? '');
    return { ...path.direction, transaction };
  }

  function saysOfDc(): Message {
    const transaction = dice.bytes(8);
    const oldest = paths.length >= PATHS ? paths.shift() : undefined;
    if (oldest !== undefined && dice.chance(0.9))
      return { type: 0x07, transaction, pathId: oldest.direction.pathId, withdraw: true };
    const known = paths.length > 0 ? dice.pick(paths) : undefined;
    if (known !== undefined && dice.chance(0.15)) return direct(known);
    if (known !== undefined && dice.chance(0.1))
      return { type: 0x07, transaction, pathId: known.direction.pathId, withdraw: true };
    if (dice.chance(0.03))
      return {
        type: 0x07,
        transaction,
        pathId: dice.pick([...dcs, calmPath.adept]).hand.config.id,
        withdraw: true,
      };
    const host = dice.chance(0.9) ? dice.pick(HOSTS) : dice.pick(STRANGERS);
    const peer = isN || dice.chance(0.7) ? { peerAddress: host } : {};
    const stands = isN || dice.chance(0.2) ? { peerVirtualAddress: standIn(host, dice.pick([4, 6])) } : {};
    const replaces = known !== undefined && dice.chance(0.3) ? { replaces: known.direction.pathId } : {};
    const node = known !== undefined && dice.chance(0.5) ? known.node : dice.pick(NODES);
    const path = makePath(node, { ...peer, ...stands, ...replaces });
    paths.push(path);
    return direct(path);
  }

  function saysOnPath(path: GeneralPath): Content {
    const transaction = dice.bytes(8);
    if (dice.chance(0.8)) return { type: 0x10, payload: fromNode(path) };
    if (dice.chance(0.2)) return { type: 0x0f, transaction, close: true };
    if (dice.chance(0.5)) return { type: 0x0f, transaction, candidates: dice.pick(NODES).places };
    return { type: 0x0f, transaction, route: dice.pick([1, 2]) };
  }

  /** Mostly as it should be: of the node, to whom the path is for. */
  function fromNode({ node, direction, allocated }: GeneralPath): Uint8Array {
    const to = (isN ? direction.peerVirtualAddress : direction.peerAddress) ?? dice.pick(HOSTS);
    const version = family(to);
    const right = isN ? node.addresses.find((ip) => family(ip) === version) : allocated;
    const others = [...NODES.flatMap(({ addresses }) => addresses), ...POOLS.calm, ...GENERAL, ...HOSTS];
    const isWrong = right === undefined || family(right) !== version || dice.chance(0.05);
    const from = isWrong ? dice.pick(others.filter((ip) => family(ip) === version)) : right;
    const wrong = others.filter((ip) => family(ip) === version);
    return anyPacket(from, dice.chance(0.95) ? to : dice.pick(wrong));
  }

  function anyPacket(from: string, to: string, ports?: readonly [number, number]): Uint8Array {
    const hops = dice.chance(0.95) ? 64 : dice.below(3);
    const both = ports ?? ([dice.between(5000, 5100), dice.between(5050, 5060)] as const);
    const [one] = varied(dice, packet(dice, { from, to, hops }, both, from));
    return one?.bytes ?? new Uint8Array();
  }

  /** Something comes from the general side. */
  function fromOutside(): Uint8Array {
    const last = recent.length > 0 && dice.chance(0.7) ? dice.pick(recent) : undefined;
    if (last !== undefined && dice.chance(0.9)) {
      const from = dice.chance(0.9) ? last.to : sameFamily(STRANGERS, last.from);
      return anyPacket(from, last.from, [last.ports[1], last.ports[0]]);
    }
    const to = dice.pick([...GENERAL, ...POOLS.calm, ...POOLS.others]);
    return anyPacket(sameFamily(dice.chance(0.7) ? HOSTS : STRANGERS, to), to);
  }

  const sameFamily = (list: readonly Ip[], as: string): Ip =>
    dice.pick(list.filter((ip) => ip.includes(':') === as.includes(':')));

  const config = {
    testProfile: PROFILE,
    nodeId: toHex(SELF),
    listen: LOCALS.map(formatEndpoint),
    associations: dcs.map(({ hand }, index) => ({
      id: toHex(hand.config.id),
      secret: toHex(hand.config.secret),
      peer: toHex(hand.config.self),
      peerRole: 'dc' as const,
      endpoints: (DC_PLACES[index] ?? []).map(formatEndpoint),
    })),
    capacity: 24,
    limits: { perSourcePerSecond: 40, ...(dice.chance(0.5) ? { packetsPerSecond: 50 } : {}) },
  };
  const random = new Dice(`${seed} role`).bytes;
  const whole = isN
    ? { role, ...config, general: { addresses: [...GENERAL], mappings: 1000, mappingsPerNode: 30 } }
    : {
        role,
        ...config,
        general: { addresses: [...GENERAL], inbound: dice.pick(['all', 'answers'] as const) },
      };
  const created = isN ? createRsN(rsNConfig.parse(whole), random) : createRsT(rsTConfig.parse(whole), random);
  const [calmDc] = dcs.slice(-1);
  if (calmDc === undefined) throw new Error('a DC does nothing bad');

  function ping(): readonly Uint8Array[] {
    lastPing = (lastPing + 1) & 0xffff;
    const source = isN ? CALM.node.addresses[0] : calmPath.allocated;
    const destination = isN ? standIn(CALM.host, 4) : CALM.host;
    if (source === undefined) return [];
    const data = new Uint8Array(32);
    return [echoRequest({ source, destination, id: ECHO_ID, sequence: lastPing, data })];
  }

  const all = (): Adept[] => [...dcs, ...paths.map(({ adept }) => adept), calmPath.adept];
  return {
    dice,
    side: {
      ...created,
      config: whole,
      locals: LOCALS,
      adepts: all,
      homes: KNOWN,
      attackers: () => [...dcs.slice(0, -1), ...paths.flatMap(({ adept }) => [adept, adept])],
      isForgotten: (context) => gone.has(context),
      isKnown: (to) => told.has(formatEndpoint(to)) || KNOWN.some((place) => sameEndpoint(place, to)),
      eventful: EVENTFUL,
      happens: () => ({ kind: 'packet', packet: fromOutside() }),
      delivered,
      *isAlive() {
        const isHeard = (): boolean => heard === lastPing;
        const isBack = (): boolean => pong === lastPing;
        for (let tried = 0; tried < TRIES; tried++) {
          if (calmPath.status !== 0) {
            const shots = calmDc.hand.newest() === undefined ? calmDc.open() : calmDc.speak();
            yield { what: 'exchange', shots, until: () => calmPath.status === 0 };
          } else {
            if (tried > 0 || calmPath.adept.hand.newest() === undefined)
              yield { what: 'exchange', shots: calmPath.adept.open() };
            answer = undefined;
            const [place] = CALM.node.places;
            const shots = ping().flatMap((one) => calmPath.adept.seal(0x10, one, 'a ping', place));
            yield { what: 'exchange', shots, until: isHeard };
            if (answer !== undefined) yield { what: 'packet', packet: answer };
            yield { what: 'exchange', shots: [], until: isBack };
            if (isHeard() && isBack()) return;
          }
          yield { what: 'pass', time: AGAIN };
        }
        throw new Violation(
          `the canary hears nothing: path ${calmPath.status}, ${lastPing} went, ${heard} arrived, ${pong} came back`,
        );
      },
    },
  };
}

/** Forgets the oldest. */
function trim(set: Set<string>): void {
  for (const oldest of set) {
    if (set.size <= GONE) return;
    set.delete(oldest);
  }
}
