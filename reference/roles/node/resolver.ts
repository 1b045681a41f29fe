/** Queries of applications, in query-time mode: an NTM name by a direction, every other one by DNS. [DNS-01, DNS-03] */
import type { Ip } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { addressAnswer, errorAnswer, isForAddresses, Rcode } from '../../dns/answer.ts';
import { zoneOf } from '../../dns/names.ts';
import type { Query } from '../../dns/query.ts';
import { isResponseTo, readQuery } from '../../dns/query.ts';
import type { Tally } from '../tally.ts';

interface Waiting {
  readonly number: number;
  readonly query: Query;
  readonly until: Instant;
}

export interface ResolverParts {
  readonly marker: string;
  /** Milliseconds that a query waits for a direction. [DNS-07] */
  readonly wait: number;
  /** Queries that wait at a time. */
  readonly bound: number;
  readonly tally: Tally;
  readonly lookUp: (message: Uint8Array, answered: (response: Uint8Array | undefined) => void) => void;
}

export class Resolver {
  private readonly parts: ResolverParts;
  /** By the name that they wait for. */
  private readonly waiting = new Map<string, Waiting[]>();
  private size = 0;
  private underWay = 0;

  constructor(parts: ResolverParts) {
    this.parts = parts;
  }

  /** Takes a query. @returns the name of the peer if it is for an NTM node; it waits then. */
  take(number: number, message: Uint8Array, now: Instant): string | undefined {
    const query = readQuery(message);
    const name = query?.name;
    const isNtm = name !== undefined && zoneOf(name, this.parts.marker) !== undefined;
    if (query === undefined || !isNtm || !isForAddresses(query)) {
      this.pass(number, message, query);
      return undefined;
    }
    if (this.size >= this.parts.bound) {
      this.answer(number, errorAnswer(query, Rcode.serverFailure));
      return undefined;
    }
    const others = this.waiting.get(name) ?? [];
    this.waiting.set(name, [...others, { number, query, until: now + this.parts.wait }]);
    this.size++;
    return name;
  }

  /** Ends all that waits for a name: the peer's virtual addresses, or a failure. [DNS-08, DNS-09, DNS-11, DNS-14] */
  settle(name: string, addresses: readonly Ip[] | undefined): void {
    const waiting = this.waiting.get(name) ?? [];
    this.waiting.delete(name);
    this.size -= waiting.length;
    for (const { number, query } of waiting) {
      const isFound = addresses !== undefined;
      this.answer(
        number,
        isFound ? addressAnswer(query, addresses) : errorAnswer(query, Rcode.serverFailure),
      );
    }
  }

  /** Ends what waited too long. [DNS-07] */
  tick(now: Instant): void {
    for (const [name, waiting] of this.waiting) {
      const left = waiting.filter(({ until }) => until > now);
      if (left.length === waiting.length) continue;
      this.size -= waiting.length - left.length;
      if (left.length > 0) this.waiting.set(name, left);
      else this.waiting.delete(name);
      for (const { number, query, until } of waiting) {
        if (until <= now) this.answer(number, errorAnswer(query, Rcode.serverFailure));
      }
    }
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const waiting of this.waiting.values()) for (const { until } of waiting) at = Math.min(at, until);
    return at;
  }

  /** Byte for byte, in both directions; what is no answer to it, or none at all, is for the application to wait out. */
  private pass(number: number, message: Uint8Array, query: Query | undefined): void {
    if (this.underWay >= this.parts.bound) {
      if (query !== undefined) this.answer(number, errorAnswer(query, Rcode.serverFailure));
      return;
    }
    this.underWay++;
    const question = message.slice();
    this.parts.lookUp(question, (response) => {
      this.underWay--;
      if (response !== undefined && isResponseTo(response, question)) this.answer(number, response);
    });
  }

  private answer(query: number, message: Uint8Array): void {
    this.parts.tally.add({ kind: 'dns-answer', query, message });
  }
}
