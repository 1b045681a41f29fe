/** Faults over real UDP: each runtime has the same verdict and the same smallest input to show for them. */
import { readFileSync } from 'node:fs';
import type { CaseResult } from '../../conformance/report.ts';
import { Report } from '../../conformance/report.ts';
import { folder } from '../conformance/terminal.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';
import type { RuntimeName } from './runtimes.ts';
import { isLong, onlyOnNode, RUNTIMES, start, untilReady } from './runtimes.ts';

const SEED = 'five saboteurs';

type Found = Pick<CaseResult, 'verdict' | 'blame' | 'counterexample'>;

/** Each with a property that catches it, for only an input can be made smaller. */
const SABOTEURS = {
  'forward-data-only': 'rs-s.forward.any-type',
  'answers-strangers': 'rs-s.context.unknown',
  'narrow-window': 'rs-s.sealed.window',
  'forgets-transactions': 'rs-s.transaction.reuse',
  'codec-takes-any-cbor': 'codec.body.mutated',
} as const;

/** In the short form the two that differ most: one of the wire, one of the codec. */
const SHORT = ['forward-data-only', 'codec-takes-any-cbor'];

for (const [saboteur, caughtBy] of Object.entries(SABOTEURS)) {
  if (!isLong && !SHORT.includes(saboteur)) continue;
  t.test(`${saboteur} is caught alike on Node, Deno and Bun`, { skip: onlyOnNode }, async (t) => {
    const found: Partial<Record<RuntimeName, Found>> = {};
    for (const name of RUNTIMES) {
      const result = await undisturbed(t, name, saboteur, caughtBy);
      t.same([result.verdict, result.blame], ['fail', 'target'], `${name}: caught`);
      t.ok(result.counterexample, `${name}: with an input: ${result.counterexample}`);
      found[name] = result;
    }
    t.same(found.deno, found.node, 'Deno as Node');
    t.same(found.bun, found.node, 'Bun as Node');
  });
}

t.test('a mistake in its command line is one line', { skip: onlyOnNode }, async (t) => {
  for (const [args, line] of [
    [['--lst'], "variant: unknown option '--lst' (Did you mean --list?)\n"],
    [['no-such'], 'variant: no variant no-such: --list names them\n'],
    [['narrow-window', '--listen', 'x'], 'variant: --listen is x: write it like 127.0.0.1:4400\n'],
  ] as const) {
    const { status, err } = await start('bun', 'adapters/variant.js', args).ended;
    t.same([status, err], [2, line]);
  }
});

/** So often a run is made when this machine was too busy to judge. */
const TRIES = 4;

async function undisturbed(t: T, name: RuntimeName, saboteur: string, caughtBy: string): Promise<Found> {
  for (let tries = 1; ; tries++) {
    const result = await runAgainst(t, name, saboteur, caughtBy);
    if (tries === TRIES || result.blame !== 'host') return result;
    t.comment(`${name}: the machine was busy, so once more`);
  }
}

async function runAgainst(t: T, name: RuntimeName, saboteur: string, caughtBy: string): Promise<Found> {
  const report = folder(t)('report.json');
  // One for each run: a saboteur may have died of the last.
  const adapter = start(name, 'adapters/variant.js', [saboteur]);
  try {
    const at = await untilReady(adapter);
    const args = ['--target', at, '--seed', SEED, '--quiet', '--reporter', `json=${report}`, caughtBy];
    const { status, err } = await start(name, 'conformance/bin.js', args).ended;
    const { cases } = Report.parse(JSON.parse(readFileSync(report, 'utf8')));
    const result = cases.find(({ id }) => id === caughtBy);
    if (result === undefined) throw new Error(`no case ${caughtBy} in the report`);
    const { verdict, blame, counterexample } = result;
    t.same([status, err], [verdict === 'fail' ? 1 : 3, ''], `${name}: the status tells the verdict`);
    return { verdict, blame, counterexample };
  } finally {
    adapter.child.kill('SIGKILL');
    await adapter.ended;
  }
}
