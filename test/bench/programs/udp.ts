/**
 * A party of the UDP bench: `udp.ts BACKEND`. Prints the ports of its relay and its echo, then does what each line asks
 * for, one after the other, and answers with a line of JSON.
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Endpoint } from '../../../reference/address.ts';
import { parseIp } from '../../../reference/address.ts';
import { Inbox } from '../../../reference/net/inbox.ts';
import { sleepUntil } from '../../../reference/net/net.ts';
import type { Backend } from '../../../reference/net/udp/udp.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';

/** `relay`: from now on, to a port; `relayed`: what that was; the others go on for some seconds. */
export interface Asked {
  readonly do: 'relay' | 'relayed' | 'ping' | 'sockets';
  readonly port: number;
  readonly seconds: number;
}

/** Datagrams a second, and microseconds of the process for each. */
export interface Answer {
  readonly perSecond: number;
  readonly cost: number;
}

const OTHERS = 100;
const net = udpNet(process.argv[2] as Backend);
const any = endpoint(0);
const bytes = new Uint8Array(100);

/** One datagram there and back after the other. */
async function ping({ port, seconds }: Asked): Promise<Answer> {
  const [to, over] = [endpoint(port), net.now() + seconds * 1000];
  let count = 0;
  const socket = await net.bind(any, () => {
    count++;
    if (net.now() < over) socket.send(bytes, to);
  });
  const before = process.cpuUsage();
  socket.send(bytes, to);
  await sleepUntil(net, over);
  const done = answer(count, seconds, before);
  await socket.close();
  return done;
}

/** A new socket for each datagram there and back, a hundred others beside it. */
async function sockets({ port, seconds }: Asked): Promise<Answer> {
  const others = await Promise.all(Array.from({ length: OTHERS }, () => Inbox.open(net, any)));
  const [to, over] = [endpoint(port), net.now() + seconds * 1000];
  let count = 0;
  const before = process.cpuUsage();
  while (net.now() < over) {
    const inbox = await Inbox.open(net, any);
    inbox.send(bytes, to);
    if ((await inbox.receive(net.now() + 1000)) !== undefined) count++;
    await inbox.close();
  }
  const done = answer(count, seconds, before);
  await Promise.all(others.map((each) => each.close()));
  return done;
}

const actions: Record<Asked['do'], (asked: Asked) => Promise<Answer> | Answer | object> = {
  ping,
  sockets,
  relay: ({ port }) => Object.assign(relaying, { to: endpoint(port), count: 0, used: process.cpuUsage() }),
  relayed: () => {
    const { count, first, last, used } = relaying;
    return answer(count, (last - first) / 1000, used);
  },
};

const relaying = { to: any, count: 0, first: 0, last: 0, used: process.cpuUsage() };
const relay = await net.bind(any, (datagram) => {
  relaying.last = net.now();
  if (relaying.count++ === 0) relaying.first = relaying.last;
  relay.send(datagram, relaying.to);
});
const echo = await net.bind(any, (datagram, from) => echo.send(datagram, from));
say({ relay: relay.local.port, echo: echo.local.port });

for await (const line of createInterface(process.stdin)) {
  const asked = JSON.parse(line) as Asked;
  say(await actions[asked.do](asked));
}
process.exit();

function endpoint(port: number): Endpoint {
  const ip = parseIp('127.0.0.1');
  if (ip === undefined) throw new Error('no address');
  return { ip, port };
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function answer(count: number, seconds: number, before: NodeJS.CpuUsage): Answer {
  const { user, system } = process.cpuUsage(before);
  return { perSecond: count / seconds, cost: (user + system) / count };
}
