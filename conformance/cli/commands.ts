/** The commands beside the run. */
import type { Command } from 'commander';
import type { WrittenProvisionOptions } from '../command/provisioning.ts';
import type { CheckOptions } from './check-adapter.ts';
import type { DoctorOptions } from './doctor.ts';
import type { Finish } from './flags.ts';
import { collect, colourOption, expectationOptions, reachOptions, reporterOptions } from './flags.ts';
import type { InteropOptions } from './interop.ts';
import type { JudgeOptions } from './judge-command.ts';
import type { MergeOptions } from './merge.ts';
import type { InitOptions } from './options.ts';
import type { PicsOptions } from './pics.ts';
import type { SelfTestOptions } from './self-test.ts';
import type { Terminal } from './terminal.ts';

const JUDGE = `
It takes the version of the suite that the run was made with, on Node, Deno or Bun.

Exit status: as for a run; 1 too if the report is not what follows from the record; 2 if a byte of the
bundle was changed, or the signature is another one; 3 too if the run was interrupted, or the suite
does not do what it did in the run: then there are no verdicts.`;

const MERGE = `
Exit status: as for a run; 3 too if a shard is not among the files.`;

/** Each command loads what it runs when it is run: to load all takes longer than to say that a flag is wrong. */
export function addCommands(top: Command, terminal: Terminal, finish: Finish): void {
  const command = (name: string, description: string): Command =>
    top.command(name).description(description).helpOption('--help', 'print this');

  command('init', 'writes a file of options in which each one is explained, for --options')
    .argument('[file]', 'where to write it', 'ntm-conform.options')
    .option('--target <host:port>', 'the adapter of the target, or ROLE=HOST:PORT')
    .action(async (file: string, options: InitOptions) =>
      finish(await (await import('./options.ts')).initCommand(file, options, terminal)),
    );

  command('provision', "writes the configuration of a target without an adapter, out of the suite's own pool")
    .option('--role <role>', 'which role the target has: rs-s, rs-n, rs-t or dc', 'rs-s')
    .option('--relay <n>', 'which relay of the pool it is, 1 to 8', '1')
    .option('--target <host:port>', 'where the target listens', collect)
    .option(
      '--listen <host:port,...>',
      'where the two DCs beside it are played (127.0.0.1:4401,127.0.0.1:4402)',
      collect,
    )
    .option('--advertise <host:port,...>', 'where the target finds these DCs, if there is a NAT', collect)
    .option('--dns <host:port>', 'where a DC answers DNS (its address, port 5300)', collect)
    .option('--secret-file <file>', 'a test secret, 64 hex digits, in place of the well-known one')
    .option('--out <file>', 'where to write it; the console if not given')
    .action(async (options: WrittenProvisionOptions) =>
      finish(await (await import('./texts.ts')).provisionCommand(options, terminal)),
    );

  colourOption(command('explain', 'a clause or a case in words: what is sent, what must come back'))
    .argument('<names...>', 'ids of clauses or cases')
    .option('--no-run', 'without running the case against the reference to show the exchange')
    .action(async (names: string[], options: { run: boolean; color: boolean }) =>
      finish(await (await import('./explain.ts')).explainCommand(names, options, terminal)),
    );

  colourOption(reachOptions(command('check-adapter', 'tests an adapter itself against its contract'))).action(
    async (options: CheckOptions) =>
      finish(await (await import('./check-adapter.ts')).checkAdapter(options, terminal)),
  );

  colourOption(
    reachOptions(
      command('doctor', 'is the target within reach, what does it claim, which cases can not run and why'),
    ),
  )
    .option('--pics <file>', 'what the implementer claims: pics --reporter json, filled in')
    .action(async (options: DoctorOptions) =>
      finish(await (await import('./doctor.ts')).doctor(options, terminal)),
    );

  command(
    'pics',
    'the claims proforma: every clause by role, to be filled in; --pics reads the JSON form, and that alone',
  )
    .option('--role <role,...>', 'only these roles', collect)
    .option('--reporter <kind>', 'markdown, to print and to attach; json, to fill in for --pics', 'markdown')
    .action(async (options: PicsOptions) =>
      finish((await import('./pics.ts')).picsCommand(options, terminal)),
    );

  command('interop', 'mixes implementations by role, and puts each mixture through paths of every kind')
    .argument('<implementations...>', 'NAME=HOST:PORT of an adapter, or embedded for the reference')
    .option('--scenario <name,...>', 'only these: direct, relay, handover, rs-n, rs-t, ntma', collect)
    .option('--token-file <file>', 'the token shared with the adapters, needed off loopback')
    .option('--json <file>', 'write what came of it')
    .option('--markdown <file>', 'write it as a matrix')
    .option('--html <file>', 'write it as a page')
    .action(async (names: string[], options: InteropOptions) =>
      finish(await (await import('./interop.ts')).interop(names, options, terminal)),
    );

  colourOption(command('self-test', 'runs the suite against faulty and odd variants of the reference'))
    .argument('[names...]', 'only these variants')
    .option('--seed <text>', 'the same seed sends the same', 'self-test')
    .option('--jobs <n>', 'variants at once', '2')
    .option('--list', 'list the variants')
    .option('--kills <file>', 'each faulty one meets all cases, and the file gets which of them caught it')
    .action(async (names: string[], options: SelfTestOptions) =>
      finish(await (await import('./self-test.ts')).selfTest(names, options, terminal)),
    );

  colourOption(
    reporterOptions(
      expectationOptions(command('merge', 'puts the JSON reports of all shards of a run together')),
    ),
  )
    .argument('<files...>', 'what --shard and --reporter json=FILE wrote')
    .option('--quiet', 'only what did not pass, and the total')
    .addHelpText('after', MERGE)
    .action(async (files: string[], options: MergeOptions) =>
      finish(await (await import('./merge.ts')).mergeCommand(files, options, terminal)),
    );

  command('spec', 'the specification as one page of HTML: every clause with its cases and golden vectors')
    .option('--output <file>', 'where to write it; the console if not given')
    .action(async (options: { output?: string }) =>
      finish(await (await import('./spec.ts')).specCommand(options, terminal)),
    );

  colourOption(
    expectationOptions(
      command('judge', 'recomputes every verdict of a run from the bundle of --evidence, without the target'),
    ),
  )
    .argument('<dir>', 'what --evidence wrote')
    .option('--key <file>', 'the Ed25519 public key (PEM) that has to have signed it')
    .option('--token-file <file>', 'the token of that run, if it had one')
    .option('--reporter <kind>', 'as for a run', collect)
    .option('--pcap <file>', 'every datagram of the run as pcapng')
    .option('--pcap-keys', 'with it FILE.keys, the test keys of the run')
    .option('--quiet', 'only what did not pass, and the total')
    .addHelpText('after', JUDGE)
    .action(async (folder: string, options: JudgeOptions) =>
      finish(await (await import('./judge-command.ts')).judgeCommand(folder, options, terminal)),
    );

  command('vectors', 'the golden vectors: a list of the families, or one of them as JSON')
    .argument('[names...]', 'families or vectors')
    .action(async (names: string[]) =>
      finish((await import('./vectors-command.ts')).vectorsCommand(names, terminal)),
    );
}
