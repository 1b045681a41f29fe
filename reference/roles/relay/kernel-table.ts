/** What a Relay Table in the kernel does for the one of the process, which stays the whole truth. */
import type { Endpoint } from '../../address.ts';
import type { RelayPath } from '../../core.ts';
import type { PathRates } from './rates.ts';
import type { Offloaded } from './table.ts';

export interface KernelTable {
  readonly name: 'ebpf' | 'xdp' | 'nft';
  /** Forwards a path from now on, or forwards it elsewhere. @returns whether it can. */
  set(path: RelayPath): boolean;
  /** Forwards it no more. */
  remove(pathId: string): void;
  /** Milliseconds since the kernel last forwarded something of a path; undefined: it never has. */
  idle(pathId: string): number | undefined | Promise<number | undefined>;
  /** Charges a datagram to the rates of a path that the kernel has, if it keeps them. @returns whether it is within. */
  charge?(pathId: string, length: number): boolean;
  /** Resolves once the kernel has all that was set and removed; undefined: it has. */
  settled?(): Promise<void> | undefined;
  /** What it has forwarded, as far as that is known without waiting. */
  totals(): Offloaded;
  /** Brings totals up to date. */
  refresh?(): Promise<void>;
  close(): void | Promise<void>;
}

/** What each kind of it is opened with. */
export interface KernelOptions {
  /** The RS-S's own endpoints, one of a family. */
  readonly own: readonly Endpoint[];
  readonly rates: PathRates;
  /** Paths that it has room for. */
  readonly capacity: number;
  /** Takes a line about what the kernel does not do. */
  readonly tell: (line: string) => void;
}
