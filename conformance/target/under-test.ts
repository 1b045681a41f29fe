/** What is under test: one running instance, and what it is started with. */
import type { Endpoint } from '../../reference/address.ts';
import type { Counters } from '../../reference/core.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { Habits } from '../played/habits.ts';
import type { Stage } from '../played/stage.ts';

export interface RsOptions {
  /** Associations with DCs; 1 if not given, 2 at most. */
  readonly dcs?: 1 | 2;
  /** How the Node ID of the first DC compares with that of the RS; `lower` if not given. */
  readonly dcNodeId?: 'lower' | 'higher';
  /** Leaves the associations to the case; else they are open when the RS is handed over. */
  readonly bare?: boolean;
  /** The DCs' endpoints are not in the configuration, so the RS waits to be opened to. Level 1. */
  readonly silentStart?: boolean;
  /** The case is about what the target opens by itself: a DC does so towards another DC only. */
  readonly opens?: boolean;
  /** What the DCs do not do by themselves, from the start. */
  readonly habits?: Partial<Habits>;
  /** Relay entries at once. Level 1. */
  readonly capacity?: number;
  /** By the names of the configuration: perSourcePerSecond, packetsPerSecond, bytesPerSecond. Level 1. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Without the test profile that makes loopback a locator. Level 1. */
  readonly withoutProfile?: boolean;
  /** Endpoints that it tells others in place of those that it listens on. Level 1. */
  readonly advertise?: readonly string[];
  /** Seconds by the names of the spec's table of timers. Level 1. */
  readonly timers?: Readonly<Record<string, number>>;
}

/** One running instance; an RS-S if nothing else is said. */
export interface RsUnderTest {
  readonly nodeId: Uint8Array;
  /** Where it receives, one a family. */
  readonly endpoints: readonly Endpoint[];
  readonly dcs: readonly PlayedDc[];
  /** The first of them; there always is one. */
  readonly dc: PlayedDc;
  /** Its endpoint of a family, IPv4 if not said. @throws Unjudged if it has none. */
  endpoint(family?: 4 | 6): Endpoint;
  /** @throws Unjudged at level 0. */
  counters(): Promise<Counters>;
  /** Ends it and starts it again with the same configuration. @throws Unjudged at level 0. */
  restart(how: { readonly hard: boolean }): Promise<void>;
  /** Moves its clock. @throws Unjudged below level 3. */
  forward(ms: number): Promise<void>;
  /** Gives it back. The DCs' sockets stay open. */
  release(): Promise<void>;
  /** Makes it have something to send to the first of them, where it has not by itself. */
  provoke?(): Promise<void>;
  /** Begins a row, where there is more to it than the DCs' sockets. */
  startRow?(stage: Stage): void;
  /** Closes the DCs' sockets, where they are this instance's own. */
  close(): Promise<void>;
}
