/** What the vectors about whole datagrams have in common. */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import type { Vector } from '../vector.ts';
import { Family } from '../vector.ts';
import type { Place } from './world.ts';
import { CHANNELS, PATH } from './world.ts';

export const NOTES = {
  header: {
    about: 'One thing of the header is wrong.',
    effect: 'What is not for the relay costs it work, or an answer.',
  },
  opening: {
    about: 'An opening that does not verify, or comes too late.',
    effect: 'Keys change for who has no secret, or by a recording.',
  },
  sealed: { about: 'A sealed message with one thing changed on the way.', effect: 'The tag is not checked.' },
  replay: { about: 'A sequence that was taken before.', effect: 'A recording takes effect again.' },
  'channel-type': {
    about: 'A type that this channel does not carry to a relay.',
    effect: 'One end plays the part of another.',
  },
  body: {
    about: 'A body that opens and is not what it has to be.',
    effect: 'A fault gets an answer that it must not have, or none.',
  },
  transaction: {
    about: 'A transaction that is taken, or that nobody asked with.',
    effect: 'A request takes effect twice, or an answer that nobody wants.',
  },
  situation: {
    about: 'A good datagram in a situation in which it is none.',
    effect: 'Tables that outlive what they stand for.',
  },
  source: {
    about: 'A datagram of a path that comes from elsewhere than its legs.',
    effect: 'Anybody injects into the path.',
  },
  'hold-large': {
    about: 'A datagram of more than 1500 bytes while the other leg is not valid: it may be held or not.',
    effect: 'Memory against a datagram that comes late.',
  },
};

/** What an entry, a leg or the association has gone through. In each situation so much as the ones before it, and more. */
export const SITUATIONS = {
  idle: 'The relay started. Nothing came yet.',
  associated:
    "Then the DC opened the association and its address became valid: its sequences 0 (the confirming probe) and 1 (the answer to the relay's probe) were taken.",
  directed:
    'Then the DC sent the Relay Direction of the world in its sequence 2: the entry is there, its legs are closed.',
  opened: 'Then node A opened its leg, and was sent message 2: the handshake is not confirmed.',
  half: "Then node A confirmed with a probe in its sequence 0, and answered the relay's probe in its sequence 1: its address is valid.",
  bound: 'Then node B did the same on its leg: datagrams of the path are forwarded.',
} as const;
export type Situation = keyof typeof SITUATIONS;

/** What goes out because of a datagram, in the family's terms. */
export interface Effect {
  readonly effect: 'silence' | 'message-2' | 'answer' | 'relayed' | 'held';
  readonly status?: number;
  readonly to?: Place;
}

const LEGS: readonly CborValue[] = (['node-a', 'node-b'] as const).map((name) => {
  const { setting } = CHANNELS[name];
  return new Map<CborValue, CborValue>([
    [4, setting.initiator],
    [28, setting.channel],
    [29, setting.secret],
  ]);
});

/** A Relay Direction for the two nodes. */
export function direction(
  transaction: Uint8Array,
  change: readonly (readonly [number, CborValue | undefined])[] = [],
): Uint8Array {
  const map = new Map<CborValue, CborValue>([
    [0, transaction],
    [9, 120],
    [19, PATH],
    [26, 1],
    [36, LEGS],
  ]);
  for (const [key, value] of change) {
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  return encodeCbor(map);
}

export const probe = (...more: readonly (readonly [number, CborValue])[]): Uint8Array =>
  encodeCbor(new Map<CborValue, CborValue>([[0, new Uint8Array(8).fill(0x77)], ...more]));

/** The family, and what every vector of it is about. */
export class Datagrams extends Family {
  taken(
    name: string,
    comment: string,
    clauses: readonly string[],
    situation: Situation,
    from: Place,
    datagram: Uint8Array,
    effect: Effect,
  ): Vector {
    const input = { situation, from, datagram };
    return this.valid(name, { clauses, comment, call: 'datagram', input, output: { ...effect } });
  }

  refused(
    base: Vector,
    name: string,
    comment: string,
    clauses: readonly string[],
    flag: keyof typeof NOTES,
    change: {
      readonly situation?: Situation;
      readonly from?: Place;
      readonly datagram?: Uint8Array | string;
    },
    layer: string,
    status?: number,
  ): Vector {
    return this.broken(base, name, { clauses, comment, flags: [flag], input: { ...change }, layer, status });
  }
}
