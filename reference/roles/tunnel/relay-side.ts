/** What the path's RS-S is to this end: the leg to it, and when messages of the path can go by it. */
import type { Endpoint } from '../../address.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import type { LegEvent } from './leg.ts';
import { Leg } from './leg.ts';
import type { TunnelConfig, TunnelEvent } from './types.ts';

/** What happens to the path because of it. */
export interface RelayHooks {
  readonly emit: (event: TunnelEvent) => void;
  /** The leg's probe was answered here. */
  readonly ready: (endpoint: Endpoint, now: Instant) => void;
  /** Nobody answered the leg's opening. */
  readonly failed: () => void;
}

export class RelaySide {
  private readonly leg: Leg | undefined;
  private readonly hooks: RelayHooks;
  /** Whether it did not answer when a route by it was given up, and has not since. */
  private silentAt: Instant | undefined;

  constructor(config: TunnelConfig, random: Random, hooks: RelayHooks) {
    this.leg = config.relay && new Leg(config, config.relay, random);
    this.hooks = hooks;
  }

  /** Where it is reached: the endpoint that the leg uses. */
  endpoint(): Endpoint | undefined {
    return this.leg?.endpoint();
  }

  /** How it sees this end. [OPT-06] */
  observed(): Endpoint | undefined {
    return this.leg?.observed;
  }

  /** There is one, and it does not answer. [HO-19] */
  get isSilent(): boolean {
    if (this.leg === undefined) return false;
    return (
      this.leg.endpoint() === undefined || this.leg.heardAt < (this.silentAt ?? Number.NEGATIVE_INFINITY)
    );
  }

  unconfirmedCount(): number {
    return this.leg?.channel.unconfirmedCount() ?? 0;
  }

  open(now: Instant): void {
    this.follow(this.leg?.open(now), now);
  }

  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    this.follow(this.leg?.receive(header, bytes, from, now), now);
  }

  /** [HO-10, HO-18] */
  probe(now: Instant): void {
    this.follow(this.leg?.probe(now), now);
  }

  /** [HO-02] */
  move(size: number, now: Instant): void {
    this.follow(this.leg?.move(size, now), now);
  }

  /** The route by it is dead. @param probedAt when the leg was probed too. */
  giveUp(probedAt: Instant, now: Instant): void {
    this.silentAt = probedAt;
    if (this.isSilent) this.open(now);
  }

  tick(now: Instant): void {
    this.follow(this.leg?.tick(now), now);
  }

  wakeAt(): Instant {
    return this.leg?.wakeAt() ?? Number.POSITIVE_INFINITY;
  }

  private follow(events: readonly LegEvent[] | undefined, now: Instant): void {
    for (const event of events ?? []) {
      if (event.kind === 'leg-ready') this.hooks.ready(event.endpoint, now);
      else if (event.kind === 'leg-failed') this.hooks.failed();
      else this.hooks.emit(event);
    }
  }
}
