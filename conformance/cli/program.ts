/** The commands and their options, with their help. */
import { Command } from 'commander';
import type { WrittenRunOptions } from '../command/run-options.ts';
import { addCommands } from './commands.ts';
import type { Finish } from './flags.ts';
import {
  choosingOptions,
  colourOption,
  expectationOptions,
  reachOptions,
  reporterOptions,
  runOptions,
} from './flags.ts';
import { suiteVersion } from './suite-version.ts';
import type { Terminal } from './terminal.ts';

const AFTER = `
Without --target it tests the reference that comes with it, in another process.

Exit status: 0 good; 1 a MUST failed or was not implemented; 2 command line or configuration;
3 never reached, contract broken, or a MUST inconclusive; 4 the suite's own fault, or a report
or capture that could not be written; 130 interrupted.`;

/** @param finish takes the exit status of the command that ran */
export function program(terminal: Terminal, finish: Finish): Command {
  const top = new Command('ntm-conform')
    .description('Tests an implementation of NTMobile against the specification, clause by clause.')
    .version(suiteVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: () => {},
      getOutHelpWidth: () => terminal.width,
    })
    .argument('[patterns...]', 'ids of cases or clauses, or globs over them: rs-s.forward.* RSS-02')
    .addHelpText('after', AFTER);
  reachOptions(top);
  choosingOptions(top);
  runOptions(top);
  expectationOptions(top);
  reporterOptions(top);
  colourOption(top);
  top.action(async (patterns: string[], options: WrittenRunOptions) => {
    const start = options.watch ? (await import('./watch.ts')).watch : (await import('./run.ts')).run;
    finish(await start(patterns, options, terminal));
  });
  addCommands(top, terminal, finish);
  return top;
}
