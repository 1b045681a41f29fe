/** A handler throws: that is a fault of the program and has to end it. */
import { parseEndpoint } from '../../../reference/address.ts';
import type { Backend } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

const net = udpNet(process.argv[2] as Backend);
const any = parseEndpoint('127.0.0.1:0');
if (any === undefined) throw new Error('no endpoint');
const socket = await net.bind(any, () => {
  throw new Error('a broken assumption');
});
socket.send(new Uint8Array(1), socket.local);
