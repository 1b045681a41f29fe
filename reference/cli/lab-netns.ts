/** `ntmobile lab --netns`: the laboratory out of namespaces. */

import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { UsageError } from '../drivers/config.ts';
import type { Kind } from '../lab/netns/sites.ts';
import { KINDS } from '../lab/netns/sites.ts';
import { describeSituations } from '../lab/situations.ts';
import { didYouMean } from '../nearest.ts';
import { play } from '../netns/play.ts';
import { missing } from '../netns/requirements.ts';
import { SCENARIOS } from '../netns/scenarios/index.ts';
import { untilStopped } from './until-stopped.ts';

export interface NetnsOptions {
  readonly list?: true;
  /** Where what is recorded goes. */
  readonly out?: string;
  readonly alice?: string;
  readonly bob?: string;
  readonly to?: string;
}

/**
 * Plays a scenario between namespaces of Linux.
 * @returns the exit status: 1 if something was not as expected
 * @throws UsageError
 */
export async function runNetns(name: string | undefined, options: NetnsOptions): Promise<number> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  if (options.list) {
    const width = Math.max(...Object.keys(SCENARIOS).map((known) => known.length)) + 2;
    for (const [known, { title }] of Object.entries(SCENARIOS)) say(`${known.padEnd(width)}${title}`);
    say('\nFor --alice, --bob and --to:');
    for (const line of describeSituations(KINDS)) say(line);
    return 0;
  }
  if (name === undefined) throw new UsageError('no scenario given: "ntmobile lab --netns --list" shows them');
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  const known = Object.keys(SCENARIOS);
  if (scenario === undefined)
    throw new UsageError(`${name} is no scenario: write ${known.join(', ')}.${didYouMean(name, known)}`);
  const choice = {
    alice: kind('--alice', options.alice),
    bob: kind('--bob', options.bob),
    to: kind('--to', options.to),
  };
  const fault = await missing(scenario.programs);
  if (fault !== undefined) throw new UsageError(`--netns: ${fault}`);
  const folder = await folderFor(name, options.out);
  say(`${name}: ${scenario.title}`);
  const isRight = await play(scenario, {
    command: ownCommand(),
    folder,
    choice,
    say,
    stopped: stopped(),
  });
  say(`${isRight ? 'all as expected' : 'NOT as expected'}: ${folder}/summary.md`);
  return isRight ? 0 : 1;
}

/** A terminal that is closed is to leave nothing behind either. */
function stopped(): Promise<void> {
  const hungUp = new Promise<void>((resolve) => process.once('SIGHUP', () => resolve()));
  return Promise.race([untilStopped(), hungUp]);
}

/** How the program that runs now is run. */
function ownCommand(): string[] {
  const flags = 'Deno' in globalThis ? ['run', '--allow-all', '--quiet'] : [];
  return [process.execPath, ...flags, process.argv[1] ?? ''];
}

async function folderFor(name: string, out: string | undefined): Promise<string> {
  if (out === undefined) return await mkdtemp(join(tmpdir(), `ntmobile-${name}-`));
  if (existsSync(out)) throw new UsageError(`${out} is there already: remove it, or name another folder`);
  return resolve(out);
}

function kind(flag: string, text: string | undefined): Kind | undefined {
  const found = KINDS.find((known) => known === text);
  if (text !== undefined && found === undefined)
    throw new UsageError(
      `${flag} is ${text}: write ${KINDS.join(', ')}; "ntmobile lab --netns --list" says what they are`,
    );
  return found;
}
