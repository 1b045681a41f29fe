/** A node under test: what it is configured with, and what an application does beside it. */
import type { Ip } from '../../reference/address.ts';
import type { PlayedDnsServer } from '../played/dns-server.ts';
import type { Habits } from '../played/habits.ts';
import type { PlayedNodeDc } from '../played/node-dc.ts';
import type { InstanceEvent } from './instance-event.ts';
import type { RsOptions, RsUnderTest } from './under-test.ts';

/** What the node is called. */
export const NODE_NAME = 'mn.ntmobile.one.example';

export interface NodeTestOptions extends Omit<RsOptions, 'dcs' | 'capacity' | 'habits'> {
  /** An NTMA has no resolver, and no general peers. */
  readonly role?: 'node' | 'ntma';
  /** By which families it reaches its DC; IPv4 if not given. */
  readonly families?: readonly (4 | 6)[];
  /** Prefixes of the links that it is attached to. */
  readonly links?: readonly string[];
  /** By their numbers; those that the target claims if not given. */
  readonly suites?: readonly number[];
  readonly features?: readonly number[];
  /** Real endpoints in place of those that it listens on. */
  readonly advertise?: readonly string[];
  readonly habits?: Partial<Habits>;
  /** Addresses that count as private in its test profile, beside its own ones; none, its own neither, if not given. */
  readonly private?: readonly Ip[];
  /** A DNS server is played for it; what its applications get where a direction fails, if that is not the default. */
  readonly dns?: { readonly onFailure?: 'bypass' };
  /** How it reaches general peers; not at all by a relay if not given. [NODE-20] */
  readonly general?: {
    readonly policy?: 'bypass' | 'rs-n' | 'rs-t';
    readonly destinations?: readonly { readonly to: string; readonly policy: 'bypass' | 'rs-n' | 'rs-t' }[];
    readonly lease?: boolean;
  };
  /** The DC is to be found by DNS. */
  readonly findsDc?: boolean;
}

export type NodeEvent = InstanceEvent;

/** One running node. */
export interface NodeUnderTest extends RsUnderTest {
  readonly dcs: readonly PlayedNodeDc[];
  readonly dc: PlayedNodeDc;
  /** The DNS server that it asks. @throws Error if none is played */
  readonly dns: PlayedDnsServer;
  /** An application asks DNS. @returns the whole answer; nothing if it gets none */
  resolve(query: Uint8Array, transport?: 'udp' | 'tcp'): Promise<Uint8Array>;
  /** An application sends an inner packet. */
  packet(packet: Uint8Array): Promise<void>;
  /** The host has these addresses now and no others. */
  move(addresses: readonly string[]): Promise<void>;
  /** All that happened since it was started. */
  events(): Promise<readonly NodeEvent[]>;
  /** Ends it in good order; nothing runs afterwards. */
  stop(hard: boolean): Promise<void>;
}
