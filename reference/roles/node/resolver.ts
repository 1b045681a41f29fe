/** Queries of applications: NTM names, and general peers by policy, become directions; the rest passes. */
import type { Ip } from '../../address.ts';
import type { Instant, Random, Transport } from '../../core.ts';
import {
  addressAnswer,
  errorAnswer,
  fits,
  isForAddresses,
  Rcode,
  truncatedAnswer,
} from '../../dns/answer.ts';
import { withoutHints } from '../../dns/hints.ts';
import { meaningOf } from '../../dns/meaning.ts';
import { zoneOf } from '../../dns/names.ts';
import { isResponseTo, readQuery, withId } from '../../dns/query.ts';
import type { Tally } from '../tally.ts';
import type { Goal } from './goal.ts';
import { nodeGoal } from './goal.ts';
import type { Asking, WaitingQuery } from './waiting.ts';
import { WaitingQueries } from './waiting.ts';

export interface ResolverParts {
  readonly marker: string;
  /** Milliseconds that a query waits for a direction. [DNS-07] */
  readonly wait: number;
  /** Seconds for which an application may keep an answer. [DNS-08] */
  readonly ttl: number;
  /** Queries that wait for a direction at a time, and as many that wait for DNS. */
  readonly bound: number;
  /** Where a direction fails the application gets what DNS says. [DNS-11] */
  readonly bypass: boolean;
  readonly tally: Tally;
  readonly random: Random;
  /** Asks DNS. */
  readonly lookUp: (
    message: Uint8Array,
    transport: Transport,
    answered: (response: Uint8Array | undefined, now: Instant) => void,
  ) => void;
  /** A peer is to be reached; what comes of it is told by `settle`, perhaps before this returns. */
  readonly want: (goal: Goal, now: Instant) => void;
  /** DNS gave addresses for a general name: what is to be reached before the application gets an answer. [DNS-16] */
  readonly resolved: (name: string, addresses: readonly [Ip, ...Ip[]], now: Instant) => Goal | undefined;
}

export class Resolver {
  private readonly parts: ResolverParts;
  private readonly waiting: WaitingQueries;
  private underWay = 0;

  constructor(parts: ResolverParts) {
    this.parts = parts;
    this.waiting = new WaitingQueries(parts.bound);
  }

  /** Takes a query. [DNS-01, DNS-03] */
  take(number: number, message: Uint8Array, transport: Transport, now: Instant): void {
    const query = readQuery(message);
    const asking: Asking = { number, message: message.slice(), query, transport };
    const name = query?.name;
    const isNtm = name !== undefined && zoneOf(name, this.parts.marker) !== undefined;
    if (query !== undefined && isNtm && isForAddresses(query)) this.hold(asking, nodeGoal(name), {}, now);
    else this.ask(asking, (response, at) => this.act(asking, response, at));
  }

  /** Ends all that waits for a goal: the peer's virtual addresses, or a failure. [DNS-08, DNS-09, DNS-11, DNS-14] */
  settle({ key }: Goal, addresses: readonly Ip[] | undefined): void {
    for (const held of this.waiting.take(key)) {
      const { asking, links } = held;
      const { query, transport } = asking;
      if (addresses === undefined || query === undefined) {
        this.fail(asking, held.response);
        continue;
      }
      const { ttl } = this.parts;
      this.answer(asking, addressAnswer(query, addresses, { links, ttl, transport }));
    }
  }

  /** Ends what waited too long. [DNS-07] */
  tick(now: Instant): void {
    for (const { asking, response } of this.waiting.takeOver(now)) this.fail(asking, response);
  }

  wakeAt(): Instant {
    return this.waiting.wakeAt();
  }

  /** What DNS answered is acted on. [DNS-02, DNS-06, DNS-10, DNS-13, DNS-17] */
  private act(asking: Asking, response: Uint8Array | undefined, now: Instant): void {
    const { query, transport } = asking;
    if (query === undefined) return this.answer(asking, response);
    const meaning = meaningOf(response, query, this.parts.marker);
    switch (meaning.what) {
      case 'nothing':
      case 'pass':
        this.answer(asking, response);
        break;
      case 'strip': {
        const stripped = withoutHints(response ?? asking.message, meaning);
        const isAsItCame = stripped === response || fits(stripped, query, transport);
        this.answer(asking, isAsItCame ? stripped : truncatedAnswer(query));
        break;
      }
      case 'direct':
        this.hold(asking, nodeGoal(meaning.name), { links: meaning.links, response }, now);
        break;
      case 'general': {
        const goal = this.parts.resolved(query.name ?? '', meaning.addresses, now);
        if (goal === undefined) this.answer(asking, response);
        else this.hold(asking, goal, { links: meaning.links, response }, now);
        break;
      }
      case 'fail':
        this.answer(asking, errorAnswer(query, Rcode.serverFailure));
        break;
      default:
        throw new Error(`no such meaning: ${meaning satisfies never}`);
    }
  }

  private hold(
    asking: Asking,
    goal: Goal,
    { links = [], response }: Partial<Pick<WaitingQuery, 'links' | 'response'>>,
    now: Instant,
  ): void {
    const kept = this.parts.bypass ? response : undefined;
    const until = now + this.parts.wait;
    if (this.waiting.add(goal.key, { asking, links, response: kept, until })) this.parts.want(goal, now);
    else this.fail(asking, kept);
  }

  /** The direction failed. [DNS-11] */
  private fail(asking: Asking, response: Uint8Array | undefined): void {
    const { query } = asking;
    if (query === undefined) return;
    if (!this.parts.bypass) this.answer(asking, errorAnswer(query, Rcode.serverFailure));
    else if (response !== undefined) this.answer(asking, response);
    else this.ask(asking, (found) => this.answer(asking, found));
  }

  /**
   * Asks DNS by what the application asked by, with an ID of the node's own. What does not belong to it has no
   * effect; the answer has the application's ID again. [DNS-01, DNS-06, DNS-12]
   */
  private ask(asking: Asking, answered: (response: Uint8Array | undefined, now: Instant) => void): void {
    const { message, query, transport } = asking;
    if (this.underWay >= this.parts.bound) {
      this.answer(asking, query && errorAnswer(query, Rcode.serverFailure));
      return;
    }
    this.underWay++;
    const question = withId(message, this.parts.random(2));
    this.parts.lookUp(question, transport, (response, now) => {
      this.underWay--;
      const isAnswer = response !== undefined && isResponseTo(response, question);
      answered(isAnswer ? withId(response, message) : undefined, now);
    });
  }

  private answer({ number }: Asking, message: Uint8Array | undefined): void {
    this.parts.tally.add({ kind: 'dns-answer', query: number, message });
  }
}
