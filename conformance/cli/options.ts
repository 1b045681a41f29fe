/** `init`, which writes a file of options, and `--options`, which takes them from there. */
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { Mistake } from '../command/mistake.ts';
import type { KnownOption, OptionGroup } from '../command/option-file.ts';
import { readOptionFile, renderOptionFile } from '../command/option-file.ts';
import { shellLine } from '../command/shell.ts';
import { targetValue } from '../command/values.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { readText, writeFault } from './files.ts';
import {
  choosingOptions,
  colourOption,
  expectationOptions,
  reachOptions,
  reporterOptions,
  runOptions,
} from './flags.ts';
import type { Terminal } from './terminal.ts';

/** What is for one run only. */
const ONCE: readonly string[] = ['--options', '--list', '--replay'];

const GROUPS: readonly (readonly [string, (command: Command) => Command])[] = [
  ['The target, and the way to it', reachOptions],
  ['Which cases', choosingOptions],
  ['How they are run', runOptions],
  ['What is known of the target', expectationOptions],
  ['Reports', (command) => colourOption(reporterOptions(command))],
];

export function optionGroups(): OptionGroup[] {
  return GROUPS.map(([title, add]) => ({
    title,
    options: knownOptions(add(new Command())).filter(({ long }) => !ONCE.includes(long)),
  }));
}

function knownOptions({ options }: Command): KnownOption[] {
  return options.map(({ flags, long, description, defaultValue, required }) => ({
    flags,
    long: long ?? flags,
    description,
    usual: typeof defaultValue === 'string' ? defaultValue : undefined,
    takesValue: required,
  }));
}

export interface InitOptions {
  readonly target?: string;
}

/** Writes a file of options with all of them explained. @throws Mistake if there is such a file */
export async function initCommand(
  file: string,
  { target }: InitOptions,
  terminal: Terminal,
): Promise<number> {
  if (target !== undefined) targetValue(target);
  const text = renderOptionFile(optionGroups(), target === undefined ? {} : { '--target': target });
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Mistake(`${file} is there already: remove it, or name another file.`);
    throw new Mistake(writeFault(file, error), EXIT.suite);
  }
  const next = shellLine(['ntm-conform', '--options', file]);
  terminal.err(`Take the # away in ${file} before what you want, then: ${next}\n`);
  return EXIT.good;
}

/**
 * The arguments with those of `--options FILE` in its place.
 * @throws Mistake
 */
export async function withOptionFile(top: Command, argv: readonly string[]): Promise<readonly string[]> {
  const own = top.commands.find((command) => command.name() === argv[0]);
  const command = own ?? top;
  const before = own === undefined ? [] : [own.name()];
  const { file, rest } = taken(argv.slice(before.length));
  if (file === undefined || !command.options.some(({ long }) => long === '--options')) return argv;
  const words = readOptionFile(file, await readText(file), {
    all: optionGroups().flatMap(({ options }) => options),
    own: new Set(command.options.flatMap(({ long }) => long ?? [])),
    written: new Set(rest.flatMap((word) => /^--[^=]+/.exec(word)?.[0] ?? [])),
  });
  return [...before, ...words, ...rest];
}

/** @throws Mistake if there are several files */
function taken(argv: readonly string[]): {
  readonly file: string | undefined;
  readonly rest: readonly string[];
} {
  const at = argv.findIndex((word) => word === '--options' || word.startsWith('--options='));
  const word = argv[at];
  const joined = word?.slice('--options='.length);
  const file = word === '--options' ? argv[at + 1] : joined;
  // Without a file it is left to the command line's own check.
  if (word === undefined || file === undefined || file === '') return { file: undefined, rest: argv };
  const rest = [...argv.slice(0, at), ...argv.slice(at + (word === '--options' ? 2 : 1))];
  if (taken(rest).file !== undefined) throw new Mistake('--options takes one file: put both into one.');
  return { file, rest };
}
