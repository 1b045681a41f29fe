// Records what each case of an embedded run costs, for --budget and for the order in which cases are begun:
// `npm run costs` on a host that is otherwise idle.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// With more in flight they would be measured waiting for each other.
const args = ['conformance/bin.js', '--jobs', '2', '--reporter', 'json', '--quiet'];
const { status, stdout } = spawnSync(process.execPath, args, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
  maxBuffer: 1 << 28,
});
if (status === 0) {
  const { cases } = JSON.parse(stdout);
  const judged = cases.filter(({ verdict, ms }) => verdict === 'pass' && ms > 0);
  const costs = Object.fromEntries(judged.map(({ id, ms }) => [id, rounded(ms)]));
  writeFileSync(new URL('../conformance/costs.json', import.meta.url), `${JSON.stringify(costs, null, 2)}\n`);
  console.log(`${judged.length} of ${cases.length} cases recorded.`);
}
process.exitCode = status ?? 1;

/** To one digit, so that a record of the same changes little. */
function rounded(ms) {
  return Number(Math.max(1, ms).toPrecision(1));
}
