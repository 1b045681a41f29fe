/** Many relays in one process with one data path: `many.ts DATAPATH COUNT ADDRESS`. Prints what each said, as JSON. */
import process from 'node:process';
import { parseEndpoint } from '../../../../reference/address.ts';
import type { HotTable } from '../../../../reference/core.ts';
import type { Datapath } from '../../../../reference/drivers/kernel/datapath.ts';
import { hotTable } from '../../../../reference/drivers/kernel/datapath.ts';
import { RelayTable } from '../../../../reference/roles/relay/table.ts';

const [datapath, count, address] = process.argv.slice(2) as [Datapath, string, string];
const rates = { packetsPerSecond: undefined, bytesPerSecond: undefined };
const said: string[] = [];

async function open(port: number): Promise<HotTable> {
  const hot = hotTable(new RelayTable(rates), datapath, {
    rates,
    capacity: 10,
    tell: (line) => void said.push(line),
  });
  const own = parseEndpoint(`${address}:${port}`);
  if (own === undefined) throw new Error(`${address} is no address`);
  await hot.open?.([own]);
  return hot;
}

const relays: HotTable[] = [];
for (let index = 0; index < Number(count); index++) relays.push(await open(5000 + index));
console.log(JSON.stringify(said.splice(0)));
await relays.pop()?.close?.();
for (const relay of relays.splice(0, 1)) await relay.close?.();
await open(4999);
console.log(JSON.stringify(said));
process.exit(0);
