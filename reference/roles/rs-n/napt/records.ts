/** The rows of the translator's tables. */
import type { Ip } from '../../../address.ts';
import { ipToBytes } from '../../../address.ts';
import type { Instant } from '../../../core.ts';
import type { TcpState } from './tcp.ts';
import type { Peering } from './types.ts';

export interface Address {
  readonly ip: Ip;
  readonly bytes: Uint8Array;
}

/** A general-side address of the relay. */
export interface Outside extends Address {
  /** Its place in the configuration. */
  readonly index: number;
  readonly family: 4 | 6;
}

export interface Path {
  readonly peering: Peering;
  readonly relation: Relation;
  readonly own: readonly Address[];
  readonly standsFor: Address;
  /** How large an inner packet may be, in bytes. */
  mtu: number;
  /** `used` once the node sent by it, `left` when nothing goes to the node by it any more. */
  state: 'new' | 'used' | 'left';
}

/** A node and a general peer, by whatever paths. What belongs to it survives a path that replaces another. [RSN-04] */
export interface Relation {
  readonly key: string;
  readonly node: NodeState;
  readonly peer: Address;
  /** The last one is that by which packets go to the node. */
  readonly paths: Path[];
  /** Mappings that are used for it. */
  uses: number;
}

export interface NodeState {
  readonly id: string;
  /** By address, port, kind and outer family: see `insideKey`. */
  readonly mappings: Map<number, Mapping>;
  /** A small number for each virtual address that has been seen. */
  readonly addresses: Map<Ip, number>;
  /** All its mappings of a family have one address: RFC 4787, REQ-2. */
  readonly outside: { 4?: Outside; 6?: Outside };
  relations: number;
  sessions: number;
}

export type Kind = 'udp' | 'tcp' | 'echo';

export interface Mapping {
  readonly node: NodeState;
  readonly kind: Kind;
  readonly inside: Address;
  /** Port, or identifier of an echo. */
  readonly insidePort: number;
  readonly outside: Outside;
  readonly outsidePort: number;
  readonly insideKey: number;
  readonly uses: Use[];
  sessions: number;
}

/** What lets packets of one peer in. [RSN-05] */
export interface Use {
  readonly relation: Relation;
  /** For TCP by the peer's port, else one by 0. */
  readonly sessions: Map<number, Session>;
}

export interface Session {
  /** Of TCP. */
  state: TcpState | undefined;
  until: Instant;
}

export function addressOf(ip: Ip): Address {
  return { ip, bytes: ipToBytes(ip) };
}

/** Whether bytes that stand somewhere in a packet are an address. */
export function isAt(packet: Uint8Array, at: number, { bytes }: Address): boolean {
  for (let i = 0; i < bytes.length; i++) if (packet[at + i] !== bytes[i]) return false;
  return true;
}
