/**
 * A DC for the bench: `dc.ts NODES [FOLDER]`, with its store in that folder, or in memory. Prints its port, and for
 * each line that it reads what it holds in memory, after a collection, in bytes.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { runRole } from '../../../../reference/drivers/loop.ts';
import { systemRandom } from '../../../../reference/drivers/random.ts';
import { openStore } from '../../../../reference/drivers/store.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';
import { createDc } from '../../../../reference/roles/dc/core.ts';
import { endpoints } from '../../../../reference/roles/settings.ts';
import { memoryStore } from '../../../../reference/store.ts';
import { dcOf } from '../population.ts';

interface Collecting {
  readonly gc?: () => void;
  readonly Bun?: { gc(isSync: boolean): void };
}

const [nodes = '1000', folder] = process.argv.slice(2);
const config = dcOf(Number(nodes), '127.0.0.1:0');
const { role } = createDc(config, systemRandom);
const store = folder === undefined ? memoryStore() : openStore(folder);
const running = await runRole({ role, store, net: udpNet(), listen: endpoints(config.listen) });
say({ port: running.local[0]?.port });

for await (const _ of createInterface({ input: process.stdin })) {
  const { gc, Bun } = globalThis as Collecting;
  for (let times = 3; times > 0; times--) {
    gc?.();
    Bun?.gc(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  say({ rss, held: heapUsed + external, counters: running.counters() });
}
process.exit(0);

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
