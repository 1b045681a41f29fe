/** The tester's end of the adapter contract: requests, repetitions, answers, pages. */

import type { Fields } from '../../adapters/cbor.ts';
import type { Op, RequestInput, Result } from '../../adapters/contract.ts';
import { answerSchema, CONTRACT_VERSION, RESULTS, speaks } from '../../adapters/contract.ts';
import type { Message } from '../../adapters/framing.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { sameBytes } from '../../reference/bytes.ts';
import type { Net } from '../../reference/net/net.ts';
import { isLoopback } from '../command/addresses.ts';
import { schemaFault } from '../schema-fault.ts';
import { Unjudged } from '../verdict.ts';
import { Windows } from '../windows.ts';
import type { WireOptions } from './adapter-wire.ts';
import { Wire } from './adapter-wire.ts';
import { TargetError } from './target.ts';

/** Milliseconds after which a request is given up. */
const GIVE_UP = 5000;
/** A hello that is not answered by then is not answered at all. */
const HELLO_GIVE_UP = 2000;
const MOST_IN_FLIGHT = 32;
/** Milliseconds for what is done at once after which the shortest timers of a role have run out, too. */
const SLOW = 500;

export type AdapterClientOptions = WireOptions;

/** An adapter that said hello. */
export class AdapterClient {
  readonly hello: Result<'hello'>;
  /** When the adapter took longer than it should over what does not have to be waited for. */
  readonly slow = new Windows();
  readonly #net: Net;
  readonly #wire: Wire;

  private constructor(net: Net, wire: Wire, hello: Result<'hello'>) {
    this.#net = net;
    this.#wire = wire;
    this.hello = hello;
    const { inFlight, answers } = hello.limits;
    wire.inFlight = Math.max(1, Math.min(inFlight, answers, MOST_IN_FLIGHT));
  }

  /** Says hello. @throws TargetError if nobody answers, or not in a way that can be understood. */
  static async connect(options: AdapterClientOptions): Promise<AdapterClient> {
    const wire = await Wire.open(options);
    try {
      return new AdapterClient(options.net, wire, await hello(wire, options));
    } catch (error) {
      await wire.close();
      throw error;
    }
  }

  /** Whether the op is one that the adapter says it has. */
  has(op: Op): boolean {
    return this.hello.ops.includes(op);
  }

  /**
   * One request and its result.
   * @param giveUp milliseconds after which there will be none.
   * @throws Unjudged with whose fault it is if it is not done.
   */
  async call<O extends Op>(op: O, fields: RequestInput<O>, giveUp: number = GIVE_UP): Promise<Result<O>> {
    const late = op === 'start' ? (answer: Message) => this.#stopLate(answer) : undefined;
    const { asked, answer: message } = await this.#wire.exchange(op, fields, giveUp, late);
    const now = this.#net.now();
    if (now - asked > SLOW && isAtOnce(op, fields)) this.slow.add(asked, now, now - asked);
    if (message === undefined) {
      throw new Unjudged(
        'inconclusive',
        'adapter',
        `the adapter did not answer ${op} in ${giveUp / 1000} s`,
        true,
      );
    }
    const answer = answerSchema.safeParse(message);
    if (!answer.success) throw broken(op, `${schemaFault(answer.error, message, 'it')}`);
    const { data } = answer;
    switch (data.answer) {
      case 'done':
        return readResult(op, data.result);
      case 'refused':
        throw new Unjudged('not-implemented', 'target', `${op} was refused: ${data.reason}`);
      case 'not-implemented':
        throw new Unjudged(
          'not-implemented',
          'target',
          `${op} is not implemented${because(op, data.reason)}`,
        );
      case 'error':
        throw new Unjudged('inconclusive', 'adapter', `${op} failed in the adapter: ${data.reason}`);
    }
  }

  /** All counters of an instance, page by page. */
  async counters(instance: number): Promise<Record<string, number>> {
    const all: Record<string, number> = {};
    for (let after: string | undefined; ; ) {
      const page = await this.call('counters', { instance, ...(after !== undefined && { after }) });
      Object.assign(all, page.counters);
      const last = Object.keys(page.counters).sort().at(-1);
      if (!page.more) return all;
      if (last === undefined || last === after) throw broken('counters', 'more pages, but an empty one');
      after = last;
    }
  }

  /** What started after it was given up is nobody's: it would go on sending to where another case then is. */
  #stopLate(message: Message): void {
    const answer = answerSchema.safeParse(message);
    if (!answer.success || answer.data.answer !== 'done') return;
    const result = RESULTS.start.safeParse(answer.data.result);
    if (!result.success) return;
    // It is late already, and the end of the run resets the adapter.
    this.call('stop', { instance: result.data.instance, hard: true }).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#wire.close();
  }
}

async function hello(wire: Wire, options: AdapterClientOptions): Promise<Result<'hello'>> {
  const { adapter, random } = options;
  const nonce = random(8);
  const where = formatEndpoint(adapter);
  const { answer: message } = await wire.exchange('hello', { nonce }, HELLO_GIVE_UP);
  if (message === undefined) {
    const heard = wire.nonsense === 0 ? 'no answer' : `${wire.nonsense} datagrams that are no answer to it`;
    throw new TargetError('unreachable', `hello to the adapter at ${where}: ${heard}. ${whatToDo(options)}`);
  }
  if (!speaks(message.v)) {
    throw new TargetError(
      'contract',
      `the adapter at ${where} speaks contract ${message.v}, this suite ${CONTRACT_VERSION}: use versions with the same major number.`,
    );
  }
  const answer = answerSchema.safeParse(message);
  const result =
    answer.success && answer.data.answer === 'done' ? RESULTS.hello.safeParse(answer.data.result) : undefined;
  if (result?.success && sameBytes(result.data.nonce, nonce)) return result.data;
  const why = !answer.success
    ? schemaFault(answer.error, message, 'it')
    : answer.data.answer !== 'done'
      ? `${answer.data.answer}: ${answer.data.reason}`
      : result?.success
        ? 'another nonce came back'
        : schemaFault(result?.error, answer.data.result, 'the result');
  throw new TargetError(
    'contract',
    `the adapter at ${where} breaks the contract in its answer to hello: ${why}.`,
  );
}

function whatToDo({ adapter, token }: AdapterClientOptions): string {
  const without =
    'If a role of its own listens there, without an adapter: add --config FILE, which `ntm-conform provision` writes.';
  if (isLoopback(adapter.ip) || token !== undefined) return `Start the adapter there. ${without}`;
  return `Start the adapter there, and name with --token-file the token that it has: beyond loopback it answers to no other. ${without}`;
}

/** Whether it needs nothing but the adapter's attention: a start can take time, and a question to a resolver. */
function isAtOnce<O extends Op>(op: O, fields: RequestInput<O>): boolean {
  if (op === 'trigger') return (fields as RequestInput<'trigger'>).what !== 'resolve';
  return op === 'counters' || op === 'events' || op === 'time';
}

function readResult<O extends Op>(op: O, fields: Fields): Result<O> {
  const result = RESULTS[op].safeParse(fields);
  if (!result.success) throw broken(op, schemaFault(result.error, fields, 'the result'));
  // The schema of the op made it.
  return result.data as Result<O>;
}

function broken(op: Op, why: string): Unjudged {
  return new Unjudged(
    'inconclusive',
    'adapter',
    `the adapter breaks the contract in its answer to ${op}: ${why}`,
  );
}

/** What the op's own name does not say already. */
function because(op: Op, reason: string): string {
  return reason === '' || reason === op ? '' : `: ${reason}`;
}
