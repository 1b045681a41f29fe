/**
 * The forwarding of an RS-S without its control side: `relay.ts DATAPATH BACKEND LISTEN FIRST SECOND`. A line
 * `{"paths": 10}` has it have that many paths between the two endpoints, and is answered when they are there. Path ID:
 * 12 times bb, then the number of the path in 4 bytes.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import type { Role } from '../../../reference/core.ts';
import type { Datapath } from '../../../reference/drivers/kernel/datapath.ts';
import { hotTable } from '../../../reference/drivers/kernel/datapath.ts';
import { runRole } from '../../../reference/drivers/loop.ts';
import type { UdpChoice } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { RelayTable } from '../../../reference/roles/relay/table.ts';

const CAPACITY = 200_000;

const [datapath, backend, ...texts] = process.argv.slice(2) as [Datapath, UdpChoice, ...string[]];
const [listen, first, second] = texts.map(endpoint);
if (listen === undefined || first === undefined || second === undefined) throw new Error('three endpoints');
const rates = { packetsPerSecond: undefined, bytesPerSecond: undefined };
const said: string[] = [];
const options = { rates, capacity: CAPACITY, tell: (line: string) => void said.push(line) };
const table = hotTable(new RelayTable(rates), datapath, options);
const role: Role = { handle: () => [], wakeAt: () => undefined, counters: () => ({}) };
await runRole({ role, table, net: udpNet(backend), listen: [listen] });
say({ said });

let paths = 0;
for await (const line of createInterface(process.stdin)) {
  const { paths: wanted } = JSON.parse(line) as { readonly paths: number };
  for (; paths < wanted; paths++) {
    const pathId = `${'bb'.repeat(12)}${paths.toString(16).padStart(8, '0')}`;
    table.apply({ kind: 'relay-set', path: { pathId, ends: [first, second] } });
  }
  await table.settled?.();
  say({ paths, said });
}
process.exit();

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function endpoint(text: string): Endpoint {
  const read = parseEndpoint(text);
  if (read === undefined) throw new Error(`not an endpoint: ${text}`);
  return read;
}
