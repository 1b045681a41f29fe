import fc from 'fast-check';
import { ReplayWindow, WINDOW } from '../../reference/wire/replay.ts';
import { holds } from '../property.ts';
import t from '../tap.ts';

const MAX = 2n ** 64n - 1n;

/** Takes a sequence as a receiver does: checked, and marked if it passed. */
function take(window: ReplayWindow, sequence: bigint | number): boolean {
  const good = window.check(sequence);
  if (good) window.mark(sequence);
  return good;
}

t.test('TUN-04: the window is 8192 wide or wider', (t) => {
  t.ok(WINDOW >= 8192);
});

t.test('each sequence passes once', (t) => {
  const window = new ReplayWindow();
  for (const sequence of [0, 1, 5, 3, 100, 31, 32, 33]) {
    t.ok(take(window, sequence), `${sequence}`);
    t.notOk(take(window, sequence), `${sequence} again`);
  }
  t.ok(take(window, 4), 'one that was skipped');
});

t.test('check alone moves nothing', (t) => {
  const window = new ReplayWindow();
  t.ok(window.check(5));
  t.ok(window.check(MAX));
  t.equal(window.highest, -1n);
  t.ok(take(window, 0));
  t.equal(window.highest, 0n);
});

t.test('TUN-04: at the window, what is not older than 8192 is told apart and the too old is refused', (t) => {
  for (const top of [8192n, 100_000n, 2n ** 32n + 5n, 2n ** 53n + 1n, MAX]) {
    const window = new ReplayWindow();
    t.ok(take(window, top), `highest ${top}`);
    t.ok(take(window, top - 8191n));
    t.notOk(take(window, top - 8191n));
    t.ok(take(window, top - 8192n));
    t.notOk(take(window, top - 8192n));
    t.notOk(window.check(top - 8192n - 40_000n));
  }
});

t.test('a jump forgets nothing that is still inside and everything that is not', (t) => {
  const window = new ReplayWindow();
  for (let sequence = 0; sequence < 100; sequence++) take(window, sequence);
  take(window, WINDOW);
  t.notOk(window.check(50), 'inside, and seen');
  take(window, 10 * WINDOW);
  t.notOk(window.check(50), 'outside');
  t.ok(take(window, 10 * WINDOW - WINDOW + 1), 'its bit was cleared');
});

t.test('no sequence passes twice around the far end of the window', (t) => {
  const twice = Array.from({ length: 128 }, (_, i) => WINDOW - 64 + i).filter((distance) => {
    const window = new ReplayWindow();
    take(window, 7);
    take(window, 7 + distance);
    return window.check(7);
  });
  t.same(twice, []);
});

t.test('numbers and bigints are the same sequences', (t) => {
  const window = new ReplayWindow();
  t.ok(take(window, 7));
  t.notOk(window.check(7n));
  t.ok(take(window, 8n));
  t.notOk(window.check(8));
});

t.test('a sequence that is no u64 is a mistake of the caller', (t) => {
  t.throws(() => new ReplayWindow().mark(2n ** 64n), RangeError);
  t.throws(() => new ReplayWindow().mark(-1), RangeError);
});

t.test('property: like a set that forgets what is too old', (t) => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -64, max: 64 }).map(BigInt) },
    { weight: 3, arbitrary: fc.integer({ min: -20_000, max: 20_000 }).map(BigInt) },
    { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 56n), max: 2n ** 60n }) },
  );
  const start = fc.constantFrom(0n, 2n ** 52n - 10n, 2n ** 53n - 10n, 2n ** 63n, MAX - 20_000n);
  const model = fc.property(start, fc.array(step, { maxLength: 400 }), (from, steps) => {
    const window = new ReplayWindow();
    const seen = new Set<bigint>();
    let highest = -1n;
    let sequence = from;
    return steps.every((distance) => {
      const next = sequence + distance;
      sequence = next < 0n ? 0n : next > MAX ? MAX : next;
      const fresh = !seen.has(sequence);
      const near = sequence > highest - 8192n;
      const good = take(window, sequence);
      if (good) seen.add(sequence);
      if (sequence > highest) highest = sequence;
      // Between 8192 and the window's real width either is right for what is fresh, but never a repeat.
      return (near ? good === fresh : !good || fresh) && window.highest === highest;
    });
  });
  holds(t, model, { numRuns: 300 });
});
