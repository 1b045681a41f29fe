/**
 * Lets one saboteur meet all cases for its role, or with `alone` the one that has to catch it, in virtual time, and
 * prints which of them did, as JSON.
 */
import process from 'node:process';
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { killOf } from '../../conformance/command/kill-table.ts';
import { runInMemory } from '../conformance/bench.ts';

const [, , name, seed = '', alone] = process.argv;
const saboteur = SABOTEURS.find((known) => known.name === name);
const catcher = ALL_CASES.find(({ id }) => id === saboteur?.caughtBy);
if (saboteur === undefined || catcher === undefined)
  throw new Error(`no saboteur ${name}, or no case for it`);

// It changes classes for good: that is why each has a process of its own.
saboteur.patch?.();
const { wrap, codec } = saboteur;
const cases = ALL_CASES.filter(
  ({ id, roles, needs }) =>
    id === catcher.id ||
    (alone === undefined && !needs.includes('slow') && roles.some((role) => catcher.roles.includes(role))),
);
const report = await runInMemory({
  run: { cases, seed, slow: true, profile: 'hardened' },
  reference: { ...(wrap && { wrap }), ...(codec && { codec }) },
});
process.stdout.write(`${JSON.stringify(killOf(saboteur, report))}\n`);
process.exit(0);
