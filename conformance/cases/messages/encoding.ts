/** Section 6.1: bodies that are no deterministic CBOR, and what no body may hold. */
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { answeredFault, silentFault } from '../../intent.ts';
import { shownAs } from '../shown.ts';
import { associated, RS_S } from '../steps.ts';
import type { Parts, RequestName } from './raw.ts';
import { goodOne, mapHead, REQUESTS, rawRequest, sendRaw, takeAnswer, withTail } from './raw.ts';

/** Keys below 0x8000 that nobody knows: grease, unassigned, private use. And a critical one. */
const GREASE = '190a0a';
const UNASSIGNED = '182d';
const PRIVATE = '197f00';
const CRITICAL = '198000';

interface Broken {
  readonly fault: string;
  readonly of: (parts: Parts) => string;
}

function whole({ rest, count, transaction }: Parts, first: string): string {
  return `${mapHead(count)}${first.replace('T', transaction)}${rest}`;
}

/** Not the right map, or not the right transaction. */
const OUTER: readonly Broken[] = [
  { fault: 'no bytes at all', of: () => '' },
  {
    fault: 'an array in place of the map',
    of: (p) => `${(0x80 + 2 * p.count).toString(16)}0048${p.transaction}${p.rest}`,
  },
  { fault: 'a byte after the map', of: (p) => `${whole(p, '0048T')}00` },
  { fault: 'the last byte missing', of: (p) => whole(p, '0048T').slice(0, -2) },
  { fault: 'a map of indefinite length', of: (p) => `bf0048${p.transaction}${p.rest}ff` },
  { fault: 'a map head in two bytes', of: (p) => `b8${whole(p, '0048T').replace(/^a/, '0')}` },
  {
    fault: 'a map head in nine bytes',
    of: (p) => `bb${'00'.repeat(7)}${whole(p, '0048T').replace(/^a/, '0')}`,
  },
  { fault: 'a transaction with a length in two bytes', of: (p) => whole(p, '005808T') },
  { fault: 'a transaction of indefinite length', of: (p) => whole(p, '005f48Tff') },
  { fault: 'a key in two bytes', of: (p) => whole(p, '180048T') },
  {
    fault: 'a key that comes twice',
    of: (p) => `${mapHead(p.count + 1)}0048${p.transaction}0048${p.transaction}${p.rest}`,
  },
  { fault: 'keys out of order', of: (p) => `${mapHead(p.count + 1)}02400048${p.transaction}${p.rest}` },
  { fault: 'no transaction', of: (p) => whole(p, '0240') },
  {
    fault: 'a transaction of 7 bytes',
    of: (p) => whole({ ...p, transaction: p.transaction.slice(2) }, '0047T'),
  },
  { fault: 'a transaction of 9 bytes', of: (p) => whole(p, '004900T') },
  { fault: 'a transaction that is text', of: (p) => whole(p, '00683132333435363738') },
  { fault: 'a transaction that is a number', of: (p) => whole(p, '0000') },
];

/** Values of a key that nobody knows: what is in them is checked all the same. */
const INNER: readonly (readonly [fault: string, value: string])[] = [
  ['23 in two bytes', '1817'],
  ['255 in three bytes', '1900ff'],
  ['65535 in five bytes', '1a0000ffff'],
  ['2^32 - 1 in nine bytes', '1b00000000ffffffff'],
  ['-1 in two bytes', '3800'],
  ['an empty byte string with a length in two bytes', '5800'],
  ['an empty text with a length in two bytes', '7800'],
  ['an empty array with a length in two bytes', '9800'],
  ['an empty map with a length in two bytes', 'b800'],
  ['a byte string of indefinite length', '5fff'],
  ['a text of indefinite length', '7fff'],
  ['an array of indefinite length', '9fff'],
  ['a map of indefinite length', 'bfff'],
  ['a byte string that ends too soon', '4200'],
  ['an array that ends too soon', '8200'],
  ['text that is not UTF-8', '61ff'],
  ['text with an overlong form', '62c080'],
  ['text with a surrogate', '63eda080'],
  ['text that ends within a character', '61c3'],
  ['additional information 28', '1c'],
  ['additional information 29', '1d'],
  ['additional information 30', '5e'],
  ['a break', 'ff'],
  ['false in two bytes', 'f814'],
  ['a map with keys out of order', 'a201000000'],
  ['a map with a key twice', 'a200000000'],
  ['a tag with a number in two bytes', 'd80100'],
  ['23 in two bytes, under a tag', 'c11817'],
  ['23 in two bytes, eight arrays deep', `${'81'.repeat(8)}1817`],
  ['23 in two bytes, in a map in an array', '81a1001817'],
];

const BROKEN = shownAs<Broken>(
  ({ fault }) => fault,
  [
    ...OUTER,
    ...INNER.map(([fault, value]) => ({ fault, of: (p: Parts) => withTail(p, `${GREASE}${value}`) })),
  ],
);

interface Forbidden {
  readonly fault: string;
  /** The entry at the end of the body; K is a key that nobody knows. */
  readonly tail: string;
}

/** Under an unknown key. */
const FORBIDDEN: readonly Forbidden[] = [
  { fault: 'undefined', tail: 'Kf7' },
  { fault: 'a tag', tail: 'Kc100' },
  { fault: 'a tag that only describes itself', tail: 'Kd9d9f7a0' },
  { fault: 'a float of 16 bits', tail: 'Kf93c00' },
  { fault: 'a float of 32 bits', tail: 'Kfa3f800000' },
  { fault: 'a float of 64 bits', tail: 'Kfb3ff199999999999a' },
  { fault: 'not a number', tail: 'Kf97e00' },
  { fault: 'simple value 0', tail: 'Ke0' },
  { fault: 'simple value 32', tail: 'Kf820' },
  { fault: 'simple value 255', tail: 'Kf8ff' },
  { fault: 'a map with a text as key', tail: 'Ka1616100' },
  { fault: 'a map with a negative key', tail: 'Ka12000' },
  { fault: 'a map with a byte string as key', tail: 'Ka14000' },
  { fault: 'nine levels of arrays', tail: `K${'81'.repeat(7)}80` },
  { fault: 'nine levels of maps', tail: `K${'a100'.repeat(7)}a0` },
  { fault: '400 levels', tail: `K${'81'.repeat(398)}80` },
  { fault: 'a float in an array', tail: 'K8200f93c00' },
  { fault: 'a text as a key of the body', tail: '616100' },
  { fault: 'a negative key of the body', tail: '2000' },
];

const KEYS = { grease: GREASE, unassigned: UNASSIGNED, private: PRIVATE, critical: CRITICAL } as const;
type KeyName = keyof typeof KEYS;
const KEY_NAMES = Object.keys(KEYS) as KeyName[];

const byTurns = <T>(rows: readonly T[]): { row: T; on: RequestName }[] =>
  rows.map((row, i) => ({ row, on: i % 2 === 0 ? 'probe' : 'direction' }));

export const ENCODING_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.encoding',
    title: 'A request whose body is no deterministic CBOR map with a transaction gets no answer, no effect.',
    clauses: ['GEN-08'],
    catches:
      'A lenient CBOR decoder: long forms, indefinite lengths, keys twice or out of order, bytes left.',
    arbitrary: fc.record({ row: fc.constantFrom(...BROKEN), on: fc.constantFrom(...REQUESTS) }),
    parameters: { values: { row: BROKEN, on: REQUESTS } },
    boundaries: byTurns(BROKEN),
    async script(world, { row: { fault, of }, on }) {
      const { dc } = await associated(world);
      const raw = rawRequest(world, dc, on);
      await world.silence({
        bad: () => sendRaw(dc, raw, of(raw.parts), silentFault(fault, 'encoding')),
        fence: () => goodOne(dc, raw),
      });
      // The fence is answered ok only if no entry was made.
      if (on === 'direction') world.status(await goodOne(dc, rawRequest(world, dc, on)), Status.ok);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.forbidden',
    title: 'A tag, a float, another simple value, another kind of key or too many levels are malformed.',
    clauses: ['GEN-30', 'GEN-23'],
    catches: 'Unknown keys skipped without a look at their values; a crash at deep nesting; floats taken.',
    arbitrary: fc.record({
      row: fc.constantFrom(...FORBIDDEN),
      on: fc.constantFrom(...REQUESTS),
      key: fc.constantFrom(...KEY_NAMES),
    }),
    parameters: { values: { row: FORBIDDEN, on: REQUESTS, key: KEY_NAMES } },
    boundaries: byTurns(FORBIDDEN).map((row, i) => ({ ...row, key: KEY_NAMES[i % 4] ?? 'grease' })),
    async script(world, { row: { fault, tail }, on, key }) {
      const { dc } = await associated(world);
      const raw = rawRequest(world, dc, on);
      const hex = withTail(raw.parts, tail.replace('K', KEYS[key]));
      sendRaw(dc, raw, hex, answeredFault(`${fault}, ${key}`, Status.malformed));
      world.status(await takeAnswer(dc, raw), Status.malformed);
      world.status(await goodOne(dc, raw), Status.ok, 'A request that fails changes no state.');
    },
  }),
];
