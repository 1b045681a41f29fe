import t from '../tap.ts';
import { upperBound } from './bound.ts';

const close = (value: number): number => Number(value.toPrecision(4));

t.test('of none it is 1 - 0.05^(1/n), which the rule of three rounds', (t) => {
  for (const tries of [1, 20, 153, 44_300]) {
    t.equal(close(upperBound(0, tries)), close(1 - 0.05 ** (1 / tries)), `${tries}`);
  }
  t.ok(Math.abs(upperBound(0, 10_000) * 10_000 - 3) < 0.01);
});

t.test('of some it is what tables of Clopper and Pearson have', (t) => {
  // Known quantiles of the beta distribution: (0.95; 2, 9), (0.95; 6, 5), (0.975; 4, 97).
  t.equal(close(upperBound(1, 10)), 0.3942);
  t.equal(close(upperBound(5, 10)), 0.7776);
  t.equal(close(upperBound(3, 100, 0.975)), 0.08518);
});

t.test('of all it is 1', (t) => {
  t.equal(upperBound(7, 7), 1);
});

t.test('it holds: at that rate as few come up in one of twenty', (t) => {
  const rate = upperBound(2, 50);
  const odds = rate / (1 - rate);
  const none = (1 - rate) ** 50;
  t.equal(close(none * (1 + 50 * odds + ((50 * 49) / 2) * odds ** 2)), 0.05);
});

t.test('what is no rate is refused', (t) => {
  for (const [count, tries] of [
    [1, 0],
    [-1, 5],
    [6, 5],
    [0.5, 5],
  ] as const) {
    t.throws(() => upperBound(count, tries), RangeError);
  }
  t.throws(() => upperBound(0, 5, 1), RangeError);
  t.equal(upperBound(0, 0), 1, 'of nothing nothing is known');
});
