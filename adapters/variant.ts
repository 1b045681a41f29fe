/**
 * The adapter of one variant of the reference, in a process of its own: a saboteur or an oddity.
 *
 *     node adapters/variant.js --list
 *     node adapters/variant.js NAME --listen 127.0.0.1:0
 */
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { formatEndpoint, parseEndpoint } from '../reference/address.ts';
import { untilStopped } from '../reference/cli/until-stopped.ts';
import { NetError } from '../reference/net/net.ts';
import { udpNet } from '../reference/net/udp/udp.ts';
import { serveAdapter } from './kit/serve.ts';
import { ODDITIES } from './oddities/catalogue.ts';
import { referenceAdapter } from './reference.ts';
import { SABOTEURS } from './saboteurs/catalogue.ts';

const EXIT_USAGE = 2;

/** Runs the command line; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  let status = 0;
  const program = new Command('variant')
    .description('Serves the adapter of one variant of the reference: a saboteur or an oddity.')
    .helpOption('--help', 'print this')
    .argument('[name]', 'which one')
    .option('--list', 'print all names, as JSON')
    .option('--listen <host:port>', 'where the adapter listens', '127.0.0.1:0')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .action(async (name: string | undefined, options: Options) => {
      status = await run(name, options);
    });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : mistake(oneLine(error.message));
    throw error;
  }
}

interface Options {
  readonly list?: true;
  readonly listen: string;
}

async function run(name: string | undefined, options: Options): Promise<number> {
  if (options.list) {
    process.stdout.write(`${JSON.stringify(listing())}\n`);
    return 0;
  }
  const variant = [...SABOTEURS, ...ODDITIES].find((known) => known.name === name);
  if (variant === undefined) return mistake(`no variant ${name ?? 'given'}: --list names them`);
  const listen = parseEndpoint(options.listen);
  if (listen === undefined) return mistake(`--listen is ${options.listen}: write it like 127.0.0.1:4400`);

  variant.patch?.();
  const net = udpNet();
  const implementation = referenceAdapter({
    net,
    name: `ntmobile reference, variant ${variant.name}`,
    ...(variant.wrap === undefined ? {} : { wrap: variant.wrap }),
    ...(variant.codec === undefined ? {} : { codec: variant.codec }),
  });
  const stopped = untilStopped();
  try {
    const adapter = await serveAdapter({ net, listen, implementation });
    process.stdout.write(`adapter ready on ${formatEndpoint(adapter.local)}\n`);
    await stopped;
    await adapter.close();
    return 0;
  } catch (error) {
    if (error instanceof NetError) return mistake(oneLine(error.message));
    throw error;
  }
}

function listing(): unknown {
  const shown = ({ name, title, clause }: { name: string; title: string; clause: string }) => ({
    name,
    title,
    clause,
  });
  return {
    saboteurs: SABOTEURS.map((saboteur) => ({ ...shown(saboteur), caughtBy: saboteur.caughtBy })),
    oddities: ODDITIES.map(shown),
  };
}

function mistake(line: string): number {
  process.stderr.write(`variant: ${line}\n`);
  return EXIT_USAGE;
}

/** Without what the library puts before its messages, and between their sentences. */
function oneLine(message: string): string {
  return message.replace(/^error: /, '').replaceAll(/\s+/g, ' ');
}
