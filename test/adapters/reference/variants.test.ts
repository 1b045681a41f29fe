/** Saboteurs and oddities change what is there: a method that was renamed is noticed here, not in the self-test. */
import { ODDITIES } from '../../../adapters/oddities/catalogue.ts';
import { SABOTEURS } from '../../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../../conformance/cases/all.ts';
import { specFiles } from '../../../conformance/cli/own-files.ts';
import { catalogue } from '../../../conformance/spec-clauses.ts';
import t from '../../tap.ts';

const VARIANTS = [...SABOTEURS, ...ODDITIES];

t.test('each has a name of its own, a clause that there is, and does something', (t) => {
  const clauses = new Set(catalogue(specFiles()).map(({ id }) => id));
  const names = VARIANTS.map(({ name }) => name);
  t.same(names, [...new Set(names)]);
  for (const { name, clause, patch, wrap, codec } of VARIANTS) {
    t.ok(clauses.has(clause), `${name}: ${clause}`);
    t.ok(patch ?? wrap ?? codec, name);
  }
});

t.test('a saboteur is caught by a case about its clause', (t) => {
  for (const { name, clause, caughtBy } of SABOTEURS) {
    const info = ALL_CASES.find(({ id }) => id === caughtBy);
    t.ok(info?.clauses.includes(clause), `${name}: ${clause} by ${caughtBy}`);
  }
});

// Last, for it spoils the classes of this process.
t.test('each patch finds what it changes', (t) => {
  for (const { name, patch } of VARIANTS) {
    patch?.();
    t.ok(true, name);
  }
});
