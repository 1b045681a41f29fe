/** `ntmobile`: runs one role, or the adapter of this implementation, and what belongs to that. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../drivers/config.ts';
import { DATAPATHS } from '../drivers/kernel/datapath.ts';
import { NetError } from '../net/net.ts';
import type { AdapterOptions } from './adapter.ts';
import type { InitOptions } from './init.ts';
import type { LabOptions } from './lab.ts';
import type { NodeOptions } from './node.ts';
import type { RsSOptions } from './rs-s.ts';
import type { RoleOptions } from './serve.ts';
import { udpOption } from './udp.ts';

const EXIT_USAGE = 2;

/** Columns of help where nobody says how many there are. */
const WIDTH = 110;

const AFTER = `
A role and the adapter run until SIGINT or SIGTERM.

Exit status: 0 good; 1 a ping without a reply, or a lab run that showed a fault; 2 command line or
configuration.`;

/**
 * Runs the command line.
 * @param argv arguments after the program's name
 * @returns the exit status: 0, 1 for a ping without a reply or a lab run that showed a fault, or 2 for a person's mistake; one line on stderr says
 * how to mend it.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv.length === 0) throw new UsageError('no role given: try "ntmobile --help"');
    let status = 0;
    const program = commands((ended) => {
      status = ended;
    });
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof UsageError || error instanceof NetError || error instanceof CommanderError) {
      process.stderr.write(`ntmobile: ${oneLine(error.message)}\n`);
      return EXIT_USAGE;
    }
    throw error;
  }
}

/**
 * Each command loads what it runs when it is run: to load all takes longer than to say that a flag is wrong.
 * @param finish takes the exit status of a command
 */
function commands(finish: (status: number) => void): Command {
  const program = new Command('ntmobile')
    .description('Runs a role of NTMobile, or the adapter with which a conformance suite tests them.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('--help', 'print this')
    .helpCommand('help [command]', 'print the help of a command')
    .exitOverride()
    .configureOutput({ outputError: () => {}, getOutHelpWidth: () => process.stdout.columns ?? WIDTH })
    .addHelpText('after', AFTER);
  const role = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .requiredOption('--config <file>', 'JSON file with its configuration')
      .option('--trace <file>', 'write a line to it for each datagram, for "chart"')
      .option('--verbose', 'log what is refused in good order too, and what goes through the sockets')
      .addOption(udpOption());
  role('dc', 'runs a direction coordinator, which registers nodes and directs paths').action(
    async (options: RoleOptions) => finish(await (await import('./dc.ts')).runDc(options)),
  );
  role('rs-s', 'runs a relay that switches tunnels')
    .addOption(datapath())
    .action(async (options: RsSOptions) => finish(await (await import('./rs-s.ts')).runRsS(options)));
  const inside = (command: Command) =>
    command
      .option(
        '--tun [name]',
        'make a virtual interface for it, on Linux as root; named ntm0 or the next if not given',
      )
      .option('--tun-route <prefix...>', 'what leads to it in place of 198.18.0.0/15 and fd00::/8');
  const general = (command: Command) =>
    command.option('--tun [name]', 'make a virtual interface to its general side, on Linux as root');
  general(role('rs-n', 'runs a relay to general hosts that translates addresses')).action(
    async (options: RoleOptions) => finish(await (await import('./relay-ends.ts')).runRsN(options)),
  );
  general(role('rs-t', 'runs a relay to general hosts that lends addresses')).action(
    async (options: RoleOptions) => finish(await (await import('./relay-ends.ts')).runRsT(options)),
  );
  inside(role('node', 'runs a node that answers pings, or is there for the programs of its host'))
    .option(
      '--resolv-conf [file]',
      'with --tun: name it there as the DNS server of the host, /etc/resolv.conf if not given; undone at its end, or its next start',
    )
    .option('--ping <name>', 'ping that node, then end; exit status 1 if there was no reply')
    .option('--count <n>', 'pings to send, 4 if not given')
    .option('-6', 'ping its virtual IPv6 address')
    .action(async (options: NodeOptions) => finish(await (await import('./node.ts')).runNode(options)));
  inside(role('ntma', 'runs an adaptor, the node of a system that cannot be changed')).action(
    async (options: RoleOptions) => finish(await (await import('./ntma.ts')).runNtma(options)),
  );
  program
    .command('init')
    .description('writes configurations for a try on one host: two DCs, a relay, two nodes')
    .argument('<folder>', 'where they go')
    .option('--port <n>', 'UDP port of the first, the others have those after it', '4330')
    .action(async (folder: string, options: InitOptions) =>
      (await import('./init.ts')).init(folder, options),
    );
  program
    .command('chart')
    .description('draws what was traced as a sequence chart, all files together')
    .argument('<files...>', 'traces of any number of roles')
    .action(async (files: readonly string[]) => (await import('./chart.ts')).drawChart(files));
  program
    .command('lab')
    .description('plays a scenario on a simulated Internet in virtual time, and draws it as a sequence chart')
    .argument('[scenario]', '--list shows them')
    .option('--list', 'show the scenarios, and the situations that can be chosen')
    .option(
      '--netns',
      'play it between namespaces of Linux instead, with programs of the system in real time, as root; exit status 1 if something is not as expected',
    )
    .option('--out <folder>', 'with --netns, where packets, chart and summary go')
    .option('--seed <text>', 'what chance depends on', '1')
    .option('--alice <situation>', 'where alice is: G4, FC, RC, PR, SY, ...; --list says what they are')
    .option('--bob <situation>', 'where bob is')
    .option('--to <situation>', 'where who moves goes')
    .option('--all', 'draw Data that only repeats too')
    .option('--svg <file>', 'draw it as a picture too')
    .option('--grid <folder>', 'play all pairs of situations instead, and write the page of them there')
    .option(
      '--balancer [algorithm]',
      'play the experiment with a load balancer behind an NTMA instead, with all algorithms if none is given: rr, wrr, lc, sh',
    )
    .option(
      '--faults <seed>',
      'play a run in which that seed picks what goes wrong; exit status 1 if it shows a fault',
    )
    .action(async (name: string | undefined, options: LabOptions) =>
      finish(await (await import('./lab.ts')).runLab(name, options)),
    );
  program
    .command('adapter')
    .description('starts and stops roles as a conformance suite asks')
    .option('--listen <host:port>', 'where the suite reaches it, IPv6 in brackets', '127.0.0.1:4400')
    .option('--token-file <file>', 'file with the token that it shares with the suite')
    .addOption(datapath())
    .action(async (options: AdapterOptions) => (await import('./adapter.ts')).runAdapter(options));
  return program;
}

/** What it prefers, and what is missing for that, a relay says as it starts. */
function datapath(): Option {
  return new Option('--datapath <name>', 'what an RS-S forwards with, auto: in the kernel if it can')
    .choices(DATAPATHS)
    .default('user');
}

/** The package's version; its file is in the same place in what is built. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
}
