import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runtime } from '../tap.ts';

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  /** Resolves once the program has printed a whole line. */
  readonly firstLine: Promise<string>;
  /** What it has printed so far. */
  out(): string;
  readonly ended: Promise<Ended>;
  /** Nothing if it has ended. */
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts a TypeScript program of the tests on the runtime that runs the test, for so many milliseconds at most. */
export function start(url: URL, args: readonly string[] = [], timeout = 30_000): Started {
  const flags = runtime === 'deno' ? ['run', '--allow-all', '--quiet'] : [];
  const child = spawn(process.execPath, [...flags, fileURLToPath(url), ...args], { timeout });
  let [out, err] = ['', ''];
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data;
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    child.on('close', () => reject(new Error(`ended before its first line: ${err}`)));
  });
  // Who does not ask for the line does not want to hear of it either.
  firstLine.catch(() => {});
  child.stderr.on('data', (data) => {
    err += data;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, out, err }));
  });
  let isOver = false;
  child.on('exit', () => {
    isOver = true;
  });
  const kill = (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void => {
    // Not child.kill: Deno then says that the signal ended it, whatever its status.
    if (child.pid !== undefined && !isOver) process.kill(child.pid, signal);
  };
  return { firstLine, out: () => out, ended, kill };
}
