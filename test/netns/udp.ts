/** A UDP socket in a namespace: a program of its own there. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandFor } from '../programs.ts';

export interface Came {
  readonly text: string;
  /** Address and port, with a blank between. */
  readonly from: string;
}

export interface Probe {
  /** What came so far. */
  readonly came: readonly Came[];
  /** To an address and port, with a blank between. */
  send(to: string, text: string): void;
  /** What came from where with that text, in so many milliseconds at most. */
  received(text: string, within?: number): Promise<string | undefined>;
  end(): Promise<void>;
}

const PROGRAM = new URL('programs/udp.ts', import.meta.url);

export async function probe(namespace: string, address: string, port: number): Promise<Probe> {
  const args = ['netns', 'exec', namespace, ...commandFor(PROGRAM), address, `${port}`];
  const child = spawn('ip', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const came: Came[] = [];
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let rest = '';
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(`the socket at ${address} could not be had`)));
    child.stdout.on('data', (data) => {
      const lines = `${rest}${data}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line === 'ready') resolve();
        else came.push(JSON.parse(line) as Came);
      }
    });
  });
  return {
    came,
    send: (to, text) => void child.stdin.write(`${JSON.stringify({ to, text })}\n`),
    received: async (text, within = 5000) => {
      const end = performance.now() + within;
      const found = (): Came | undefined => came.find((one) => one.text === text);
      while (found() === undefined && performance.now() < end) await sleep(5);
      return found()?.from;
    },
    end: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
