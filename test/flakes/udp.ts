/**
 * The rate of false alarms over real UDP: runs the embedded suite again and again, each time with another seed, counts
 * the verdicts that are no pass, and prints how high their rate can be at 95 %. The reference is believed to be right,
 * so whatever is no pass is a false alarm. On Node before 22.18 it is `dist/` that runs: `npm run build` first.
 *
 *     node --import ./test/typescript.js test/flakes/udp.ts --runs 20 [--from 0] [-- OPTION-OF-NTM-CONFORM...]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Report } from '../../conformance/report.ts';
import { upperBound } from './bound.ts';

const PROGRAM = fileURLToPath(new URL('../../conformance/bin.js', import.meta.url));
const runtime = 'Deno' in globalThis ? 'Deno' : 'Bun' in globalThis ? 'Bun' : 'Node';

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '20' }, from: { type: 'string', default: '0' } },
  allowPositionals: true,
});
const runs = Number(values.runs);
const first = Number(values.from);
const folder = mkdtempSync(join(tmpdir(), 'ntm-flakes-'));

let [verdicts, alarms, alarmed, unjudged] = [0, 0, 0, 0];
try {
  for (let seed = first; seed < first + runs; seed++) {
    const bad = judgedIn(run(`udp ${seed}`)).filter(({ verdict }) => verdict !== 'pass');
    for (const { id, verdict, blame, expected, actual, reason } of bad) {
      const found = actual === null ? reason : `expected ${expected.join(' or ')}, actual ${actual}`;
      console.log(`seed udp ${seed}: ${id} ${verdict} (${blame}): ${found}`);
    }
    alarms += bad.filter(({ verdict }) => verdict !== 'inconclusive').length;
    unjudged += bad.filter(({ verdict }) => verdict === 'inconclusive').length;
    if (bad.length > 0) alarmed++;
    process.stderr.write(`${seed - first + 1} of ${runs} runs, ${alarmed} with any verdict but pass\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${runtime}, real UDP, ${runs} runs from seed udp ${first}:`);
console.log(line('failed or warned', alarms, verdicts, 'verdicts'));
console.log(line('left unjudged', unjudged, verdicts, 'verdicts'));
console.log(line('with any verdict but pass', alarmed, runs, 'runs'));
process.exitCode = alarmed === 0 ? 0 : 1;

function line(what: string, count: number, of: number, unit: string): string {
  const percent = (rate: number): string => `${Number((100 * rate).toPrecision(2))} %`;
  const rate = of === 0 ? 0 : count / of;
  return `  ${count} of ${of} ${unit} ${what}: ${percent(rate)}, at most ${percent(upperBound(count, of))} (95 %)`;
}

/** What was exercised; the rest says of itself that it was not to be judged, or not of this target. */
function judgedIn({ cases }: Report): Report['cases'] {
  const judged = cases.filter(({ verdict }) => verdict !== 'not-exercised' && verdict !== 'not-applicable');
  verdicts += judged.length;
  return judged;
}

/** One run as a user has it, in a process of its own. */
function run(seed: string): Report {
  const file = join(folder, 'report.json');
  const options = ['--seed', seed, '--reporter', `json=${file}`, ...positionals];
  const program = [...(runtime === 'Deno' ? ['run', '-A'] : []), PROGRAM, ...options];
  rmSync(file, { force: true });
  const { status, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' });
  // A report has what was left unjudged, too.
  if (!existsSync(file)) throw new Error(`the suite ended with status ${status}: ${stderr}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}
