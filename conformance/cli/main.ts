/** `ntm-conform`: the command line of the conformance suite. */
import { CommanderError } from 'commander';
import { NetError } from '../../reference/net/net.ts';
import { Mistake } from '../command/mistake.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { TargetError } from '../target/target.ts';
import { withOptionFile } from './options.ts';
import { program } from './program.ts';
import type { Terminal } from './terminal.ts';
import { processTerminal } from './terminal.ts';

/**
 * Runs the command line.
 * @param argv arguments after the program's name
 * @returns the exit status; of a person's mistake there is one line on stderr
 */
export async function main(argv: string[], terminal: Terminal = processTerminal()): Promise<number> {
  let status: number = EXIT.good;
  try {
    const top = program(terminal, (result) => {
      status = result;
    });
    await top.parseAsync([...(await withOptionFile(top, argv))], { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.good;
    const mistake = await asMistake(error);
    terminal.err(`ntm-conform: ${mistake.message}\n`);
    return mistake.status;
  }
}

async function asMistake(error: unknown): Promise<Mistake> {
  if (error instanceof Mistake) return error;
  if (error instanceof TargetError) return (await import('./target.ts')).mistakeOf(error);
  if (error instanceof NetError) return new Mistake(`${error.message}.`);
  if (error instanceof CommanderError) return new Mistake(commandLine(error.message));
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Mistake(`The suite itself failed, please report this: ${text}`, EXIT.suite);
}

/** Commander's words as a sentence, with what to do. */
function commandLine(message: string): string {
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n');
  const hint = more.join(' ').replace(/^\((.*)\)$/, '$1') || 'See ntm-conform --help.';
  return `${what.charAt(0).toUpperCase()}${what.slice(1).replace(/\.?$/, '.')} ${hint}`;
}
