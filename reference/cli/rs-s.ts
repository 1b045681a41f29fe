import process from 'node:process';
import { formatEndpoint } from '../address.ts';
import type { RsConfig } from '../config/schema.ts';
import { endpointFrom } from '../config/schema.ts';
import { noteLog } from '../drivers/log.ts';
import { runRole } from '../drivers/loop.ts';
import { systemRandom } from '../drivers/random.ts';
import { udpNet } from '../net/udp/udp.ts';
import { createRsS } from '../roles/rs-s/core.ts';
import { untilStopped } from './until-stopped.ts';

/** [GEN-16] */
const TEST_PROFILE = 'rs-s: the test profile is on: addresses count as it says, not for use in the open';

/** Runs an RS-S until it is told to end. */
export async function runRsS(config: RsConfig): Promise<void> {
  const { role, table } = createRsS(config, systemRandom);
  const listen = config.listen.map(endpointFrom);
  const stopped = untilStopped();
  const running = await runRole({ role, table, net: udpNet(), listen, onNote: noteLog() });
  if (config.testProfile !== undefined) process.stderr.write(`${TEST_PROFILE}\n`);
  process.stdout.write(`rs-s ready on ${running.local.map(formatEndpoint).join(', ')}\n`);
  await stopped;
  await running.stop();
}
