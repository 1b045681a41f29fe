/** The relays of a DC: which are registered, and which is asked first. [DC-40] */
import { family } from '../../address.ts';
import { sameBytes } from '../../bytes.ts';
import type { Origin } from '../../channel/types.ts';
import { sentLater } from '../../channel/types.ts';
import type { Timers } from '../../config/timers.ts';
import type { Instant } from '../../core.ts';
import type { RelayRegistrationRequest, RelayRegistrationResponse } from '../../wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../wire/registry.ts';
import type { Answered, RegisteredRelay, RelayPeer } from './parts.ts';

interface Relay extends RegisteredRelay {
  readonly origin: Origin;
  /** Entries that it says it can hold. */
  readonly capacity: number;
  /** It gave no answer, or an error, to the last Relay Direction. */
  isFailing: boolean;
}

export class Relays {
  private readonly timers: Timers;
  private readonly relays = new Map<RelayPeer, Relay>();

  constructor(timers: Timers) {
    this.timers = timers;
  }

  /**
   * Takes a Relay Registration Request.
   * @returns the answer, and whether the relay was started since the last one; undefined if the request is older
   * than the last that took effect. [GEN-32, RS-15]
   */
  register(
    peer: RelayPeer,
    request: RelayRegistrationRequest,
    origin: Origin,
    now: Instant,
  ): { readonly answer: RelayRegistrationResponse; readonly isAnew: boolean } | undefined {
    const before = this.relays.get(peer);
    if (before !== undefined && !sentLater(origin, before.origin)) return undefined;
    const { transaction, instance, endpoints, suites, capacity } = request;
    const kinds = peer.kinds.filter((kind) => request.kinds.includes(kind));
    const lifetime = this.lifetime();
    const expiresAt = now + lifetime * 1000;
    const own = { peer, instance, kinds, endpoints, suites, expiresAt };
    this.relays.set(peer, { ...own, origin, capacity, isFailing: false });
    const pool = kinds.includes(RelayKind.t) ? { pool: peer.lent } : {};
    return {
      answer: {
        type: MessageType.relayRegistrationResponse,
        transaction,
        status: Status.ok,
        lifetime,
        ...pool,
      },
      isAnew: before !== undefined && !sameBytes(before.instance, instance),
    };
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
      .filter(({ kinds, expiresAt }) => expiresAt > now && kinds.includes(kind))
      .map((relay) => {
        const served = new Set(relay.endpoints.map(({ ip }) => family(ip)));
        const missing = families.filter((version) => !served.has(version)).length;
        const room = relay.capacity - entries(relay.peer);
        return { relay, rank: [missing, Number(relay.isFailing), -room, relay.peer.index] };
      })
      .sort((a, b) => compare(a.rank, b.rank))
      .map(({ relay }) => relay);
  }

  /** Seconds, whole ones. [DC-40] */
  private lifetime(): number {
    const { 'relay-registration-lifetime': wanted, 'registration-lifetime-min': least } = this.timers;
    return Math.max(1, Math.floor(Math.max(wanted, least) / 1000));
  }
}

/** Number by number. */
function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
