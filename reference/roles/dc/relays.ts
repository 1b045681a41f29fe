/** The relays of a DC: which are registered, and which is asked first. [DC-40] */
import type { Endpoint } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import type { Origin } from '../../channel/types.ts';
import { sentLater } from '../../channel/types.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import type { Message, RelayRegistrationRequest } from '../../wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../wire/registry.ts';
import type { Tally } from '../tally.ts';
import type { Ledger } from './ledger.ts';
import type { Answered, RegisteredRelay, RelayPeer } from './parts.ts';
import type { RelayRecord } from './stored-relay.ts';
import { decodeRelay, encodeRelay, keyOfRelay } from './stored-relay.ts';

interface Relay {
  readonly peer: RelayPeer;
  readonly record: RelayRecord;
  /** Of the last request that took effect; none if that was before the start. [GEN-32] */
  readonly origin: Origin | undefined;
  /** It gave no answer, or an error, to the last Relay Direction. */
  isFailing: boolean;
}

/** What relays need of the DC. */
export interface RelaysOf {
  readonly timers: Timers;
  readonly ledger: Ledger;
  readonly tally: Tally;
  answer(peer: RelayPeer, message: Message, to: Endpoint, now: Instant): void;
  /** A relay was started since it last registered. [RS-15] */
  cameAnew(peer: RelayPeer, now: Instant): void;
}

export class Relays {
  private readonly dc: RelaysOf;
  private readonly relays = new Map<RelayPeer, Relay>();
  /** What an instant lacks to milliseconds since 1970. */
  private epoch = 0;

  constructor(dc: RelaysOf) {
    this.dc = dc;
  }

  /** Takes up what was stored before the start. @returns whose registrations have not ended. [DC-25] */
  restore(
    stored: ReadonlyMap<string, Uint8Array>,
    peers: readonly RelayPeer[],
    wallClock: number,
    now: Instant,
  ): RelayPeer[] {
    this.epoch = wallClock - now;
    return peers.filter((peer) => {
      const key = keyOfRelay(peer.nodeId);
      const value = stored.get(key);
      const record = value && decodeRelay(value, this.epoch);
      if (value !== undefined && record === undefined) this.dc.tally.event('store-damaged', { key });
      if (record === undefined || record.endsAt <= now) return false;
      const { association } = peer;
      const places = [...record.observed, ...record.endpoints, ...association.config.endpoints];
      association.setEndpoints(places.filter((place, index) => indexOf(places, place) === index));
      this.relays.set(peer, { peer, record, origin: undefined, isFailing: false });
      return true;
    });
  }

  /** Takes a Relay Registration Request, which is answered once it is durable. [DC-25, DC-40] */
  request(
    peer: RelayPeer,
    request: RelayRegistrationRequest,
    from: Endpoint,
    origin: Origin,
    now: Instant,
  ): void {
    const before = this.relays.get(peer);
    // GEN-32
    if (before?.origin !== undefined && !sentLater(origin, before.origin)) {
      this.dc.tally.refuse('stale', from);
      return peer.association.ignore(request, now);
    }
    const { transaction, instance, kinds, endpoints, suites, capacity } = request;
    const lifetime = this.lifetime();
    const observed = peer.association.channel.knownAddresses();
    const endsAt = now + lifetime * 1000;
    const record: RelayRecord = { instance, kinds, endpoints, suites, capacity, observed, endsAt };
    const relay: Relay = { peer, record, origin, isFailing: false };
    this.relays.set(peer, relay);
    this.write(relay, (isStored, later) => {
      const base = { type: MessageType.relayRegistrationResponse, transaction } as const;
      if (!isStored) {
        if (this.relays.get(peer) === relay) this.putBack(peer, before);
        return this.dc.answer(peer, { ...base, status: Status.busy }, from, later);
      }
      const pool = kindsOf(relay).includes(RelayKind.t) ? { pool: peer.lent } : {};
      this.dc.answer(peer, { ...base, status: Status.ok, lifetime, ...pool }, from, later);
      if (before !== undefined && !sameBytes(before.record.instance, instance)) this.dc.cameAnew(peer, later);
    });
  }

  /** Another address of a relay is valid on its association. */
  addressed(peer: RelayPeer): void {
    const relay = this.relays.get(peer);
    if (relay === undefined) return;
    const moved = {
      ...relay,
      record: { ...relay.record, observed: peer.association.channel.knownAddresses() },
    };
    this.relays.set(peer, moved);
    this.write(moved);
  }

  /** What came of a Relay Direction: one that failed is asked after the others. */
  answered(peer: RelayPeer, answer: Answered): void {
    const relay = this.relays.get(peer);
    if (relay === undefined) return;
    relay.isFailing = typeof answer === 'string' || !('status' in answer) || answer.status !== Status.ok;
  }

  /**
   * Relays of a kind in the order in which they are asked: those that serve all the families first, then
   * those that did not fail last, then those with the most room, then as configured. [DC-19]
   * @param entries how many Relay Directions of a relay are live
   */
  choose(
    kind: RelayKind,
    families: readonly (4 | 6)[],
    entries: (peer: RelayPeer) => number,
    now: Instant,
  ): readonly RegisteredRelay[] {
    return [...this.relays.values()]
      .filter((relay) => relay.record.endsAt > now && kindsOf(relay).includes(kind))
      .map((relay) => {
        const served = new Set(relay.record.endpoints.map(({ ip }) => family(ip)));
        const missing = families.filter((version) => !served.has(version)).length;
        const room = relay.record.capacity - entries(relay.peer);
        return { relay, rank: [missing, Number(relay.isFailing), -room, relay.peer.index] };
      })
      .sort((a, b) => compare(a.rank, b.rank))
      .map(({ relay }) => {
        const { instance, endpoints, suites, endsAt: expiresAt } = relay.record;
        return { peer: relay.peer, instance, kinds: kindsOf(relay), endpoints, suites, expiresAt };
      });
  }

  private write({ peer, record }: Relay, then?: (isStored: boolean, now: Instant) => void): void {
    this.dc.ledger.set(keyOfRelay(peer.nodeId), encodeRelay(record, this.epoch), then);
  }

  private putBack(peer: RelayPeer, before: Relay | undefined): void {
    if (before === undefined) this.relays.delete(peer);
    else this.relays.set(peer, before);
  }

  /** Seconds, whole ones. [DC-40] */
  private lifetime(): number {
    const { 'relay-registration-lifetime': wanted, 'registration-lifetime-min': least } = this.dc.timers;
    return Math.max(1, Math.floor(Math.max(wanted, least) / 1000));
  }
}

/** Those that it registered and the association allows. [DC-40] */
function kindsOf({ peer, record }: Relay): readonly RelayKind[] {
  return peer.kinds.filter((kind) => record.kinds.includes(kind));
}

function indexOf(endpoints: readonly Endpoint[], endpoint: Endpoint): number {
  return endpoints.findIndex((other) => sameEndpoint(other, endpoint));
}

/** Number by number. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
