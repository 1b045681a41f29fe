/** How long a path is there, and how it ends. */
import type { Instant } from '../../core.ts';
import type { Traffic } from './data.ts';
import type { TunnelConfig, TunnelEvent } from './types.ts';

/** What may be sent in each: all, all but new data, Acknowledgements, nothing. [TUN-17] */
type State = 'open' | 'closing' | 'closed' | 'gone';

export class Life {
  state: State = 'open';
  confirmedAt: Instant | undefined;
  private goneAt: Instant = Number.POSITIVE_INFINITY;
  private readonly config: Pick<TunnelConfig, 'createdAt' | 'lifetime' | 'timers'>;
  private readonly traffic: Traffic;

  constructor(config: Pick<TunnelConfig, 'createdAt' | 'lifetime' | 'timers'>, traffic: Traffic) {
    this.config = config;
    this.traffic = traffic;
  }

  /** Whether it carries data, as far as there is a way. */
  get isOpen(): boolean {
    return this.confirmedAt !== undefined && this.state === 'open';
  }

  /** To be closed, since it carried nothing for its lifetime. [TUN-08] */
  isIdle(now: Instant): boolean {
    return this.isOpen && now >= this.idleAt();
  }

  /** This end says goodbye. @returns whether there is anybody to say it to. */
  beginClose(): TunnelEvent[] {
    if (this.state !== 'open') return [];
    if (this.confirmedAt === undefined) return this.end();
    this.state = 'closing';
    return [{ kind: 'closing' }];
  }

  /** Goodbye was said: it receives for 10 s more. [TUN-17] */
  fallSilent(now: Instant): TunnelEvent[] {
    if (this.state === 'closed' || this.state === 'gone') return [];
    const wasOpen = this.state === 'open';
    this.state = 'closed';
    this.goneAt = now + this.config.timers['close-receive'];
    return wasOpen ? [{ kind: 'closing' }] : [];
  }

  /** Erases it when its time is over. [KEY-36, TUN-17] */
  tick(now: Instant): TunnelEvent[] {
    return now >= this.endsAt() ? this.end() : [];
  }

  wakeAt(): Instant {
    return Math.min(this.endsAt(), this.isOpen ? this.idleAt() : Number.POSITIVE_INFINITY);
  }

  private end(): TunnelEvent[] {
    if (this.state === 'gone') return [];
    this.state = 'gone';
    return [{ kind: 'gone' }];
  }

  private endsAt(): Instant {
    const { createdAt, timers } = this.config;
    return this.confirmedAt === undefined ? createdAt + timers['path-unconfirmed'] : this.goneAt;
  }

  private idleAt(): Instant {
    const { lifetime, createdAt } = this.config;
    return (this.traffic.lastInner ?? this.confirmedAt ?? createdAt) + lifetime;
  }
}
