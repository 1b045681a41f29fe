/** The tester's end of the adapter contract on the wire. */
import type { Op, RequestInput } from '../../adapters/contract.ts';
import { request } from '../../adapters/contract.ts';
import type { Framing, Message } from '../../adapters/framing.ts';
import {
  Assembler,
  DATAGRAM_ELSEWHERE,
  DATAGRAM_LOOPBACK,
  fromDatagram,
  messageKey,
  toDatagrams,
} from '../../adapters/framing.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import type { Instant, Random } from '../../reference/core.ts';
import type { Net, Socket } from '../../reference/net/net.ts';
import { isLoopback } from '../command/addresses.ts';

/** Milliseconds after the first try at which a request is repeated. */
const REPEATS = [100, 300, 700, 1500, 3000];
/** Milliseconds for which the answer to a request that was given up may still come. */
const LATE = 60_000;
/** Requests without an answer at once, until hello says how many the adapter bears. */
const FIRST_IN_FLIGHT = 1;

export interface WireOptions {
  readonly net: Net;
  readonly adapter: Endpoint;
  /** Where the tester's own socket is bound. */
  readonly local: Endpoint;
  /** Draws the number by which the adapter tells testers apart. */
  readonly random: Random;
  /** The shared token; needed off loopback. */
  readonly token?: Uint8Array;
}

/** Requests and answers as datagrams: numbers, repetitions, parts. */
export class Wire {
  inFlight = FIRST_IN_FLIGHT;
  /** Datagrams that came and were no answer. */
  nonsense = 0;
  readonly #options: WireOptions;
  readonly #framing: Framing;
  readonly #tester: Uint8Array;
  readonly #assembler = new Assembler();
  readonly #waiting = new Map<string, (message: Message) => void>();
  /** End the waiting for answers that are late. */
  readonly #late = new Set<() => void>();
  readonly #queue: Array<() => void> = [];
  #socket: Socket | undefined = undefined;
  #lastId = 0;
  #busy = 0;

  private constructor(options: WireOptions) {
    this.#options = options;
    this.#tester = options.random(8);
    this.#framing = {
      datagram: isLoopback(options.adapter.ip) ? DATAGRAM_LOOPBACK : DATAGRAM_ELSEWHERE,
      token: options.token,
    };
  }

  static async open(options: WireOptions): Promise<Wire> {
    const wire = new Wire(options);
    await wire.bind();
    return wire;
  }

  async bind(): Promise<void> {
    const { net, local } = this.#options;
    // A copy: what is decoded shares its bytes, and on Deno each datagram comes in 64 KiB of its own.
    this.#socket = await net.bind(local, (bytes, from) => this.#receive(new Uint8Array(bytes), from));
  }

  async close(): Promise<void> {
    for (const end of this.#late) end();
    await this.#socket?.close();
  }

  /**
   * @param late is handed the answer if it comes after that, within a minute
   * @returns when it was sent, for it may have had to wait for others; and no answer if none came in time
   */
  async exchange<O extends Op>(
    op: O,
    fields: RequestInput<O>,
    giveUp: number,
    late?: (answer: Message) => void,
  ): Promise<{ readonly asked: Instant; readonly answer: Message | undefined }> {
    await this.#turn();
    const asked = this.#options.net.now();
    try {
      const message = request(this.#tester, ++this.#lastId, op, fields) as Message;
      const answer = await this.#ask(message, giveUp);
      if (answer === undefined && late !== undefined) this.#expectLate(messageKey(message), late);
      return { asked, answer };
    } finally {
      this.#busy--;
      this.#queue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#busy >= this.inFlight) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy++;
  }

  #ask(message: Message, giveUp: number): Promise<Message | undefined> {
    const { net, adapter } = this.#options;
    const datagrams = toDatagrams(message, this.#framing);
    const send = () => {
      for (const datagram of datagrams) this.#socket?.send(datagram, adapter);
    };
    const start = net.now();
    send();
    const repeats = REPEATS.filter((ms) => ms < giveUp).map((ms) => net.schedule(start + ms, send));
    return new Promise((resolve) => {
      const finish = (answer: Message | undefined) => {
        for (const cancel of [...repeats, cancelEnd]) cancel();
        this.#waiting.delete(messageKey(message));
        resolve(answer);
      };
      const cancelEnd = net.schedule(start + giveUp, () => finish(undefined));
      this.#waiting.set(messageKey(message), finish);
    });
  }

  #expectLate(key: string, late: (answer: Message) => void): void {
    const { net } = this.#options;
    const end = () => {
      cancel();
      this.#late.delete(end);
      this.#waiting.delete(key);
    };
    const cancel = net.schedule(net.now() + LATE, end);
    this.#late.add(end);
    this.#waiting.set(key, (answer) => {
      end();
      late(answer);
    });
  }

  #receive(bytes: Uint8Array, from: Endpoint): void {
    if (!sameEndpoint(from, this.#options.adapter)) return;
    const frame = fromDatagram(bytes, this.#framing);
    if (frame === undefined) this.nonsense++;
    const message = frame && this.#assembler.add(frame, formatEndpoint(from));
    if (message !== undefined) this.#waiting.get(messageKey(message))?.(message);
  }
}
