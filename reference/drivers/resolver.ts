import { readFileSync } from 'node:fs';
import type { Endpoint, Ip } from '../address.ts';
import { parseIp } from '../address.ts';
import type { Transport } from '../core.ts';
import { Frames, frame } from '../dns/frames.ts';
import { isResponseTo, isTruncated } from '../dns/query.ts';
import type { Net } from '../net/net.ts';
import { NetError } from '../net/net.ts';
import type { Stream } from '../net/streams.ts';

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

/**
 * Asks DNS; undefined if there is no answer in 5 s.
 * @param transport once, over this alone; if not given, by tries over UDP, and over TCP where that answer is cut.
 * @param server another one than usual, over TCP.
 */
export type LookUp = (
  message: Uint8Array,
  transport?: Transport,
  server?: Endpoint,
) => Promise<Uint8Array | undefined>;

/** Asks a DNS server. [DNS-10, DNS-12] */
export function dnsClient(options: DnsOptions): LookUp {
  return async (message, transport, server = options.server) => {
    try {
      if (transport === 'tcp') return await overTcp({ ...options, server }, message);
      const response = await overUdp(options, message, transport === 'udp' ? [0] : TRIES);
      if (transport === 'udp' || response === undefined || !isTruncated(response)) return response;
      return (await overTcp(options, message)) ?? response;
    } catch (error) {
      // No socket left, or an address that the host has not got any more.
      if (error instanceof NetError) return undefined;
      throw error;
    }
  };
}

/** The answer to a query, which only what belongs to it can be. [DNS-12] */
export class AwaitedAnswer {
  readonly answer: Promise<Uint8Array | undefined>;
  found: (response: Uint8Array | undefined) => void = () => {};
  private readonly query: Uint8Array;

  constructor(query: Uint8Array) {
    this.query = query;
    this.answer = new Promise((resolve) => {
      this.found = resolve;
    });
  }

  take(message: Uint8Array): void {
    if (isResponseTo(message, this.query)) this.found(message.slice());
  }
}

async function overUdp(
  { net, server, local }: DnsOptions,
  message: Uint8Array,
  tries: readonly number[],
): Promise<Uint8Array | undefined> {
  const awaited = new AwaitedAnswer(message);
  const socket = await net.bind({ ip: local, port: 0 }, (bytes, { ip, port }) => {
    if (ip === server.ip && port === server.port) awaited.take(bytes);
  });
  const start = net.now();
  const timers = [
    ...tries.map((after) => net.schedule(start + after, () => socket.send(message, server))),
    net.schedule(start + OVER, () => awaited.found(undefined)),
  ];
  try {
    return await awaited.answer;
  } finally {
    for (const cancel of timers) cancel();
    await socket.close();
  }
}

async function overTcp({ net, server }: DnsOptions, message: Uint8Array): Promise<Uint8Array | undefined> {
  const awaited = new AwaitedAnswer(message);
  const frames = new Frames();
  const cancel = net.schedule(net.now() + OVER, () => awaited.found(undefined));
  // A connection may take longer than there is time, and is ended when it comes.
  const opening = net.streams?.connect(server, {
    onBytes: (bytes) => {
      for (const answer of frames.take(bytes)) awaited.take(answer);
    },
    onEnd: () => awaited.found(undefined),
  });
  opening?.then(
    (stream) => stream.write(frame(message)),
    () => awaited.found(undefined),
  );
  if (opening === undefined) awaited.found(undefined);
  try {
    return await awaited.answer;
  } finally {
    cancel();
    opening?.then(
      (stream: Stream) => stream.close(),
      () => {},
    );
  }
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
