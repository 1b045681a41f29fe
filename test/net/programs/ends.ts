/** Ends by itself once its sockets are closed: the test waits for that. */
import { parseEndpoint } from '../../../reference/address.ts';
import type { Backend } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

const net = udpNet(process.argv[2] as Backend);
const any = parseEndpoint('127.0.0.1:0');
if (any === undefined) throw new Error('no endpoint');
const first = await net.bind(any, () => {});
const received = new Promise<void>((resolve) => {
  net
    .bind(any, () => resolve())
    .then(
      (second) => {
        first.send(new Uint8Array(1), second.local);
        received.then(() => second.close()).catch(() => {});
      },
      () => {},
    );
});
await received;
// A socket that could not be had must not stay behind either.
await net.bind(first.local, () => {}).catch(() => {});
await first.close();
process.stdout.write('closed\n');
