import { readConfig } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { createRsS } from '../roles/rs-s/core.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

/** Runs an RS-S until it is told to end. */
export async function runRsS(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-s');
  return serve({ config, ...createRsS(config, systemRandom) }, options);
}
