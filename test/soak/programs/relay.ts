/**
 * An RS-S whose clock can be put forward, and which says what it holds: `relay.ts DATAPATH CAPACITY`. It takes a line of
 * JSON at a time and answers each with one.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ShiftedNet } from '../../../adapters/reference/clock.ts';
import { KEY_SIZE } from '../../../reference/bpf/table.ts';
import { rsConfig } from '../../../reference/config/schema.ts';
import type { Role } from '../../../reference/core.ts';
import { Bpf } from '../../../reference/drivers/kernel/bpf.ts';
import type { Datapath } from '../../../reference/drivers/kernel/datapath.ts';
import { hotTable } from '../../../reference/drivers/kernel/datapath.ts';
import { runRole } from '../../../reference/drivers/loop.ts';
import { systemRandom } from '../../../reference/drivers/random.ts';
import { socketsFor } from '../../../reference/drivers/sockets.ts';
import type { Net } from '../../../reference/net/net.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import { createRsS, ratesOf } from '../../../reference/roles/rs-s/core.ts';
import { memoryInUse } from '../../fuzz/memory.ts';
import { RELAY, relayConfig } from '../cast.ts';

export interface Asked {
  /** Milliseconds to put the clock forward by; it stops where something was sent. */
  readonly pass?: number;
  readonly measure?: true;
}

export interface Passed {
  /** Milliseconds that are left. */
  readonly left: number;
}

/** What it holds; bytes for memory. */
export interface Held {
  readonly rss: number;
  readonly heap: number | undefined;
  /** Of the programs that it has started. */
  readonly children: number;
  readonly descriptors: number;
  readonly maps: number;
  readonly programs: number;
  readonly links: number;
  /** Elements in its maps. */
  readonly entries: number;
  readonly counters: Readonly<Record<string, number>>;
}

const PAGE = 4096;
const [datapath = 'user', capacity = '1000'] = process.argv.slice(2) as [Datapath, string];
const said: string[] = [];
const tell = (line: string): void => void said.push(line);

let sent = 0;
const udp = udpNet(socketsFor(datapath, 'dgram', tell));
const counting: Net = {
  ...udp,
  bind: async (local, onDatagram) => {
    const socket = await udp.bind(local, onDatagram);
    const send = socket.send.bind(socket);
    socket.send = (bytes, to) => {
      sent++;
      send(bytes, to);
    };
    return socket;
  },
};
const clock = new ShiftedNet(counting);
const config = rsConfig.parse(relayConfig(Number(capacity)));
const { role, table } = createRsS(config, systemRandom);
const hot = hotTable(table, datapath, { rates: ratesOf(config), capacity: config.capacity, tell });

/** Questions about the last use of a path that are not answered yet. */
let asking = 0;
const watched: Role = {
  handle: (input, now) => {
    if (input.kind === 'done') asking--;
    const effects = role.handle(input, now);
    asking += effects.filter(({ kind }) => kind === 'relay-last-use').length;
    return effects;
  },
  wakeAt: () => role.wakeAt(),
  counters: () => role.counters(),
};
await runRole({ role: watched, table: hot, net: clock, listen: [RELAY[4], RELAY[6]] });
console.log(JSON.stringify({ said }));

for await (const line of createInterface(process.stdin)) {
  const asked = JSON.parse(line) as Asked;
  console.log(JSON.stringify(asked.measure ? await measure() : await pass(asked.pass ?? 0)));
}
process.exit(0);

async function pass(milliseconds: number): Promise<Passed> {
  const [until, before] = [clock.now() + milliseconds, sent];
  while (clock.now() < until && sent === before) {
    const next = Math.min(until, role.wakeAt() ?? until);
    clock.advance(Math.max(0, next - clock.now()));
    hot.putForward?.(clock.now());
    await Promise.resolve();
    while (asking > 0) await sleep(1);
  }
  return { left: Math.max(0, until - clock.now()) };
}

async function measure(): Promise<Held> {
  await hot.refresh?.();
  const heap = memoryInUse();
  // What the engine gives back it gives back a little later.
  await sleep(100);
  const links = descriptors();
  const of = (kind: RegExp): number[] => [...links].flatMap(([fd, link]) => (kind.test(link) ? [fd] : []));
  const maps = of(/bpf-map/);
  return {
    rss: process.memoryUsage().rss,
    heap,
    children: children(),
    descriptors: links.size,
    maps: maps.length,
    programs: of(/bpf-prog/).length,
    links: of(/bpf_link|bpf-link/).length,
    entries: maps.reduce((sum, map) => sum + entriesOf(map), 0),
    counters: watched.counters(),
  };
}

/** Open descriptors, and what they stand for. */
function descriptors(): Map<number, string> {
  const found = new Map<number, string>();
  for (const fd of readdirSync('/proc/self/fd'))
    try {
      found.set(Number(fd), readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // That of the directory itself, which is closed by now.
    }
  return found;
}

function entriesOf(map: number): number {
  const bpf = Bpf.find().found;
  let count = 0;
  let key: Uint8Array | undefined;
  for (;;) {
    key = bpf?.nextKey(map, key, KEY_SIZE);
    if (key === undefined) return count;
    count++;
  }
}

function children(): number {
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return pids
    .filter((pid) => pid !== '')
    .reduce((sum, pid) => sum + PAGE * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]), 0);
}
