/** Programs that run in a namespace for a while: roles, servers, captures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from './execute.ts';
import { has } from './requirements.ts';

export interface ProgramOptions {
  readonly namespace: string;
  readonly command: readonly string[];
  /** Takes all that it prints. */
  readonly log: string;
}

/** Milliseconds between two looks, and until one that was asked to end is ended. */
const STEP = 20;
const GRACE = 3000;

/** Whether the kernel can be told to end a child with its parent. On Deno the parent would be a thread that ends. */
const isTied = !('Deno' in globalThis) && has('setpriv');

export class Program {
  /** What it has printed so far. */
  text = '';
  /** Its exit status, or the signal that ended it. */
  ended: number | string | undefined;
  private readonly child;
  private readonly closed: Promise<unknown>;
  private readonly name: string;

  constructor({ namespace, command, log }: ProgramOptions) {
    const within = ['ip', 'netns', 'exec', namespace, ...command];
    const [program = '', ...args] = isTied ? ['setpriv', '--pdeathsig', 'KILL', '--', ...within] : within;
    this.name = command.join(' ');
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const take = (data: unknown): void => {
      this.text += String(data);
      appendFileSync(log, String(data));
    };
    this.child.stdout.on('data', take);
    this.child.stderr.on('data', take);
    this.child.on('exit', (status, signal) => {
      this.ended = status ?? signal ?? 'lost';
    });
    this.closed = once(this.child, 'close').catch((fault) => {
      this.ended = String(fault);
    });
  }

  get isRunning(): boolean {
    return this.ended === undefined;
  }

  /**
   * What was found in the text, as soon as it is there.
   * @throws CommandError if it is not in that time, or the program ends before
   */
  async found(pattern: RegExp, within = 20_000): Promise<RegExpExecArray> {
    const end = performance.now() + within;
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (!this.isRunning || performance.now() > end) {
        const last = this.text.trim().split('\n').at(-1) ?? '';
        throw new CommandError(
          `${this.name}: ${this.isRunning ? 'not ready' : `ended (${this.ended})`}: ${last}`,
        );
      }
      await sleep(STEP);
    }
  }

  /** Resolves once it has ended by itself. */
  async over(): Promise<void> {
    await this.closed;
  }

  /** Asks it to end, and ends it if it does not. Any number of times. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const end = performance.now() + GRACE;
    while (this.isRunning && performance.now() < end) await sleep(STEP);
    await this.kill();
  }

  /** As by a loss of power. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.closed;
  }

  private signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    if (this.isRunning && this.child.pid !== undefined) process.kill(this.child.pid, signal);
  }
}
