import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { UsageError } from '../drivers/config.ts';
import type { Situation } from '../lab/places.ts';
import { SITUATIONS } from '../lab/places.ts';
import { play } from '../lab/play.ts';
import { gridReport } from '../lab/report.ts';
import { SCENARIOS } from '../lab/scenarios.ts';
import { chartLines } from '../trace/chart.ts';
import { chartPicture } from '../trace/picture.ts';

export interface LabOptions {
  readonly list?: true;
  /** Where the page of all pairs goes. */
  readonly grid?: string;
  readonly seed: string;
  readonly alice?: string;
  readonly bob?: string;
  readonly to?: string;
  readonly svg?: string;
  readonly all?: true;
}

/** Plays a scenario on a simulated Internet and draws it. @throws UsageError */
export async function runLab(name: string | undefined, options: LabOptions): Promise<void> {
  if (options.list) return list();
  if (options.grid !== undefined) return grid(options.grid);
  if (name === undefined) throw new UsageError('no scenario given: "ntmobile lab --list" shows them');
  const scenario = SCENARIOS[name];
  if (scenario === undefined)
    throw new UsageError(`${name} is no scenario: write ${Object.keys(SCENARIOS).join(', ')}`);
  const { exchange, summary } = await play(
    scenario,
    {
      seed: options.seed,
      alice: situation('--alice', options.alice),
      bob: situation('--bob', options.bob),
      to: situation('--to', options.to),
      isWhole: options.all ?? false,
    },
    setImmediate,
  );
  process.stdout.write(`${[scenario.title, '', ...chartLines(exchange), '', ...summary].join('\n')}\n`);
  if (options.svg !== undefined) await write(options.svg, chartPicture(exchange, scenario.title));
}

function list(): void {
  const width = Math.max(...Object.keys(SCENARIOS).map((name) => name.length)) + 2;
  const lines = Object.entries(SCENARIOS).map(([name, { title }]) => `${name.padEnd(width)}${title}`);
  process.stdout.write(`${lines.join('\n')}\n`);
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
    throw new UsageError(`${flag} is ${text}: write ${SITUATIONS.join(', ')}`);
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
