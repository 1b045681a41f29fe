/** The traces of several parties as one exchange: which of their records are the two ends of one datagram. */
import type { TraceRecord } from './record.ts';

/** One datagram between two lanes. */
export interface Arrow {
  readonly t: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  readonly context: string;
  readonly size: number;
  /** It was sent to a party that keeps a trace, and is not in it. */
  readonly isLost: boolean;
}

/** Something that happened between two datagrams. */
export interface Remark {
  readonly t: number;
  readonly text: string;
}

export interface Exchange {
  /** Parties; an endpoint whose party keeps no trace is one too. */
  readonly lanes: readonly string[];
  readonly arrows: readonly Arrow[];
  readonly remarks?: readonly Remark[];
}

/** @param first parties that come before others, which come in the order in which they appear */
export function mergeTraces(records: readonly TraceRecord[], first: readonly string[] = []): Exchange {
  const sorted = records
    .map((record, at) => ({ record, at }))
    .sort((a, b) => a.record.t - b.record.t || a.at - b.at);
  const ordered = sorted.map(({ record }) => record);
  const places = placesOf(ordered);
  const under = new Map<string, TraceRecord[]>();
  for (const record of ordered.filter(({ way }) => way === 'sent'))
    under.set(keyOf(record), [...(under.get(keyOf(record)) ?? []), record]);

  const arrows = ordered
    .filter(({ way }) => way === 'received')
    .map((received) => {
      const sent = take(under.get(keyOf(received)) ?? [], received);
      return arrow(sent ?? received, sent?.self ?? places.get(received.from) ?? received.from, received.self);
    });
  const left = [...under.values()].flat();
  arrows.push(
    ...left.map((sent) => arrow(sent, sent.self, places.get(sent.to) ?? sent.to, places.has(sent.to))),
  );
  arrows.sort((a, b) => a.t - b.t);
  const found = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  return { lanes: [...new Set([...first.filter((lane) => found.has(lane)), ...found])], arrows };
}

function arrow({ t, type, context, size }: TraceRecord, from: string, to: string, isLost = false): Arrow {
  return { t, from, to, type, context, size, isLost };
}

/** What both ends of a datagram, and each relay between them, see alike. */
function keyOf({ type, context, sequence, size }: TraceRecord): string {
  return [type, context, sequence, size].join(' ');
}

/** Which party is bound to an endpoint. */
function placesOf(records: readonly TraceRecord[]): Map<string, string> {
  return new Map(records.map(({ way, from, to, self }) => [way === 'sent' ? from : to, self]));
}

/** Milliseconds that a datagram is under way at most; the same may be sent again when a party was started anew. */
const UNDER_WAY = 2000;

/** Where a datagram that came was sent: by its addresses, or else, behind a NAT, by one of them; the nearest in time. */
function take(candidates: TraceRecord[], { self, from, to, t }: TraceRecord): TraceRecord | undefined {
  const distance = (sent: TraceRecord): number => Math.abs(sent.t - t);
  const near = candidates
    .filter((sent) => sent.self !== self && distance(sent) <= UNDER_WAY)
    .sort((a, b) => distance(a) - distance(b));
  const found = near.find((sent) => sent.to === to) ?? near.find((sent) => sent.from === from) ?? near[0];
  if (found !== undefined) candidates.splice(candidates.indexOf(found), 1);
  return found;
}
