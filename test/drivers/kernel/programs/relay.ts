/** A relay without a control side: paths as they are told, and what it saw and forwarded as answers. */
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../../reference/address.ts';
import { parseEndpoint } from '../../../../reference/address.ts';
import type { Effect, Role } from '../../../../reference/core.ts';
import type { Datapath } from '../../../../reference/drivers/kernel/datapath.ts';
import { hotTable } from '../../../../reference/drivers/kernel/datapath.ts';
import { runRole } from '../../../../reference/drivers/loop.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';
import { RelayTable } from '../../../../reference/roles/relay/table.ts';
import { attached } from '../attached.ts';

export interface Told {
  /** Paths to put in or to move. */
  readonly set?: readonly (readonly [pathId: string, first: string, second: string])[];
  readonly remove?: readonly string[];
  readonly lastUse?: string;
}

const [datapath, packetsPerSecond, ...listen] = process.argv.slice(2) as [Datapath, string, ...string[]];
const rates = { packetsPerSecond: Number(packetsPerSecond) || undefined, bytesPerSecond: undefined };
const table = new RelayTable(rates);
const said: string[] = [];
const hot = hotTable(table, datapath, { rates, capacity: 20_000, tell: (line) => said.push(line) });
const net = udpNet();
let seen = 0;

const role: Role = {
  handle: (input) => {
    if (input.kind === 'datagram') seen++;
    return [];
  },
  wakeAt: () => undefined,
  counters: () => ({}),
};
await runRole({ role, table: hot, net, listen: listen.map(at) });
console.log(JSON.stringify({ said }));

for await (const line of createInterface(process.stdin)) {
  const told = JSON.parse(line) as Told;
  for (const [pathId, first, second] of told.set ?? [])
    hot.apply({ kind: 'relay-set', path: { pathId, ends: [at(first), at(second)] } });
  for (const pathId of told.remove ?? []) hot.apply({ kind: 'relay-remove', pathId } satisfies Effect);
  await hot.refresh?.();
  const now = net.now();
  const lastUse =
    told.lastUse === undefined
      ? undefined
      : hot.askLastUse === undefined
        ? hot.lastUse(told.lastUse)
        : await hot.askLastUse(told.lastUse, () => now);
  const { packets, bytes } = table;
  const idle = lastUse === undefined ? null : now - lastUse;
  console.log(
    JSON.stringify({ kernel: table.offload?.totals(), packets, bytes, seen, idle, links: attached() }),
  );
}

function at(text: string): Endpoint {
  const endpoint = parseEndpoint(text);
  if (endpoint === undefined) throw new Error(`${text} is no endpoint`);
  return endpoint;
}
