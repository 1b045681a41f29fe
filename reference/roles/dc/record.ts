/** What a DC keeps of a node of its own, and how it changes. Pure. [DC-04] */
import type { Endpoint, Ip } from '../../address.ts';
import { family, sameEndpoint } from '../../address.ts';
import type { Origin } from '../../channel/types.ts';
import { sentLater } from '../../channel/types.ts';
import type { Instant } from '../../core.ts';
import type { RegistrationRequest } from '../../wire/messages.ts';
import { Feature } from '../../wire/registry.ts';

/** A node that was promised something or is registered. */
export interface NodeRecord {
  /** Kept over every registration and beyond. [DC-03, DC-30] */
  readonly virtualAddresses: readonly Ip[];
  /** When the registration ends, or ended. */
  readonly endsAt: Instant;
  /** What the latest registration said; nothing after the node deregistered. */
  readonly location: Location | undefined;
}

export interface Location {
  readonly instance: Uint8Array;
  readonly locals: readonly Endpoint[];
  readonly features: readonly number[];
  readonly suites: readonly number[];
  /** Seconds. */
  readonly lifetime: number;
  readonly seen: { readonly [Family in 4 | 6]?: Seen };
}

/** The registration over one family. */
export interface Seen {
  /** Where the latest request came from. */
  readonly source: Endpoint;
  /** Which one that was; none that was made before the DC started. */
  readonly origin: Origin | undefined;
  /** What counts: valid once, and never from a body. [DC-05] */
  readonly observed: Endpoint | undefined;
  /** The family counts until then. */
  readonly until: Instant;
}

/** A Registration Request as it came. */
export interface Arrival {
  readonly request: RegistrationRequest;
  readonly from: Endpoint;
  readonly origin: Origin;
  /** The node's valid address of the same family, if there is one. */
  readonly valid: Endpoint | undefined;
}

/** Whether the registration has not ended. */
export function isRegistered(record: NodeRecord | undefined, now: Instant): boolean {
  return record?.location !== undefined && record.endsAt > now;
}

/** The record after a registration took effect. @param lifetime granted, in seconds */
export function registered(
  before: NodeRecord | undefined,
  arrival: Arrival,
  virtualAddresses: readonly Ip[],
  lifetime: number,
  now: Instant,
): NodeRecord {
  const { instance, localEndpoints, features, suites } = arrival.request;
  const until = now + lifetime * 1000;
  const version = family(arrival.from.ip);
  const kept = isRegistered(before, now) ? before?.location?.seen : undefined;
  const other = version === 4 ? 6 : 4;
  const stays = hasStill(arrival.request, other) ? kept?.[other] : undefined;
  const seen = { ...(stays && { [other]: stays }), [version]: seenAt(arrival, kept, until) };
  const location = { instance, locals: localEndpoints, features, suites, lifetime, seen };
  return { virtualAddresses, endsAt: until, location };
}

/** Whether a node says that it has a family, be it by a NAT64. One that lists nothing says nothing. [DC-05] */
function hasStill({ localEndpoints, features }: RegistrationRequest, version: 4 | 6): boolean {
  const isListed = localEndpoints.some(({ ip }) => family(ip) === version);
  return isListed || localEndpoints.length === 0 || features.includes(Feature.nat64);
}

/** The record after the node took its leave. */
export function deregistered(record: NodeRecord, now: Instant): NodeRecord {
  return { ...record, endsAt: Math.min(record.endsAt, now), location: undefined };
}

/**
 * The record after a request that is older than the last one that took effect: it speaks for its family if
 * what is known of that one is older still. [DC-05]
 * @returns undefined if it says nothing new.
 */
export function late(record: NodeRecord | undefined, arrival: Arrival, now: Instant): NodeRecord | undefined {
  if (record?.location === undefined || !isRegistered(record, now)) return undefined;
  const { location } = record;
  const version = family(arrival.from.ip);
  const known = location.seen[version]?.origin;
  if (known !== undefined && !sentLater(arrival.origin, known)) return undefined;
  const seen = { ...location.seen, [version]: seenAt(arrival, location.seen, record.endsAt) };
  return { ...record, location: { ...location, seen } };
}

/**
 * The record after an address of the node became valid, if the observed endpoint changes with it. [DC-05]
 * @param replaced the address of that family that was valid before.
 */
export function moved(
  record: NodeRecord,
  endpoint: Endpoint,
  replaced: Endpoint | undefined,
): NodeRecord | undefined {
  const version = family(endpoint.ip);
  const known = record.location?.seen[version];
  if (record.location === undefined || known === undefined) return undefined;
  if (known.observed !== undefined && sameEndpoint(known.observed, endpoint)) return undefined;
  if (replaced === undefined && !sameEndpoint(known.source, endpoint)) return undefined;
  const seen = { ...record.location.seen, [version]: { ...known, observed: endpoint } };
  return { ...record, location: { ...record.location, seen } };
}

/** The endpoints that count, by family. [DC-28] */
export function observed(location: Location, now: Instant): { [Family in 4 | 6]?: Endpoint } {
  const counting: { [Family in 4 | 6]?: Endpoint } = {};
  for (const version of [4, 6] as const) {
    const seen = location.seen[version];
    if (seen?.observed !== undefined && seen.until > now) counting[version] = seen.observed;
  }
  return counting;
}

/** When one of the endpoints that count now ceases to; infinite if none does. */
export function observedUntil({ seen }: Location, now: Instant): Instant {
  const untils = [seen[4], seen[6]].map((one) => (one?.observed === undefined ? 0 : one.until));
  return Math.min(...untils.filter((until) => until > now), Number.POSITIVE_INFINITY);
}

/** Until its source is valid what was observed before goes on to count. */
function seenAt(
  { from, origin, valid }: Arrival,
  before: Location['seen'] | undefined,
  until: Instant,
): Seen {
  const isValid = valid !== undefined && sameEndpoint(valid, from);
  const known = before?.[family(from.ip)]?.observed;
  return { source: from, origin, observed: isValid ? from : known, until };
}
