/** The commands and their options, with their help. */
import { Command } from 'commander';
import type { WrittenRunOptions } from '../command/run-options.ts';
import { addCommands } from './commands.ts';
import { suiteVersion } from './files.ts';
import type { Finish } from './flags.ts';
import { collect, colourOption, expectationOptions, reachOptions, reporterOptions } from './flags.ts';
import { run } from './run.ts';
import type { Terminal } from './terminal.ts';
import { watch } from './watch.ts';

const AFTER = `
Without --target it tests the reference that comes with it, in another process.

Exit status: 0 good; 1 a MUST failed or was not implemented; 2 command line or configuration;
3 never reached, contract broken, or a MUST inconclusive; 4 the suite's own fault, or a report
or capture that could not be written; 130 interrupted.`;

/** Deno's UDP sockets are slow: with 32 cases in flight answers come later than they may. */
const JOBS = 'Deno' in globalThis ? '4' : '32';

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
    const start = options.watch ? watch : run;
    finish(await start(patterns, options, terminal));
  });
  addCommands(top, terminal, finish);
  return top;
}

function choosingOptions(command: Command): Command {
  return command
    .option('--role <role,...>', 'only cases for these roles', collect)
    .option('--clause <id,...>', 'only cases about these clauses, globs too', collect)
    .option('--level <level,...>', 'only must, should or may', collect)
    .option('--profile <name>', 'core: out of the papers; open: every MUST; hardened: all', 'hardened')
    .option('--grep <text>', 'only cases with this text in id, title or fault', collect);
}

function runOptions(command: Command): Command {
  return command
    .option('--list', 'list the cases instead of running them; --reporter json for machines')
    .option(
      '--depth <name>',
      'quick, default, pairwise or exhaustive: how many rows a property has',
      'default',
    )
    .option('--runs <n>', 'rows of each property')
    .option('--seed <text>', 'the same seed sends the same')
    .option('--replay <token>', 'one failure again')
    .option('--pcap <file>', 'every datagram of the run as pcapng, for Wireshark; a comment names its case')
    .option(
      '--pcap-keys',
      'with it FILE.keys, test secrets of the run that decrypt it: see adapters/wireshark/',
    )
    .option('--impair <faults>', 'on the way to the target: loss=2%,duplicate=1%,reorder=5%,delay=5-40ms')
    .option(
      '--evidence <dir>',
      'a bundle from which judge recomputes every verdict without the target; has the test secrets of the run',
    )
    .option(
      '--sign <keyfile>',
      'with it an Ed25519 signature; openssl genpkey -algorithm ed25519 makes a key',
    )
    .option('--pics <file>', 'what the implementer claims: pics --reporter json, filled in')
    .option('--shard <i/n>', 'only the i-th of n parts of the cases; merge puts their reports together')
    .option('--budget <time>', 'only as many cases as fit, those about the most clauses first')
    .option('--strict', 'SHOULD counts as MUST')
    .option('--slow', 'run the cases with long waits too')
    .option('--timeout <time>', 'how long an answer may take', '2s')
    .option('--jobs <n>', 'cases in flight', JOBS)
    .option('--watch', 'again whenever the adapter was started anew, or Enter is pressed, and what changed')
    .option('--bail', 'stop after the first failure')
    .option('--quiet', 'only what did not pass, and the total');
}
