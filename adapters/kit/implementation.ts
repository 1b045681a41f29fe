/**
 * What a TypeScript implementation brings to have an adapter: this object, of which everything but
 * the first lines is optional. The kit does the rest of the contract.
 */
import type { Endpoint } from '../../reference/address.ts';
import type { Fields } from '../cbor.ts';
import type { CodecCall, CodecRequest, CodecResult } from '../codec.ts';
import type { Claims, Op, ResultInput } from '../contract.ts';

export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly roles: readonly string[];
  readonly claims: Claims;
  /** Instances at once; 256 if not given. */
  readonly instances?: number;
  /** What its instances can do beyond `stop` and `counters`. */
  readonly ops?: readonly Extract<Op, 'trigger' | 'events' | 'time'>[];
  /** Starts one instance; resolves once it receives. */
  start?(request: StartRequest): Promise<Instance>;
  /** A store that no instance will be started with any more. */
  forget?(store: string): void;
  readonly codec?: Codec;
}

export interface StartRequest {
  readonly role: string;
  readonly config: Fields;
  /** The case that wants it. */
  readonly case: string;
  /** Instances of one store share what is kept durably. It is the tester's own. */
  readonly store: string | undefined;
  /** Says that something happened; for the `events` op. */
  readonly emit: (event: Happening) => void;
}

export type Happening = Omit<ResultInput<'events'>['events'][number], 'number'>;

export interface Instance {
  /** Where it receives NTMobile datagrams. */
  readonly endpoints: readonly Endpoint[];
  /** Where it answers DNS, over UDP and over TCP. */
  readonly dns?: readonly Endpoint[] | undefined;
  /** Ends it; `hard` as by a crash. Resolves once nothing of it is left. */
  stop(hard: boolean): Promise<void>;
  counters?(): Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;
  /** The DNS answer that the application gets; undefined if it gets none. */
  resolve?(query: Uint8Array, transport: 'udp' | 'tcp'): Promise<Uint8Array | undefined>;
  packet?(packet: Uint8Array): Promise<void>;
  move?(addresses: readonly string[]): Promise<void>;
  /** Moves its clock; what is due by then has happened when this resolves. */
  advance?(milliseconds: number): Promise<void>;
}

/** The codec calls that it has. */
export type Codec = { readonly [Call in CodecCall]?: (request: CodecRequest<Call>) => CodecResult<Call> };

/** Thrown by an implementation that understands and by design does not do it: the answer is `refused`. */
export class RefusedError extends Error {}

/** Thrown for what it does not have: the answer is `not-implemented`. Whatever else is thrown is `error`. */
export class NotImplementedError extends Error {}
