/** A relay under test that is the far end of its paths: an RS-N or RS-T, and the general side of it. */
import type { EndKind, PlayedEndDc } from '../played/end-dc.ts';
import type { InstanceEvent } from './instance-event.ts';
import type { RsOptions, RsUnderTest } from './under-test.ts';

export interface EndTestOptions extends RsOptions {
  /** By their numbers; those that the target claims if not given. */
  readonly suites?: readonly number[];
  /** What a played DC lets an RS-T lend, as texts; more than cases need if not given. */
  readonly pool?: readonly string[];
  /** What is configured of its general side beside the addresses of it; general peers of plans are allowed if nothing else is. */
  readonly general?: {
    readonly mtu?: number;
    readonly allow?: readonly string[];
    /** Of an RS-N. */
    readonly mappings?: number;
    readonly mappingsPerNode?: number;
    /** Of an RS-T. */
    readonly inbound?: 'all' | 'answers';
  };
}

/** Its own addresses on the general side. */
export const GENERAL_SIDE = { 4: '203.0.113.254', 6: '2001:db8:80:1::1' } as const;

/** One running RS-N or RS-T. */
export interface EndUnderTest extends RsUnderTest {
  readonly kind: EndKind;
  readonly dcs: readonly PlayedEndDc[];
  readonly dc: PlayedEndDc;
  /** A packet comes to it on the general side. */
  packet(packet: Uint8Array): Promise<void>;
  /** All that happened since it was started; what it sent out on the general side among it. */
  events(): Promise<readonly InstanceEvent[]>;
}
