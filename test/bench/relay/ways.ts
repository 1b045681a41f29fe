/** The relays of ours that are compared: where they forward, on what. */
import type { Runtime } from '../runtimes.ts';
import { bun, deno, node, nodes } from '../runtimes.ts';

export const FORWARDING = 'plain forwarding';
export const NAT = 'NAT by connections';
export const COTURN = 'coturn, a channel';

/** A relay of ours. */
export interface Way {
  readonly name: string;
  readonly datapath: 'user' | 'nft' | 'ebpf';
  readonly backend: 'dgram' | 'deno' | 'mmsg';
  readonly runtime: Runtime;
}

const user = (runtime: Runtime, backend: Way['backend'], call: string): Way => ({
  name: `RS-S on ${runtime.name}, ${call}`,
  datapath: 'user',
  backend,
  runtime,
});

/** `user` is node:dgram on Node. */
export const DGRAM = user(node, 'dgram', 'node:dgram');
export const MMSG = user(node, 'mmsg', 'mmsg');
export const userWays: readonly Way[] = [
  ...nodes.map((runtime) => user(runtime, 'dgram', 'node:dgram')),
  user(deno, 'deno', 'Deno.listenDatagram'),
  user(bun, 'dgram', 'node:dgram'),
  MMSG,
];

export const throughputWays: readonly Way[] = [
  ...userWays,
  user(bun, 'mmsg', 'mmsg'),
  user(deno, 'mmsg', 'mmsg'),
];

const kernel = (datapath: 'nft' | 'ebpf', name: string): Way => ({
  name: `RS-S in the kernel, ${name}`,
  datapath,
  backend: 'dgram',
  runtime: node,
});

export const NFT = kernel('nft', 'nft');
export const EBPF = kernel('ebpf', 'eBPF');
export const kernelWays: readonly Way[] = [EBPF, NFT];
