/** Tries out the way to another node: its name is resolved, then it gets echo requests by its virtual address. */
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ip } from '../address.ts';
import { family, parseIp } from '../address.ts';
import type { Note } from '../core.ts';
import { addressQuery, readAddresses } from '../dns/addresses.ts';
import type { Running } from '../drivers/loop.ts';
import { systemRandom } from '../drivers/random.ts';
import { echoRequest, readEcho } from '../packet/echo.ts';

/** Milliseconds: until the node is registered, between requests, and for the last replies. */
const REGISTERED = 15_000;
const EVERY = 1000;
const LAST = 5000;
const STEP = 20;
const DATA_LENGTH = 56;

export interface PingOptions {
  /** In the form of bodies. */
  readonly name: string;
  readonly count: number;
  /** Which of its virtual addresses. */
  readonly version: 4 | 6;
}

export class Ping {
  private readonly options: PingOptions;
  private readonly id = u16();
  /** When a request went out, by its number, until its reply is there. */
  private readonly sent = new Map<number, number>();
  private readonly times: number[] = [];
  private own: readonly Ip[] = [];
  private route = 'no route yet';
  private failure = 'no answer';

  constructor(options: PingOptions) {
    this.options = options;
  }

  /** What the node says of itself. */
  note(note: Note): void {
    if (note.what !== 'event') return;
    const { event, detail } = note;
    const { addresses, name, status, peer, route } = detail;
    if (addresses !== undefined)
      this.own = `${addresses}`
        .split(' ')
        .map(parseIp)
        .filter((ip) => ip !== undefined);
    if (event === 'direction-failed' && name === this.options.name) this.failure = `${status}`;
    if (event === 'route' && peer === this.options.name)
      this.route = route === 'relay' ? 'by relay' : 'direct';
  }

  /** A packet for this node. */
  receive(packet: Uint8Array): void {
    const echo = readEcho(packet);
    if (echo?.kind !== 'reply' || echo.id !== this.id) return;
    const sent = this.sent.get(echo.sequence);
    if (sent === undefined) return;
    this.sent.delete(echo.sequence);
    const time = performance.now() - sent;
    this.times.push(time);
    say(`reply from ${echo.source}: seq=${echo.sequence} time=${time.toFixed(1)} ms, ${this.route}`);
  }

  /** @returns the exit status: 0 if there was a reply. */
  async run(running: Running): Promise<number> {
    const { name, count, version } = this.options;
    await until(() => this.own.length > 0, REGISTERED);
    const source = this.own.find((ip) => family(ip) === version);
    if (this.own.length === 0) return failed(`not registered: its DC said nothing in ${REGISTERED / 1000} s`);
    if (source === undefined) return failed(`this node has no virtual IPv${version} address`);
    const destination = await this.resolve(running);
    if (destination === undefined)
      return failed(`${name}: no virtual IPv${version} address: ${this.failure}`);
    say(`ping ${name}: ${destination}, from ${source}`);
    const data = new Uint8Array(DATA_LENGTH);
    for (let sequence = 1; sequence <= count; sequence++) {
      if (sequence > 1) await sleep(EVERY);
      this.sent.set(sequence, performance.now());
      running.packet(echoRequest({ source, destination, id: this.id, sequence, data }));
    }
    await until(() => this.sent.size === 0, LAST);
    say(summary(count, this.times));
    return this.times.length > 0 ? 0 : 1;
  }

  private async resolve(running: Running): Promise<Ip | undefined> {
    const query = addressQuery(this.options.name, this.options.version, u16());
    const answer = await running.query(query).catch(() => undefined);
    return answer && readAddresses(answer, query)?.addresses[0];
  }
}

/** The last line of a run. */
function summary(sent: number, times: readonly number[]): string {
  const lost = Math.round((100 * (sent - times.length)) / sent);
  const counts = `${sent} sent, ${times.length} received, ${lost}% lost`;
  if (times.length === 0) return counts;
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  const shown = [Math.min(...times), mean, Math.max(...times)].map((time) => time.toFixed(1));
  return `${counts}, ${shown.join('/')} ms least/mean/most`;
}

async function until(isSo: () => boolean, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!isSo() && performance.now() < end) await sleep(STEP);
}

function u16(): number {
  const [high = 0, low = 0] = systemRandom(2);
  return (high << 8) | low;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function failed(line: string): number {
  process.stderr.write(`ntmobile: ${line}\n`);
  return 1;
}
