/**
 * Lets saboteurs, named one a line on standard input, meet all cases for their roles, or the one that has to catch it
 * (`NAME alone`), in virtual time, and prints for each which cases did, a line of JSON.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { SABOTEURS } from '../../adapters/saboteurs/catalogue.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import { killOf } from '../../conformance/command/kill-table.ts';
import { meet } from './meet.ts';

const [, , seed = ''] = process.argv;

for await (const line of createInterface(process.stdin)) {
  const [name, alone] = line.split(' ');
  const saboteur = SABOTEURS.find((known) => known.name === name);
  const catcher = ALL_CASES.find(({ id }) => id === saboteur?.caughtBy);
  if (saboteur === undefined || catcher === undefined)
    throw new Error(`no saboteur ${name}, or no case for it`);
  const cases = ALL_CASES.filter(
    ({ id, roles, needs }) =>
      id === catcher.id ||
      (alone === undefined && !needs.includes('slow') && roles.some((role) => catcher.roles.includes(role))),
  );
  const report = await meet(saboteur, cases, seed);
  process.stdout.write(`${JSON.stringify(killOf(saboteur, report))}\n`);
}
process.exit(0);
