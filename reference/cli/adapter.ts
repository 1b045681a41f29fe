import process from 'node:process';
import type { Endpoint } from '../address.ts';
import { formatEndpoint, parseEndpoint } from '../address.ts';
import { UsageError } from '../drivers/config.ts';
import type { Datapath } from '../drivers/kernel/datapath.ts';
import { untilStopped } from './until-stopped.ts';

export interface AdapterOptions {
  /** `127.0.0.1:4400` or `[::1]:4400` */
  readonly listen: string;
  readonly tokenFile?: string;
  /** What an RS-S forwards with. */
  readonly datapath: Datapath;
}

/** What adapters/reference.ts has, as far as it matters here. */
interface AdapterModule {
  main(options: AdapterOptions): Promise<{ readonly local: Endpoint; close(): Promise<void> }>;
}

/** Runs the adapter until it is told to end. */
export async function runAdapter(options: AdapterOptions): Promise<void> {
  if (parseEndpoint(options.listen) === undefined)
    throw new UsageError(`--listen is ${options.listen}: write it like 127.0.0.1:4400 or [::1]:4400`);
  const { main } = await load();
  const stopped = untilStopped();
  const adapter = await main(options).catch(usage);
  process.stdout.write(`adapter ready on ${formatEndpoint(adapter.local)}\n`);
  await stopped;
  await adapter.close();
}

/** The reference does not know the adapters but by their path, which is the same in what is built. */
function load(): Promise<AdapterModule> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return import(new URL(`../../adapters/reference.${extension}`, import.meta.url).href);
}

/** A plain error at its start is a line for the user; other classes are faults of the program. */
function usage(error: unknown): never {
  if (error instanceof Error && error.constructor === Error) throw new UsageError(error.message);
  throw error;
}
