/** A DC under fire: its nodes, a relay and another DC, each of which may do what its keys let it do. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { formatEndpoint, parseEndpoint, parseIp, sameEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { dcConfig } from '../../../reference/config/schema.ts';
import { createDc } from '../../../reference/roles/dc/core.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { Dice } from '../dice.ts';
import { Hand } from '../hand.ts';
import { Violation } from '../judge.ts';
import type { Manner } from './adept.ts';
import { Adept } from './adept.ts';
import type { Side } from './side.ts';

const SELF = new Uint8Array(16).fill(0x50);
const LOCALS = endpoints('192.0.2.200:4330', '[2001:db8::200]:4330');
/** Milliseconds after which a canary that was refused tries again, and how often. */
const AGAIN = 6000;
const TRIES = 20;
const NODES = 6;
/** What the relay may lend, and what it says that it lends. */
const LENT = [address('203.0.113.51'), address('2001:db8:50::51')] as const;
const SAID = [...LENT, address('203.0.113.52'), undefined] as const;
const MUTE = address('198.51.100.99');
const ZONE = 'ntmobile.one.example';
const ELSEWHERE = 'ntmobile.two.example';

/** Makes the DC and those around it. */
export function dcUnderFire(seed: string): { readonly side: Side; readonly dice: Dice } {
  const dice = new Dice(seed);
  const nodes = Array.from(
    { length: NODES },
    (_, index) => new Adept({ ...node(index, dice), mute: MUTE }, dice),
  );
  const far = [relay(dice), otherDc(dice)] as const;
  let promised: string | undefined;
  let answer: Message | undefined;
  const canary = new Adept(
    {
      ...node(NODES, dice),
      says: () => registration(NODES, dice),
      hears: (message) => {
        if (message.type === 0x02) answer = message;
        return [];
      },
    },
    dice,
  );
  const all = [...nodes, ...far, canary];
  const config = {
    role: 'dc',
    nodeId: toHex(SELF),
    listen: LOCALS.map(formatEndpoint),
    zones: [ZONE],
    pools: ['198.18.0.0/26', 'fd00:1::/64'],
    associations: [
      ...[...nodes, canary].map(({ manner: { hand } }, index) => ({
        ...trust(hand),
        peerRole: 'node' as const,
        name: nameOf(index),
      })),
      { ...trust(far[0].hand), peerRole: 'rs', kinds: ['S', 'N', 'T'], pool: [...LENT] },
      {
        ...trust(far[1].hand),
        peerRole: 'dc',
        endpoints: far[1].manner.places.map(formatEndpoint),
        zones: [ELSEWHERE],
        prefixes: ['198.18.1.0/24', 'fd00:2::/64'],
      },
    ],
    limits: { perSourcePerSecond: 100, paths: 64 },
  } as const;
  const { role } = createDc(dcConfig.parse(config), new Dice(`${seed} role`).bytes);
  return {
    dice,
    side: {
      role,
      config,
      locals: LOCALS,
      adepts: () => all,
      attackers: () => [...nodes, ...far],
      isForgotten: () => false,
      eventful: 0,
      isKnown: (to) =>
        to.ip === MUTE || all.some(({ manner }) => manner.places.some((place) => sameEndpoint(place, to))),
      *isAlive() {
        const until = (): boolean => promiseIn(answer) !== undefined;
        for (let tried = 0; tried < TRIES; tried++) {
          answer = undefined;
          const shots = canary.hand.newest() === undefined ? canary.open() : canary.speak();
          yield { what: 'exchange', shots, until };
          const given = promiseIn(answer);
          if (given !== undefined) {
            promised ??= given;
            if (given !== promised) throw new Violation(`the canary had ${promised}, now it has ${given}`);
            return;
          }
          yield { what: 'pass', time: AGAIN };
          yield { what: 'exchange', shots: canary.open() };
        }
        throw new Violation(`the canary cannot register: ${JSON.stringify(answer)}`);
      },
    },
  };
}

/** The virtual addresses of a Registration Response that grants something. */
function promiseIn(message: Message | undefined): string | undefined {
  return message?.type === 0x02 && 'virtualAddresses' in message
    ? message.virtualAddresses.join()
    : undefined;
}

function node(index: number, dice: Dice): Manner {
  const places = endpoints(`198.51.100.${index + 1}:6000`, `[2001:db8:6::${index + 1}]:6000`);
  return {
    hand: hand(0xb0 + index, dice),
    places,
    opens: true,
    says: (dice) => (dice.chance(0.4) ? registration(index, dice) : request(dice)),
    answers: (asked, dice) => {
      if (asked.type !== 0x04) return undefined;
      const { transaction } = asked;
      return { type: 0x11, transaction, status: dice.chance(0.8) ? 0 : dice.pick([4, 7, 8] as const) };
    },
  };
}

function registration(index: number, dice: Dice): Message {
  const host = index + 1;
  const [v4, v6] = endpoints(`198.51.100.${host}:6000`, `[2001:db8:6::${host}]:6000`);
  const [inner] = endpoints(`192.168.0.${host}:6000`);
  if (v4 === undefined || v6 === undefined || inner === undefined) throw new Error('three endpoints');
  return {
    type: 0x01,
    transaction: dice.bytes(8),
    fqdn: nameOf(dice.chance(0.95) ? index : dice.below(NODES)),
    nodeId: new Uint8Array(16).fill(0xb0 + index),
    instance: new Uint8Array(8).fill(dice.chance(0.9) ? 1 : dice.below(4)),
    localEndpoints: dice.pick([[v4], [v4, v6], [inner], [inner, v6], []]),
    features: dice.pick([[], [], [1], [2], [1, 2], [77]]),
    suites: dice.pick([[1], [1, 2], [2]]),
    lifetime: index === NODES ? 120 : dice.pick([120, 30, 1, 0, 86_400]),
  };
}

function request(dice: Dice): Message {
  const { bytes } = dice;
  const name = dice.pick([nameOf(dice.below(NODES)), `other.${ELSEWHERE}`, 'nobody.ntmobile.one.example']);
  const general = dice.pick([`203.0.113.${dice.below(100)}`, `2001:db8::${dice.below(100)}`]);
  const peer = dice.chance(0.6)
    ? { peerFqdn: name }
    : dice.chance(0.8)
      ? { peerAddress: address(general) }
      : {};
  return {
    type: 0x03,
    transaction: bytes(8),
    ...peer,
    ...(dice.chance(0.2) ? { want: wantFor(peer, dice) } : {}),
    ...(dice.chance(0.2) ? { replaces: bytes(16), reason: dice.between(1, 4) } : {}),
  };
}

/** One that fits the peer. [DC-31] */
function wantFor(peer: object, dice: Dice): number {
  if ('peerFqdn' in peer) return dice.pick([1, 2, 3]);
  return 'peerAddress' in peer ? dice.pick([2, 3]) : 3;
}

function relay(dice: Dice): Adept {
  const places = endpoints('203.0.113.50:4330', '[2001:db8:50::1]:4330');
  return new Adept(
    {
      hand: hand(0xd0, dice),
      places,
      opens: true,
      says: (dice) => ({
        type: 0x09,
        transaction: dice.bytes(8),
        kinds: dice.pick([[1], [1, 2, 3], [9]]),
        instance: new Uint8Array(8).fill(dice.chance(0.8) ? 1 : dice.below(5)),
        endpoints: places,
        suites: [1],
        capacity: dice.between(0, 1000),
      }),
      answers: ({ type, transaction, ...rest }, dice) => {
        if (type !== 0x07) return undefined;
        if (dice.chance(0.2)) return { type: 0x08, transaction, status: dice.pick([5, 7, 9] as const) };
        const base = { type: 0x08, transaction, status: 0 } as const;
        if ('withdraw' in rest) return base;
        const isLease = 'kind' in rest && rest.kind === 3;
        const allocatedAddress = isLease ? dice.pick(SAID) : undefined;
        return { ...base, endpoints: places, ...(allocatedAddress && { allocatedAddress }) };
      },
    },
    dice,
  );
}

function otherDc(dice: Dice): Adept {
  const [place] = endpoints('203.0.113.60:4330');
  if (place === undefined) throw new Error('one endpoint');
  const peer = {
    nodeId: new Uint8Array(16).fill(0xe1),
    fqdn: `other.${ELSEWHERE}`,
    virtualAddresses: [address('198.18.1.7')],
  };
  return new Adept(
    {
      hand: hand(0xe0, dice),
      places: [place],
      opens: true,
      says: (dice) => {
        const transaction = dice.bytes(8);
        const name = dice.pick([nameOf(dice.below(NODES)), 'nobody.ntmobile.one.example', `x.${ELSEWHERE}`]);
        if (dice.chance(0.4)) return { type: 0x05, transaction, fqdn: name };
        return {
          type: 0x04,
          transaction,
          pathId: dice.bytes(16),
          pathSecret: dice.bytes(32),
          suite: 1,
          part: dice.pick([1, 2, 3]),
          lifetime: 300,
          peer: dice.chance(0.9) ? peer : { ...peer, virtualAddresses: [address('198.18.0.3')] },
          candidates: [place],
          ...(dice.chance(0.9) ? { forFqdn: name } : {}),
        };
      },
      answers: ({ type, transaction }, dice) => {
        if (type === 0x04)
          return { type: 0x11, transaction, status: dice.chance(0.8) ? 0 : dice.pick([4, 8] as const) };
        if (type !== 0x05) return undefined;
        if (dice.chance(0.2)) return { type: 0x06, transaction, status: dice.pick([3, 5, 6] as const) };
        return {
          type: 0x06,
          transaction,
          status: 0,
          nodeId: peer.nodeId,
          instance: new Uint8Array(8).fill(1),
          virtualAddresses: dice.chance(0.9) ? peer.virtualAddresses : [address('198.18.0.3')],
          localEndpoints: [place],
          observedEndpoints: [place],
          nattedFamilies: dice.pick([[], [4], [4, 6]]),
          features: dice.pick([[], [1], [2]]),
          suites: [1, 2],
        };
      },
    },
    dice,
  );
}

function hand(fill: number, dice: Dice): Hand {
  const [id, secret] = [new Uint8Array(16).fill(fill ^ 0x0f), new Uint8Array(32).fill(fill)];
  return new Hand({ kind: 'association', id, secret, self: new Uint8Array(16).fill(fill), peer: SELF }, dice);
}

function trust({ config }: Hand): { id: string; secret: string; peer: string } {
  return { id: toHex(config.id), secret: toHex(config.secret), peer: toHex(config.self) };
}

function nameOf(index: number): string {
  return `node${index}.${ZONE}`;
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
