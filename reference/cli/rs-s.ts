import process from 'node:process';
import { readConfig } from '../drivers/config.ts';
import type { Datapath } from '../drivers/kernel/datapath.ts';
import { hotTable } from '../drivers/kernel/datapath.ts';
import { systemRandom } from '../drivers/random.ts';
import { socketsFor } from '../drivers/sockets.ts';
import { createRsS, ratesOf } from '../roles/rs-s/core.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

export interface RsSOptions extends RoleOptions {
  readonly datapath: Datapath;
}

/** Runs an RS-S until it is told to end. */
export async function runRsS(options: RsSOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-s');
  const { role, table } = createRsS(config, systemRandom);
  const kernel = {
    rates: ratesOf(config),
    capacity: config.capacity,
    tell: (line: string) => void process.stderr.write(`rs-s: ${line}\n`),
  };
  const udp = socketsFor(options.datapath, options.udp ?? 'auto', kernel.tell);
  const create = () => ({ role, table: hotTable(table, options.datapath, kernel) });
  return serve({ config, create }, { ...options, udp });
}
