/** As many datagrams of 100 bytes as go: `flood.ts FROM TO SECONDS FIRST-BYTES-IN-HEX`. Says how many went. */
import process from 'node:process';
import { parseEndpoint } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

const [from = '', to = '', seconds = '2', head = ''] = process.argv.slice(2);
const [local, there] = [parseEndpoint(from), parseEndpoint(to)];
if (local === undefined || there === undefined) throw new Error('two endpoints');
const net = udpNet('mmsg');
const socket = await net.bind(local, () => {});
const bytes = new Uint8Array(100);
bytes.set(fromHex(head));
const over = net.now() + Number(seconds) * 1000;
while (net.now() < over) {
  for (let left = 512; left > 0; left--) socket.send(bytes, there);
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(`${socket.counts().sent}\n`);
process.exit(0);
