/** A program of its own in a network namespace, which answers each line of JSON with one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { commandFor } from '../programs.ts';

export interface Program {
  /** The first line that it prints. */
  readonly ready: Promise<string>;
  /** Tells it something, and what it says to that. @throws Error if it ends instead */
  tell(what: unknown): Promise<string>;
  kill(): Promise<void>;
}

/** Starts a program of this folder on the runtime that runs this one. */
export function begin(space: string, name: string, ...args: readonly string[]): Program {
  const program = commandFor(new URL(`programs/${name}.ts`, import.meta.url));
  const command = ['netns', 'exec', space, ...program, ...args];
  const child = spawn('ip', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const closed = once(child, 'close');
  const next = async (): Promise<string> => {
    const { value, done = false } = await lines.next();
    if (done) throw new Error(`${name} has ended`);
    return value as string;
  };
  const ready = next();
  return {
    ready,
    tell: async (what) => {
      await ready;
      child.stdin.write(`${JSON.stringify(what)}\n`);
      return await next();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
