/**
 * Runs cases against the reference in virtual time and prints `id verdict sentHash` of each, sorted: all of them, or at the
 * depth quick those whose script is not another one's. With a step, every so manieth of these
 * only, from the one of an index on.
 *
 *     node test/e2e/programs/hashes.ts SEED DEPTH [STEP [FIRST]]
 */
import { ALL_CASES } from '../../../conformance/cases/all.ts';
import { DEPTHS } from '../../../conformance/report.ts';
import { memoryNet, runInMemory, specClauses } from '../../conformance/bench.ts';

const [seed = 'test', wanted = 'quick', step = '1', first = '0'] = process.argv.slice(2);
const depth = DEPTHS.find((known) => known === wanted);
if (depth === undefined) throw new Error(`${wanted} is none of ${DEPTHS.join(', ')}`);

const cases = ALL_CASES.filter(({ portOf }) => depth !== 'quick' || portOf === undefined).filter(
  (_, index) => index % Number(step) === Number(first),
);
const clauses = await specClauses();
const report = await runInMemory({
  net: memoryNet(seed),
  run: { cases, clauses, seed, depth, slow: true },
});
const lines = report.cases.map(({ id, verdict, sentHash }) => `${id} ${verdict} ${sentHash}\n`);
process.stdout.write(lines.sort().join(''));
