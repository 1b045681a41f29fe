/** The runtimes, as commands that run a program of the project. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { versionOf } from './machine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const preload = ['--import', `${root}/test/typescript.js`];

export interface Runtime {
  readonly name: string;
  readonly command: readonly string[];
}

/** Node of this machine. */
export const node: Runtime = {
  name: `Node ${versionOf('node', '--version')}`,
  command: ['node', ...preload],
};
const other = process.env.NTM_NODE;
/** That one, and the one whose program NTM_NODE is, another release. */
export const nodes: readonly Runtime[] = [
  node,
  ...(other === undefined
    ? []
    : [{ name: `Node ${versionOf(other, '--version')}`, command: [other, ...preload] }]),
];
export const deno: Runtime = {
  name: 'Deno',
  command: [`${root}/node_modules/.bin/deno`, 'run', '-A', '--unstable-net'],
};
export const bun: Runtime = { name: 'Bun', command: [`${root}/node_modules/.bin/bun`] };
