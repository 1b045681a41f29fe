/** Programs of this package that are run beside the suite: each ends with it, whatever happens. */
import type { ChildProcess } from 'node:child_process';
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

/**
 * Runs `ntmobile` with these arguments, an adapter that prints `... ready on HOST:PORT`, on this runtime.
 * @throws Mistake with what it said if it does not come up.
 */
export async function startAdapter(args: readonly string[]): Promise<Child> {
  const program = fileURLToPath(new URL('conformance/cli/attached.js', root));
  const bin = fileURLToPath(new URL('reference/bin.js', root));
  const child = spawn(process.execPath, [...runtimeArgs(), program, bin, ...args], {
    // A process group of its own: Ctrl-C is for the suite, which then ends it in order.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
    return { adapter: await readyLine(child, args), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function runtimeArgs(): string[] {
  if ('Deno' in globalThis) return ['run', '--allow-all', '--quiet'];
  return 'Bun' in globalThis ? ['run'] : [];
}

function readyLine(child: ChildProcess, args: readonly string[]): Promise<Endpoint> {
  let [said, complaint] = ['', ''];
  return new Promise((resolve, reject) => {
    const failed = (why: string): void => {
      clearTimeout(timer);
      const last = complaint.trim().split('\n').at(-1) ?? '';
      const what = `ntmobile ${args.join(' ')}`;
      reject(new Mistake(`${what} ${why}${last === '' ? '' : `: ${last}`}`, EXIT.suite));
    };
    const timer = setTimeout(() => failed(`was not ready in ${READY / 1000} s`), READY);
    child.once('error', (error) => failed(`could not be started: ${error.message}`));
    child.once('close', (code) => failed(`ended with status ${code}`));
    child.stderr?.on('data', (chunk) => {
      complaint = `${complaint}${chunk}`.slice(-4096);
    });
    child.stdout?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4096);
      const endpoint = parseEndpoint(/ready on (\S+)/.exec(said)?.[1] ?? '');
      if (endpoint === undefined || !said.includes('\n')) return;
      clearTimeout(timer);
      resolve(endpoint);
    });
  });
}
