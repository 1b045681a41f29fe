/** Inner packets on their way out that the short way had no answer for. */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Instant } from '../../core.ts';
import { packetTooBig } from '../../packet/errors.ts';
import { fragment } from '../../packet/fragment.ts';
import type { InnerPacket } from '../../packet/inner.ts';

/** TUN-07: errors about packets that are too big, in any second. */
const ERRORS_PER_SECOND = 16;
/** NODE-10: packets that wait for keys. */
const WAITING_BOUND = 64;

/** Cuts packets to the size of a route, or says that they are too big. [TUN-07, TUN-15] */
export class Sizing {
  private errors: Instant[] = [];

  /**
   * @param mtu the largest packet of each version that the route carries.
   * @returns what to send, or the error for the application if there is to be one.
   */
  cut(
    { packet, destination }: Pick<InnerPacket, 'packet' | 'destination'>,
    mtu: (version: 4 | 6) => number,
    now: Instant,
  ): { readonly packets: readonly Uint8Array[]; readonly error?: Uint8Array | undefined } {
    const limit = mtu(family(destination));
    const packets = fragment(packet, limit);
    return packets === undefined
      ? { packets: [], error: this.error(packet, limit, destination, now) }
      : { packets };
  }

  private error(packet: Uint8Array, limit: number, from: Ip, now: Instant): Uint8Array | undefined {
    this.errors = this.errors.filter((at) => at > now - 1000);
    if (this.errors.length >= ERRORS_PER_SECOND) return undefined;
    const error = packetTooBig(packet, limit, from);
    if (error !== undefined) this.errors.push(now);
    return error;
  }
}

/** Packets that wait because the keys of the path have expired; they are made anew for them. [KEY-08, NODE-10] */
export class Waiting {
  private packets: { readonly packet: Uint8Array; readonly until: Instant }[] = [];
  private readonly time: number;

  /** @param time milliseconds. */
  constructor(time: number) {
    this.time = time;
  }

  get size(): number {
    return this.packets.length;
  }

  add(packet: Uint8Array, now: Instant): void {
    this.expire(now);
    if (this.packets.length < WAITING_BOUND) {
      this.packets.push({ packet: packet.slice(), until: now + this.time });
    }
  }

  take(now: Instant): Uint8Array[] {
    this.expire(now);
    const packets = this.packets.map(({ packet }) => packet);
    this.packets = [];
    return packets;
  }

  private expire(now: Instant): void {
    this.packets = this.packets.filter(({ until }) => until > now);
  }
}
