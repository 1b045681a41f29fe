/** The DNS server of a node under test, over UDP, and over TCP where the network of the run has it. */
import type { Endpoint } from '../../reference/address.ts';
import { concat } from '../../reference/bytes.ts';
import type { Socket } from '../../reference/net/net.ts';
import { NetError } from '../../reference/net/net.ts';
import type { Listener } from '../../reference/net/streams.ts';
import { readDnsAnswer, u16 } from '../application/dns.ts';
import { two } from '../application/dns-answers.ts';
import type { Stage } from './stage.ts';

/** A query that came. */
export interface DnsQuestion {
  readonly bytes: Uint8Array;
  readonly id: number;
  /** As it was sent. */
  readonly name: string;
  readonly type: number;
  readonly from: Endpoint;
  readonly at: number;
  readonly transport: 'udp' | 'tcp';
  /** Sends an answer to where it came from. */
  readonly answer: (message: Uint8Array) => void;
}

/** What it says; undefined: nothing. */
export type Zone = (question: DnsQuestion) => Uint8Array | undefined;

/** How often a port is looked for that is free over both. */
const PORT_TRIES = 16;

export class PlayedDnsServer {
  /** All that came in this row, oldest first. */
  asked: DnsQuestion[] = [];
  readonly #stage: Stage;
  #socket: Socket | undefined;
  #listener: Listener | undefined;
  #zone: Zone | undefined;
  /** What came before there was a zone. */
  #early: DnsQuestion[] = [];
  readonly #watchers = new Set<() => void>();

  private constructor(stage: Stage) {
    this.#stage = stage;
  }

  static async bind(stage: Stage, { ip }: Endpoint): Promise<PlayedDnsServer> {
    const server = new PlayedDnsServer(stage);
    for (let tries = 1; !(await server.#bind({ ip, port: 0 }, tries)); tries++);
    return server;
  }

  /** Where it is asked. */
  get local(): Endpoint {
    if (this.#socket === undefined) throw new Error('the DNS server is not bound');
    return this.#socket.local;
  }

  /** Whether it can be asked over TCP. */
  get hasTcp(): boolean {
    return this.#listener !== undefined;
  }

  /** From now on, and to what came before and has no answer yet. */
  serve(zone: Zone): void {
    this.#zone = zone;
    for (const question of this.#early.splice(0)) this.#answer(question);
  }

  /** Sends a datagram from the server's own address. */
  send(bytes: Uint8Array, to: Endpoint): void {
    this.#socket?.send(bytes, to);
  }

  /** The first query of this row that matches, when it is there. @returns undefined if none came in time */
  async take(
    match: (question: DnsQuestion) => boolean,
    timeout: number = this.#stage.timeout,
  ): Promise<DnsQuestion | undefined> {
    const find = () => this.asked.find(match);
    if (find() !== undefined) return find();
    return await new Promise((resolve) => {
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

  startRow(): void {
    this.asked = [];
    this.#early = [];
    this.#zone = undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.#socket?.close(), this.#listener?.close()]);
  }

  /** @returns false if another port is to be tried */
  async #bind(local: Endpoint, tries: number): Promise<boolean> {
    const { net } = this.#stage;
    const socket = await net.bind(local, (bytes, from) => {
      const answer = (message: Uint8Array): void => socket.send(message, from);
      this.#receive(bytes, { from, transport: 'udp', answer });
    });
    this.#socket = socket;
    try {
      this.#listener = await net.streams?.listen(socket.local, (stream) => {
        let rest: Uint8Array = new Uint8Array(0);
        const answer = (message: Uint8Array): void => stream.write(concat(two(message.length), message));
        return {
          onBytes: (bytes) => {
            rest = concat(rest, bytes);
            const end = 2 + u16(rest, 0);
            if (rest.length < end) return;
            this.#receive(rest.subarray(2, end), { from: stream.remote, transport: 'tcp', answer });
            rest = rest.slice(end);
          },
          onEnd: () => stream.close(),
        };
      });
      return true;
    } catch (fault) {
      if (!(fault instanceof NetError) || tries === PORT_TRIES) throw fault;
      await socket.close();
      return false;
    }
  }

  #receive(bytes: Uint8Array, how: Pick<DnsQuestion, 'from' | 'transport' | 'answer'>): void {
    // A query has the form of an answer with nothing in it.
    const read = readDnsAnswer(bytes);
    if (read === undefined) return;
    const { id, name, type } = read;
    const question = { bytes: bytes.slice(), id, name, type, at: this.#stage.now(), ...how };
    this.asked.push(question);
    if (this.#zone === undefined) this.#early.push(question);
    else this.#answer(question);
    for (const look of [...this.#watchers]) look();
  }

  #answer(question: DnsQuestion): void {
    const message = this.#zone?.(question);
    if (message !== undefined) question.answer(message);
  }
}
