/** Whether a path has a way to the far end: what is tried while it has none, and what its role is told of it. */
import type { Channel } from '../../channel/channel.ts';
import type { Instant } from '../../core.ts';
import type { Life } from './life.ts';
import type { Link } from './link.ts';
import type { Opening } from './opening.ts';
import { isAt } from './places.ts';
import type { RelaySide } from './relay-side.ts';
import type { Route } from './route.ts';
import type { Routes } from './routes.ts';
import type { TunnelEvent } from './types.ts';

export interface StandingParts {
  readonly channel: Channel;
  readonly routes: Routes;
  readonly relay: RelaySide;
  readonly opening: Opening;
  readonly life: Life;
  /** Whether the host has an address to send from. */
  readonly isAttached: () => boolean;
}

export class Standing {
  private readonly parts: StandingParts;
  private readonly emit: Link['emit'];
  private wasUp = false;
  private isLost = false;
  /** The host has no address, so that nothing is known of the far end. [HO-20] */
  private isCutOff = false;

  constructor(parts: StandingParts, emit: Link['emit']) {
    this.parts = parts;
    this.emit = emit;
  }

  /** Chooses the route that data goes by. Where there is none the path is opened, anew whenever that is over. [HO-10] */
  settle(now: Instant): void {
    const { channel, routes, relay, opening, life } = this.parts;
    const before = routes.latest;
    const best = life.isOpen ? routes.best() : undefined;
    routes.use(best);
    if (best !== undefined) return this.announce(best, before);
    if (!life.isOpen) return;
    this.isCutOff = !this.parts.isAttached();
    if (this.isCutOff) return;
    const isOver = !channel.isOpening() && !channel.isProbing();
    const hasJustEnded = this.wasUp && !this.isLost;
    if (!isOver && !hasJustEnded) return;
    opening.everywhere(now);
    this.lose(relay.isSilent ? 'relay' : 'direct');
  }

  /** Nobody answered an opening or a probe of the path: without a route this end says so, whatever is tried next. */
  unanswered(): void {
    const { channel, routes, relay, life } = this.parts;
    if (life.confirmedAt !== undefined) {
      if (routes.best() === undefined) this.lose(relay.isSilent ? 'relay' : 'direct');
    } else if (!channel.isOpening()) this.lose(relay.isSilent ? 'relay' : 'opening');
  }

  /** Nobody answered the leg's. */
  legFailed(): void {
    if (!this.wasUp && !this.parts.channel.isOpening()) this.lose('relay');
  }

  private announce(best: Route, before: Route | undefined): void {
    if (!this.wasUp || this.isCutOff) this.emit({ kind: 'up' });
    const isOther = !isAt(best.endpoint, before?.endpoint);
    if (isOther || this.isLost) this.emit({ kind: 'route', to: best.endpoint, isRelay: best.isRelay });
    this.wasUp = true;
    this.isLost = false;
    this.isCutOff = false;
  }

  private lose(why: Extract<TunnelEvent, { kind: 'lost' }>['why']): void {
    if (this.isLost || this.parts.life.state !== 'open' || !this.parts.isAttached()) return;
    this.isLost = true;
    this.emit({ kind: 'lost', why });
  }
}
