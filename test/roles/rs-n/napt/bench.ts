/** A translator with two nodes, for tests. */
import type { Ip } from '../../../../reference/address.ts';
import { parseIp } from '../../../../reference/address.ts';
import { Xoshiro128 } from '../../../../reference/net/xoshiro.ts';
import { Napt } from '../../../../reference/roles/rs-n/napt/napt.ts';
import type { NaptConfig, Outcome, Peering } from '../../../../reference/roles/rs-n/napt/types.ts';
import { DEFAULTS } from '../../../../reference/roles/rs-n/napt/types.ts';
import type { Ip as Head } from './packets.ts';
import { see, udp } from './packets.ts';

export const addr = (text: string): Ip => {
  const ip = parseIp(text);
  if (ip === undefined) throw new RangeError(text);
  return ip;
};

export const RELAY = { 4: '192.0.2.1', 6: '2001:db8::1' } as const;
/** General peers, and one more of each family. */
export const PEER = { 4: '203.0.113.5', 6: '2001:db8:5::5' } as const;
export const OTHER = { 4: '203.0.113.6', 6: '2001:db8:5::6' } as const;
/** Virtual addresses of two nodes. */
export const NODE = { 4: '198.18.0.1', 6: 'fd00:1::1' } as const;
export const NODE_B = { 4: '198.18.0.2', 6: 'fd00:1::2' } as const;
/** What stands for `PEER`, and for `OTHER`. */
export const FOR = { 4: '198.18.9.5', 6: 'fd00:1::9:5' } as const;
export const FOR_OTHER = { 4: '198.18.9.6', 6: 'fd00:1::9:6' } as const;

/** A path of the first node to `PEER`, both of one family, if nothing else is said. */
export function peering(pathId: string, other: Partial<Record<keyof Peering, unknown>> = {}): Peering {
  return {
    pathId,
    nodeId: 'a',
    own: [addr(NODE[4]), addr(NODE[6])],
    standsFor: addr(FOR[4]),
    peer: addr(PEER[4]),
    ...(other as Partial<Peering>),
  };
}

/** From each family of the node to each family of the peer. */
export const FAMILIES = [
  [4, 4],
  [6, 6],
  [4, 6],
  [6, 4],
] as const;

export type Other = {
  readonly [K in keyof NaptConfig]?: NaptConfig[K] extends object ? Partial<NaptConfig[K]> : NaptConfig[K];
};

export function napt(other: Other = {}): Napt {
  const generator = new Xoshiro128('napt');
  const random = (length: number) => Uint8Array.from({ length }, () => generator.next() & 255);
  const config = {
    ...DEFAULTS,
    addresses: [addr(RELAY[4]), addr(RELAY[6])],
    ...other,
    bounds: { ...DEFAULTS.bounds, ...other.bounds },
    timers: { ...DEFAULTS.timers, ...other.timers },
  } as NaptConfig;
  return new Napt(config, random);
}

/** What a packet went out as: from which port of the relay. */
export function portOf(outcome: Outcome): number {
  const [packet] = outcome.packets;
  if (packet === undefined) throw new Error(`refused: ${outcome.refused}`);
  return see(packet).ports[0];
}

/** A second path of the first node, to `OTHER`. */
export const toOther = (pathId: string): Peering =>
  peering(pathId, { standsFor: addr(FOR_OTHER[4]), peer: addr(OTHER[4]) });

/** A path of the second node to `PEER`. */
export const ofNodeB = (pathId: string): Peering =>
  peering(pathId, { nodeId: 'b', own: [addr(NODE_B[4])], standsFor: addr(FOR[4]) });

/** UDP of the first node to `PEER`, and of `PEER` to the relay. */
export const up = (ports: readonly [number, number], more: Partial<Head> = {}): Uint8Array =>
  udp({ from: NODE[4], to: FOR[4], ports, ...more }, Uint8Array.of(1, 2, 3));
export const down = (ports: readonly [number, number], more: Partial<Head> = {}): Uint8Array =>
  udp({ from: PEER[4], to: RELAY[4], ports, ...more }, Uint8Array.of(4, 5));
