/** A tester's end for the tests of the kit: asks once, or sends what it is told, and shows what came back. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Op, RequestInput } from '../../adapters/contract.ts';
import { answerSchema, request } from '../../adapters/contract.ts';
import type { Framing } from '../../adapters/framing.ts';
import { Assembler, fromDatagram, toDatagrams } from '../../adapters/framing.ts';
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import type { Net, Socket } from '../../reference/net/net.ts';
import { sleepUntil } from '../../reference/net/net.ts';

export function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(`no endpoint: ${text}`);
  return parsed;
}

export interface TesterOptions {
  readonly net: Net;
  readonly local: Endpoint;
  readonly target: Endpoint;
  readonly framing?: Framing;
  /** Fills the tester id. */
  readonly number?: number;
}

/** What came: every datagram as it came, and the answers whose parts are all there. */
interface Inbox {
  readonly received: Uint8Array[];
  readonly answers: Fields[];
}

export class Tester {
  readonly id: Uint8Array;
  readonly received: Uint8Array[];
  readonly #answers: Fields[];
  readonly #options: TesterOptions;
  readonly #framing: Framing;
  readonly #socket: Socket;
  #last = 0;

  private constructor(options: TesterOptions, framing: Framing, socket: Socket, inbox: Inbox) {
    this.id = new Uint8Array(8).fill(options.number ?? 1);
    this.received = inbox.received;
    this.#answers = inbox.answers;
    this.#options = options;
    this.#framing = framing;
    this.#socket = socket;
  }

  static async create(options: TesterOptions): Promise<Tester> {
    const framing = options.framing ?? { datagram: 8192, token: undefined };
    const assembler = new Assembler();
    const inbox: Inbox = { received: [], answers: [] };
    const socket = await options.net.bind(options.local, (bytes) => {
      inbox.received.push(bytes.slice());
      const frame = fromDatagram(bytes, framing);
      const message = frame === undefined ? undefined : assembler.add(frame, '');
      if (message !== undefined) inbox.answers.push(message);
    });
    return new Tester(options, framing, socket, inbox);
  }

  /** The next request of an op, as a message. */
  next<O extends Op>(op: O, fields: RequestInput<O>): Fields {
    this.#last++;
    return request(this.id, this.#last, op, fields);
  }

  /** The datagrams of a message. */
  cut(message: Fields): Uint8Array[] {
    return toDatagrams(message, this.#framing);
  }

  send(...datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) this.#socket.send(datagram, this.#options.target);
  }

  /** The answers that have come within some milliseconds since they were last taken, without their frame. */
  async answers(milliseconds = 50): Promise<Fields[]> {
    await this.wait(milliseconds);
    return this.#answers.splice(0).map((message) => {
      const { v, tester, id, ...rest } = answerSchema.parse(message);
      return rest as Fields;
    });
  }

  /** Sends a request once; the answers that come. */
  exchange(message: Fields): Promise<Fields[]> {
    this.send(...this.cut(message));
    return this.answers();
  }

  /** The result of a request. @throws Error unless exactly one answer came and it is `done`. */
  async done<O extends Op>(op: O, fields: RequestInput<O>): Promise<Fields> {
    const answers = await this.exchange(this.next(op, fields));
    const [first] = answers;
    if (answers.length !== 1 || first?.answer !== 'done')
      throw new Error(`${op}: ${JSON.stringify(answers)}`);
    return first.result as Fields;
  }

  wait(milliseconds: number): Promise<void> {
    return sleepUntil(this.#options.net, this.#options.net.now() + milliseconds);
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }
}
