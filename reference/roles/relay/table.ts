import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { fromHex } from '../../bytes.ts';
import type { Effect, Instant } from '../../core.ts';
import type { Allowance, PathRates } from './rates.ts';
import { admit, allowance } from './rates.ts';

interface Path extends Allowance {
  readonly pathId: string;
  readonly ends: readonly [Endpoint, Endpoint];
  lastUse: Instant | undefined;
}

/** What another table has forwarded in front of this one. */
export interface Offloaded {
  /** Paths that it has now, and has room for. */
  readonly paths: number;
  readonly capacity: number;
  readonly packets: number;
  readonly bytes: number;
  /** Over the rates of their paths. */
  readonly refused: number;
}

/** A table in front of this one, which sees only what that one leaves. [RSS-09] */
export interface Offload {
  /** Charges a datagram to a path whose rates are kept there, and says whether it is within; undefined: they are not. */
  charge(pathId: string, length: number): boolean | undefined;
  totals(): Offloaded;
}

const MAGIC = 0x05;
const SHORTEST = 44;
const PATH_ID_AT = 4;

/**
 * The Relay Table as forwarding sees it: Path ID and the valid addresses of both legs. [RSS-01]
 *
 * It knows no key and looks at the context alone; the bytes go out as they came. A kernel's table
 * stands in front of it where there is one.
 */
export class RelayTable {
  private readonly rates: PathRates;
  /** By keyAt of the Path ID. */
  private readonly paths = new Map<string, Path>();
  /** Datagrams and bytes forwarded. [GEN-17] */
  packets = 0;
  bytes = 0;
  offload: Offload | undefined;

  constructor(rates: PathRates) {
    this.rates = rates;
  }

  get size(): number {
    return this.paths.size;
  }

  /**
   * Where a datagram goes, if it is one to forward: its context is a path of the table and it came from
   * one end of it. All others, and what exceeds the rates of its path, are the role's to look at.
   */
  forward(bytes: Uint8Array, from: Endpoint, now: Instant): Endpoint | undefined {
    if (bytes.length < SHORTEST || bytes[0] !== MAGIC) return undefined;
    const path = this.paths.get(keyAt(bytes, PATH_ID_AT));
    if (path === undefined) return undefined;
    const [first, second] = path.ends;
    const to = sameEndpoint(from, first) ? second : sameEndpoint(from, second) ? first : undefined;
    if (to === undefined || !this.admit(path, bytes.length, now)) return undefined;
    path.lastUse = now;
    this.packets++;
    this.bytes += bytes.length;
    return to;
  }

  /** Performs the effects that concern the table. */
  apply(effect: Extract<Effect, { kind: 'relay-set' | 'relay-remove' }>): void {
    if (effect.kind === 'relay-remove') {
      this.paths.delete(keyOf(effect.pathId));
      return;
    }
    const { pathId, ends, used } = effect.path;
    const key = keyOf(pathId);
    const before = this.paths.get(key);
    const { packets, bytes, filledAt } = before ?? allowance(this.rates, used);
    this.paths.set(key, { pathId, ends, lastUse: before?.lastUse, packets, bytes, filledAt });
  }

  /** When a path last forwarded something. */
  lastUse(pathId: string): Instant | undefined {
    return this.paths.get(keyOf(pathId))?.lastUse;
  }

  private admit(path: Path, length: number, now: Instant): boolean {
    return this.offload?.charge(path.pathId, length) ?? admit(path, this.rates, length, now);
  }
}

/** A Path ID as text of 8 units: what is made for each datagram has to be made fast, and hex is not. */
function keyAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(
    unit(bytes, at),
    unit(bytes, at + 2),
    unit(bytes, at + 4),
    unit(bytes, at + 6),
    unit(bytes, at + 8),
    unit(bytes, at + 10),
    unit(bytes, at + 12),
    unit(bytes, at + 14),
  );
}

function unit(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function keyOf(pathId: string): string {
  return keyAt(fromHex(pathId), 0);
}
