/** Puts fragments together again: RFC 791 (3.2), RFC 8200 (4.5). Bounded in number, bytes and time. */
import { concat, toHex } from '../bytes.ts';
import type { Instant } from '../core.ts';
import type { Head } from './head.ts';
import { FLAGS, setHeaderChecksum, setU16, u16 } from './ip.ts';

export interface ReassemblyBounds {
  /** Packets that are not whole, in all. */
  readonly packets: number;
  /** The same of one scope. */
  readonly each: number;
  /** Bytes of their fragments in all. */
  readonly bytes: number;
  /** Milliseconds from the first fragment that came. */
  readonly time: number;
}

/** `discarded`: this fragment, and with it perhaps those that waited; `count` says how many in all. */
export type Reassembled =
  | { readonly is: 'whole'; readonly packet: Uint8Array }
  | { readonly is: 'waiting' }
  | { readonly is: 'discarded'; readonly count: number };

interface Unfinished {
  readonly scope: string;
  readonly until: Instant;
  /** In the order of their places, without gaps between those that touch. */
  readonly parts: { readonly at: number; readonly bytes: Uint8Array }[];
  /** The header of the fragment that begins the packet, as the whole one has it but for its length. */
  header?: Uint8Array;
  /** Of the payload, once the last fragment is there. */
  total?: number;
}

const LARGEST = 0xffff;
/** More fragments than that nobody makes of one packet: the largest there is has 45 of 1500 bytes. */
const PARTS = 128;
const WAITING = { is: 'waiting' } as const;

export class Reassembly {
  private readonly unfinished = new Map<string, Unfinished>();
  private readonly scopes = new Map<string, number>();
  private held = 0;
  private readonly bounds: ReassemblyBounds;

  constructor(bounds: ReassemblyBounds) {
    this.bounds = bounds;
  }

  /** Packets that are not whole, and the bytes of their fragments. */
  size(): { packets: number; bytes: number } {
    return { packets: this.unfinished.size, bytes: this.held };
  }

  /** When the oldest one runs out of time. */
  wakeAt(): Instant | undefined {
    for (const { until } of this.unfinished.values()) return until;
    return undefined;
  }

  /** Gives up what ran out of time. @returns how many fragments these were. */
  expire(now: Instant): number {
    let count = 0;
    // All wait equally long, so the oldest is the first.
    for (const [key, { until }] of this.unfinished) {
      if (until > now) break;
      count += this.drop(key);
    }
    return count;
  }

  /**
   * Takes a fragment.
   * @param scope whose fragments are never put together with another's, and have a bound of their own.
   */
  take(fragment: Head, scope: string, now: Instant): Reassembled {
    const bytes = payloadOf(fragment);
    const { offset, hasMore } = fragment;
    const end = offset + bytes.length;
    const isOdd = hasMore && bytes.length % 8 !== 0;
    if (bytes.length === 0 || isOdd || end > LARGEST) return { is: 'discarded', count: 1 };
    const key = keyOf(fragment, scope);
    const row = this.unfinished.get(key) ?? this.begin(key, scope, now);
    if (row === undefined || this.held + bytes.length > this.bounds.bytes)
      return { is: 'discarded', count: 1 };
    const place = row.parts.findIndex(({ at }) => at >= offset);
    const [before, after] =
      place < 0 ? [row.parts.at(-1), undefined] : [row.parts[place - 1], row.parts[place]];
    if (after?.at === offset && isSame(after.bytes, bytes)) return { is: 'discarded', count: 1 };
    const overlaps =
      (before !== undefined && before.at + before.bytes.length > offset) ||
      (after !== undefined && after.at < end);
    const total = hasMore ? row.total : end;
    const contradicts = (row.total !== undefined && total !== row.total) || end > (total ?? LARGEST);
    const exceeds = !hasMore && after !== undefined;
    // RFC 5722: with an overlap the whole packet goes, for nobody knows which is right.
    if (overlaps || contradicts || exceeds || row.parts.length >= PARTS) {
      return { is: 'discarded', count: 1 + this.drop(key) };
    }
    row.parts.splice(place < 0 ? row.parts.length : place, 0, { at: offset, bytes: bytes.slice() });
    this.held += bytes.length;
    if (total !== undefined) row.total = total;
    if (offset === 0) row.header = headerOf(fragment);
    const { header } = row;
    if (header === undefined || total === undefined) return WAITING;
    if (row.parts.reduce((sum, part) => sum + part.bytes.length, 0) < total) return WAITING;
    this.drop(key);
    const length = header.length + total - (fragment.version === 6 ? 40 : 0);
    if (length > LARGEST) return { is: 'discarded', count: row.parts.length };
    return { is: 'whole', packet: joined(header, row, length) };
  }

  private begin(key: string, scope: string, now: Instant): Unfinished | undefined {
    const inScope = this.scopes.get(scope) ?? 0;
    if (this.unfinished.size >= this.bounds.packets || inScope >= this.bounds.each) return undefined;
    const row: Unfinished = { scope, until: now + this.bounds.time, parts: [] };
    this.unfinished.set(key, row);
    this.scopes.set(scope, inScope + 1);
    return row;
  }

  private drop(key: string): number {
    const row = this.unfinished.get(key);
    if (row === undefined) return 0;
    this.unfinished.delete(key);
    const left = (this.scopes.get(row.scope) ?? 0) - 1;
    if (left > 0) this.scopes.set(row.scope, left);
    else this.scopes.delete(row.scope);
    for (const { bytes } of row.parts) this.held -= bytes.length;
    return row.parts.length;
  }
}

function keyOf({ version, bytes, addresses, width, protocol, identification }: Head, scope: string): string {
  const ends = toHex(bytes.subarray(addresses, addresses + 2 * width));
  // What follows IPv6's fragment header may differ from fragment to fragment.
  return `${scope} ${ends} ${identification} ${version === 4 ? protocol : ''}`;
}

/** What stands behind the headers that every fragment has. */
function payloadOf({ bytes, payload, fragmentHeader }: Head): Uint8Array {
  return bytes.subarray(fragmentHeader === undefined ? payload : fragmentHeader.at + 8);
}

function headerOf({ version, bytes, payload, fragmentHeader }: Head): Uint8Array {
  if (version === 4 || fragmentHeader === undefined) return bytes.slice(0, payload);
  const header = bytes.slice(0, fragmentHeader.at);
  header[fragmentHeader.namedAt] = bytes[fragmentHeader.at] ?? 0;
  return header;
}

function joined(header: Uint8Array, { parts }: Unfinished, length: number): Uint8Array {
  const packet = concat(header, ...parts.map(({ bytes }) => bytes));
  if ((packet[0] ?? 0) >> 4 === 6) {
    setU16(packet, 4, length);
    return packet;
  }
  setU16(packet, 2, length);
  // No DF: it came in pieces, so it may be cut again.
  setU16(packet, FLAGS, u16(packet, FLAGS) & 0x8000);
  return setHeaderChecksum(packet);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Whether a packet is a part of a larger one. */
export function isFragment({ offset, hasMore }: Head): boolean {
  return offset > 0 || hasMore;
}
