/** What both directions of the translator share. */
import type { Instant, Random } from '../../../core.ts';
import type { Head } from '../../../packet/head.ts';
import type { Flow } from './flow.ts';
import { Mappings } from './mappings.ts';
import { Peerings } from './peerings.ts';
import type { Mapping, Path, Session } from './records.ts';
import { afterSegment, TIMER_OF } from './tcp.ts';
import type { NaptConfig } from './types.ts';

export class World {
  readonly config: NaptConfig;
  readonly peerings = new Peerings();
  readonly mappings: Mappings;
  /** Erases what has run out, where a table is full; false if that was done not long ago. */
  readonly makeRoom: (now: Instant) => boolean;
  private drawn: number;

  constructor(config: NaptConfig, random: Random, makeRoom: (now: Instant) => boolean) {
    this.config = config;
    this.makeRoom = makeRoom;
    this.mappings = new Mappings(config, random, (relation) => this.peerings.forgetUnused(relation));
    const [a = 0, b = 0, c = 0, d = 0] = random(4);
    this.drawn = a * 0x1000000 + ((b << 16) | (c << 8) | d);
  }

  /** 32 bits, another one each time, for what is cut here. */
  readonly identifyLong = (): number => {
    this.drawn = (this.drawn + 1) % 0x100000000;
    return this.drawn;
  };

  /** 16 bits, another one each time, for IPv4 packets that were IPv6. */
  readonly identify = (): number => this.identifyLong() & 0xffff;

  /** A packet went by: its session lives on. Both directions count; only peers that the node sent to get that far. */
  touch(mapping: Mapping, session: Session, now: Instant): void {
    const { timers } = this.config;
    if (session.state !== undefined) session.until = now + timers[TIMER_OF[session.state]];
    else session.until = now + (mapping.kind === 'udp' ? timers.udp : timers.echo);
  }

  /** The same of a TCP segment, which may change the state, and of a packet of another protocol. */
  passed(mapping: Mapping, session: Session, way: 'out' | 'in', { flags }: Flow, now: Instant): void {
    if (session.state !== undefined) session.state = afterSegment(session.state, way, flags);
    this.touch(mapping, session, now);
  }
}

/** Which session of a use a flow belongs to. */
export function sessionKey({ kind }: Flow, peerPort: number): number {
  return kind === 'tcp' ? peerPort : 0;
}

/** The address of the node that stands at a place of a packet. */
export function ownAt({ own }: Path, { bytes }: Head, at: number) {
  for (const address of own) {
    if (address.bytes.every((byte, index) => byte === bytes[at + index])) return address;
  }
  return undefined;
}
