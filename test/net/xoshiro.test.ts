import { Xoshiro128 } from '../../reference/net/xoshiro.ts';
import t from '../tap.ts';

t.test('the numbers are those of the authors', (t) => {
  // From the C code of Blackman and Vigna with the state 1, 2, 3, 4.
  const random = new Xoshiro128([1, 2, 3, 4]);
  t.same(
    Array.from({ length: 10 }, () => random.next()),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  );
});

t.test('a text is a seed, the same on every runtime', (t) => {
  const drawn = (seed: string) => {
    const random = new Xoshiro128(seed);
    return Array.from({ length: 3 }, () => random.next());
  };
  t.same(drawn(''), [3307388638, 2698570757, 1824184545]);
  t.same(drawn('seed'), [2209046215, 1045009421, 1326884248]);
  t.same(drawn('seee'), [1180683605, 3971290714, 384823236]);
});

t.test('units are even over 0 to 1', (t) => {
  const random = new Xoshiro128('units');
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const tenth = Math.floor(random.unit() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Five standard deviations of a binomial distribution.
  for (const [tenth, count] of tenths.entries()) {
    t.ok(Math.abs(count - 10_000) < 475, `${count} from ${tenth}/10`);
  }
});
