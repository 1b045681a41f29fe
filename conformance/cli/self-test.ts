/**
 * `self-test`: is the suite any good? Implementations with one fault each have to be caught by the case that
 * is there for it; legal oddities must not fail. Each is a program of its own behind its adapter.
 */
import { udpNet } from '../../reference/net/udp/udp.ts';
import { ALL_CASES } from '../cases/all.ts';
import type { Kill } from '../command/kill-table.ts';
import { killOf, writeKillTable } from '../command/kill-table.ts';
import { Mistake } from '../command/mistake.ts';
import { didYouMean } from '../command/nearest.ts';
import { wholeNumber } from '../command/values.ts';
import type { Saboteur, Variants } from '../command/variants.ts';
import { caught, spared } from '../command/variants.ts';
import type { Report } from '../report.ts';
import type { Checked } from '../reporters/checks.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { inLanes } from '../runner/lanes.ts';
import { catalogue } from '../spec-clauses.ts';
import { checkPrinter } from './checking.ts';
import { outputOf, startAdapter } from './child.ts';
import { writeText } from './files.ts';
import type { Job } from './judge.ts';
import { runJob } from './judge.ts';
import { specFiles, versions } from './own-files.ts';
import { suiteVersion } from './suite-version.ts';
import { reachTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

const PROGRAM = 'adapters/variant.js';

export interface SelfTestOptions {
  readonly seed: string;
  readonly jobs: string;
  readonly list?: true;
  /** Each saboteur meets all cases; the file gets which of them caught it. */
  readonly kills?: string;
  readonly color: boolean;
}

/** @param names of variants; none: all of them. @returns 1 if a saboteur slips through or an oddity fails */
export async function selfTest(
  names: readonly string[],
  options: SelfTestOptions,
  terminal: Terminal,
): Promise<number> {
  const variants = JSON.parse(await outputOf([PROGRAM, '--list'])) as Variants;
  const trials = trialsOf(variants, options).filter(({ name }) => names.length === 0 || names.includes(name));
  const known = [...variants.saboteurs, ...variants.oddities].map(({ name }) => name);
  for (const name of names)
    if (!known.includes(name))
      throw new Mistake(
        `There is no variant ${name}: see them with self-test --list.${didYouMean(name, known)}`,
      );
  if (options.list) {
    terminal.out(trials.map(({ name, title }) => `${name}  ${title}\n`).join(''));
    return EXIT.good;
  }
  const printer = checkPrinter(terminal, paintOf(terminal, options.color));
  const kills: Kill[] = [];
  let good = true;
  const busy: Trial[] = [];
  const judge = (trial: Trial, report: Report): void => {
    const result = trial.judge(report);
    if (trial.saboteur !== undefined) kills.push(killOf(trial.saboteur, report));
    good &&= result.verdict === 'pass';
    printer.add(result);
  };
  await inLanes(trials, wholeNumber('--jobs', options.jobs, 1, 64), async (trial) => {
    const report = await undisturbed(trial);
    if (wasDisturbed(report)) busy.push(trial);
    else judge(trial, report);
  });
  // What starts beside a trial may be what disturbs it: these are alone.
  for (const trial of busy) judge(trial, await undisturbed(trial));
  printer.end();
  if (options.kills !== undefined) {
    const table = {
      suite: suiteVersion(),
      spec: versions().spec,
      seed: options.seed,
    };
    const fault = await writeText(options.kills, writeKillTable({ ...table, saboteurs: kills }));
    if (fault !== undefined) throw new Mistake(fault, EXIT.suite);
  }
  return good ? EXIT.good : EXIT.failed;
}

interface Trial {
  readonly name: string;
  readonly title: string;
  readonly job: Omit<Job, 'net'>;
  readonly saboteur?: Saboteur;
  judge(report: Report): Checked;
}

function trialsOf({ saboteurs, oddities }: Variants, { seed, kills }: SelfTestOptions): Trial[] {
  const settings = {
    ...({ seed, depth: 'default', profile: 'hardened', strict: false, slow: false, jobs: 32 } as const),
    ...{ timeout: 2000, bail: false, clauses: catalogue(specFiles()) },
  } satisfies Omit<Job, 'cases' | 'net'>;
  return [
    ...saboteurs.map((saboteur) => ({
      name: saboteur.name,
      title: `saboteur: ${saboteur.title} (${saboteur.clause}, caught by ${saboteur.caughtBy})`,
      saboteur,
      // One case, which may be one that waits long; for the table all that do not wait long beside it.
      job: {
        ...settings,
        slow: true,
        cases: ALL_CASES.filter(
          ({ id, needs }) => id === saboteur.caughtBy || (kills !== undefined && !needs.includes('slow')),
        ),
      },
      judge: (report: Report) => caught(saboteur, report),
    })),
    ...oddities.map((oddity) => ({
      name: oddity.name,
      title: `oddity: ${oddity.title} (${oddity.clause})`,
      job: { ...settings, cases: ALL_CASES },
      judge: (report: Report) => spared(oddity, report),
    })),
  ];
}

/** So often a trial is run when this machine was too busy to judge. */
const TRIES = 3;

async function undisturbed({ name, job }: Trial): Promise<Report> {
  for (let tries = 1; ; tries++) {
    const report = await runAgainst(name, job);
    if (tries === TRIES || !wasDisturbed(report)) return report;
  }
}

function wasDisturbed({ cases }: Report): boolean {
  return cases.some(({ blame }) => blame === 'host');
}

async function runAgainst(name: string, job: Omit<Job, 'net'>): Promise<Report> {
  const child = await startAdapter([PROGRAM, name, '--listen', '127.0.0.1:0']);
  const net = udpNet();
  const target = { role: undefined, endpoint: child.adapter };
  try {
    const reached = await reachTarget({ target, sources: [], outside: [], listen: [] }, {}, net);
    return await runJob(reached, { ...job, net, secondTries: 0 });
  } finally {
    await child.stop();
  }
}
