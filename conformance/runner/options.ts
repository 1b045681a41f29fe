/** What a run is told: the one input of `runSuite` beside the target. */
import type { Case } from '../case.ts';
import type { OnProgress } from '../progress.ts';
import type { Depth, PicsUsed, Profile } from '../report.ts';
import type { Level, RoleName } from '../roles.ts';
import type { Clause } from '../spec-clauses.ts';

export interface RunOptions {
  /** The cases that were selected, see {@link ./select.ts}. */
  readonly cases: readonly Case[];
  readonly clauses: readonly Clause[];
  /** All cases that there are, for the ledger; the selected ones if not given. */
  readonly allCases?: readonly Case[];
  /** Clauses that no case can judge, by id, with the reason. */
  readonly untestable?: Readonly<Record<string, string>>;
  /** Clauses whose reading is disputed, by id, with a link. */
  readonly disputed?: Readonly<Record<string, string>>;
  /** What the implementer claims. */
  readonly pics?: PicsUsed;
  /** Any text; the same seed makes the tester send the same. */
  readonly seed: string;
  readonly depth: Depth;
  /** Rows per property, in place of what the depth says. */
  readonly runs?: number;
  readonly profile: Profile;
  readonly strict: boolean;
  readonly slow: boolean;
  /** Cases in flight. */
  readonly jobs: number;
  /** Which part of the cases that were asked for these are, from 1 on. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Milliseconds that cases took elsewhere, by id: the longest are begun first. */
  readonly costs?: Readonly<Record<string, number>>;
  /** How long an answer may take, milliseconds. */
  readonly timeout: number;
  /**
   * How many cases may be tried once more because something did not come: UDP loses datagrams. More are no accident.
   * None if not given.
   */
  readonly secondTries?: number;
  /** Stop after the first failure. */
  readonly bail: boolean;
  /** One failure again, with full shrinking. */
  readonly replay?: string;
  readonly versions: {
    readonly suite: string;
    readonly spec: string;
    readonly vectors: string;
    readonly contract: string;
  };
  readonly runtime: { readonly name: string; readonly version: string; readonly platform: string };
  /** When the run began, by the calendar (ISO 8601). */
  readonly startedAt: string;
  readonly onProgress?: OnProgress;
  /** Ends the run early; the report then says that it is not complete. */
  readonly signal?: AbortSignal;
}

/** Which cases to run; every list that is given must be matched, an empty one matches all. */
export interface Selection {
  /** Case ids, clause ids or globs over them. */
  readonly patterns: readonly string[];
  readonly roles: readonly RoleName[];
  readonly clauses: readonly string[];
  readonly levels: readonly Level[];
  readonly grep: readonly string[];
}
