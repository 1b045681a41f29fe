/** One zone of a DC: what it has at each name, and when that changed. [DNS-20, DNS-23, DNS-24] */
import { sameBytes } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import type { Labels } from './names.ts';
import { keyOf, labelsOf } from './names.ts';

export interface ZoneRecord {
  readonly type: number;
  /** RDATA, without compression. */
  readonly data: Uint8Array;
  /** Seconds at most. */
  readonly ttl: number;
  /** It is over then, and its TTL no longer than what is left; it is for good if not given. [DNS-24] */
  readonly until?: Instant | undefined;
}

export class Zone {
  readonly apex: Labels;
  private readonly changed: () => void;
  private readonly names = new Map<string, readonly ZoneRecord[]>();
  /** How many names with records are below a name: an empty non-terminal has some, and no records. (RFC 8020) */
  private readonly below = new Map<string, number>();

  /** @param changed told of each change of what it has, but for that of times. */
  constructor(apex: string, changed: () => void) {
    this.apex = labelsOf(apex);
    this.changed = changed;
  }

  /** Says all that there is at a name in the zone. */
  set(name: string, records: readonly ZoneRecord[]): void {
    const labels = labelsOf(name);
    const key = keyOf(labels);
    const before = this.names.get(key) ?? [];
    if (records.length > 0) this.names.set(key, records);
    else this.names.delete(key);
    if (before.length > 0 !== records.length > 0) this.count(labels, records.length > 0 ? 1 : -1);
    if (!isSame(before, records)) this.changed();
  }

  /** What there is at a name now. */
  at(name: Labels, now: Instant): readonly ZoneRecord[] {
    const records = this.names.get(keyOf(name)) ?? [];
    return records.filter(({ until }) => until === undefined || until > now);
  }

  /** Whether there is something at names below this one. */
  hasBelow(name: Labels): boolean {
    return this.below.has(keyOf(name));
  }

  /** Whether a name is in the zone. */
  holds(name: Labels): boolean {
    const first = name.length - this.apex.length;
    return first >= 0 && this.apex.every((label, index) => name[first + index] === label);
  }

  private count(labels: Labels, by: 1 | -1): void {
    for (let first = 1; first <= labels.length - this.apex.length; first++) {
      const key = keyOf(labels.slice(first));
      const count = (this.below.get(key) ?? 0) + by;
      if (count > 0) this.below.set(key, count);
      else this.below.delete(key);
    }
  }
}

/** Seconds for which a record may be kept. [DNS-24] */
export function ttlAt({ ttl, until }: ZoneRecord, now: Instant): number {
  return until === undefined ? ttl : Math.min(ttl, Math.max(0, Math.floor((until - now) / 1000)));
}

function isSame(some: readonly ZoneRecord[], others: readonly ZoneRecord[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(({ type, data }, index) => {
    const other = others[index];
    return other !== undefined && other.type === type && sameBytes(other.data, data);
  });
}
