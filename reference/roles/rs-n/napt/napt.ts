/**
 * The translator of an RS-N: NAPT of TCP, UDP and ICMP between a node's virtual addresses and the relay's own, to one
 * general peer for each path. RFC 4787, 5382, 5508; between the families RFC 7915 and 6146. Without I/O and clock; a
 * broken packet is a value, and tables are bounded.
 *
 * No packet can come back by another mapping of the same relay (hairpin): no general peer is an address of the relay's
 * own. [RSN-08]
 */
import type { Ip } from '../../../address.ts';
import { family } from '../../../address.ts';
import type { Instant, Random } from '../../../core.ts';
import { Reassembly } from '../../../packet/reassembly.ts';
import { Incoming } from './incoming.ts';
import { Outgoing } from './outgoing.ts';
import type { InOutcome, NaptConfig, Outcome, Peering, QuickIn } from './types.ts';
import { World } from './world.ts';

/** How often tables are looked through for what has run out, in milliseconds; nothing is used meanwhile that has. */
const SWEEP = 10_000;

export interface NaptSizes {
  readonly mappings: number;
  readonly sessions: number;
  /** Packets in fragments that wait for their rest, of both sides. */
  readonly reassemblies: number;
  readonly reassemblyBytes: number;
}

export class Napt {
  private readonly world: World;
  private readonly outgoing: Outgoing;
  private readonly incoming: Incoming;
  private sweepAt: Instant | undefined;
  private lost = 0;

  /** @throws RangeError for an address that is given twice, or an MTU below 1280. */
  constructor(config: NaptConfig, random: Random) {
    if (new Set(config.addresses).size < config.addresses.length) throw new RangeError('an address twice');
    if (config.mtu < 1280) throw new RangeError(`an MTU of ${config.mtu}`);
    this.world = new World(config, random, (now) => this.makeRoom(now));
    const { bounds, timers } = config;
    const fragments = () =>
      new Reassembly({
        packets: bounds.reassemblies,
        each: bounds.reassembliesEach,
        bytes: bounds.reassemblyBytes,
        time: timers.reassembly,
      });
    this.outgoing = new Outgoing(this.world, fragments());
    this.incoming = new Incoming(this.world, fragments());
  }

  /** Whether there is an address of the family of a general peer's, and the peer is none of the relay's own. */
  serves(peer: Ip): boolean {
    const { addresses } = this.world.config;
    return !addresses.includes(peer) && addresses.some((own) => family(own) === family(peer));
  }

  /**
   * A new path, or one that replaces another of the same node and peer: it takes the mappings over. [RSN-04]
   * @throws RangeError for a peer that {@link serves} says no to.
   */
  bind(peering: Peering, now: Instant): void {
    if (!this.serves(peering.peer)) throw new RangeError(`no general peer: ${peering.peer}`);
    this.watch(now);
    this.world.peerings.bind(peering);
  }

  /** The MTU of a path, which is 1280 until told: inner packets that are larger never go into it. [TUN-06] */
  resize(pathId: string, mtu: number): void {
    const path = this.world.peerings.path(pathId);
    if (path !== undefined) path.mtu = mtu;
  }

  /** Nothing goes into a path any more; the node may send by it for a while. */
  leave(pathId: string): void {
    this.world.peerings.leave(pathId);
  }

  /** A path is gone. Its ports are kept for a while, so that what comes late finds no other node. */
  release(pathId: string, now: Instant): void {
    const relation = this.world.peerings.release(pathId);
    if (relation === undefined) return;
    const latest = now + this.world.config.timers.released;
    for (const { uses } of relation.node.mappings.values()) {
      for (const use of uses) {
        if (use.relation !== relation) continue;
        for (const session of use.sessions.values()) session.until = Math.min(session.until, latest);
      }
    }
  }

  /** The hot way of one inner packet: what goes out, if nothing else is to be done; else undefined, without effect. */
  quickOut(packet: Uint8Array, pathId: string, now: Instant): Uint8Array | undefined {
    const path = this.world.peerings.path(pathId);
    return path && this.outgoing.quick(packet, path, now);
  }

  /** An inner packet came by a path. */
  out(packet: Uint8Array, pathId: string, now: Instant): Outcome {
    this.watch(now);
    const path = this.world.peerings.path(pathId);
    if (path === undefined) return { packets: [], back: [], refused: 'mapping' };
    return this.outgoing.take(packet, path, now);
  }

  /** The hot way of one packet from the general side; undefined for all but a session that goes on, without effect. */
  quickIn(packet: Uint8Array, now: Instant): QuickIn | undefined {
    return this.incoming.quick(packet, now);
  }

  /** A packet came from the general side. */
  in(packet: Uint8Array, now: Instant): InOutcome {
    this.watch(now);
    return this.incoming.take(packet, now);
  }

  /** When {@link expire} has something to do. */
  wakeAt(): Instant | undefined {
    return this.sweepAt;
  }

  /** Erases what has run out. @returns how many fragments waited in vain since it was called last. [RSN-11] */
  expire(now: Instant): number {
    if (this.sweepAt !== undefined && this.sweepAt <= now) this.sweep(now);
    const count = this.lost;
    this.lost = 0;
    return count;
  }

  sizes(): NaptSizes {
    const [out, back] = [this.outgoing.reassembly.size(), this.incoming.reassembly.size()];
    return {
      ...this.world.mappings.size(),
      reassemblies: out.packets + back.packets,
      reassemblyBytes: out.bytes + back.bytes,
    };
  }

  private watch(now: Instant): void {
    this.sweepAt ??= now + SWEEP;
  }

  /** Looks for what has run out though it is not time yet, but at most once a tenth of that time. */
  private makeRoom(now: Instant): boolean {
    if (this.sweepAt !== undefined && now < this.sweepAt - 0.9 * SWEEP) return false;
    this.sweep(now);
    return true;
  }

  private sweep(now: Instant): void {
    this.world.mappings.expire(now);
    this.lost += this.outgoing.reassembly.expire(now) + this.incoming.reassembly.expire(now);
    const { mappings, reassemblies } = this.sizes();
    this.sweepAt = mappings + reassemblies > 0 ? now + SWEEP : undefined;
  }
}
