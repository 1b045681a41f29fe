/** Openings: message 1, message 2, and the initiator's end of it, with every value on the way. */
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { Message1, Message2, Setting } from './noise.ts';
import { message1, message2, publicOf, sharedOf } from './noise.ts';
import { brokenFinish, brokenRespond } from './openings-broken.ts';
import { draw } from './random.ts';
import type { Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  secret: {
    about: 'The ends have different secrets.',
    effect: 'Who has no secret of the channel opens it.',
  },
  prologue: {
    about: 'The ends differ in one part of the prologue.',
    effect: 'An opening is taken on another channel, in the other direction, or with another suite.',
  },
  header: {
    about: 'The header is not the one that it has to be.',
    effect: 'Who stands between the ends changes order number, context or type unnoticed.',
  },
  'one-bit': { about: 'One bit of a good message is another one.', effect: 'The tag is not checked.' },
  length: { about: 'An opening of other than 76 bytes.', effect: 'One message has two encodings.' },
  'low-order': {
    about: 'A public key of small order: X25519 gives 32 zero bytes. The tag was made for it.',
    effect: 'Keys that do not depend on the own ephemeral key: no forward secrecy.',
  },
  'other-attempt': {
    about: 'A good message 2, but for another message 1.',
    effect: 'An answer to an earlier attempt ends a later one.',
  },
};

/** One opening with all that both ends saw of it. */
export interface Opening {
  readonly setting: Setting;
  readonly e: Uint8Array;
  readonly first: Message1;
  readonly second: Message2;
  readonly vectors: { readonly initiate: Vector; readonly respond: Vector; readonly finish: Vector };
}

export function openings(): Family {
  const family = new Family('openings', 1, 'Noise NNpsk0 as channels use it.', NOTES);
  const leg = opening(family, 'leg', 'a leg', { kind: 'leg' });
  const path1 = opening(family, 'path.suite-1', 'a path with suite 1', { kind: 'path' });
  const path2 = opening(
    family,
    'path.suite-2',
    'a path with suite 2',
    { kind: 'path', suite: 2 },
    { order: 77n },
  );
  const association = opening(
    family,
    'association',
    'an association',
    { kind: 'association' },
    { order: 0n },
  );
  const alias = draw('openings: alias', 16);
  const byAlias = { order: 0n, context: alias };
  const aliased = opening(
    family,
    'association.alias',
    'an association, by an alias',
    { kind: 'association' },
    byAlias,
  );
  opening(
    family,
    'leg.highest-order',
    'a leg with the highest order number',
    { kind: 'leg' },
    {
      order: (1n << 64n) - 1n,
    },
  );
  workedExample(family);

  keyIds(family, leg);
  unusualKeys(family, leg);
  brokenRespond(family, leg, path1, path2, aliased);
  brokenFinish(family, leg, association);
  return family;
}

interface Change {
  readonly order?: bigint;
  readonly context?: Uint8Array;
  readonly e?: Uint8Array;
  readonly r?: Uint8Array;
}

/** Three vectors of one opening: message 1, the responder's end, the initiator's end. */
function opening(
  family: Family,
  name: string,
  what: string,
  fixed: Partial<Setting> & Pick<Setting, 'kind'>,
  {
    order = 1n,
    context,
    e = draw(`openings ${name}: e`, 32),
    r = draw(`openings ${name}: r`, 32),
  }: Change = {},
): Opening {
  const setting: Setting = {
    suite: 1,
    channel: draw(`openings ${name}: channel`, 16),
    secret: draw(`openings ${name}: secret`, 32),
    initiator: draw(`openings ${name}: initiator`, 16),
    responder: draw(`openings ${name}: responder`, 16),
    ...fixed,
  };
  const first = message1(setting, context ?? setting.channel, order, publicOf(e));
  const second = message2(setting, first, publicOf(r), sharedOf(r, first.E));
  const request = first.datagram;
  const initiate = family.valid(`${name}.message-1`, {
    clauses: ['KEY-01', 'KEY-02', 'KEY-03', 'KEY-24'],
    comment: `Message 1 on ${what}.`,
    call: 'open-initiate',
    input: { ...setting, context: context ?? setting.channel, order, ephemeral: e },
    steps: first.steps,
    output: { datagram: request },
  });
  const respond = family.valid(`${name}.message-2`, {
    clauses: ['KEY-01', 'KEY-03', 'KEY-15', 'KEY-17', 'KEY-38'],
    comment: `Message 1 verifies on ${what} and is answered.`,
    call: 'open-respond',
    input: { ...setting, request, ephemerals: [r], held: [] },
    steps: { ...first.steps, ...second.steps },
    output: { datagram: second.datagram, ...second.opened },
  });
  const finish = family.valid(`${name}.finish`, {
    clauses: ['KEY-01', 'KEY-15', 'KEY-17', 'KEY-38'],
    comment: `Message 2 verifies on ${what}: the initiator has the responder's keys.`,
    call: 'open-finish',
    input: { ...setting, request, ephemeral: e, response: second.datagram, held: [] },
    steps: { ...first.steps, ...second.steps },
    output: { ...second.opened },
  });
  return { setting, e, first, second, vectors: { initiate, respond, finish } };
}

/** The one that stands in the spec. */
function workedExample(family: Family): void {
  const bytes = (from: number, length: number) => Uint8Array.from({ length }, (_, i) => from + i);
  const setting = {
    kind: 'leg',
    suite: 1,
    channel: bytes(0x10, 16),
    secret: bytes(0x40, 32),
    initiator: new Uint8Array(16).fill(0xa1),
    responder: new Uint8Array(16).fill(0xb2),
  } as const;
  opening(family, 'worked-example', "the leg of the spec's worked example", setting, {
    e: bytes(0x01, 32),
    r: bytes(0x21, 32),
  });
}

/** Found by trying one after the other: the label's number that gives key ID 0 with message 1 of `openings.leg`. */
const KEY_ID_ZERO = 73_969;

/** The responder draws on. */
function keyIds(family: Family, { setting, first, second, vectors }: Opening): void {
  const zero = draw(`openings key ID 0: r ${KEY_ID_ZERO}`, 32);
  const zeroSecond = message2(setting, first, publicOf(zero), sharedOf(zero, first.E));
  if (zeroSecond.opened.keyId !== 0) throw new Error('another number gives key ID 0');
  const [r] = vectors.respond.input.ephemerals as string[];
  const other = draw('openings leg: other r', 32);
  const otherSecond = message2(setting, first, publicOf(other), sharedOf(other, first.E));
  const one = (
    name: string,
    comment: string,
    ephemerals: readonly Uint8Array[],
    held: readonly number[],
    { datagram, opened, steps }: Message2,
  ) =>
    family.valid(`key-id.${name}`, {
      clauses: ['KEY-17'],
      comment,
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals, held },
      steps: { ...first.steps, ...steps },
      output: { datagram, ...opened },
    });
  const mine = fromHex(r ?? '');
  const { keyId } = second.opened;
  one(
    'held',
    'The first key gives a key ID that is held: the second one is used.',
    [mine, other],
    [keyId],
    otherSecond,
  );
  one('zero', 'The first key gives key ID 0: the second one is used.', [zero, mine], [], second);
  const held = [keyId, 1, 0xffff];
  one(
    'third',
    'Key ID 0, then one that is held: the third key is used.',
    [zero, mine, other],
    held,
    otherSecond,
  );
  one('others-held', 'Held key IDs that are not drawn change nothing.', [mine], [1, 0xffff], second);
  const [low = 0, high = 0] = [keyId & 0xff, keyId >> 8];
  const swapped = (low << 8) | high;
  one(
    'byte-order',
    'Held is the key ID with its bytes in the other order, which is another one.',
    [mine],
    [swapped],
    second,
  );
}

/** Public keys that RFC 7748, 5, has to be taken like others. */
function unusualKeys(family: Family, { setting, vectors }: Opening): void {
  const r = draw('openings unusual: r', 32);
  const P = fromHex(`ed${'ff'.repeat(30)}7f`);
  const cases: [string, string, Uint8Array][] = [];
  const top = publicOf(draw('openings unusual: e', 32));
  top[31] = (top[31] ?? 0) | 0x80;
  cases.push(['high-bit', 'The highest bit of a public key is ignored by X25519, not by the hash.', top]);
  for (const more of [9, 18]) {
    const E = P.slice();
    E[0] = (E[0] ?? 0) + more;
    cases.push([`above-p-${more}`, `A public key of 2^255 - 19 + ${more} counts as ${more}.`, E]);
  }
  for (const [name, comment, E] of cases) {
    const first = message1(setting, setting.channel, 1n, E);
    const second = message2(setting, first, publicOf(r), sharedOf(r, E));
    family.valid(`public-key.${name}`, {
      clauses: ['KEY-01'],
      comment,
      source: 'RFC 7748, section 5',
      call: 'open-respond',
      input: { ...setting, request: first.datagram, ephemerals: [r], held: [] },
      steps: { ...first.steps, ...second.steps },
      output: { datagram: second.datagram, ...second.opened },
    });
  }
  const clamped = fromHex(String(vectors.initiate.input.ephemeral));
  clamped[0] = (clamped[0] ?? 0) ^ 0x07;
  clamped[31] = (clamped[31] ?? 0) ^ 0xc0;
  const first = message1(setting, setting.channel, 1n, publicOf(clamped));
  if (toHex(first.datagram) !== vectors.initiate.output?.datagram)
    throw new Error('clamping changed the key');
  family.valid('private-key.clamped', {
    clauses: ['KEY-01'],
    comment: 'A secret that differs in the five bits that X25519 sets itself has the same public key.',
    source: 'RFC 7748, section 5',
    call: 'open-initiate',
    input: { ...setting, context: setting.channel, order: 1n, ephemeral: clamped },
    steps: first.steps,
    output: { datagram: first.datagram },
  });
}
