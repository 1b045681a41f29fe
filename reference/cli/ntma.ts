import process from 'node:process';
import { readConfig } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { createNtma } from '../roles/ntma/core.ts';
import { lookUpFor } from './look-up.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

/** Runs an NTMA until it is told to end. */
export async function runNtma(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'ntma');
  if (options.tun === undefined)
    process.stderr.write(
      'ntma: without --tun it has no interface to its inside: what it would send there is dropped\n',
    );
  return serve(
    {
      config,
      create: (aeads) => createNtma(config, systemRandom, aeads),
      lookUp: lookUpFor(config.resolver),
    },
    options,
  );
}
