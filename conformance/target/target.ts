/** The target as cases and runner see it, whatever its adapter level. */

import type { Fields } from '../../adapters/cbor.ts';
import type { Instant } from '../../reference/core.ts';
import type { EndKind } from '../played/end-dc.ts';
import type { Stage } from '../played/stage.ts';
import type { TargetInfo } from '../report.ts';
import type { AdapterLevel } from '../roles.ts';
import type { DcTestOptions, DcUnderTest } from './dc-under-test.ts';
import type { EndTestOptions, EndUnderTest } from './end-under-test.ts';
import type { NodeTestOptions, NodeUnderTest } from './node-under-test.ts';
import type { RsOptions, RsUnderTest } from './under-test.ts';

export type { RsOptions, RsUnderTest } from './under-test.ts';

export interface Target {
  readonly info: TargetInfo;
  readonly level: AdapterLevel;
  /** How many cases can use it at once. */
  readonly parallel: number;
  /** Whether an optional feature is claimed, by its name. */
  claims(feature: string): boolean;
  /**
   * An RS-S under test with the DCs of its associations played.
   * @throws Unjudged if it cannot be had.
   */
  rs(stage: Stage, options: RsOptions): Promise<RsUnderTest>;
  /**
   * An RS-N or RS-T under test with the DCs of its associations played.
   * @throws Unjudged if it cannot be had.
   */
  end(stage: Stage, kind: EndKind, options: EndTestOptions): Promise<EndUnderTest>;
  /**
   * A node under test with its DC played.
   * @throws Unjudged if it cannot be had.
   */
  node(stage: Stage, options: NodeTestOptions): Promise<NodeUnderTest>;
  /**
   * A DC under test with nodes, relays and other DCs played around it.
   * @throws Unjudged if it cannot be had.
   */
  dc(stage: Stage, options: DcTestOptions): Promise<DcUnderTest>;
  /** A codec call of the adapter, see the contract. @throws Unjudged if there is none. */
  codec(fields: Fields): Promise<Fields>;
  /** Whether its control answers; at level 0 there is none, and the sanity case alone tells. */
  reachable(): Promise<boolean>;
  /**
   * Whether between two instants its adapter took so long over what is done at once that timers of the target can have
   * run out meanwhile: its host may be busy, though the tester's own process is not.
   */
  wasSlow?(from: Instant, to: Instant): boolean;
  /** What its own messages show to be wrong with how it was configured; one clause of a sentence. */
  trouble?(): string | undefined;
  /** Ends what this run started. */
  close(): Promise<void>;
}

/** The target cannot be used at all; the message is one line for a person. */
export class TargetError extends Error {
  readonly fault: 'unreachable' | 'contract' | 'usage';

  constructor(fault: 'unreachable' | 'contract' | 'usage', message: string) {
    super(message);
    this.fault = fault;
  }
}
