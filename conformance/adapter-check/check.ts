/** What a check of an adapter is, and how all of them are run. */
import type { Result } from '../../adapters/contract.ts';
import { RESULTS } from '../../adapters/contract.ts';
import type { Framing } from '../../adapters/framing.ts';
import { DATAGRAM_ELSEWHERE, DATAGRAM_LOOPBACK } from '../../adapters/framing.ts';
import type { Endpoint } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { isLoopback } from '../command/addresses.ts';
import { schemaFault } from '../schema-fault.ts';
import { Breach, RawTester } from './raw.ts';

export interface AdapterCheck {
  readonly id: string;
  /** What has to hold, in one sentence. */
  readonly title: string;
  /** Why it can't be looked at with this adapter; undefined if it can. */
  needs?(hello: Result<'hello'>): string | undefined;
  /** @throws Breach */
  check(bench: Bench): Promise<void>;
}

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: 'pass' | 'fail' | 'skip';
  /** What was wrong, or why it was not looked at. */
  readonly why: string | undefined;
}

export interface BenchOptions {
  readonly net: Net;
  readonly adapter: Endpoint;
  /** Where the tester's sockets are bound; port 0. */
  readonly local: Endpoint;
  readonly random: Random;
  readonly token: Uint8Array | undefined;
}

/** What a check has at hand: any number of testers. */
export class Bench {
  readonly options: BenchOptions;
  readonly framing: Framing;
  readonly #open: RawTester[] = [];
  #hello: Result<'hello'> | undefined = undefined;

  constructor(options: BenchOptions) {
    this.options = options;
    const datagram = isLoopback(options.adapter.ip) ? DATAGRAM_LOOPBACK : DATAGRAM_ELSEWHERE;
    this.framing = { datagram, token: options.token };
  }

  /** Another tester on a socket of its own; `id` to be the same tester again from another port. */
  async tester(id: Uint8Array = this.options.random(8)): Promise<RawTester> {
    const { net, adapter, local } = this.options;
    const tester = await RawTester.open({ net, adapter, local, framing: this.framing, tester: id });
    this.#open.push(tester);
    return tester;
  }

  get hello(): Result<'hello'> {
    if (this.#hello === undefined) throw new Error('hello was not said yet');
    return this.#hello;
  }

  /** Says hello. @throws Breach */
  async greet(): Promise<void> {
    const nonce = this.options.random(8);
    const given = await (await this.tester()).done('hello', { nonce });
    const result = RESULTS.hello.safeParse(given);
    if (!result.success) throw new Breach(`the result of hello: ${schemaFault(result.error, given, 'it')}`);
    if (!result.data.nonce.every((byte, at) => byte === nonce[at]))
      throw new Breach('hello came back with another nonce');
    this.#hello = result.data;
  }

  /** Takes back what the testers started, and their sockets. */
  async clear(): Promise<void> {
    for (const tester of this.#open.splice(0)) {
      await tester.ask(tester.message('reset')).catch(() => undefined);
      await tester.close();
    }
  }
}

/** Runs checks one after the other. Without hello there is nothing to check further. */
export async function runChecks(
  checks: readonly AdapterCheck[],
  bench: Bench,
  onResult: (result: CheckResult) => void,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  const add = (result: CheckResult): void => {
    results.push(result);
    onResult(result);
  };
  const greeting = { id: 'hello', title: 'Hello is answered with its nonce and all that belongs to it.' };
  const fault = await faultOf(() => bench.greet(), bench);
  add({ ...greeting, verdict: fault === undefined ? 'pass' : 'fail', why: fault });
  if (fault !== undefined) return results;
  for (const { id, title, needs, check } of checks) {
    const lack = needs?.(bench.hello);
    const why = lack ?? (await faultOf(() => check(bench), bench));
    add({ id, title, verdict: lack !== undefined ? 'skip' : why === undefined ? 'pass' : 'fail', why });
  }
  return results;
}

async function faultOf(body: () => Promise<void>, bench: Bench): Promise<string | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    if (error instanceof Breach) return error.message;
    throw error;
  } finally {
    await bench.clear();
  }
}
