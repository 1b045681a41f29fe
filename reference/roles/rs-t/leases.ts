/** The addresses that an RS-T lends: of each DC those that it has said last, one to one node at a time. [RST-04, RST-09] */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Association } from '../association/association.ts';
import type { End } from '../relay/end.ts';
import { Peers } from './peers.ts';

export interface Lease {
  readonly address: Ip;
  /** The node's Node ID as hex. */
  readonly node: string;
  /** The path that has it; undefined: it is not confirmed yet, or gone. [RST-05] */
  end: End | undefined;
  /** Whom the node has sent to from it, by whichever path. [RST-08, HO-06] */
  readonly peers: Peers;
  /** Paths that have it, or will have it once they are confirmed. */
  paths: number;
}

interface Returned {
  readonly node: string;
  readonly until: Instant;
}

export class Leases {
  private readonly pools = new Map<Association, readonly Ip[]>();
  private readonly leases = new Map<Ip, Lease>();
  private readonly returned = new Map<Ip, Returned>();
  private readonly quarantine: number;

  /** @param quarantine milliseconds. [RST-05] */
  constructor(quarantine: number) {
    this.quarantine = quarantine;
  }

  get size(): number {
    return this.leases.size;
  }

  /** All that it may lend, and what is lent still. [RST-05] */
  all(): Ip[] {
    return [...[...this.pools.values()].flat(), ...this.leases.keys()];
  }

  /** Whether a DC still has it lent. [RST-09] */
  isInPool(address: Ip, owner: Association): boolean {
    return this.pools.get(owner)?.includes(address) === true;
  }

  pool(owner: Association, addresses: readonly Ip[]): void {
    this.pools.set(owner, addresses);
  }

  find(address: Ip): Lease | undefined {
    return this.leases.get(address);
  }

  /**
   * Lends an address to a node, one that it had lately if there is one.
   * @param version of which family; undefined: of any. @returns undefined if none is free.
   */
  take(node: string, owner: Association, version: 4 | 6 | undefined, now: Instant): Lease | undefined {
    const free = (this.pools.get(owner) ?? []).filter(
      (ip) => !this.leases.has(ip) && (version === undefined || family(ip) === version),
    );
    const own = free.find((ip) => this.returned.get(ip)?.node === node);
    const address = own ?? free.find((ip) => !this.isQuarantined(ip, now));
    if (address === undefined) return undefined;
    this.returned.delete(address);
    const lease: Lease = { address, node, end: undefined, peers: new Peers(), paths: 1 };
    this.leases.set(address, lease);
    return lease;
  }

  /** A path that had it, or was to have it, is gone. */
  release(address: Ip, end: End, now: Instant): void {
    const lease = this.leases.get(address);
    if (lease === undefined) return;
    if (lease.end === end) lease.end = undefined;
    lease.paths--;
    if (lease.paths > 0) return;
    this.leases.delete(address);
    this.forget(now);
    this.returned.set(address, { node: lease.node, until: now + this.quarantine });
  }

  private isQuarantined(ip: Ip, now: Instant): boolean {
    const returned = this.returned.get(ip);
    return returned !== undefined && returned.until > now;
  }

  /** Pools come and go: what nobody will ask for again must not stay. The oldest is the first. [DOS-04] */
  private forget(now: Instant): void {
    for (const [ip, { until }] of this.returned) {
      if (until > now) return;
      this.returned.delete(ip);
    }
  }
}
