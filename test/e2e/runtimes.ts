/** Programs of this project started on every runtime by a test that itself runs on Node. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawn } from '../lab/share.ts';
import { runtime } from '../tap.ts';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export const RUNTIMES = ['node', 'deno', 'bun'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** Why a test that compares the runtimes is skipped where it is not Node that runs it. */
export const onlyOnNode =
  runtime === 'node' ? false : 'what compares the runtimes is started once, by the test on Node';

/** More seeds and greater depth, where there is time for it. */
export const isLong = process.env.NTM_LONG !== undefined;

/** Where a test runs that takes minutes on each: on Node, in the long form on all or on those that are drawn. */
export const runtimesFor = (label: string): readonly RuntimeName[] =>
  isLong ? drawn(label, RUNTIMES) : ['node'];

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  out(): string;
  readonly ended: Promise<Ended>;
}

/** Starts a program of this project by its path in it. */
export function start(on: RuntimeName, path: string, args: readonly string[] = [], cwd = root): Running {
  const [program, before] = command(on, path);
  const child = spawn(program, [...before, join(cwd, path), ...args], {
    cwd,
    env: environment(on),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    err += String(chunk);
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, out, err }));
  });
  return { child, out: () => out, ended };
}

function command(on: RuntimeName, path: string): [program: string, before: string[]] {
  const program = on === runtime ? process.execPath : join(root, 'node_modules', '.bin', on);
  if (on === 'deno') return [program, ['run', '--allow-all', '--quiet']];
  if (on === 'bun') return [program, ['run']];
  return [program, path.endsWith('.ts') ? ['--import', join(root, 'test/typescript.js')] : []];
}

/** What tap has Node load for a test is nothing to the others. */
function environment(on: RuntimeName): NodeJS.ProcessEnv {
  if (on === 'node') return process.env;
  const { NODE_OPTIONS: _, ...others } = process.env;
  return others;
}

/** Milliseconds: the machine may be busy. */
const READY = 60_000;

/** Waits for the line that says where it is. @returns HOST:PORT */
export async function untilReady({ out, ended }: Running): Promise<string> {
  const over = ended.then(({ err }) => {
    throw new Error(`ended before it was ready: ${err}`);
  });
  over.catch(() => {});
  for (const end = performance.now() + READY; performance.now() < end; ) {
    const [, at] = / ready on (\S+)\n/.exec(out()) ?? [];
    if (at !== undefined) return at;
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  throw new Error(`not ready after ${READY / 1000} s: ${out()}`);
}
