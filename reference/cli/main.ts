/** `ntmobile`: runs one role, or the adapter of this implementation. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { readConfig, UsageError } from '../drivers/config.ts';
import { NetError } from '../net/net.ts';
import type { AdapterOptions } from './adapter.ts';
import { runAdapter } from './adapter.ts';
import { runRsS } from './rs-s.ts';

const EXIT_USAGE = 2;

/**
 * Runs the command line.
 * @param argv arguments after the program's name
 * @returns the exit status: 0, or 2 for a person's mistake; one line on stderr says how to mend it.
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    if (argv.length === 0) throw new UsageError('no role given: try "ntmobile --help"');
    await commands().parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof UsageError || error instanceof NetError || error instanceof CommanderError) {
      process.stderr.write(`ntmobile: ${oneLine(error.message)}\n`);
      return EXIT_USAGE;
    }
    throw error;
  }
}

function commands(): Command {
  const program = new Command('ntmobile')
    .description('NTMobile: runs a role, or the adapter with which a conformance suite tests them')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  program
    .command('rs-s')
    .description('relay that switches tunnels; runs until SIGINT or SIGTERM')
    .requiredOption('--config <file>', 'JSON file with its configuration')
    .action(async ({ config }: { config: string }) => runRsS(await readConfig(config, 'rs-s')));
  program
    .command('adapter')
    .description('starts and stops roles as a conformance suite asks; runs until SIGINT or SIGTERM')
    .option('--listen <host:port>', 'where the suite reaches it, IPv6 in brackets', '127.0.0.1:4400')
    .option('--token-file <file>', 'file with the token that it shares with the suite')
    .action((options: AdapterOptions) => runAdapter(options));
  return program;
}

/** The package's version; its file is in the same place in what is built. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
}
