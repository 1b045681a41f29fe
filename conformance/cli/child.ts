/** Programs of this package that are run beside the suite: each ends with it, whatever happens. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import { Mistake } from '../command/mistake.ts';
import { EXIT } from '../reporters/exit-status.ts';

/** Milliseconds. */
const READY = 20_000;
const GOODBYE = 2000;

export interface Child {
  /** Where its adapter listens. */
  readonly adapter: Endpoint;
  /** Resolves when it is gone. */
  stop(): Promise<void>;
}

/** The package's root: `dist/` has the same folders one level below it. */
const root = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url);

/** A program of this package by its path in it, and its arguments. */
export type Command = readonly [bin: string, ...args: string[]];

/**
 * Runs an adapter that prints `... ready on HOST:PORT`, on this runtime.
 * @throws Mistake with what it said if it does not come up.
 */
export async function startAdapter(command: Command): Promise<Child> {
  const child = spawnAttached(command);
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(kill, GOODBYE);
    await gone;
    clearTimeout(timer);
  };
  try {
    return { adapter: await readyLine(child, command), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs a program to its end. @returns what it printed. @throws Mistake if that is not the end it should come to. */
export async function outputOf(command: Command): Promise<string> {
  const child = spawnAttached(command);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code === 0) return said;
  throw new Mistake(`${command.join(' ')} ended with status ${code}.`, EXIT.suite);
}

function spawnAttached([bin, ...args]: Command): ChildProcessWithoutNullStreams {
  const program = fileURLToPath(new URL('conformance/cli/attached.js', root));
  const file = fileURLToPath(new URL(bin, root));
  return spawn(process.execPath, [...runtimeArgs(), program, file, ...args], {
    // A process group of its own: Ctrl-C is for the suite, which then ends it in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

function runtimeArgs(): string[] {
  if ('Deno' in globalThis) return ['run', '--allow-all', '--quiet'];
  return 'Bun' in globalThis ? ['run'] : [];
}

function readyLine(child: ChildProcessWithoutNullStreams, command: Command): Promise<Endpoint> {
  let [said, complaint] = ['', ''];
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => {
      clearTimeout(timer);
      const last = complaint.trim().split('\n').at(-1) ?? '';
      const what = command.join(' ');
      reject(new Mistake(`${what} ${why}${last === '' ? '' : `: ${last}`}`, EXIT.suite));
    };
    const timer = setTimeout(() => failed(`was not ready in ${READY / 1000} s`), READY);
    child.once('error', (error) => failed(`could not be started: ${error.message}`));
    child.once('close', (code) => failed(`ended with status ${code}`));
    child.stderr.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-4096);
    });
    child.stdout.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4096);
      const endpoint = parseEndpoint(/ready on (\S+)/.exec(said)?.[1] ?? '');
      if (endpoint === undefined || !said.includes('\n')) return;
      clearTimeout(timer);
      resolve(endpoint);
    });
  });
}
