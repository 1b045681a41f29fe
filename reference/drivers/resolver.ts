import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import type { Endpoint, Ip } from '../address.ts';
import { parseIp } from '../address.ts';
import { isResponseTo, isTruncated } from '../dns/query.ts';
import type { Net } from '../net/net.ts';

/** When a query goes out, and when there is no more hope; milliseconds. */
const TRIES = [0, 1500, 3000];
const OVER = 5000;
const PORT = 53;

export interface DnsOptions {
  readonly net: Net;
  /** The DNS server. */
  readonly server: Endpoint;
  /** The address to ask from; each query has a port of its own. [DNS-12] */
  readonly local: Ip;
}

/** Asks a DNS server, over TCP where its answer is truncated. Undefined if there is no answer in 5 s. [DNS-10] */
export function dnsClient(options: DnsOptions): (message: Uint8Array) => Promise<Uint8Array | undefined> {
  return async (message) => {
    const response = await overUdp(options, message);
    if (response === undefined || !isTruncated(response)) return response;
    return (await overTcp(options.server, message)) ?? response;
  };
}

async function overUdp(
  { net, server, local }: DnsOptions,
  message: Uint8Array,
): Promise<Uint8Array | undefined> {
  let found: (response: Uint8Array | undefined) => void = () => {};
  const answer = new Promise<Uint8Array | undefined>((resolve) => {
    found = resolve;
  });
  const socket = await net.bind({ ip: local, port: 0 }, (bytes, { ip, port }) => {
    if (ip === server.ip && port === server.port && isResponseTo(bytes, message)) found(bytes.slice());
  });
  const start = net.now();
  const timers = [
    ...TRIES.map((after) => net.schedule(start + after, () => socket.send(message, server))),
    net.schedule(start + OVER, () => found(undefined)),
  ];
  try {
    return await answer;
  } finally {
    for (const cancel of timers) cancel();
    await socket.close();
  }
}

/** RFC 1035, 4.2.2: two bytes of length before each message. */
function overTcp({ ip, port }: Endpoint, message: Uint8Array): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const received: Uint8Array[] = [];
    const socket = createConnection({ host: ip, port });
    const end = (response: Uint8Array | undefined): void => {
      socket.destroy();
      resolve(response);
    };
    socket.setTimeout(OVER, () => end(undefined));
    socket.on('connect', () =>
      socket.write(Uint8Array.of(message.length >> 8, message.length & 0xff, ...message)),
    );
    socket.on('data', (bytes: Uint8Array) => {
      received.push(bytes);
      const all = Uint8Array.from(Buffer.concat(received));
      const length = ((all[0] ?? 0) << 8) | (all[1] ?? 0);
      if (all.length < 2 || all.length < 2 + length) return;
      const response = all.slice(2, 2 + length);
      end(isResponseTo(response, message) ? response : undefined);
    });
    for (const event of ['error', 'close'] as const) socket.on(event, () => end(undefined));
  });
}

/** The first DNS server of the system; undefined if it names none. */
export function systemServer(file = '/etc/resolv.conf'): Endpoint | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  const ips = [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server = '']) => parseIp(server));
  const ip = ips.find((found) => found !== undefined);
  return ip && { ip, port: PORT };
}
