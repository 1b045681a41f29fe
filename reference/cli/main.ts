/** `ntmobile`: runs one role, or the adapter of this implementation. */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { parseEndpoint } from '../address.ts';
import { readConfig, UsageError } from '../drivers/config.ts';
import { NetError } from '../net/net.ts';
import { runRelay } from './rs-s.ts';

const EXIT_USAGE = 2;

/**
 * Runs the command line.
 * @param argv arguments after the program's name
 * @returns the exit status: 0, or 2 for a person's mistake, of which one line on stderr says how to mend it.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv.length === 0) throw new UsageError('no role given: try "ntmobile --help"');
    return await parse(argv);
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof UsageError || error instanceof NetError || error instanceof CommanderError) {
      process.stderr.write(`ntmobile: ${oneLine(error.message)}\n`);
      return EXIT_USAGE;
    }
    throw error;
  }
}

async function parse(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = new Command('ntmobile')
    .description('NTMobile: runs a role, or the adapter with which a conformance suite tests them')
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  program
    .command('rs-s')
    .description('relay that switches tunnels; runs until it gets SIGINT or SIGTERM')
    .requiredOption('--config <file>', 'JSON file with its configuration')
    .action(async ({ config }: { config: string }) => {
      status = await runRelay(await readConfig(config));
    });
  program
    .command('adapter')
    .description('starts and stops roles as a conformance suite asks for them')
    .option('--listen <host:port>', 'where it is reached, IPv6 in brackets')
    .option('--token-file <file>', 'the token that it shares with the suite')
    .action(async (options: AdapterOptions) => {
      if (options.listen !== undefined && parseEndpoint(options.listen) === undefined)
        throw new UsageError(`--listen ${options.listen}: write it like 127.0.0.1:4400 or [::1]:4400`);
      status = await runAdapter(options);
    });
  await program.parseAsync(argv, { from: 'user' });
  return status;
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
}

/** What `main` of adapters/reference.ts is given. */
export interface AdapterOptions {
  /** `127.0.0.1:4400` or `[::1]:4400` */
  readonly listen?: string;
  readonly tokenFile?: string;
}

/** Runs the adapter until it ends. The reference does not know it but by its path, which is the same when built. */
async function runAdapter(options: AdapterOptions): Promise<number> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const place = new URL(`../../adapters/reference.${extension}`, import.meta.url);
  const { main } = (await import(place.href)) as { main(options: AdapterOptions): Promise<number> };
  return main(options);
}
