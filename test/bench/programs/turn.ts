/**
 * Has a TURN server (RFC 8656) lend an address, and binds the channel 0x4000 to a peer:
 * `turn.ts FROM SERVER PEER`. The server goes on with whoever has the port next.
 */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import type { Endpoint } from '../../../reference/address.ts';
import { ipToBytes, parseEndpoint } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { Inbox } from '../../../reference/net/inbox.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

const COOKIE = Uint8Array.of(0x21, 0x12, 0xa4, 0x42);
const ALLOCATE = 0x003;
const CHANNEL_BIND = 0x009;
const CHANNEL_NUMBER = 0x000c;
const XOR_PEER_ADDRESS = 0x0012;
const REQUESTED_TRANSPORT = 0x0019;

function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** A STUN attribute whose value is a multiple of 4 bytes. */
function attribute(type: number, value: Uint8Array): Uint8Array {
  return concat(u16(type), u16(value.length), value);
}

/** An IPv4 endpoint, each byte with one of the cookie. */
function hidden({ ip, port }: Endpoint): Uint8Array {
  const mask = (bytes: Uint8Array) => bytes.map((byte, index) => byte ^ (COOKIE[index] ?? 0));
  return concat(Uint8Array.of(0, 1), mask(u16(port)), mask(ipToBytes(ip)));
}

const [from, server, peer] = process.argv.slice(2, 5).map(parseEndpoint);
if (from === undefined || server === undefined || peer === undefined) throw new Error('three endpoints');
const net = udpNet('dgram');
const inbox = await Inbox.open(net, from);

async function ask(type: number, ...attributes: readonly Uint8Array[]): Promise<void> {
  const body = concat(...attributes);
  inbox.send(concat(u16(type), u16(body.length), COOKIE, randomBytes(12), body), server as Endpoint);
  const answer = (await inbox.receive(net.now() + 2000))?.bytes;
  // Bit 8 of the type says that it was done.
  if (answer?.[0] !== 1 || answer[1] !== type) throw new Error('the server refused or is silent');
}

await ask(ALLOCATE, attribute(REQUESTED_TRANSPORT, Uint8Array.of(17, 0, 0, 0)));
await ask(
  CHANNEL_BIND,
  attribute(CHANNEL_NUMBER, Uint8Array.of(0x40, 0, 0, 0)),
  attribute(XOR_PEER_ADDRESS, hidden(peer)),
);
process.exit(0);
