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
const program = process.env.NTM_NODE;
const other: Runtime[] =
  program === undefined
    ? []
    : [{ name: `Node ${versionOf(program, '--version')}`, command: [program, ...preload] }];
/** That one, and the one whose program NTM_NODE is, if it is of another release. */
export const nodes: readonly Runtime[] = [node, ...other.filter(({ name }) => name !== node.name)];
export const deno: Runtime = {
  name: 'Deno',
  command: [`${root}/node_modules/.bin/deno`, 'run', '-A', '--unstable-net'],
};
export const bun: Runtime = { name: 'Bun', command: [`${root}/node_modules/.bin/bun`] };
