/** What a Relay Table in the kernel does for the one of the process, which stays the whole truth. */
import type { Endpoint } from '../../address.ts';
import type { Instant, RelayPath } from '../../core.ts';
import type { PathRates } from '../../roles/relay/rates.ts';

export interface KernelTable {
  readonly name: 'nft' | 'ebpf';
  /** Paths that it may hold. */
  readonly capacity: number;
  /** Forwards a path from now on, or forwards it elsewhere. @returns whether it can. */
  set(path: RelayPath, now: Instant): boolean;
  /** Forwards it no more. */
  remove(pathId: string): void;
  /** When the kernel last forwarded something of a path. */
  lastUse(pathId: string, now: Instant): Instant | undefined | Promise<Instant | undefined>;
  /** Charges a datagram to the rates of a path that the kernel has, where it keeps them. @returns whether it is within. */
  charge?(pathId: string, length: number): boolean;
  /** What it forwarded since it was opened, as far as that is known without waiting. */
  totals(): KernelTotals;
  /** Brings totals up to date. */
  refresh?(): Promise<void>;
  close(): void | Promise<void>;
}

export interface KernelTotals {
  /** Paths that it has now. */
  readonly paths: number;
  readonly packets: number;
  readonly bytes: number;
  /** Over the rates of their paths. */
  readonly refused: number;
}

/** What each kind of it is opened with. */
export interface KernelOptions {
  /** The RS-S's own endpoints, one of a family. */
  readonly own: readonly Endpoint[];
  readonly rates: PathRates;
  readonly capacity: number;
}
