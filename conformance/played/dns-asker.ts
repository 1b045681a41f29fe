/** Somebody who asks a DNS server: over UDP from one socket, over TCP by connections of its own. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import { concat, toHex } from '../../reference/bytes.ts';
import type { Socket } from '../../reference/net/net.ts';
import type { Stream } from '../../reference/net/streams.ts';
import { u16 } from '../application/dns.ts';
import { two } from '../application/dns-answers.ts';
import { Unjudged } from '../verdict.ts';
import type { Stage } from './stage.ts';

export type Transport = 'udp' | 'tcp';

/** When a query over UDP goes out again on a network that loses; milliseconds. */
const REPEATS = [0, 700, 1900];

export class DnsAsker {
  /** All that came over UDP from the server, oldest first. */
  readonly came: Uint8Array[] = [];
  readonly #stage: Stage;
  readonly #server: Endpoint;
  readonly #ip: Ip;
  readonly #watchers = new Set<() => void>();
  readonly #streams: Stream[] = [];
  #socket: Socket | undefined;

  private constructor(stage: Stage, server: Endpoint, ip: Ip) {
    this.#stage = stage;
    this.#server = server;
    this.#ip = ip;
  }

  static async bind(stage: Stage, server: Endpoint, ip: Ip): Promise<DnsAsker> {
    const asker = new DnsAsker(stage, server, ip);
    await asker.#open();
    return asker;
  }

  /** Asks and waits for the answer of the same ID. @returns undefined if none came in time */
  ask(
    query: Uint8Array,
    transport: Transport,
    timeout = this.#stage.timeout,
  ): Promise<Uint8Array | undefined> {
    return transport === 'udp' ? this.#askUdp(query, timeout) : this.#askTcp(query, timeout);
  }

  /** Sends over UDP and waits for nothing. */
  send(query: Uint8Array): void {
    this.#remark('is asked', query);
    this.#socket?.send(query, this.#server);
  }

  /** The first datagram that came, or comes, and matches. */
  take(match: (bytes: Uint8Array) => boolean, timeout: number): Promise<Uint8Array | undefined> {
    const find = () => this.came.find(match);
    const found = find();
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#watchers.delete(look);
        resolve(find());
      };
      const look = (): void => {
        if (find() !== undefined) done();
      };
      const { net } = this.#stage;
      const cancel = net.schedule(net.now() + timeout, done);
      this.#watchers.add(look);
    });
  }

  /**
   * Writes pieces of bytes, one after the other, on one connection, and gives the messages that come, as
   * many as are waited for.
   * @throws Unjudged on a network without TCP
   */
  async converse(
    pieces: readonly Uint8Array[],
    count: number,
    timeout = this.#stage.timeout,
  ): Promise<Uint8Array[]> {
    const { net } = this.#stage;
    if (net.streams === undefined)
      throw new Unjudged('not-exercised', 'host', 'the network of this run has no TCP');
    const messages: Uint8Array[] = [];
    let rest: Uint8Array = new Uint8Array(0);
    let done = (): void => {};
    const over = new Promise<void>((resolve) => {
      done = resolve;
    });
    const onBytes = (bytes: Uint8Array): void => {
      rest = concat(rest, bytes);
      for (let end = 2 + u16(rest, 0); rest.length >= 2 && rest.length >= end; end = 2 + u16(rest, 0)) {
        messages.push(rest.slice(2, end));
        this.#remark('answers over TCP', rest.subarray(2, end));
        rest = rest.slice(end);
      }
      if (messages.length >= count) done();
    };
    const stream = await net.streams.connect(this.#server, { onBytes, onEnd: done }, this.#ip);
    this.#streams.push(stream);
    for (const piece of pieces) {
      this.#remark('is asked over TCP', piece);
      stream.write(piece);
      await new Promise<void>((resolve) => {
        net.schedule(net.now() + 20, resolve);
      });
    }
    const cancel = net.schedule(net.now() + timeout, done);
    await over;
    cancel();
    stream.close();
    return messages;
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await this.#socket?.close();
  }

  async #open(): Promise<void> {
    this.#socket = await this.#stage.net.bind({ ip: this.#ip, port: 0 }, (bytes, from) => {
      if (!sameEndpoint(from, this.#server)) return;
      this.#remark('answers', bytes);
      this.came.push(bytes.slice());
      for (const look of [...this.#watchers]) look();
    });
  }

  async #askUdp(query: Uint8Array, timeout: number): Promise<Uint8Array | undefined> {
    const { net, impaired } = this.#stage;
    const from = this.came.length;
    const times = impaired ? REPEATS : [0];
    const cancels = times.map((after) => net.schedule(net.now() + after, () => this.send(query)));
    const isAnswer = (bytes: Uint8Array): boolean =>
      this.came.indexOf(bytes) >= from && u16(bytes, 0) === u16(query, 0);
    const answer = await this.take(isAnswer, timeout + (times.at(-1) ?? 0));
    for (const cancel of cancels) cancel();
    return answer;
  }

  async #askTcp(query: Uint8Array, timeout: number): Promise<Uint8Array | undefined> {
    const [answer] = await this.converse([framed(query)], 1, timeout);
    return answer;
  }

  #remark(what: string, bytes: Uint8Array): void {
    const { transcript } = this.#stage;
    transcript.remark(this.#stage.now(), `DNS at ${formatEndpoint(this.#server)} ${what}: ${toHex(bytes)}`);
  }
}

/** A message as it goes over TCP. (RFC 1035, 4.2.2) */
export function framed(message: Uint8Array): Uint8Array {
  return concat(two(message.length), message);
}
