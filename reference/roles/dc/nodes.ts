/** The nodes of a DC: their registrations, what they were promised, and where they are. */
import type { Endpoint } from '../../address.ts';
import { family, ipToBytes, isMapped } from '../../address.ts';
import { fromHex, sameBytes, toHex } from '../../bytes.ts';
import type { Origin } from '../../channel/types.ts';
import { sentLater } from '../../channel/types.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import type { Message, RegistrationRequest } from '../../wire/messages.ts';
import { MessageType, Status } from '../../wire/registry.ts';
import type { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import type { Ledger } from './ledger.ts';
import { isOfNames } from './names/serial.ts';
import type { NodePeer, Registered } from './parts.ts';
import type { Pools, Taken } from './pools.ts';
import type { Arrival, NodeRecord } from './record.ts';
import { deregistered, isRegistered, late, moved, observed, observedUntil, registered } from './record.ts';
import { decodeNode, encodeNode, keyOf, nodeIdOf } from './stored.ts';
import { relayIdOf } from './stored-relay.ts';
import { isOfStandIn } from './stored-stand-in.ts';

/** Requests of one node that wait while the store is at work for it. */
const WAITING_BOUND = 8;
/** DC-06: seconds. */
const KEEP_ALIVE_MOST = 25;

/** Why what a node had is over. [DC-39] */
export type Leaving = 'ended' | 'deregistered' | 'began anew';

/** What nodes need of the DC. */
export interface NodesOf {
  readonly timers: Timers;
  readonly pools: Pools;
  readonly ledger: Ledger;
  readonly tally: Tally;
  answer(peer: NodePeer, message: Message, to: Endpoint, now: Instant): void;
  aliases(peer: NodePeer): readonly Uint8Array[];
  left(peer: NodePeer, how: Leaving, now: Instant): void;
  /** Something is different about a node; it may be told more than once. */
  changed(peer: NodePeer): void;
}

interface Node {
  readonly nodeId: string;
  /** None for one that was promised something and is no longer provisioned. */
  readonly peer: NodePeer | undefined;
  record: NodeRecord | undefined;
  /** Of the last request that took effect. [GEN-32] */
  last: Origin | undefined;
  /** Its valid addresses. */
  readonly valid: { [Family in 4 | 6]?: Endpoint };
  /** Whether a record is being stored; what comes meanwhile waits. */
  isStoring: boolean;
  readonly waiting: ((now: Instant) => void)[];
}

export class Nodes {
  private readonly dc: NodesOf;
  private readonly nodes = new Map<string, Node>();
  private readonly wakeups = new Wakeups<Node>();
  /** What an instant lacks to milliseconds since 1970. */
  private epoch = 0;

  constructor(dc: NodesOf, peers: readonly NodePeer[]) {
    this.dc = dc;
    for (const peer of peers) this.add(peer.nodeId, peer);
  }

  /** Takes up what was stored before the start; what is damaged is told and left. @returns who is registered. [DC-25] */
  restore(stored: ReadonlyMap<string, Uint8Array>, wallClock: number, now: Instant): NodePeer[] {
    this.epoch = wallClock - now;
    const found: NodePeer[] = [];
    for (const [key, value] of [...stored].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (relayIdOf(key) !== undefined || isOfNames(key) || isOfStandIn(key)) continue;
      const nodeId = nodeIdOf(key);
      const record = nodeId === undefined ? undefined : decodeNode(value, this.epoch);
      if (nodeId === undefined || record === undefined) this.dc.tally.event('store-damaged', { key });
      else
        found.push(...this.restoreNode(this.nodes.get(nodeId) ?? this.add(nodeId, undefined), record, now));
    }
    return found;
  }

  private restoreNode(node: Node, record: NodeRecord, now: Instant): NodePeer[] {
    const virtualAddresses = record.virtualAddresses.filter((ip) => this.dc.pools.restore(node.nodeId, ip));
    node.record = { ...record, virtualAddresses };
    if (node.peer === undefined || record.location === undefined || !isRegistered(record, now)) return [];
    const { association } = node.peer;
    const places = Object.values(observed(record.location, now));
    association.setEndpoints([...places, ...association.config.endpoints]);
    this.wakeups.set(node, record.endsAt);
    this.dc.changed(node.peer);
    return [node.peer];
  }

  /** Takes a Registration Request, which is answered once what it promises is durable. [DC-25] */
  request(peer: NodePeer, request: RegistrationRequest, from: Endpoint, origin: Origin, now: Instant): void {
    const node = this.of(peer);
    // GEN-13: no body can name such a source.
    if (from.port === 0 || isMapped(ipToBytes(from.ip))) return peer.association.ignore(request, now);
    if (!node.isStoring) return this.take(node, peer, request, from, origin, now);
    if (node.waiting.length >= WAITING_BOUND) return this.refuse(peer, request, Status.busy, from, now);
    node.waiting.push((later) => this.take(node, peer, request, from, origin, later));
  }

  /** Another address of a node is valid on its association. [DC-05] */
  addressed(peer: NodePeer, endpoint: Endpoint): void {
    const node = this.of(peer);
    const replaced = node.valid[family(endpoint.ip)];
    node.valid[family(endpoint.ip)] = endpoint;
    if (node.isStoring) node.waiting.push(() => this.move(node, endpoint, replaced));
    else this.move(node, endpoint, replaced);
  }

  /** What is known of a node, if it is registered. [DC-04] */
  registered(peer: NodePeer, now: Instant): Registered | undefined {
    const { record } = this.of(peer);
    if (record?.location === undefined || !isRegistered(record, now)) return undefined;
    const { virtualAddresses, endsAt: expiresAt, location } = record;
    const { instance, locals, features, suites } = location;
    const { name, nodeId } = peer;
    const places = observed(location, now);
    const until = observedUntil(location, now);
    const own = { peer, nodeId: fromHex(nodeId), name, instance, locals };
    return { ...own, observed: places, observedUntil: until, virtualAddresses, features, suites, expiresAt };
  }

  tick(now: Instant): void {
    for (;;) {
      const node = this.wakeups.takeDue(now);
      if (node === undefined) return;
      if (isRegistered(node.record, now)) this.wakeups.set(node, node.record?.endsAt ?? now);
      else if (node.peer !== undefined) {
        this.dc.changed(node.peer);
        this.dc.left(node.peer, 'ended', now);
      }
    }
  }

  wakeAt(): Instant {
    return this.wakeups.next() ?? Number.POSITIVE_INFINITY;
  }

  private take(
    node: Node,
    peer: NodePeer,
    request: RegistrationRequest,
    from: Endpoint,
    origin: Origin,
    now: Instant,
  ): void {
    const arrival = { request, from, origin, valid: node.valid[family(from.ip)] };
    const isLate = node.last !== undefined && !sentLater(origin, node.last);
    const corrected = isLate ? late(node.record, arrival, now) : undefined;
    if (isLate && corrected === undefined) {
      this.dc.tally.refuse('stale', from);
      return peer.association.ignore(request, now);
    }
    // DC-07
    if (request.fqdn !== peer.name || toHex(request.nodeId) !== peer.nodeId)
      return this.refuse(peer, request, Status.refused, from, now);
    if (corrected !== undefined) {
      this.write(node, corrected);
      return this.grant(peer, request, corrected, from, now);
    }
    if (request.lifetime > 0) this.register(node, peer, arrival, now);
    else this.deregister(node, peer, arrival, now);
  }

  private register(node: Node, peer: NodePeer, arrival: Arrival, now: Instant): void {
    const { request, from } = arrival;
    const before = node.record;
    const kept = (before?.virtualAddresses ?? []).filter((ip) => this.dc.pools.ownerOf(ip) === node.nodeId);
    const taken = this.dc.pools.take(node.nodeId, kept, (version) => this.longestAway(version, now));
    if (taken === undefined) return this.refuse(peer, request, Status.poolEmpty, from, now);
    const lost = this.strip(taken);
    const record = registered(before, arrival, taken.addresses, this.lifetimeFor(request.lifetime), now);
    this.store(node, record, (isStored, later) => {
      if (!isStored) {
        this.dc.pools.undo(taken);
        for (const { node: other, had, has } of lost) if (other.record === has) other.record = had;
        return this.refuse(peer, request, Status.busy, from, later);
      }
      const instance = isRegistered(before, now) ? before?.location?.instance : undefined;
      const isAnew = instance !== undefined && !sameBytes(instance, request.instance);
      this.commit(node, record, arrival);
      if (instance === undefined || isAnew) this.dc.tally.event('registered', { name: peer.name });
      if (isAnew) this.dc.left(peer, 'began anew', later);
      this.grant(peer, request, record, from, later);
    });
  }

  /** [DC-29] */
  private deregister(node: Node, peer: NodePeer, arrival: Arrival, now: Instant): void {
    const { request, from } = arrival;
    const { record: before } = node;
    const ended = before && deregistered(before, now);
    if (ended === undefined || !isRegistered(before, now)) {
      node.last = arrival.origin;
      return this.grant(peer, request, ended, from, now);
    }
    this.store(node, ended, (isStored, later) => {
      if (!isStored) return this.refuse(peer, request, Status.busy, from, later);
      this.commit(node, ended, arrival);
      this.dc.left(peer, 'deregistered', later);
      this.grant(peer, request, ended, from, later);
    });
  }

  /** The answer with status 0. [DC-06] */
  private grant(
    peer: NodePeer,
    request: RegistrationRequest,
    record: NodeRecord | undefined,
    from: Endpoint,
    now: Instant,
  ): void {
    const location = record?.location;
    const answer: Message = {
      type: MessageType.registrationResponse,
      transaction: request.transaction,
      status: Status.ok,
      virtualAddresses: record?.virtualAddresses ?? [],
      observedEndpoint: from,
      lifetime: location?.lifetime ?? 0,
      keepAlive: Math.min(KEEP_ALIVE_MOST, Math.max(1, Math.floor(this.dc.timers['keep-alive'] / 1000))),
      ...(location === undefined ? {} : { aliases: this.dc.aliases(peer) }),
    };
    this.dc.answer(peer, answer, from, now);
  }

  private refuse(
    peer: NodePeer,
    { transaction }: RegistrationRequest,
    status: typeof Status.refused | typeof Status.busy | typeof Status.poolEmpty,
    to: Endpoint,
    now: Instant,
  ): void {
    this.dc.answer(peer, { type: MessageType.registrationResponse, transaction, status }, to, now);
  }

  /** Seconds, whole ones. [DC-29] */
  private lifetimeFor(asked: number): number {
    const { timers } = this.dc;
    const bounded = Math.max(asked * 1000, timers['registration-lifetime-min']);
    return Math.max(1, Math.floor(Math.min(bounded, timers['registration-lifetime']) / 1000));
  }

  /** Whose promise ends when no other address of a family is left. [DC-30] */
  private longestAway(version: 4 | 6, now: Instant) {
    const latest = now - this.dc.timers['name-memory'];
    let away: { owner: string; ip: NodeRecord['virtualAddresses'][number]; endsAt: Instant } | undefined;
    for (const { nodeId: owner, record, isStoring } of this.nodes.values()) {
      const ip = record?.virtualAddresses.find((one) => family(one) === version);
      if (record === undefined || ip === undefined || isStoring || record.endsAt > latest) continue;
      if (record.endsAt < (away?.endsAt ?? Number.POSITIVE_INFINITY))
        away = { owner, ip, endsAt: record.endsAt };
    }
    return away;
  }

  /** Takes from others what was promised to them. @returns what they had and have. */
  private strip({ from }: Taken) {
    return from.flatMap(({ owner, ip }) => {
      const node = this.nodes.get(owner);
      const had = node?.record;
      if (node === undefined || had === undefined) return [];
      const has = { ...had, virtualAddresses: had.virtualAddresses.filter((one) => one !== ip) };
      this.write(node, has);
      return [{ node, had, has }];
    });
  }

  private move(node: Node, endpoint: Endpoint, replaced: Endpoint | undefined): void {
    const record = node.record && moved(node.record, endpoint, replaced);
    if (record !== undefined) this.write(node, record);
  }

  /** Changes a record without waiting for the store: no answer depends on it. */
  private write(node: Node, record: NodeRecord): void {
    node.record = record;
    if (node.peer !== undefined) this.dc.changed(node.peer);
    this.dc.ledger.set(keyOf(node.nodeId), encodeNode(record, this.epoch));
  }

  /** Stores a record that takes effect when it is durable; meanwhile what else comes for the node waits. */
  private store(node: Node, record: NodeRecord, then: (isStored: boolean, now: Instant) => void): void {
    node.isStoring = true;
    this.dc.ledger.set(keyOf(node.nodeId), encodeNode(record, this.epoch), (isStored, now) => {
      node.isStoring = false;
      then(isStored, now);
      while (!node.isStoring) {
        const next = node.waiting.shift();
        if (next === undefined) return;
        next(now);
      }
    });
  }

  private commit(node: Node, record: NodeRecord, { origin }: Arrival): void {
    node.record = record;
    node.last = origin;
    if (node.peer !== undefined) this.dc.changed(node.peer);
    this.wakeups.set(node, record.location === undefined ? Number.POSITIVE_INFINITY : record.endsAt);
  }

  private add(nodeId: string, peer: NodePeer | undefined): Node {
    const node: Node = {
      nodeId,
      peer,
      record: undefined,
      last: undefined,
      valid: {},
      isStoring: false,
      waiting: [],
    };
    this.nodes.set(nodeId, node);
    return node;
  }

  private of(peer: NodePeer): Node {
    const node = this.nodes.get(peer.nodeId);
    if (node === undefined) throw new Error(`no node of the DC: ${peer.nodeId}`);
    return node;
  }
}
