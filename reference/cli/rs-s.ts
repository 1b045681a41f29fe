import process from 'node:process';
import { formatEndpoint } from '../address.ts';
import type { RoleConfig } from '../config/schema.ts';
import { endpointFrom } from '../config/schema.ts';
import { noteLog } from '../drivers/log.ts';
import { runRole } from '../drivers/loop.ts';
import { systemRandom } from '../drivers/random.ts';
import { udpNet } from '../net/udp/udp.ts';
import { createRsS } from '../roles/rs-s/core.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Runs an RS-S until it is told to end; a second signal ends it the hard way. Resolves to the exit status. */
export async function runRelay(config: RoleConfig): Promise<number> {
  const { role, table } = createRsS(config, systemRandom);
  const listen = config.listen.map(endpointFrom);
  const running = await runRole({ role, table, net: udpNet(), listen, onNote: noteLog() });
  const stopped = new Promise<void>((resolve) => {
    const end = (): void => {
      for (const signal of SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of SIGNALS) process.on(signal, end);
  });
  process.stdout.write(`rs-s ready on ${running.local.map(formatEndpoint).join(', ')}\n`);
  await stopped;
  await running.stop();
  return 0;
}
