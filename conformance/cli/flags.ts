/** Options that several commands have. */
import process from 'node:process';
import type { Command } from 'commander';
import { REPORTERS } from '../command/reporter-value.ts';

/** Takes the exit status of the command that ran. */
export type Finish = (status: number) => void;

/** An option that may be given again. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Options of all commands that talk to a target. */
export function reachOptions(command: Command): Command {
  return command
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
