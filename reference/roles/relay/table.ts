import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Effect, Instant } from '../../core.ts';
import type { Allowance, PathRates } from './rates.ts';
import { admit, allowance } from './rates.ts';

interface Path extends Allowance {
  readonly ends: readonly [Endpoint, Endpoint];
  lastUse: Instant | undefined;
}

const MAGIC = 0x05;
const SHORTEST = 44;

/**
 * The Relay Table as forwarding sees it: Path ID and the valid addresses of both legs. [RSS-01]
 *
 * It knows no key and looks at the context alone; the bytes go out as they came. A kernel's table
 * takes its place where there is one.
 */
export class RelayTable {
  private readonly rates: PathRates;
  private readonly paths = new Map<string, Path>();
  /** Datagrams and bytes forwarded. [GEN-17] */
  packets = 0;
  bytes = 0;

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
    const path = this.paths.get(toHex(bytes.subarray(4, 20)));
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
      this.paths.delete(effect.pathId);
      return;
    }
    const { pathId, ends, used } = effect.path;
    const before = this.paths.get(pathId);
    const { packets, bytes, filledAt } = before ?? allowance(this.rates, used);
    this.paths.set(pathId, { ends, lastUse: before?.lastUse, packets, bytes, filledAt });
  }

  /** When a path last forwarded something. */
  lastUse(pathId: string): Instant | undefined {
    return this.paths.get(pathId)?.lastUse;
  }

  private admit(path: Path, length: number, now: Instant): boolean {
    return admit(path, this.rates, length, now);
  }
}
