import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Channel } from '../../channel/channel.ts';
import type { Instant, RelayPath } from '../../core.ts';
import type { RelayDirectionS } from '../../wire/messages.ts';
import { encodeBody } from '../../wire/messages.ts';
import type { Association } from '../association/association.ts';
import type { PathRates } from '../relay/rates.ts';

/** RSS-03: datagrams held for a leg that is not yet valid. */
const HELD_A_PATH = 4;

/** One end of a relayed path: a row of the Relay Table with its own channel. */
export interface Leg {
  readonly is: 'leg';
  readonly id: string;
  readonly channel: Channel;
  readonly entry: Entry;
  /** Tunnel IP and Tunnel Port: the leg's valid address. [RS-03, RS-09] */
  endpoint: Endpoint | undefined;
}

/** One entry of the Relay Table, as the control side sees it. */
export interface Entry {
  readonly is: 'path';
  readonly pathId: string;
  /** The association that made it, and alone may change it. [RS-10, RS-11] */
  readonly owner: Association;
  readonly content: string;
  /** Milliseconds that it lives idle. [RS-08] */
  readonly lifetime: number;
  readonly legs: Leg[];
  /** Last leg probe, or its making. */
  refreshedAt: Instant;
  held: Held[];
}

interface Held {
  readonly bytes: Uint8Array;
  readonly until: Instant;
}

/** What must be equal for a repeated Relay Direction: all but the transaction and what is ignored. [RS-10] */
export function contentOf(direction: RelayDirectionS): string {
  return toHex(encodeBody({ ...direction, transaction: new Uint8Array(8) }));
}

/** The leg whose valid address this is. */
export function legAt(entry: Entry, from: Endpoint): Leg | undefined {
  return entry.legs.find((leg) => leg.endpoint !== undefined && sameEndpoint(leg.endpoint, from));
}

/** The other leg of a path. */
export function otherLeg(leg: Leg): Leg | undefined {
  return leg.entry.legs.find((other) => other !== leg);
}

/** What the hot table gets of an entry once both legs have a valid address. [RSS-03] */
export function relayPath(entry: Entry): RelayPath | undefined {
  const [first, second] = entry.legs.map((leg) => leg.endpoint);
  return first && second ? { pathId: entry.pathId, ends: [first, second] } : undefined;
}

/** Holds a datagram for the other leg. @returns how many had to go for it. */
export function hold(entry: Entry, bytes: Uint8Array, until: Instant): number {
  entry.held.push({ bytes: bytes.slice(), until });
  return entry.held.splice(0, entry.held.length - HELD_A_PATH).length;
}

/** Drops held datagrams whose time is over. @returns how many. */
export function dropHeld(entry: Entry, now: Instant): number {
  const before = entry.held.length;
  entry.held = entry.held.filter((held) => held.until > now);
  return before - entry.held.length;
}

/** Of what is held, what goes out at once: nothing of the path was sent on before. [RS-14] */
export function withinRates(held: readonly Held[], rates: PathRates): Held[] {
  const { packetsPerSecond = Number.POSITIVE_INFINITY, bytesPerSecond = Number.POSITIVE_INFINITY } = rates;
  const sent: Held[] = [];
  for (const one of held) {
    if (sent.length < packetsPerSecond && bytesOf(sent) + one.bytes.length <= bytesPerSecond) sent.push(one);
  }
  return sent;
}

export function bytesOf(held: readonly Held[]): number {
  return held.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** When an entry wants to be looked at: a leg's channel, a held datagram, or its idle time. */
export function wakeAtOf(entry: Entry): Instant {
  let at = entry.refreshedAt + entry.lifetime;
  for (const leg of entry.legs) at = Math.min(at, leg.channel.wakeAt());
  for (const held of entry.held) at = Math.min(at, held.until);
  return at;
}
