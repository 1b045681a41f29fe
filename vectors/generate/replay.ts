/** Replay windows: sequences that one fresh window is offered, and which of them it takes. */
import type { Vector } from './vector.ts';
import { Family, fields } from './vector.ts';

const NOTES = {
  repeated: {
    about: 'A sequence that was accepted before comes again.',
    effect: 'Who records datagrams can have them take effect again.',
  },
  'window-width': {
    about: 'A sequence more than 8191 below the highest: the width of a window is 8192 or more.',
    effect: 'A narrow window drops what a network delayed; a wide one costs memory.',
  },
};

/** How far below the highest every window reaches. */
const WIDTH = 8192n;
const MAX = (1n << 64n) - 1n;

/** Refused: taken before. Undefined: so far back that windows differ. */
function verdicts(sequences: readonly bigint[]): (boolean | undefined)[] {
  const taken = new Set<bigint>();
  let highest = -1n;
  return sequences.map((sequence) => {
    if (taken.has(sequence)) return false;
    if (sequence <= highest - WIDTH) return undefined;
    taken.add(sequence);
    if (sequence > highest) highest = sequence;
    return true;
  });
}

export function replay(): Family {
  const family = new Family('replay', 1, 'What a replay window takes and what it refuses.', NOTES);
  const n = (...numbers: readonly (number | bigint)[]) => numbers.map(BigInt);
  const one = (name: string, comment: string, sequences: readonly bigint[]): Vector => {
    const accepted = verdicts(sequences).map((verdict) => verdict ?? null);
    const shared = {
      id: `replay.${name}`,
      clauses: ['TUN-04', 'TUN-03'],
      comment,
      call: 'replay',
      input: fields({ sequences }),
      output: fields({ accepted }),
    };
    if (accepted.includes(null)) {
      return family.add({ ...shared, result: 'implementation-defined', flags: ['window-width'] });
    }
    if (!accepted.includes(false)) return family.add({ ...shared, result: 'valid' });
    return family.add({ ...shared, result: 'invalid', flags: ['repeated'], refused: { layer: 'replay' } });
  };

  one('in-order', 'One after the other, from 0.', n(0, 1, 2, 3, 4));
  one('first-not-zero', 'The first that comes need not be 0.', n(5, 6, 4));
  one('gaps', 'Any gaps, upwards.', n(0, 10, 1000, 100_000, 10_000_000));
  one('reverse', 'From the highest down.', n(9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  one('mixed', 'Any order inside of the window.', n(100, 3, 50, 99, 0, 101, 64, 63, 65, 31, 32, 33));
  one('edge', 'The lowest that every window takes: the highest less 8191.', n(10_000, 10_000 - 8191));
  one('edge-of-first', 'Sequence 0 while the highest is 8191.', n(8191, 0));
  one('edge-moved', 'The window moves with the highest.', n(8191, 0, 8192, 1, 8193, 2));
  one('half', 'A gap of half of a window, and back.', n(0, 4096, 1, 4095, 8191, 4097));
  one('jump-clears', 'After a jump over a whole window all below is new.', n(0, 8192, 8191, 8190, 1));
  for (const ring of [8192, 8224, 16_384, 16_352, 32_768, 65_536]) {
    one(`ring-${ring}`, `${ring} above one that was taken is another number, as is all just below it.`, [
      ...n(100, 100 + ring, 99 + ring, ring + 1),
    ]);
  }
  one(
    'words',
    'Numbers at the bounds of 32 and 64 bits of a map, all new.',
    n(127, 96, 95, 64, 63, 32, 31, 0),
  );
  one(
    'above-32-bits',
    'Counters have 64 bits: numbers that differ by 2^32.',
    n(1, (1n << 32n) + 1n, 1n << 32n),
  );
  one('around-32-bits', 'Over 2^32 and back.', n((1n << 32n) - 1n, 1n << 32n, (1n << 32n) - 2n));
  one('around-53-bits', 'Numbers at 2^53 that doubles take for one another.', [
    ...n((1n << 53n) - 1n, 1n << 53n, (1n << 53n) + 1n, (1n << 53n) + 3n, (1n << 53n) + 2n),
  ]);
  one('around-63-bits', 'Over 2^63, where signed numbers become negative.', n((1n << 63n) - 1n, 1n << 63n));
  one('highest', 'Up to the last sequence there is.', n(0, MAX - 1n, MAX));
  one(
    'below-highest',
    'After the last sequence the window is still open below it.',
    n(MAX, MAX - 1n, MAX - 8191n),
  );

  one('again-at-once', 'The same twice.', n(0, 0));
  one('again-zero', '0 again after others.', n(0, 1, 2, 0));
  one('again-highest', 'The highest again.', n(7, 7));
  one('again-in-window', 'One inside of the window again.', n(0, 1, 2, 3, 100, 2));
  one('again-edge', 'The lowest of the window again.', n(8191, 0, 0));
  one('again-thrice', 'Refused as often as it comes.', n(3, 3, 3, 3));
  one('again-late', 'One that was taken late is not taken again.', n(10, 5, 11, 5));
  one('again-all', 'A whole recording played again.', n(0, 1, 2, 3, 0, 1, 2, 3));
  one('again-below', 'One that was taken is refused below the window too.', n(0, 100_000, 0));
  one('again-after-jump', 'Taken after a jump, then again.', n(0, 8192, 1, 1));
  one('again-above-32-bits', 'The same number beyond 2^32 twice.', n(1n << 40n, (1n << 40n) + 1n, 1n << 40n));
  one('again-above-53-bits', 'The same odd number beyond 2^53 twice.', n((1n << 53n) + 1n, (1n << 53n) + 1n));
  one('again-last', 'The last sequence there is, twice.', n(MAX, MAX));
  one('again-words', 'Each at the bounds of 32 and 64 bits twice.', n(31, 32, 63, 64, 31, 32, 63, 64));

  one('below-edge', 'The highest less 8192: a wider window takes it.', n(10_000, 10_000 - 8192));
  one('far-below', 'Far below the highest: only a very wide window takes it.', n(1_000_000, 0));
  one('below-after-highest', 'Half of all numbers below the highest.', n(MAX, 1n << 63n));
  return family;
}
