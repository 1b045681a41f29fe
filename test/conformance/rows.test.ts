/** Which values a property is tried with. */
import fc from 'fast-check';
import type { PropertyCase } from '../../conformance/case.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { planRows, tryRows } from '../../conformance/runner/rows.ts';
import t from '../tap.ts';

const property = ALL_CASES.find((info): info is PropertyCase => info.kind === 'property');
if (property === undefined) throw new Error('a property is needed');
const of = (arbitrary: fc.Arbitrary<unknown>, boundaries: readonly unknown[]): PropertyCase => ({
  ...property,
  ...{ arbitrary, boundaries },
});

t.test('a value that comes again is not tried again', async (t) => {
  const few = of(fc.constantFrom('a', 'b', 'c'), ['c', 'a']);
  const tried: unknown[] = [];
  const plan = planRows(few, 'default', undefined);
  t.equal(plan.count, 25);
  const found = await tryRows(few.arbitrary, plan, 1, '', (value) => {
    tried.push(value);
    return Promise.resolve();
  });
  t.same([found, tried], [undefined, ['c', 'a', 'b']]);
});

t.test('the smallest failure is found among values that come again, and its path leads to it', async (t) => {
  const numbers = of(fc.nat(40), []);
  const fails = (value: unknown) =>
    Number(value) > 9 ? Promise.reject(new Error('too many')) : Promise.resolve();
  const plan = planRows(numbers, 'default', 200);
  const found = await tryRows(numbers.arbitrary, plan, 1, '', fails);
  t.equal(found?.counterexample, '10');
  const again = await tryRows(numbers.arbitrary, plan, 1, found?.path ?? '', fails);
  t.same([again?.counterexample, again?.path], ['10', found?.path]);
});
