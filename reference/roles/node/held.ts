import type { Ip } from '../../address.ts';
import type { Instant } from '../../core.ts';

/** NODE-10: for one destination. */
const MOST_A_DESTINATION = 64;

interface Held {
  readonly packet: Uint8Array;
  readonly until: Instant;
}

/** Inner packets that wait for a path, by destination, in order. [NODE-10] */
export class HeldPackets {
  private readonly queues = new Map<Ip, Held[]>();
  private readonly time: number;
  readonly bound: number;
  size = 0;

  /** @param time milliseconds that a packet is held. @param bound packets for all destinations together. */
  constructor(time: number, bound: number) {
    this.time = time;
    this.bound = bound;
  }

  /** Holds a copy of a packet; false if there are too many. */
  add(destination: Ip, packet: Uint8Array, now: Instant): boolean {
    const queue = this.queues.get(destination) ?? [];
    if (queue.length >= MOST_A_DESTINATION || this.size >= this.bound) return false;
    queue.push({ packet: packet.slice(), until: now + this.time });
    this.queues.set(destination, queue);
    this.size++;
    return true;
  }

  /** Where packets wait to go. */
  destinations(): Ip[] {
    return [...this.queues.keys()];
  }

  /** Takes what is held for a destination. */
  take(destination: Ip): Uint8Array[] {
    const queue = this.queues.get(destination) ?? [];
    this.queues.delete(destination);
    this.size -= queue.length;
    return queue.map(({ packet }) => packet);
  }

  /** Takes what was held too long. */
  takeExpired(now: Instant): Uint8Array[] {
    const expired: Uint8Array[] = [];
    for (const [destination, queue] of this.queues) {
      const count = queue.findIndex(({ until }) => until > now);
      for (const { packet } of queue.splice(0, count < 0 ? queue.length : count)) expired.push(packet);
      if (queue.length === 0) this.queues.delete(destination);
    }
    this.size -= expired.length;
    return expired;
  }

  wakeAt(): Instant {
    let at = Number.POSITIVE_INFINITY;
    for (const [first] of this.queues.values()) at = Math.min(at, first?.until ?? at);
    return at;
  }
}
