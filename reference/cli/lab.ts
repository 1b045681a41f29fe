import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { UsageError } from '../drivers/config.ts';
import type { Algorithm } from '../lab/balancer/algorithms.ts';
import { ALGORITHMS } from '../lab/balancer/algorithms.ts';
import { experiment } from '../lab/balancer/experiment.ts';
import { section } from '../lab/balancer/page.ts';
import { topology } from '../lab/balancer/picture.ts';
import { balancerReport } from '../lab/balancer/report.ts';
import { faultRun } from '../lab/faults/run.ts';
import type { Situation } from '../lab/places.ts';
import { SITUATIONS } from '../lab/places.ts';
import { play } from '../lab/play.ts';
import { gridReport } from '../lab/report.ts';
import { SCENARIOS } from '../lab/scenarios.ts';
import { describeSituations } from '../lab/situations.ts';
import { didYouMean } from '../nearest.ts';
import { chartLines } from '../trace/chart.ts';
import { chartPicture } from '../trace/picture.ts';
import { runNetns } from './lab-netns.ts';

export interface LabOptions {
  readonly list?: true;
  /** Between namespaces of Linux, not simulated. */
  readonly netns?: true;
  /** Where what is recorded there goes. */
  readonly out?: string;
  /** Where the page of all pairs goes. */
  readonly grid?: string;
  readonly seed: string;
  readonly alice?: string;
  readonly bob?: string;
  readonly to?: string;
  readonly svg?: string;
  readonly all?: true;
  /** Seeds of fault runs, from this one on. */
  readonly faults?: string;
  /** The experiment with a load balancer: with one algorithm, or all. */
  readonly balancer?: string | true;
}

/**
 * Plays a scenario on a simulated Internet and draws it.
 * @returns the exit status: 1 if a fault run showed something that must not be
 * @throws UsageError
 */
export async function runLab(name: string | undefined, options: LabOptions): Promise<number> {
  if (options.netns) return runNetns(name, options);
  if (options.list) list();
  else if (options.grid !== undefined) await grid(options.grid);
  else if (options.faults !== undefined) return faults(options.faults, options);
  else if (options.balancer !== undefined) await balancer(options.balancer, options);
  else await scenario(name, options);
  return 0;
}

async function scenario(name: string | undefined, options: LabOptions): Promise<void> {
  if (name === undefined) throw new UsageError('no scenario given: "ntmobile lab --list" shows them');
  const chosen = SCENARIOS[name];
  const known = Object.keys(SCENARIOS);
  if (chosen === undefined)
    throw new UsageError(`${name} is no scenario: write ${known.join(', ')}.${didYouMean(name, known)}`);
  const { exchange, summary } = await play(
    chosen,
    {
      seed: options.seed,
      alice: situation('--alice', options.alice),
      bob: situation('--bob', options.bob),
      to: situation('--to', options.to),
      isWhole: options.all ?? false,
    },
    setImmediate,
  );
  process.stdout.write(`${[chosen.title, '', ...chartLines(exchange), '', ...summary].join('\n')}\n`);
  if (options.svg !== undefined) await write(options.svg, chartPicture(exchange, chosen.title));
}

/** Plays one run again, step by step. */
async function faults(seed: string, { all, svg }: LabOptions): Promise<number> {
  const { exchange, violations, mendedAfter } = await faultRun(seed, setImmediate);
  const { remarks = [] } = exchange;
  const story = remarks.map(({ t, text }) => `${t.toFixed(1).padStart(10)}  ${text}`);
  const last =
    mendedAfter === undefined ? 'not all works again' : `all works again after ${mendedAfter.toFixed(0)} ms`;
  const found = violations.length === 0 ? ['nothing was wrong'] : violations.map((what) => `WRONG: ${what}`);
  process.stdout.write(`${[...(all ? chartLines(exchange) : story), last, ...found].join('\n')}\n`);
  if (svg !== undefined) await write(svg, chartPicture(exchange, `Fault run, seed ${seed}`));
  return violations.length === 0 ? 0 : 1;
}

async function balancer(chosen: string | true, { svg }: LabOptions): Promise<void> {
  if (chosen === true) process.stdout.write(await balancerReport(setImmediate));
  else {
    if (!Object.hasOwn(ALGORITHMS, chosen))
      throw new UsageError(`${chosen} is no algorithm: write ${Object.keys(ALGORITHMS).join(', ')}`);
    process.stdout.write(`${section(await experiment(chosen as Algorithm, setImmediate))}\n`);
  }
  if (svg !== undefined) await write(svg, topology());
}

function list(): void {
  const width = Math.max(...Object.keys(SCENARIOS).map((name) => name.length)) + 2;
  const lines = Object.entries(SCENARIOS).map(([name, { title }]) => `${name.padEnd(width)}${title}`);
  const places = ['', 'For --alice, --bob and --to:', ...describeSituations(SITUATIONS)];
  process.stdout.write(`${[...lines, ...places].join('\n')}\n`);
}

async function grid(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(await gridReport(setImmediate))) {
    await write(join(folder, name), text);
    process.stdout.write(`${join(folder, name)}\n`);
  }
}

function situation(flag: string, text: string | undefined): Situation | undefined {
  const found = SITUATIONS.find((known) => known === text);
  if (text !== undefined && found === undefined)
    throw new UsageError(
      `${flag} is ${text}: write ${SITUATIONS.join(', ')}; "ntmobile lab --list" says what they are`,
    );
  return found;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be written (${code}): name a place where files may be written`);
  }
}
