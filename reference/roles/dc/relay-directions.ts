/** The Relay Directions of a DC that are live, to be repeated when their relay was started again. [DC-39] */
import type { Ip } from '../../address.ts';
import { sameBytes, toHex } from '../../bytes.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import { Wakeups } from '../wakeups.ts';
import type { LiveRelayDirection, NodePeer, RelayPeer } from './parts.ts';
import type { StandIns } from './stand-ins.ts';

interface Entry {
  readonly live: LiveRelayDirection;
  readonly ids: readonly string[];
  until: Instant;
  isReplaced: boolean;
}

export class RelayDirections {
  private readonly timers: Timers;
  private readonly standIns: StandIns;
  private readonly paths = new Map<string, Entry>();
  private readonly byNode = new Map<NodePeer, Set<Entry>>();
  private readonly byRelay = new Map<RelayPeer, Set<Entry>>();
  /** Path and Leg IDs. [DC-20] */
  private readonly ids = new Set<string>();
  private readonly wakeups = new Wakeups<Entry>();

  constructor(timers: Timers, standIns: StandIns) {
    this.timers = timers;
    this.standIns = standIns;
  }

  get size(): number {
    return this.paths.size;
  }

  /** A relay accepted a direction. */
  add(live: LiveRelayDirection, now: Instant): void {
    this.remove(live.pathId, now);
    const standIn = standInOf(live);
    if (standIn !== undefined) this.standIns.live(standIn);
    const legs = 'legs' in live.direction ? live.direction.legs : [];
    const ids = [live.pathId, ...legs.map(({ legId }) => toHex(legId))];
    const entry = { live, ids, until: now, isReplaced: false };
    this.paths.set(live.pathId, entry);
    group(this.byNode, live.node).add(entry);
    group(this.byRelay, live.relay).add(entry);
    for (const id of ids) this.ids.add(id);
    this.sent(entry, now);
  }

  /** @param pathId as lower-case hex */
  get(pathId: string): LiveRelayDirection | undefined {
    return this.paths.get(pathId)?.live;
  }

  /** Whether a live path or one of its legs has an ID. */
  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** How many a relay has. */
  countAt(relay: RelayPeer): number {
    return this.byRelay.get(relay)?.size ?? 0;
  }

  /** Takes one out, which was withdrawn. */
  remove(pathId: string, now: Instant): void {
    const entry = this.paths.get(pathId);
    if (entry === undefined) return;
    this.paths.delete(pathId);
    this.byNode.get(entry.live.node)?.delete(entry);
    this.byRelay.get(entry.live.relay)?.delete(entry);
    for (const id of entry.ids) this.ids.delete(id);
    this.wakeups.delete(entry);
    const standIn = standInOf(entry.live);
    if (standIn !== undefined) this.standIns.release(standIn, now);
  }

  /** Both ends accepted a path that replaces one. */
  replaced(pathId: string, now: Instant): void {
    const entry = this.paths.get(pathId);
    if (entry === undefined || entry.isReplaced) return;
    entry.isReplaced = true;
    entry.until = Math.min(entry.until, now + this.timers['relay-direction-replaced']);
    this.wakeups.set(entry, entry.until);
  }

  /** Takes out those of a node whose registration ended or came with another instance. @returns them. */
  takeOf(node: NodePeer, instance: Uint8Array | undefined, now: Instant): readonly LiveRelayDirection[] {
    const gone = [...(this.byNode.get(node) ?? [])]
      .map(({ live }) => live)
      .filter((live) => instance === undefined || !sameBytes(live.instance, instance));
    for (const { pathId } of gone) this.remove(pathId, now);
    return gone;
  }

  /** Those to be sent again to a relay, in the order in which they were made; they count as sent now. */
  repeat(relay: RelayPeer, now: Instant): readonly LiveRelayDirection[] {
    const entries = [...(this.byRelay.get(relay) ?? [])].filter(({ until }) => until > now);
    for (const entry of entries) {
      if (entry.isReplaced) continue;
      this.sent(entry, now);
      const standIn = standInOf(entry.live);
      if (standIn !== undefined) this.standIns.renewed(standIn, now);
    }
    return entries.map(({ live }) => live);
  }

  tick(now: Instant): void {
    for (;;) {
      const entry = this.wakeups.takeDue(now);
      if (entry === undefined) return;
      this.remove(entry.live.pathId, now);
    }
  }

  wakeAt(): Instant {
    return this.wakeups.next() ?? Number.POSITIVE_INFINITY;
  }

  private sent(entry: Entry, now: Instant): void {
    entry.until = now + this.timers['relay-direction-live'];
    this.wakeups.set(entry, entry.until);
  }
}

/** The address that stands for its general peer. [DC-36] */
function standInOf({ direction }: LiveRelayDirection): Ip | undefined {
  return 'peerVirtualAddress' in direction ? direction.peerVirtualAddress : undefined;
}

function group<K, V>(groups: Map<K, Set<V>>, key: K): Set<V> {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const added = new Set<V>();
  groups.set(key, added);
  return added;
}
