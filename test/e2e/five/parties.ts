/** Five processes on loopback, from the files that `ntmobile init` writes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { endpoint } from '../../conformance/bench.ts';
import { folder } from '../../conformance/terminal.ts';
import type { Ended, Started } from '../../drivers/program.ts';
import { start } from '../../drivers/program.ts';
import { NTMOBILE } from '../../programs.ts';
import type { T } from '../../tap.ts';

/** Milliseconds that a process of a test lives at most. */
const LIFE = 120_000;

export const ROLES = { 'dc-one': 'dc', 'dc-two': 'dc', 'rs-s': 'rs-s', alice: 'node', bob: 'node' } as const;
const LANES = ['alice', 'dc-one', 'rs-s', 'dc-two', 'bob'] as const;
export type Party = keyof typeof ROLES;
export const BOB = 'bob.ntmobile.two.example';

/** What stands in a configuration, as far as it matters here. */
export interface Written {
  listen: string[];
  features?: string[];
  resolver?: string;
  dns?: { listen: string[] };
  association?: { endpoints: string[] };
  associations?: { peerRole: string; endpoints: string[] }[];
  testProfile: { global: string[]; private?: string[] };
}

export class Parties {
  readonly file: (name: string) => string;
  private readonly t: T;
  private readonly running = new Map<Party, Started>();

  private constructor(t: T) {
    this.t = t;
    this.file = folder(t);
  }

  /** Five configurations in a folder of their own. */
  static async create(t: T): Promise<Parties> {
    const parties = new Parties(t);
    const port = `${await freePorts(7)}`;
    const { status, err } = await ntmobile('init', parties.file(''), '--port', port).ended;
    t.same([status, err], [0, '']);
    return parties;
  }

  /** Writes a party's configuration with something else in it. */
  change(party: Party, change: (config: Written) => void): void {
    const file = this.config(party);
    const config = JSON.parse(readFileSync(file, 'utf8')) as Written;
    change(config);
    writeFileSync(file, JSON.stringify(config));
  }

  /** Starts a party, again if it was there, and waits until it receives. */
  async start(party: Party): Promise<void> {
    const started = ntmobile(ROLES[party], '--config', this.config(party), '--trace', this.trace(party));
    this.t.teardown(() => started.kill('SIGKILL'));
    this.running.set(party, started);
    this.t.match(await started.firstLine, /^(dc|rs-s|node) ready on /);
  }

  /** What a party that runs has printed so far. */
  out(party: Party): string {
    return this.running.get(party)?.out() ?? '';
  }

  async end(party: Party, signal: 'SIGTERM' | 'SIGKILL'): Promise<Ended> {
    const started = this.running.get(party);
    if (started === undefined) throw new Error(`${party} is not running`);
    started.kill(signal);
    return await started.ended;
  }

  /** Alice pings bob. */
  ping(...args: string[]): Started {
    const started = ntmobile(
      'node',
      ...['--config', this.config('alice'), '--trace', this.trace('alice'), '--ping', BOB],
      ...args,
    );
    this.t.teardown(() => started.kill('SIGKILL'));
    return started;
  }

  /** What `ntmobile chart` draws of the traces of all, from alice on the left to bob on the right. */
  async chart(): Promise<string[]> {
    const traces = LANES.map((party) => this.trace(party));
    const { status, out, err } = await ntmobile('chart', ...traces).ended;
    this.t.same([status, err], [0, '']);
    return out.trimEnd().split('\n');
  }

  private config(party: Party): string {
    return this.file(`${party}.json`);
  }

  private trace(party: Party): string {
    return this.file(`${party}.trace`);
  }
}

function ntmobile(...args: string[]): Started {
  return start(NTMOBILE, args, LIFE);
}

/**
 * The first of so many ports, one after the other, that nobody had bound a moment ago; below those that systems
 * give out, or others would take one while its party is not there.
 */
async function freePorts(count: number): Promise<number> {
  const net = udpNet();
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 20_000);
    const tries = await Promise.allSettled(
      Array.from({ length: count }, (_, at) => net.bind(endpoint(`127.0.0.1:${first + at}`), () => {})),
    );
    const bound = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(bound.map((socket) => socket.close()));
    if (bound.length === count) return first;
  }
}
