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

  /** Those whose turn it is; who has opened meanwhile has none. */
  takeDue(now: Instant): Peer[] {
    const due: Peer[] = [];
    while (this.dueAt <= now) {
      const peer = this.queue.pop();
      if (peer === undefined) {
        this.dueAt = Number.POSITIVE_INFINITY;
        break;
      }
      if (!peer.association.needsOpening()) continue;
      due.push(peer);
      this.dueAt += INTERVAL;
    }
    return due;
  }

  wakeAt(): Instant {
    return this.dueAt;
  }
}
