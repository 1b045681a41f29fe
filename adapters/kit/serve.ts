/**
 * The adapter's side of the contract on a socket: frames, repeated requests, who asked, and the way back.
 */

import type { Endpoint } from '../../reference/address.ts';
import { family, formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Request } from '../contract.ts';
import { answer, requestSchema } from '../contract.ts';
import type { Framing } from '../framing.ts';
import {
  Assembler,
  DATAGRAM_ELSEWHERE,
  DATAGRAM_LOOPBACK,
  fromDatagram,
  MESSAGE_LIMIT,
  toDatagrams,
} from '../framing.ts';
import { AnswerRing } from './answers.ts';
import type { Implementation } from './implementation.ts';
import { Instances } from './instances.ts';
import type { Answered, World } from './ops.ts';
import { perform } from './ops.ts';

const INSTANCES = 256;
const ANSWERS = 4096;
const IN_FLIGHT = 64;
/** Testers whose answers are kept; the one unheard of for longest is forgotten first. */
const TESTERS = 8;

export interface AdapterOptions {
  readonly net: Net;
  readonly listen: Endpoint;
  /** Required unless `listen` is a loopback address. */
  readonly token?: Uint8Array | undefined;
  readonly implementation: Implementation;
}

export interface Adapter {
  /** Where it listens. */
  readonly local: Endpoint;
  /** Ends all instances, as by a crash, and the adapter. */
  close(): Promise<void>;
}

/**
 * Starts an adapter.
 * @throws Error if it would listen beyond loopback without a token; NetError if it can't listen.
 */
export async function serveAdapter({ net, listen, token, implementation }: AdapterOptions): Promise<Adapter> {
  const loopback = isLoopback(listen);
  if (!loopback && token === undefined) {
    throw new Error(`an adapter on ${formatEndpoint(listen)} needs a token: only on loopback there is none`);
  }
  const framing: Framing = { datagram: loopback ? DATAGRAM_LOOPBACK : DATAGRAM_ELSEWHERE, token };
  const bound = implementation.instances ?? INSTANCES;
  const limits = { instances: bound, inFlight: IN_FLIGHT, answers: ANSWERS, message: MESSAGE_LIMIT };
  const instances = new Instances(implementation, bound);
  const world: World = { implementation, instances, limits, now: () => net.now() };
  const server = new Server(world, framing, (bytes, to) => socket.send(bytes, to));
  const socket = await net.bind(listen, (bytes, from) => server.receive(new Uint8Array(bytes), from));
  return {
    local: socket.local,
    async close() {
      server.closed = true;
      await instances.reset();
      await socket.close();
    },
  };
}

class Server {
  closed = false;
  readonly #world: World;
  readonly #framing: Framing;
  readonly #send: (bytes: Uint8Array, to: Endpoint) => void;
  readonly #assembler = new Assembler();
  readonly #testers = new Map<string, AnswerRing>();

  constructor(world: World, framing: Framing, send: (bytes: Uint8Array, to: Endpoint) => void) {
    this.#world = world;
    this.#framing = framing;
    this.#send = send;
  }

  /** One datagram: nonsense is not answered, a repeated request is answered as before. */
  receive(datagram: Uint8Array, from: Endpoint): void {
    const frame = fromDatagram(datagram, this.#framing);
    if (frame === undefined) return;
    const { id, tester } = 'message' in frame ? frame.message : frame.of;
    const known = this.#testers.get(toHex(tester))?.look(id) ?? 'new';
    if (known === 'ignore') return;
    if (known !== 'new') {
      // Once for each repetition of the whole request, not for each of its parts.
      if ('message' in frame || frame.part[0] === frame.part[1] - 1) this.#sendAll(known, from);
      return;
    }
    const request = requestSchema.safeParse(this.#assembler.add(frame, formatEndpoint(from)));
    if (request.success) void this.#serve(request.data, from);
  }

  async #serve(request: Request, from: Endpoint): Promise<void> {
    const tester = toHex(request.tester);
    const answers = this.#answersOf(tester);
    if (answers.working >= IN_FLIGHT) return;
    answers.begin(request.id);
    this.#world.instances.heard(tester, this.#world.now());
    const datagrams = this.#datagrams(request, await perform(this.#world, request, tester));
    answers.finish(request.id, datagrams);
    this.#sendAll(datagrams, from);
  }

  #datagrams(request: Request, [word, content]: Answered): Uint8Array[] {
    try {
      return toDatagrams(answer(request, word, content), this.#framing);
    } catch (error) {
      return toDatagrams(answer(request, 'error', `answer: ${String(error)}`), this.#framing);
    }
  }

  /** The ring of a tester, which thereby becomes the one heard of last. */
  #answersOf(tester: string): AnswerRing {
    const answers = this.#testers.get(tester) ?? new AnswerRing(ANSWERS);
    this.#testers.delete(tester);
    this.#testers.set(tester, answers);
    const [oldest] = this.#testers.keys();
    if (this.#testers.size > TESTERS && oldest !== undefined) this.#testers.delete(oldest);
    return answers;
  }

  #sendAll(datagrams: readonly Uint8Array[], to: Endpoint): void {
    if (this.closed) return;
    for (const datagram of datagrams) this.#send(datagram, to);
  }
}

function isLoopback({ ip }: Endpoint): boolean {
  return family(ip) === 4 ? ip.startsWith('127.') : ip === '::1';
}
