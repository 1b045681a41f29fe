/** Section 5.3: sealed messages and the replay window, as plain functions. */
import fc from 'fast-check';
import { concat } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { buildHeader, nonce, sealSuite, twin } from '../../twin/index.ts';
import { withBitFlipped } from '../steps.ts';
import { CODEC_CASE, call, expectResult } from './call.ts';

const MAX_U64 = (1n << 64n) - 1n;
/** TUN-04: narrower is no window may be. */
const WINDOW = 8192n;

/** A failure is made smaller in this order: first what is long, and never what is as good as any other. */
const message = fc.record({
  plaintext: fc.uint8Array({ maxLength: 600, size: 'max' }),
  suite: fc.constantFrom(1, 2),
  type: fc.integer({ min: 1, max: 0x11 }).filter((type) => type !== 0x0b && type !== 0x0c),
  keyId: fc.integer({ min: 1, max: 0xffff }),
  sequence: fc.bigInt({ min: 0n, max: MAX_U64 }),
  key: fc.noShrink(fc.uint8Array({ minLength: 32, maxLength: 32 })),
  context: fc.noShrink(fc.uint8Array({ minLength: 16, maxLength: 16 })),
});
type Message = typeof message extends fc.Arbitrary<infer T> ? T : never;

const ONES = new Uint8Array(32).fill(0xff);
const PLAIN: Message = {
  suite: 1,
  key: ONES,
  type: 0x10,
  keyId: 0x0102,
  context: new Uint8Array(16).fill(0xa5),
  sequence: 0x0102030405060708n,
  plaintext: new Uint8Array(0),
};
const BOUNDARIES: readonly Message[] = [
  PLAIN,
  { ...PLAIN, suite: 2 },
  { ...PLAIN, sequence: MAX_U64, plaintext: ONES },
  { ...PLAIN, suite: 2, sequence: MAX_U64, plaintext: ONES },
  { ...PLAIN, sequence: 1n << 63n, plaintext: new Uint8Array(63) },
  { ...PLAIN, plaintext: new Uint8Array(64) },
  { ...PLAIN, plaintext: new Uint8Array(65) },
];

function sealed({ suite, key, type, keyId, context, sequence, plaintext }: Message): Uint8Array {
  const header = buildHeader({ type, keyId, context, sequence });
  return concat(header, sealSuite(suite, key, nonce(sequence), header, plaintext));
}

/** Sequences that go to and fro around the edge of a window. */
const sequences = fc
  .record({
    start: fc.bigInt({ min: 0n, max: 1n << 20n }),
    steps: fc.array(
      fc.oneof(
        fc.integer({ min: -3, max: 3 }),
        fc.integer({ min: -8200, max: 8200 }),
        fc.constantFrom(8191, 8192, -8191, -8190, 63, 64, -64, 4096, 100_000),
      ),
      { minLength: 1, maxLength: 40 },
    ),
  })
  .map(({ start, steps }) => {
    const all = [start];
    for (const step of steps) {
      const next = (all.at(-1) ?? 0n) + BigInt(step);
      all.push(next < 0n ? 0n : next);
    }
    return all;
  });

export const CODEC_SEALED_CASES: readonly Case[] = [
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.seal',
    title: 'A message is sealed into the bytes that suite, key, header and content make.',
    clauses: ['TUN-02', 'GEN-02'],
    catches: 'Another nonce, a field missing from the associated data, one suite for the other.',
    arbitrary: message,
    boundaries: BOUNDARIES,
    async script(world, input) {
      const result = await call(world, { call: 'seal', ...input });
      expectResult(world, result, { datagram: sealed(input) }, 'TUN-02: header ‖ AEAD.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.open',
    title: 'A sealed message opens to its header and content.',
    clauses: ['TUN-02', 'GEN-02'],
    catches: 'The tag looked for elsewhere than at the end; another nonce than the one that sealed.',
    arbitrary: message,
    boundaries: BOUNDARIES,
    async script(world, input) {
      const { suite, key, ...expected } = input;
      const result = await call(world, { call: 'open', suite, key, datagram: sealed(input) });
      expectResult(world, result, expected, 'TUN-02: header and content.');
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.open.broken',
    title: 'A sealed message of which one bit was changed does not open.',
    clauses: ['TUN-02'],
    catches: 'A tag that is verified in part; a header that is not all associated data.',
    arbitrary: fc.record({ message, at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }) }),
    boundaries: [
      { message: PLAIN, at: 0 },
      { message: PLAIN, at: 0.999 },
      { message: { ...PLAIN, suite: 2 }, at: 0.999 },
      { message: PLAIN, at: 9 / 44 },
    ],
    async script(world, { message: input, at }) {
      const good = sealed(input);
      const bit = Math.floor(at * good.length * 8);
      const datagram = withBitFlipped(good, bit);
      const finding = twin.judge(datagram, []);
      const early = finding.kind === 'refused' && finding.layer !== 'context' ? finding.layer : 'tag';
      // A bit of the type can make an opening of it, which is nothing to open.
      if (datagram[1] === 0x0b || datagram[1] === 0x0c) return;
      const { suite, key } = input;
      const result = await call(world, { call: 'open', suite, key, datagram });
      expectResult(world, result, { layer: early }, `Bit ${bit} is the other way.`);
    },
  }),
  propertyCase({
    ...CODEC_CASE,
    id: 'codec.replay',
    title: 'A replay window takes each number above the highest minus 8192 once, and none twice.',
    clauses: ['TUN-04'],
    catches: 'A window narrower than 8192, one that forgets at a word boundary, or that moves back.',
    arbitrary: sequences,
    boundaries: [
      [0n, 0n],
      [0n, 8191n, 0n, 8192n, 1n, 1n, 8193n, 2n],
      [8192n, 1n, 1n, 8191n, 8191n],
      [5n, 100_000n, 91_809n, 91_809n, 100_000n],
      [63n, 64n, 127n, 128n, 63n, 65n, 65n],
      [MAX_U64, MAX_U64 - 8191n, MAX_U64, 0n],
    ],
    async script(world, offered) {
      const result = await call(world, { call: 'replay', sequences: [...offered] });
      // The contract's schema made them so.
      const { accepted, width } = result as { accepted: boolean[]; width: number };
      const about = 'TUN-04: a window of 8192 or wider, its own.';
      world.check(BigInt(width) >= WINDOW, `a width of ${WINDOW} or more`, `${width}`, about);
      const seen = new Set<bigint>();
      let highest = -1n;
      const expected = offered.map((sequence, i) => {
        const isFar = sequence <= highest - WINDOW;
        // How far a wider window reaches is its own affair, but what was taken once is never taken again.
        const isTaken = !seen.has(sequence) && (!isFar || accepted[i] === true);
        if (isTaken) seen.add(sequence);
        if (isTaken && sequence > highest) highest = sequence;
        return isTaken;
      });
      const marks = (taken: readonly boolean[]) => taken.map((is) => (is ? '+' : '-')).join('');
      world.check(marks(accepted) === marks(expected), marks(expected), marks(accepted), about);
    },
  }),
];
