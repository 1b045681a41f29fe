import { sameBytes, toHex } from '../../reference/bytes.ts';
import { Refusal } from '../../reference/refusal.ts';
import { decodeCbor } from '../../reference/wire/cbor.ts';
import { Key } from '../../reference/wire/registry.ts';
import type { Path } from './cast.ts';
import type { Dice } from './dice.ts';
import type { Hand } from './hand.ts';
import type { Body } from './values.ts';

/** Requests of one DC that can be repeated. */
const KEPT = 64;
/** Milliseconds after its answer for which a request is repeated: less than an answer is kept. [GEN-27] */
const REPEATED = 25_000;

export interface Request {
  readonly type: number;
  readonly transaction: Uint8Array;
  readonly body: Uint8Array;
  /** The path that it makes or ends. */
  readonly path: Path | undefined;
  answer: Uint8Array | undefined;
  answeredAt: number;
}

/** What the DCs asked last and what was answered. */
export class Requests {
  private readonly asked = new Map<string, Request[]>();
  private now = 0;

  /** Time passes; answers get too old to be repeated. */
  passed(now: number): void {
    this.now = now;
  }

  /** Notes a request, if it has a transaction. */
  note(hand: Hand, type: number, body: Uint8Array, path: Path | undefined): void {
    const transaction = transactionIn(body);
    if (transaction === undefined) return;
    const requests = this.asked.get(hand.context) ?? [];
    requests.push({ type, transaction, body, path, answer: undefined, answeredAt: this.now });
    if (requests.length > KEPT) requests.shift();
    this.asked.set(hand.context, requests);
  }

  /** One of the last requests, answered or not. */
  any(hand: Hand, dice: Dice): Request | undefined {
    const fresh = (this.asked.get(hand.context) ?? []).filter(
      ({ answeredAt }) => this.now < answeredAt + REPEATED,
    );
    this.asked.set(hand.context, fresh);
    return fresh.length > 0 ? dice.pick(fresh) : undefined;
  }

  /**
   * Notes an answer.
   * @returns its request if this is the first answer to it, and the fault if it differs from an earlier one.
   */
  answered(hand: Hand, body: Uint8Array): { readonly request?: Request; readonly fault?: string } {
    const transaction = transactionIn(body);
    if (transaction === undefined) return { fault: 'an answer without a transaction' };
    const known = (this.asked.get(hand.context) ?? []).filter((one) =>
      sameBytes(one.transaction, transaction),
    );
    const [request] = known;
    // Two requests with one transaction: which of them came first is not known here.
    if (request === undefined || known.length > 1) return {};
    if (request.answer !== undefined) {
      if (this.now >= request.answeredAt + REPEATED || sameBytes(request.answer, body)) return {};
      return { fault: `another answer to the same request: ${toHex(request.answer)}, then ${toHex(body)}` };
    }
    request.answer = body;
    request.answeredAt = this.now;
    return { request };
  }
}

/** Until when a request that was answered may not take effect again. */
export function inertUntil({ answer, answeredAt }: Request): number {
  return answer === undefined ? Number.NEGATIVE_INFINITY : answeredAt + REPEATED;
}

function transactionIn(body: Uint8Array): Uint8Array | undefined {
  const decoded = decodeCbor(body);
  if (decoded instanceof Refusal || decoded.kind !== 'value' || !(decoded.value instanceof Map))
    return undefined;
  const transaction = (decoded.value as Body).get(Key.transaction);
  return transaction instanceof Uint8Array && transaction.length === 8 ? transaction : undefined;
}

/** The status in an answer. */
export function statusIn(body: Uint8Array): number | undefined {
  const decoded = decodeCbor(body);
  if (decoded instanceof Refusal || decoded.kind !== 'value' || !(decoded.value instanceof Map))
    return undefined;
  const status = (decoded.value as Body).get(Key.status);
  return typeof status === 'number' ? status : undefined;
}
