import process from 'node:process';
import { readConfig } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { createRsN } from '../roles/rs-n/core.ts';
import { createRsT } from '../roles/rs-t/core.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

/** Runs an RS-N until it is told to end. */
export async function runRsN(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-n');
  sayWhatIsMissing(config.role);
  return serve({ config, ...createRsN(config, systemRandom) }, options);
}

/** Runs an RS-T until it is told to end. */
export async function runRsT(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-t');
  sayWhatIsMissing(config.role);
  return serve({ config, ...createRsT(config, systemRandom) }, options);
}

function sayWhatIsMissing(role: string): void {
  process.stderr.write(
    `${role}: this version has no network interface for its general side: what it would send there is dropped\n`,
  );
}
