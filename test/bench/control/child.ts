/** A program that a benchmark runs beside itself: on one processor, told things by lines, ended whatever happens. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { versionOf } from '../machine.ts';
import type { Undo } from '../undo.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** How each runtime runs a program of the project from its source. */
export const RUNTIMES = {
  bun: [`${ROOT}node_modules/.bin/bun`],
  node: [
    'Bun' in globalThis || 'Deno' in globalThis ? 'node' : process.execPath,
    '--expose-gc',
    '--import',
    `${ROOT}test/typescript.js`,
  ],
} as const;

/** `Node 20`, whichever that is. */
export const NODE = `Node ${versionOf(RUNTIMES.node[0], '--version').split('.')[0]}`;

export class Child {
  private readonly process: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<unknown>;
  /** Nanoseconds of each thread, when it was seen last. */
  private readonly spent = new Map<string, number>();

  /** @param isSilent what it says to nobody in particular is not shown */
  constructor(undo: Undo, processor: number, command: readonly string[], isSilent = false) {
    this.process = spawn('taskset', ['-c', `${processor}`, ...command], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', isSilent ? 'ignore' : 'inherit'],
    });
    this.process.stdin?.on('error', () => {});
    this.ended = once(this.process, 'close').catch(() => {});
    undo.add(() => this.process.kill('SIGKILL'));
    if (this.process.stdout === null) throw new Error('no output');
    this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
  }

  /** The next line, which is JSON. @throws Error if it has ended. */
  async next<Value>(): Promise<Value> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`a program has ended: ${this.process.spawnargs.join(' ')}`);
    return JSON.parse(value) as Value;
  }

  /** Tells it something; what it answers. */
  ask<Value>(told: unknown): Promise<Value> {
    this.process.stdin?.write(`${JSON.stringify(told)}\n`);
    return this.next<Value>();
  }

  /** Seconds of processor time so far, of all its threads, the kernel's for it too. */
  used(): number {
    const threads = `/proc/${this.process.pid}/task`;
    for (const thread of readdirSync(threads)) {
      try {
        this.spent.set(thread, Number(readFileSync(`${threads}/${thread}/schedstat`, 'utf8').split(' ')[0]));
      } catch {
        // It has ended just now.
      }
    }
    // Runtimes end threads that have nothing to do, and what these have spent goes out of the list with them.
    return [...this.spent.values()].reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9;
  }

  /** Bytes of memory that are its own. */
  resident(): number {
    const text = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN);
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}
