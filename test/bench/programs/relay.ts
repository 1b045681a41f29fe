/**
 * An RS-S with one path that forwards, for the bench: `relay.ts BACKEND LISTEN FIRST SECOND`, until it is killed.
 * Its path has the Path ID aa bb 00 .. 00.
 */
import process from 'node:process';
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { rsConfig } from '../../../reference/config/schema.ts';
import { runRole } from '../../../reference/drivers/loop.ts';
import { systemRandom } from '../../../reference/drivers/random.ts';
import type { Backend } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { createRsS } from '../../../reference/roles/rs-s/core.ts';
import { example } from '../../config/example.ts';

const [backend = 'dgram', ...texts] = process.argv.slice(2);
const [listen, first, second] = texts.map(endpoint);

function endpoint(text: string): Endpoint {
  const read = parseEndpoint(text);
  if (read === undefined) throw new Error(`not an endpoint: ${text}`);
  return read;
}

if (listen === undefined || first === undefined || second === undefined) throw new Error('three endpoints');
const { role, table } = createRsS(rsConfig.parse(example()), systemRandom);
const net = udpNet(backend as Backend);
await runRole({ role, table, net, listen: [listen] });
table.apply({ kind: 'relay-set', path: { pathId: `aabb${'0'.repeat(28)}`, ends: [first, second] } });
