/** How a balancer chooses the server of a new session: what IPVS calls schedulers. */
import type { Ip } from '../../address.ts';
import { ipToBytes } from '../../address.ts';

/** What a balancer knows of a server. */
export interface Load {
  readonly weight: number;
  /** Sessions that are open at it, and those that are over but still known. */
  readonly active: number;
  readonly inactive: number;
}

/** The index of the server for a client. */
export type Scheduler = (servers: readonly Load[], client: Ip) => number;

export const ALGORITHMS = {
  rr: { title: 'round robin', make: roundRobin },
  wrr: { title: 'weighted round robin', make: weightedRoundRobin },
  lc: { title: 'least connections', make: () => leastConnections },
  sh: { title: 'source hash', make: () => sourceHash },
} as const satisfies Record<string, { readonly title: string; readonly make: () => Scheduler }>;

export type Algorithm = keyof typeof ALGORITHMS;

function roundRobin(): Scheduler {
  let last = -1;
  return (servers) => {
    last = (last + 1) % servers.length;
    return last;
  };
}

/** In each round of as many as the sum of weights each server comes as often as it weighs, evenly in between. */
function weightedRoundRobin(): Scheduler {
  const credit: number[] = [];
  return (servers) => {
    let total = 0;
    let best = 0;
    for (const [index, { weight }] of servers.entries()) {
      total += weight;
      credit[index] = (credit[index] ?? 0) + weight;
      if ((credit[index] ?? 0) > (credit[best] ?? 0)) best = index;
    }
    credit[best] = (credit[best] ?? 0) - total;
    return best;
  };
}

/** An open session costs as much as 256 that are over. */
function leastConnections(servers: readonly Load[]): number {
  const costs = servers.map(({ active, inactive }) => 256 * active + inactive);
  return costs.indexOf(Math.min(...costs));
}

/** By the address alone: FNV-1a. */
function sourceHash(servers: readonly Load[], client: Ip): number {
  let hash = 0x811c9dc5;
  for (const byte of ipToBytes(client)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return (hash >>> 8) % servers.length;
}
