/**
 * Looks for false alarms: all cases against the reference in virtual time, over many seeds and networks. Whatever is
 * not a pass is printed with the seed that shows it again.
 *
 *     node --import ./test/typescript.js test/flakes/run.ts --seeds 100 --from 0 [--only loss] [CASE...]
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import type { Report } from '../../conformance/report.ts';
import type { Impairment } from '../../reference/net/impairment.ts';
import { memoryNet, runInMemory } from '../conformance/bench.ts';
import { UNEVEN, unevenNet } from './uneven.ts';

const NETWORKS: Readonly<Record<string, Partial<Impairment>>> = {
  exact: {},
  delay: { delayMin: 5, delayMax: 40 },
  duplicate: { duplicate: 0.1, delayMax: 10 },
  reorder: { reorder: 0.1, delayMax: 10 },
  loss: { loss: 0.02, delayMax: 10 },
};

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    only: { type: 'string', multiple: true },
    depth: { type: 'string', default: 'quick' },
  },
  allowPositionals: true,
});
const cases = ALL_CASES.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const networks = Object.entries({
  ...NETWORKS,
  ...Object.fromEntries(Object.keys(UNEVEN).map((name) => [name, {}])),
}).filter(([name]) => values.only?.includes(name) ?? true);
const first = Number(values.from);
const runtime = 'Deno' in globalThis ? 'Deno' : 'Bun' in globalThis ? 'Bun' : 'Node';
const PROGRAMS = { Node: 'node --import ./test/typescript.js', Deno: 'npx deno run -A', Bun: 'npx bun' };

let [judged, unexercised, flakes] = [0, 0, 0];
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  for (const [name, faults] of networks) {
    const report = await one(`flakes ${seed}`, name, faults);
    for (const result of report.cases) {
      judged++;
      if (result.verdict === 'pass') continue;
      // A case may say that such a network leaves nothing to judge, that it waits too long for a default run, or that it is
      // about what the reference has in the kernel alone.
      if (result.verdict === 'not-exercised' || result.verdict === 'not-applicable') unexercised++;
      else {
        flakes++;
        const { id, verdict, requirement, expected, actual, reason } = result;
        console.log(`seed ${seed}, ${name}: ${id} ${verdict}`);
        console.log(`  again: ${again(seed, name, id)}`);
        console.log(`  ${requirement ?? reason}\n  expected ${expected.join(' or ')}\n  actual ${actual}`);
        for (const { at, from, to, label, deviates } of result.exchange?.arrows ?? []) {
          console.log(`  ${at.toFixed(1).padStart(8)} ${from} to ${to}: ${label}${deviates ? '  <--' : ''}`);
        }
      }
    }
  }
}
console.log(
  `${runtime}: ${values.seeds} seeds, ${networks.map(([name]) => name).join(', ')}, ${cases.length} cases: ` +
    `${judged - unexercised} judged, ${unexercised} not exercised, ${flakes} not passed`,
);
process.exitCode = flakes === 0 ? 0 : 1;

/** The command that shows it again. */
function again(seed: number, network: string, id: string): string {
  const options = [
    `--from ${seed}`,
    `--only ${network}`,
    ...(values.depth === 'quick' ? [] : ['--depth default']),
  ];
  return `${PROGRAMS[runtime]} test/flakes/run.ts ${options.join(' ')} ${id}`;
}

function one(seed: string, name: string, faults: Partial<Impairment>): Promise<Report> {
  const net = memoryNet(seed);
  net.impair(faults);
  const isExact = Object.keys(faults).length === 0;
  const { environment, ...parts } = UNEVEN[name]?.(unevenNet(net, seed)) ?? {};
  const network = isExact ? '' : JSON.stringify(faults);
  return runInMemory({
    net,
    run: { seed, cases, depth: values.depth === 'default' ? 'default' : 'quick', profile: 'hardened' },
    environment: { network, twinEveryRow: false, ...environment },
    ...parts,
  });
}
