/** One party of the UDP bench: `udp.ts PARTY BACKEND SECONDS [PORT]`. Prints its port, and a line of JSON at its end. */
import process from 'node:process';
import type { Endpoint } from '../../../reference/address.ts';
import { parseIp } from '../../../reference/address.ts';
import { Inbox } from '../../../reference/net/inbox.ts';
import { sleepUntil } from '../../../reference/net/net.ts';
import type { Backend } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

const [party = '', backend = 'dgram', seconds = '1', port = '0'] = process.argv.slice(2);
const net = udpNet(backend as Backend);
const any = endpoint(0);
const over = net.now() + Number(seconds) * 1000;

function endpoint(port: number): Endpoint {
  const ip = parseIp('127.0.0.1');
  if (ip === undefined) throw new Error('no address');
  return { ip, port };
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Sends each datagram on to a port; how many a second of its own processor time. */
async function relay(to: Endpoint): Promise<void> {
  let first: number | undefined;
  let last = 0;
  let count = 0;
  const socket = await net.bind(any, (bytes) => {
    last = net.now();
    first ??= last;
    count++;
    socket.send(bytes, to);
  });
  say(socket.local.port);
  const before = process.cpuUsage();
  await sleepUntil(net, over);
  const used = process.cpuUsage(before);
  const processor = (used.user + used.system) / 1e6;
  say({ count, perSecond: (count * 1000) / (last - (first ?? 0)), perProcessorSecond: count / processor });
}

async function echo(): Promise<void> {
  const socket = await net.bind(any, (bytes, from) => socket.send(bytes, from));
  say(socket.local.port);
  await sleepUntil(net, over);
  say({});
}

/** One datagram there and back after the other. */
async function ping(to: Endpoint): Promise<void> {
  let count = 0;
  const socket = await net.bind(any, () => {
    count++;
    if (net.now() < over) socket.send(bytes, to);
  });
  const bytes = new Uint8Array(100);
  say(socket.local.port);
  const before = process.cpuUsage();
  socket.send(bytes, to);
  await sleepUntil(net, over);
  const used = process.cpuUsage(before);
  say({ perSecond: count / Number(seconds), perProcessorSecond: (count * 1e6) / (used.user + used.system) });
}

/** A new socket for each datagram there and back, a hundred others beside it. */
async function sockets(to: Endpoint): Promise<void> {
  const others = await Promise.all(Array.from({ length: 100 }, () => Inbox.open(net, any)));
  say(0);
  let count = 0;
  const before = process.cpuUsage();
  while (net.now() < over) {
    const inbox = await Inbox.open(net, any);
    inbox.send(new Uint8Array(100), to);
    if ((await inbox.receive(net.now() + 1000)) !== undefined) count++;
    await inbox.close();
  }
  const used = process.cpuUsage(before);
  say({ perSecond: count / Number(seconds), perProcessorSecond: (count * 1e6) / (used.user + used.system) });
  await Promise.all(others.map((other) => other.close()));
}

/** As many as go, in bursts, until it ends. */
async function flood(to: Endpoint): Promise<void> {
  const socket = await net.bind(any, () => {});
  say(socket.local.port);
  const bytes = new Uint8Array(100);
  while (net.now() < over) {
    for (let left = 256; left > 0; left--) socket.send(bytes, to);
    await new Promise((resolve) => setImmediate(resolve));
  }
  say({});
}

/** Reads nothing: what it has no room for the kernel drops, and nobody is told that nobody is there. */
async function sink(): Promise<void> {
  const socket = await net.bind(any, () => {});
  say(socket.local.port);
  await new Promise((resolve) => setTimeout(resolve, 50));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(seconds) * 1000);
}

const parties: Record<string, (to: Endpoint) => Promise<void>> = { relay, sink, echo, ping, sockets, flood };
await parties[party]?.(endpoint(Number(port)));
process.exit(0);
