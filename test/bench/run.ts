/**
 * Measures what the page shows, and writes the page: `npm run bench` all of it, `npm run bench relay-time udp` some
 * sections. `-- --quick` tries benchmarks in small sizes and writes nothing; `-- --page` writes the page out of what
 * is stored; `-- --list` says what there is. NTM_NODE: the program of another release of Node, which is measured too.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { machine, versions } from './machine.ts';
import { benchmarks } from './page/list.ts';
import { page } from './page/markdown.ts';
import type { Stored } from './page/stored.ts';
import { faultsOf } from './page/stored.ts';
import { keep, writePage } from './store.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, page: { type: 'boolean' }, list: { type: 'boolean' } },
});
const ids = Object.keys(benchmarks);
const unknown = positionals.filter((id) => !ids.includes(id));

// What a benchmark has to undo it undoes as the process exits.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));

if (unknown.length > 0) {
  process.stderr.write(`there is no section ${unknown.join(', ')}; there are ${ids.join(', ')}\n`);
  process.exitCode = 2;
} else if (values.list) process.stdout.write(`${ids.join('\n')}\n`);
else if (values.page) writePage();
else {
  for (const id of positionals.length > 0 ? positionals : ids) await run(id, values.quick === true);
  if (!values.quick) writePage();
  // A runtime may keep sockets that a benchmark is through with.
  process.exit();
}

async function run(id: string, quick: boolean): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const benchmark = await benchmarks[id]?.();
  if (benchmark === undefined) return;
  const missing = benchmark.lacks();
  if (missing !== undefined) {
    say(`${id}: not measured here: ${missing}`);
    process.exitCode = 1;
    return;
  }
  const start = performance.now();
  const seconds = (): number => Math.round((performance.now() - start) / 1000);
  say(`${id}: ${benchmark.title}`);
  try {
    const progress = (line: string): void => say(`${String(seconds()).padStart(5)} s  ${line}`);
    const section = await benchmark.measure({ quick, progress });
    const faults = faultsOf(section);
    if (faults.length > 0) throw new Error(faults.join('\n'));
    const measuredOn = new Date().toISOString().slice(0, 10);
    const measured: Stored = {
      measuredOn,
      took: seconds(),
      machine: machine(),
      versions: versions(),
      section,
    };
    if (quick) say(page([measured]));
    else keep(measured);
  } catch (error) {
    // The others are measured all the same.
    say(`${id}: ${error instanceof Error ? error.stack : error}`);
    process.exitCode = 1;
  }
}
