/** Programs of benchmarks: each in its namespace, on its processor, ended whatever happens. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Undo } from './undo.ts';

/** Of processor time in /proc/PID/stat: USER_HZ. */
const TICKS = 100;

export interface Place {
  /** A network namespace; this one if not given. */
  readonly space?: string | undefined;
  /** Runs on this processor alone; anywhere if not given. */
  readonly processor?: number | undefined;
}

export class Party {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<unknown>;

  /** Starts a program. It ends with this process at the latest. */
  constructor(undo: Undo, { space, processor }: Place, command: readonly string[]) {
    const [first = '', ...rest] = [
      ...(space === undefined ? [] : ['ip', 'netns', 'exec', space]),
      ...(processor === undefined ? [] : ['taskset', '-c', `${processor}`]),
      ...command,
    ];
    this.child = spawn(first, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin?.on('error', () => {});
    this.ended = once(this.child, 'close');
    undo.add(() => this.child.kill('SIGKILL'));
    if (this.child.stdout === null) throw new Error('no output');
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints, as JSON. @throws Error if it has ended. */
  async next<Value>(): Promise<Value> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error(`a program has ended: ${this.child.spawnargs.join(' ')}`);
    return JSON.parse(value) as Value;
  }

  /** Tells it something, and waits for its answer. */
  ask<Value>(told: unknown): Promise<Value> {
    this.child.stdin?.write(`${JSON.stringify(told)}\n`);
    return this.next<Value>();
  }

  /** Seconds of processor time, of its own and of the kernel for it. */
  used(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Packets that went out of its namespace by a device. */
  sentBy(device: string): number {
    const text = readFileSync(`/proc/${this.child.pid}/net/dev`, 'utf8');
    const line = text.split('\n').find((one) => one.trim().startsWith(`${device}:`)) ?? '';
    return Number(line.split(':')[1]?.trim().split(/\s+/)[9] ?? Number.NaN);
  }

  /** Nobody reads what it prints. */
  ignore(): void {
    this.child.stdout?.resume();
  }

  /** Waits for its end. @returns its exit status; null if it was killed */
  async status(): Promise<number | null> {
    this.ignore();
    await this.ended;
    return this.child.exitCode;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}
