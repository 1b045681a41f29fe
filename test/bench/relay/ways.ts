/** The relays of ours that are compared: where they forward, on what. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { versionOf } from '../machine.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const preload = ['--import', `${root}/test/typescript.js`];

export interface Runtime {
  readonly name: string;
  readonly command: readonly string[];
}

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

/** Node of this machine, and with NTM_NODE, the program of another release, that one too. */
const nodes: readonly Runtime[] = [
  { name: `Node ${versionOf('node', '--version')}`, command: ['node', ...preload] },
  ...[process.env.NTM_NODE ?? []].flat().map((program) => ({
    name: `Node ${versionOf(program, '--version')}`,
    command: [program, ...preload],
  })),
];
const deno: Runtime = {
  name: 'Deno',
  command: [`${root}/node_modules/.bin/deno`, 'run', '-A', '--unstable-net'],
};
const bun: Runtime = { name: 'Bun', command: [`${root}/node_modules/.bin/bun`] };

const [node] = nodes as readonly [Runtime, ...Runtime[]];

const user = (runtime: Runtime, backend: Way['backend'], call: string): Way => ({
  name: `RS-S on ${runtime.name}, ${call}`,
  datapath: 'user',
  backend,
  runtime,
});

/** The first Node, to run a program with. */
export const NODE_COMMAND = node.command;

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

/** The path of a program of the benchmarks. */
export function program(name: string): string {
  return `${root}/test/bench/programs/${name}`;
}
