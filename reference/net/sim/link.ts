/** What joins a host or a gateway to a network, with a fate for each packet. */
import type { Instant } from '../../core.ts';
import type { Impairment } from '../impairment.ts';
import { Direction, impairment } from '../impairment.ts';
import { Xoshiro128 } from '../xoshiro.ts';
import type { Packet } from './packet.ts';
import { sizeOf } from './packet.ts';

export interface LinkOptions extends Partial<Impairment> {
  /** The largest IP packet, in bytes. */
  readonly mtu?: number;
  /** Whether the sender of what is larger is told, or not: a black hole. */
  readonly oversize?: 'told' | 'dropped';
}

const MTU = 1500;

type Way = 'up' | 'down';

export class Link {
  /** Unplugged: nothing passes. */
  isDown = false;
  private readonly directions: Readonly<Record<Way, Direction>>;
  private options: LinkOptions = {};
  private faults: Impairment;

  /** @param seed what the fate of its packets depends on. */
  constructor(seed: string, options: LinkOptions = {}) {
    const direction = (way: Way) => new Direction(new Xoshiro128(`${seed} ${way}`));
    this.directions = { up: direction('up'), down: direction('down') };
    this.faults = impairment({});
    this.set(options);
  }

  /** From now on it is like that. */
  set(options: LinkOptions): void {
    const { mtu, oversize, ...faults } = options;
    this.options = { ...(mtu !== undefined && { mtu }), ...(oversize !== undefined && { oversize }) };
    this.faults = impairment(faults);
  }

  /** When a packet comes out at the other end: no, one or two instants. */
  arrivals(packet: Packet, way: Way, now: Instant): readonly Instant[] {
    if (this.isDown) return [];
    const { mtu = MTU, oversize = 'told' } = this.options;
    if (sizeOf(packet) > mtu && !packet.isInPieces) {
      if (oversize === 'told') packet.onTooBig?.(mtu);
      return [];
    }
    return this.directions[way].arrivals(now, this.faults);
  }
}
