/** Options that several commands have. */
import process from 'node:process';
import type { Command } from 'commander';
import { REPORTERS } from '../command/reporter-value.ts';

/** Deno's UDP sockets are slow: with 32 cases in flight answers come later than they may. */
const JOBS = 'Deno' in globalThis ? '4' : '32';

/** Takes the exit status of the command that ran. */
export type Finish = (status: number) => void;

/** An option that may be given again. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Options of all commands that talk to a target. */
export function reachOptions(command: Command): Command {
  return command
    .option('--options <file>', 'options from a file, one a line; init writes one')
    .option('--target <host:port>', 'the adapter of the target, or ROLE=HOST:PORT; IPv6 in brackets', collect)
    .option('--config <file>', 'the target has no adapter, is a role itself, and has this from provision')
    .option('--secret-file <file>', 'in place of --config: the test secret that provision was given')
    .option('--token-file <file>', 'the token shared with the adapter, needed off loopback')
    .option('--source <addr,...>', "the tester's own addresses, the preferred one first", collect)
    .option(
      '--advertise <addr,...>',
      'how the target sees them, behind a NAT or where all are bound',
      collect,
    )
    .option('--listen <host:port,...>', 'where DC 1 and DC 2 are played, with --config', collect);
}

/** Options that say what is known of the target. */
export function expectationOptions(command: Command): Command {
  return command
    .option('--waive <file>', 'violations that somebody answers for: id, reason, link, expiry')
    .option('--expect-fail <file>', 'known failures with reasons; one that passes is an error')
    .option('--baseline <file>', 'an earlier JSON report: what fails and what passes since');
}

/** Options that say how a report is given. */
export function reporterOptions(command: Command): Command {
  return command
    .option(
      '--reporter <kind>',
      `${REPORTERS.join(', ')}: for the console; =FILE for a file, any number`,
      collect,
    )
    .option(
      '--spec-url <url>',
      'where the page of ntm-conform spec lies: the HTML report links clauses to it',
    );
}

export function colourOption(command: Command): Command {
  const off = (process.env.NO_COLOR ?? '') !== '';
  return command.option('--no-color', `no colours; NO_COLOR does the same${off ? ' (it is set)' : ''}`);
}

/** Options that choose cases. */
export function choosingOptions(command: Command): Command {
  return command
    .option('--role <role,...>', 'only cases for these roles', collect)
    .option('--clause <id,...>', 'only cases about these clauses, globs too', collect)
    .option('--level <level,...>', 'only must, should or may', collect)
    .option('--profile <name>', 'core: out of the papers; open: every MUST; hardened: all', 'hardened')
    .option('--grep <text>', 'only cases with this text in id, title or fault', collect);
}

/** Options about how cases are run. */
export function runOptions(command: Command): Command {
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
