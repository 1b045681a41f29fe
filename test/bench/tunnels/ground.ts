/** Where tunnels are measured: two hosts, a DC and a relay on one link, each a network namespace, and programs on them. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeNetwork } from '../../drivers/tun/network.ts';
import { runIn } from '../../drivers/tun/space.ts';
import { folder } from '../tool.ts';
import { Undo } from '../undo.ts';

/** The two ends, and what stands between them; IPv4 only, so that all go the same way. */
export const AT = { tna: '192.0.2.101', tnb: '192.0.2.102', tndc: '192.0.2.11', tnrs: '192.0.2.51' } as const;
export type Host = keyof typeof AT;

/** Milliseconds until a program is there, on a busy machine. */
const READY = 60_000;

/** Of processor time in /proc/PID/stat: USER_HZ. */
const TICKS = 100;

/** A program that runs until it is ended. */
export class Program {
  text = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor(undo: Undo, space: string, command: readonly string[], env: Readonly<Record<string, string>>) {
    const options = { env: { ...process.env, ...env }, stdio: 'pipe' as const };
    this.child = spawn('ip', ['netns', 'exec', space, ...command], options);
    this.ended = once(this.child, 'close');
    this.ended.catch(() => {});
    undo.add(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (data) => {
        this.text += data;
      });
  }

  /** Waits until it has printed this. @throws Error with what it said if it ends before, or takes a minute */
  async found(what: RegExp): Promise<RegExpExecArray> {
    for (const start = performance.now(); ; await sleep(20)) {
      const match = what.exec(this.text);
      if (match !== null) return match;
      const isOver = this.child.exitCode !== null || this.child.signalCode !== null;
      if (isOver || performance.now() - start > READY)
        throw new Error(`${this.child.spawnargs.slice(4).join(' ')}: ${this.text.slice(-400)}`);
    }
  }

  /** Seconds of processor time so far, of its own and of the kernel for it. */
  used(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  async end(): Promise<void> {
    const isOver = this.child.exitCode !== null || this.child.signalCode !== null;
    if (isOver) return;
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

export class Ground {
  readonly undo = new Undo();
  readonly folder: string;
  private readonly spaces: Record<Host, string>;
  private readonly programs: Program[] = [];

  constructor() {
    this.folder = folder(this.undo);
    try {
      const { tna, tnb, tndc, tnrs } = AT;
      const places = {
        tna: [`${tna}/24`],
        tnb: [`${tnb}/24`],
        tndc: [`${tndc}/24`],
        tnrs: [`${tnrs}/24`],
      };
      this.spaces = makeNetwork(places, (body) => this.undo.add(body));
    } catch (error) {
      this.undo.all();
      throw error;
    }
  }

  /** Starts a program on a host. */
  start(host: Host, command: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const program = new Program(this.undo, this.spaces[host], command, env);
    this.programs.push(program);
    return program;
  }

  /** Runs a program on a host to its end. */
  run(host: Host, ...command: readonly string[]): ReturnType<typeof runIn> {
    return runIn(this.spaces[host], ...command);
  }

  /** The same. @throws Error with what it said if its status is not 0 */
  must(host: Host, ...command: readonly string[]): string {
    const { status, text } = this.run(host, ...command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${text.slice(-400)}`);
    return text;
  }

  /** Writes a file. @returns where it is */
  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  }

  /** Seconds of processor time of all programs but those. */
  used(others: readonly Program[]): number {
    const counted = this.programs.filter((program) => !others.includes(program));
    return counted.reduce((sum, program) => sum + program.used(), 0);
  }

  /** Ends all programs but those. */
  async clear(kept: readonly Program[]): Promise<void> {
    for (const program of this.programs.splice(0)) {
      if (kept.includes(program)) this.programs.push(program);
      else await program.end();
    }
  }
}

/** One way to have a tunnel between the two ends. */
export interface Way {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing?: string | undefined;
  /** Starts it. @returns the address of B inside it */
  start(ground: Ground): Promise<string>;
}
