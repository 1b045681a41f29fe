/** What the translator of an RS-N is told, and what comes back. */
import type { Ip } from '../../../address.ts';
import type { Layer } from '../../../refusal.ts';

/** One path: a node and the general peer that it is for. [RSN-02] */
export interface Peering {
  /** The Path ID as lower-case hex. */
  readonly pathId: string;
  readonly nodeId: string;
  /** The node's virtual addresses. */
  readonly own: readonly Ip[];
  /** The virtual address that stands for the peer: key 30. [TUN-19] */
  readonly standsFor: Ip;
  /** The peer's real address: key 15. */
  readonly peer: Ip;
}

export interface Outcome {
  /** To the general side. */
  readonly packets: readonly Uint8Array[];
  /** Into the same path: ICMP errors from the address that stands for the peer. Their rate is for the role to limit. */
  readonly back: readonly Uint8Array[];
  /** Why nothing went out; without it a fragment is waiting for the rest of its packet. */
  readonly refused?: Layer | undefined;
}

export interface InOutcome {
  readonly to?: { readonly pathId: string; readonly packets: readonly Uint8Array[] } | undefined;
  /** To the general side: ICMP errors from the relay's own address. Their rate is for the role to limit. */
  readonly reply: readonly Uint8Array[];
  readonly refused?: Layer | undefined;
}

/** One packet on the hot way. */
export interface QuickIn {
  readonly pathId: string;
  readonly packet: Uint8Array;
}

export interface NaptBounds {
  /** Mappings in all. */
  readonly mappings: number;
  /** Mappings of one node. */
  readonly mappingsPerNode: number;
  /** What one mapping may be used for: peers, and for TCP connections with them. */
  readonly sessionsPerMapping: number;
  /** The same of all mappings of one node. */
  readonly sessionsPerNode: number;
  readonly sessions: number;
  /** Packets in fragments that wait for their rest: in all for each side, and of one path or one general peer. */
  readonly reassemblies: number;
  readonly reassembliesEach: number;
  /** Bytes of these in all, for each side. */
  readonly reassemblyBytes: number;
}

/** In milliseconds, without packets. [RSN-06] */
export interface NaptTimers {
  readonly udp: number;
  /** TCP connections that are open. */
  readonly established: number;
  /** TCP connections that are being opened or closed. RFC 5382, REQ-5 */
  readonly transitory: number;
  /** ICMP echo. RFC 5508, REQ-2 */
  readonly echo: number;
  /** How long the ports of a path that is gone belong to nobody else. */
  readonly released: number;
  /** How long a fragment waits for the rest of its packet. */
  readonly reassembly: number;
}

export interface NaptConfig {
  /** General-side addresses: one of a family or more. No path may lead to any of them. [RSN-08] */
  readonly addresses: readonly Ip[];
  /** The ports of these that mappings may have: lowest and highest. */
  readonly ports: readonly [number, number];
  /** Ports among them that the host itself uses, of TCP and UDP. */
  readonly reserved: readonly number[];
  readonly bounds: NaptBounds;
  readonly timers: NaptTimers;
  /** Of the general side, in bytes; 1280 at least. */
  readonly mtu: number;
}

export const DEFAULTS: Omit<NaptConfig, 'addresses'> = {
  ports: [1024, 65535],
  reserved: [],
  bounds: {
    mappings: 65_536,
    mappingsPerNode: 2048,
    sessionsPerMapping: 256,
    sessionsPerNode: 4096,
    sessions: 131_072,
    reassemblies: 512,
    reassembliesEach: 16,
    reassemblyBytes: 4 << 20,
  },
  timers: {
    udp: 120_000,
    established: 7_440_000,
    transitory: 240_000,
    echo: 60_000,
    released: 120_000,
    reassembly: 15_000,
  },
  mtu: 1500,
};
