/** Sends a datagram of each path again and again, as fast as it can, until it is ended: `flood.ts LOCAL TO PATH...`. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Endpoint } from '../../../../reference/address.ts';
import { parseEndpoint } from '../../../../reference/address.ts';
import { fromHex } from '../../../../reference/bytes.ts';
import { udpNet } from '../../../../reference/net/udp/udp.ts';
import { datagram } from '../network.ts';

const [local = '', to = '', ...paths] = process.argv.slice(2);
const socket = await udpNet().bind(parseEndpoint(local) as Endpoint, () => {});
const datagrams = paths.map((id) => fromHex(datagram(id, 60)));
console.log('ready');

for (;;) {
  for (const bytes of datagrams) socket.send(bytes, parseEndpoint(to) as Endpoint);
  await turn();
}
