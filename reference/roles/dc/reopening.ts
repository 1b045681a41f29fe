/** Whom a DC opens to after its start: everybody who is registered, by and by. [DC-43] */
import type { Instant } from '../../core.ts';
import type { Peer } from './parts.ts';

/** DC-43: milliseconds between two openings. */
const INTERVAL = 1000 / 64;

export class Reopening {
  private queue: Peer[] = [];
  private dueAt: Instant = Number.POSITIVE_INFINITY;

  /** @param peers in the order in which they are opened. */
  start(peers: readonly Peer[], now: Instant): void {
    // From its end one is taken without moving the others.
    this.queue = [...peers].reverse();
    this.dueAt = now;
  }

  /** Whose turn it is, if anybody's; who has opened meanwhile has none. */
  takeDue(now: Instant): Peer | undefined {
    if (now < this.dueAt) return undefined;
    let peer = this.queue.pop();
    while (peer !== undefined && !peer.association.needsOpening()) peer = this.queue.pop();
    this.dueAt = peer === undefined ? Number.POSITIVE_INFINITY : now + INTERVAL;
    return peer;
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
