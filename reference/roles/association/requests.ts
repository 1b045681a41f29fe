import type { Instant, Random } from '../../core.ts';
import { equalBytes } from '../../crypto/hash.ts';
import type { MessageType } from '../../wire/registry.ts';
import { answerTypeOf } from '../../wire/registry.ts';
import { jittered } from '../jitter.ts';

/** When a request is tried and when it is given up, in milliseconds from its start. [GEN-11] */
export interface Schedule {
  readonly tries: readonly number[];
  readonly over: number;
}

/** A request on its way. */
export interface Request {
  readonly type: MessageType;
  readonly transaction: Uint8Array;
  readonly body: Uint8Array;
  /** The address family that it has to go by; either if not given. [NODE-03] */
  readonly family: 4 | 6 | undefined;
  readonly tries: readonly Instant[];
  readonly over: Instant;
  tried: number;
  /** Set while the last try could not be sent for want of keys. */
  isHeld: boolean;
}

/** The requests of one association that wait for their answers. */
export class Requests {
  private outstanding: Request[] = [];
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  /** Notes a request; its first try is due at once. */
  start(
    type: MessageType,
    transaction: Uint8Array,
    body: Uint8Array,
    schedule: Schedule,
    now: Instant,
    family?: 4 | 6,
  ): void {
    const tries = schedule.tries.map((delay) => now + jittered(delay, this.random));
    this.outstanding.push({
      type,
      transaction,
      body,
      family,
      tries,
      over: now + schedule.over,
      tried: 0,
      isHeld: false,
    });
  }

  /** Takes the request that an answer of this type belongs to; undefined if there is none. [ERR-03] */
  take(answerType: number, transaction: Uint8Array): Request | undefined {
    const index = this.outstanding.findIndex(
      (request) => answerTypeOf(request.type) === answerType && equalBytes(request.transaction, transaction),
    );
    return index < 0 ? undefined : this.outstanding.splice(index, 1)[0];
  }

  /** Forgets the requests of a type. */
  cancel(type: MessageType): void {
    this.outstanding = this.outstanding.filter((request) => request.type !== type);
  }

  /** The requests to send now; also those that waited for keys, once there are some. */
  takeDue(hasKeys: boolean, now: Instant): Request[] {
    const due: Request[] = [];
    for (const request of this.outstanding) {
      let isDue = request.isHeld && hasKeys;
      while ((request.tries[request.tried] ?? Number.POSITIVE_INFINITY) <= now) {
        request.tried++;
        isDue = true;
      }
      if (!isDue) continue;
      request.isHeld = !hasKeys;
      due.push(request);
    }
    return due;
  }

  /** Takes the requests whose time is over. */
  takeOver(now: Instant): Request[] {
    const over = this.outstanding.filter((request) => request.over <= now);
    if (over.length > 0) this.outstanding = this.outstanding.filter((request) => request.over > now);
    return over;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const request of this.outstanding) {
      at = Math.min(at, request.over, request.tries[request.tried] ?? Number.POSITIVE_INFINITY);
    }
    return at;
  }
}
