import { spawn } from 'node:child_process';
import { commandFor } from '../programs.ts';

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
  /** Writes a line of JSON to it, and resolves with the next line that it prints. */
  tell(what: unknown): Promise<string>;
  /** Ends its input. */
  end(): void;
  /** Nothing if it has ended. */
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void;
}

/**
 * Starts a program on the runtime that runs the test, for so many milliseconds at most.
 * @param space the network namespace to do so in, if not this one
 */
export function start(url: URL, args: readonly string[] = [], timeout = 30_000, space?: string): Started {
  const command = [...commandFor(url), ...args];
  const [program = '', ...rest] = space === undefined ? command : ['ip', 'netns', 'exec', space, ...command];
  const child = spawn(program, rest, { timeout });
  let [out, err] = ['', ''];
  let told = (): void => {};
  let isOver = false;
  /** Its line of that number, counted from 0. */
  const line = (number: number) =>
    new Promise<string>((resolve, reject) => {
      told = () => {
        const lines = out.split('\n');
        if (lines.length > number + 1) resolve(lines[number] as string);
        else if (isOver) reject(new Error(`ended before its line ${number + 1}: ${err}`));
      };
      told();
    });
  child.stdout.on('data', (data) => {
    out += data;
    told();
  });
  const firstLine = line(0);
  // Who does not ask for the line does not want to hear of it either.
  firstLine.catch(() => {});
  child.stderr.on('data', (data) => {
    err += data;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      isOver = true;
      told();
      resolve({ status, signal, out, err });
    });
  });
  const tell = (what: unknown): Promise<string> => {
    const next = line(out.split('\n').length - 1);
    child.stdin.write(`${JSON.stringify(what)}\n`);
    return next;
  };
  child.on('exit', () => {
    isOver = true;
  });
  const kill = (signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void => {
    // Not child.kill: Deno then says that the signal ended it, whatever its status.
    if (child.pid !== undefined && !isOver) process.kill(child.pid, signal);
  };
  return { firstLine, out: () => out, ended, tell, end: () => child.stdin.end(), kill };
}
