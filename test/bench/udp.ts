/**
 * Compares the UDP back ends on the three runtimes: what a relay sends on, and datagrams there and back.
 * `node --import ./test/typescript.js test/bench/udp.ts [SECONDS]` prints a table in Markdown.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';

const seconds = Number(process.argv[2] ?? 2);
const program = new URL('programs/udp.ts', import.meta.url).pathname;
const runtimes: Record<string, readonly string[]> = {
  node: ['node', '--import', './test/typescript.js'],
  deno: ['node_modules/.bin/deno', 'run', '-A', '--unstable-net'],
  bun: ['node_modules/.bin/bun'],
};
const wanted: readonly (readonly [runtime: string, backend: string])[] = [
  ['node', 'dgram'],
  ['node', 'mmsg'],
  ['deno', 'dgram'],
  ['deno', 'deno'],
  ['deno', 'mmsg'],
  ['bun', 'dgram'],
  ['bun', 'bun'],
  ['bun', 'mmsg'],
];

interface Result {
  readonly perSecond?: number;
  readonly perProcessorSecond?: number;
}

class Party {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(runtime: string, processor: number, ...args: readonly (string | number)[]) {
    const [command = '', ...rest] = ['taskset', '-c', String(processor), ...(runtimes[runtime] ?? [])];
    this.child = spawn(command, [...rest, program, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (this.child.stdout === null) throw new Error('no output');
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async next<Value>(): Promise<Value> {
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error('a party ended');
    return JSON.parse(value) as Value;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

/** A relay on one processor, and what fills it on the other. */
async function relayed(runtime: string, backend: string): Promise<Result> {
  const sink = new Party('bun', 0, 'sink', 'dgram', seconds + 4);
  const relay = new Party(runtime, 1, 'relay', backend, seconds + 2, await sink.next<number>());
  const flood = new Party('bun', 0, 'flood', 'bun', seconds + 2, await relay.next<number>());
  const result = await relay.next<Result>();
  await Promise.all([sink, relay, flood].map((party) => party.end()));
  return result;
}

async function answered(party: string, runtime: string, backend: string): Promise<Result> {
  const echo = new Party(runtime, 0, 'echo', backend, seconds + 10);
  const asker = new Party(runtime, 1, party, backend, seconds, await echo.next<number>());
  await asker.next();
  const result = await asker.next<Result>();
  await Promise.all([echo, asker].map((each) => each.end()));
  return result;
}

const text = ({ perSecond = 0, perProcessorSecond = 0 }: Result): string =>
  `${Math.round(perSecond)} (${Math.round(perProcessorSecond)})`;

process.stdout.write('| runtime | back end | relayed | there and back | with new sockets |\n');
process.stdout.write('| --- | --- | --- | --- | --- |\n');
for (const [runtime, backend] of wanted) {
  const cells = [
    await relayed(runtime, backend),
    await answered('ping', runtime, backend),
    await answered('sockets', runtime, backend),
  ].map(text);
  process.stdout.write(`| ${runtime} | ${backend} | ${cells.join(' | ')} |\n`);
}
