import process from 'node:process';
import type { RsNConfig, RsTConfig } from '../config/schema.ts';
import type { MakeAead } from '../crypto/aead.ts';
import { readConfig } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { createRsN } from '../roles/rs-n/core.ts';
import { createRsT } from '../roles/rs-t/core.ts';
import { addresses } from '../roles/settings.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';
import { checkRouter } from './tun.ts';

/** Runs an RS-N until it is told to end. */
export async function runRsN(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-n');
  prepare(config, options);
  const create = (aeads?: MakeAead) => createRsN(config, systemRandom, aeads);
  return serve({ config, create, mtu: config.general.mtu }, options);
}

/** Runs an RS-T until it is told to end. */
export async function runRsT(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'rs-t');
  prepare(config, options);
  const create = (aeads?: MakeAead) => createRsT(config, systemRandom, aeads);
  return serve({ config, create, mtu: config.general.mtu }, options);
}

function prepare({ role, general }: RsNConfig | RsTConfig, { tun }: RoleOptions): void {
  if (tun !== undefined) checkRouter(role, addresses(general.addresses));
  else
    process.stderr.write(
      `${role}: without --tun it has no interface to its general side: what it would send there is dropped\n`,
    );
}
