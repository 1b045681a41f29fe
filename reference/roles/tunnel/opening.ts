/** When and where a path is opened for the first time. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import type { TunnelConfig } from './types.ts';

/** HO-18: the first one and three repeats. */
const THIRD_REPEAT = 4;

export class Opening {
  /** Where it goes at once. [NODE-21] */
  readonly first: readonly Endpoint[];
  private readonly relayAt: Instant;
  /** Where the far end was said to be. */
  known: readonly Endpoint[];
  /** Whether it goes by the relay, as soon as the leg's probe is answered. [NODE-24] */
  isRelayDue = false;
  /** The relay's endpoint that it went to last. */
  byRelay: Endpoint | undefined;
  private readonly sent: { message1: Uint8Array; count: number } = { message1: new Uint8Array(0), count: 0 };

  constructor(config: TunnelConfig) {
    const { part, candidates, relay, families, timers, createdAt } = config;
    const here = families();
    const opens = part !== 'await';
    this.known = candidates;
    this.first = opens ? candidates.filter(({ ip }) => here.includes(family(ip))) : [];
    const alone = this.first.length > 0 ? timers['same-nat-candidates'] : 0;
    this.relayAt = opens && relay !== undefined ? createdAt + alone : Number.POSITIVE_INFINITY;
  }

  /** The far end says where it is now. [HO-16] */
  learn(candidates: readonly Endpoint[]): void {
    this.known = candidates;
  }

  tick(now: Instant): void {
    if (now >= this.relayAt) this.isRelayDue = true;
  }

  /** Counts a message 1 that goes by the relay. @returns whether it is the third repeat. [HO-18] */
  isThirdRepeat(message1: Uint8Array): boolean {
    const { sent } = this;
    if (!sameBytes(sent.message1, message1)) Object.assign(sent, { message1, count: 0 });
    return ++sent.count === THIRD_REPEAT;
  }

  wakeAt(): Instant {
    return this.isRelayDue ? Number.POSITIVE_INFINITY : this.relayAt;
  }
}
