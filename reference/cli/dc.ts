import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { readConfig } from '../drivers/config.ts';
import { systemRandom } from '../drivers/random.ts';
import { openStore } from '../drivers/store.ts';
import { createDc } from '../roles/dc/core.ts';
import { memoryStore } from '../store.ts';
import { lookUpFor } from './look-up.ts';
import type { RoleOptions } from './serve.ts';
import { serve } from './serve.ts';

const NO_STORE = 'dc: no store is configured: what it promised is forgotten when it ends\n';

/** Runs a DC until it is told to end. */
export async function runDc(options: RoleOptions): Promise<number> {
  const config = await readConfig(options.config, 'dc');
  const store =
    config.store === undefined ? undefined : openStore(resolve(dirname(options.config), config.store));
  if (store === undefined) process.stderr.write(NO_STORE);
  else if (store.dropped > 0)
    process.stderr.write(`dc: the store ended in ${store.dropped} broken bytes, which are gone\n`);
  const lookUp = lookUpFor(config.resolver, config.dns?.update?.server);
  const status = await serve(
    {
      config,
      create: () => createDc(config, systemRandom),
      lookUp,
      store: store ?? memoryStore(),
      dns: config.dns?.listen ?? [],
    },
    options,
  );
  store?.close();
  return status;
}
