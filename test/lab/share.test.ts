import t from '../tap.ts';
import { describe, drawn, stride } from './share.ts';

const items = Array.from({ length: 200 }, (_, index) => index);

t.test('as many as the share says, in their order, none twice', (t) => {
  for (const [share, count] of [
    [1, 200],
    [0.5, 100],
    [0.101, 21],
    [0.0001, 1],
  ] as const) {
    const some = drawn('cells', items, share, '7');
    t.equal(some.length, count, `${share}`);
    t.same(
      some,
      [...new Set(some)].sort((a, b) => a - b),
    );
  }
  t.same(drawn('cells', [], 0.5, '7'), []);
});

t.test('the seed and the label say which', (t) => {
  t.same(drawn('cells', items, 0.1, '7'), drawn('cells', items, 0.1, '7'));
  t.notOk(`${drawn('cells', items, 0.1, '7')}` === `${drawn('cells', items, 0.1, '8')}`);
  t.notOk(`${drawn('cells', items, 0.1, '7')}` === `${drawn('others', items, 0.1, '7')}`);
});

t.test('over many seeds each is drawn, about as often', (t) => {
  const times = items.map(() => 0);
  for (let seed = 1; seed <= 1000; seed++)
    for (const index of drawn('cells', items, 0.1, `${seed}`)) times[index] = (times[index] ?? 0) + 1;
  t.ok(Math.min(...times) > 50, `${Math.min(...times)}`);
  t.ok(Math.max(...times) < 160, `${Math.max(...times)}`);
});

t.test('a stride is odd, and begins anywhere in itself', (t) => {
  t.same(stride('cases', 1, '7'), { step: 1, first: 0 });
  const found = Array.from({ length: 100 }, (_, seed) => stride('cases', 0.25, `${seed}`));
  t.same([...new Set(found.map(({ step }) => step))], [5]);
  t.same([...new Set(found.map(({ first }) => first))].sort(), [0, 1, 2, 3, 4]);
});

t.test('a share that is none is refused', (t) => {
  for (const share of [0, -1, 1.5, Number.NaN]) t.throws(() => drawn('cells', items, share), RangeError);
  t.match(describe('cells', 3, 40), /^3 of 40 cells: NTM_LONG=1 NTM_SHARE=.* NTM_SEED=.* draws them again$/);
});
