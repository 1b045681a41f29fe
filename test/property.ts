import fc from 'fast-check';
import type { T } from './tap.ts';

/** Asserts that a property holds; if not, shows the counterexample and the seed that found it. */
export function holds<Ts>(t: T, property: fc.IProperty<Ts>, parameters: fc.Parameters<Ts> = {}): boolean {
  const details = fc.check(property, parameters);
  return t.equal(details.failed ? fc.defaultReportMessage(details) : 'holds', 'holds', 'the property holds');
}
