/** A tester that does what no good tester does: the same id twice, answers unheard, bytes that mean nothing. */
import type { Fields } from '../../adapters/cbor.ts';
import { encode } from '../../adapters/cbor.ts';
import type { Answer, AnswerWord, Op } from '../../adapters/contract.ts';
import { answerSchema, CONTRACT_VERSION } from '../../adapters/contract.ts';
import type { Framing } from '../../adapters/framing.ts';
import { Assembler, fromDatagram, toDatagrams } from '../../adapters/framing.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, sameEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Net, Socket } from '../../reference/net/net.ts';
import { schemaFault } from '../schema-fault.ts';

/** Milliseconds after which a request is repeated, and after which it is given up. */
const REPEATS = [200, 600, 1400];
const GIVE_UP = 3000;

export interface RawOptions {
  readonly net: Net;
  readonly adapter: Endpoint;
  readonly local: Endpoint;
  readonly framing: Framing;
  /** 8 bytes. */
  readonly tester: Uint8Array;
}

/** An answer with the bytes that carried it. */
export interface Heard {
  readonly answer: Answer;
  readonly bytes: string;
}

/** The adapter did something else than the contract says; the message is what. */
export class Breach extends Error {}

export class RawTester {
  readonly tester: Uint8Array;
  readonly #options: RawOptions;
  readonly #assembler = new Assembler();
  readonly #socket: Socket;
  #lastId = 0;
  #heard: (bytes: Uint8Array) => void = () => {};

  private constructor(options: RawOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.tester = options.tester;
  }

  static async open(options: RawOptions): Promise<RawTester> {
    let raw: RawTester | undefined;
    const socket = await options.net.bind(options.local, (bytes, from) => {
      if (raw !== undefined && sameEndpoint(from, options.adapter)) raw.#heard(Uint8Array.from(bytes));
    });
    raw = new RawTester(options, socket);
    return raw;
  }

  close(): Promise<void> {
    return this.#socket.close();
  }

  nextId(): number {
    return ++this.#lastId;
  }

  message(op: string, fields: Fields = {}, id = this.nextId()): Fields {
    return { v: CONTRACT_VERSION, tester: this.tester, id, op, ...fields };
  }

  /** Sends a message once and hears nothing. */
  tell(message: Fields, framing: Framing = this.#options.framing): void {
    for (const datagram of toDatagrams(message, framing)) this.#socket.send(datagram, this.#options.adapter);
  }

  /** Sends bytes as they are. */
  throwBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes, this.#options.adapter);
  }

  /**
   * Sends a message until it is answered.
   * @throws Breach if nothing comes, or what comes is no answer.
   */
  async ask(message: Fields, repeats: readonly number[] = REPEATS): Promise<Heard> {
    const { net } = this.#options;
    const started = net.now();
    const sends = repeats.map((ms) => net.schedule(started + ms, () => this.tell(message)));
    let giveUp = (): void => {};
    try {
      return await new Promise<Heard>((resolve, reject) => {
        giveUp = net.schedule(started + GIVE_UP, () =>
          reject(new Breach(`${String(message.op)} got no answer in ${GIVE_UP / 1000} s`)),
        );
        this.#heard = (bytes) => {
          const heard = this.#read(bytes, message);
          if (heard instanceof Breach) reject(heard);
          else if (heard !== undefined) resolve(heard);
        };
        this.tell(message);
      });
    } finally {
      this.#heard = () => {};
      for (const cancel of [...sends, giveUp]) cancel();
    }
  }

  /** A request that has to be done. @returns its result */
  async done(op: Op, fields: Fields = {}): Promise<Fields> {
    const { answer } = await this.ask(this.message(op, fields));
    if (answer.answer === 'done') return answer.result;
    throw new Breach(`${op} was answered ${answer.answer} (${answer.reason}), not done`);
  }

  /** A request that has to be answered by one of these words. */
  async answered(words: readonly AnswerWord[], message: Fields): Promise<void> {
    const { answer } = await this.ask(message);
    if (words.includes(answer.answer)) return;
    const why = answer.answer === 'done' ? '' : ` (${answer.reason})`;
    throw new Breach(`${String(message.op)} was answered ${answer.answer}${why}, not ${words.join(' or ')}`);
  }

  /** Sends what must stay unanswered, and then hello: everything that comes before its answer is one too many. */
  async silent(what: string, send: () => void): Promise<void> {
    const { net } = this.#options;
    const strays: string[] = [];
    this.#heard = (bytes) => strays.push(toHex(bytes));
    send();
    const message = this.message('hello', { nonce: new Uint8Array(8) });
    const started = net.now();
    await new Promise<void>((resolve, reject) => {
      const repeat = net.schedule(started + 1000, () => this.tell(message));
      const giveUp = net.schedule(started + GIVE_UP, () =>
        reject(new Breach(`after ${what} the adapter answers hello no more`)),
      );
      this.#heard = (bytes) => {
        const heard = this.#read(bytes, message);
        if (heard === undefined || heard instanceof Breach) strays.push(toHex(bytes));
        else {
          repeat();
          giveUp();
          resolve();
        }
      };
      this.tell(message);
    }).finally(() => {
      this.#heard = () => {};
    });
    const [stray] = strays;
    if (stray !== undefined) throw new Breach(`${what} got an answer: ${stray.slice(0, 64)}`);
  }

  /** The answer to a message, if these bytes are it or complete it. */
  #read(bytes: Uint8Array, message: Fields): Heard | Breach | undefined {
    const frame = fromDatagram(bytes, this.#options.framing);
    if (frame === undefined) return undefined;
    const whole = this.#assembler.add(frame, formatEndpoint(this.#options.adapter));
    if (whole === undefined || whole.id !== message.id || toHex(whole.tester) !== toHex(this.tester))
      return undefined;
    const answer = answerSchema.safeParse(whole);
    if (answer.success) return { answer: answer.data, bytes: toHex(encode(whole)) };
    return new Breach(`the answer to ${String(message.op)}: ${schemaFault(answer.error, whole, 'it')}`);
  }
}
