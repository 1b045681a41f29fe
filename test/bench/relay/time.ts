/** Benchmark `relay-time`: how long datagrams are inside an RS-S, and how long there and back, as in [RS] 5.3. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { versionOf } from '../machine.ts';
import type { Benchmark } from '../page/section.ts';
import { lacksFor, RelayBench, SIZE } from './bench.ts';
import { timesInside } from './capture.ts';
import { CN, MN, RS, translate } from './network.ts';
import type { Times } from './time-section.ts';
import { timeSection } from './time-section.ts';
import { FORWARDING, kernelWays, NAT, userWays } from './ways.ts';

const PROGRAMS = { ip: 'iproute2', nft: 'nftables', tcpdump: 'tcpdump', gcc: 'gcc libc6-dev' };
/** Milliseconds after which tcpdump has been handed what came, and a little more. */
const LATE = 1200;
const FIRST_PORT = 4331;
const PORT = 4330;

export const relayTime: Benchmark = {
  id: 'relay-time',
  title: 'Time inside an RS-S',
  lacks: () => lacksFor(PROGRAMS),
  measure: async ({ quick, progress }) => {
    const [rounds, pings] = quick ? [1, 50] : [5, 500];
    const bench = new RelayBench();
    try {
      const found = await measure(bench, rounds, pings, progress);
      return timeSection(found, { rounds, pings, versions: { tcpdump: versionOf('tcpdump', '--version') } });
    } finally {
      bench.close();
    }
  },
};

async function measure(
  bench: RelayBench,
  rounds: number,
  pings: number,
  progress: (line: string) => void,
): Promise<Map<string, Times>> {
  const found = new Map<string, Times>();
  const take = async (name: string, to: string): Promise<void> => {
    const times = found.get(name) ?? { inside: [], roundTrip: [] };
    found.set(name, times);
    await ping(bench, to, pings / 5);
    times.inside.push(await inside(bench, to, pings));
    times.roundTrip.push(await ping(bench, to, pings));
  };
  await bench.datagrams('cn', ['echo', CN]);
  // Those that do nothing do not disturb; what they have compiled they keep.
  const relays = await Promise.all(userWays.map((way, index) => bench.relay(way, FIRST_PORT + index)));
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: the kernel`);
    await take(FORWARDING, CN);
    const remove = translate(bench.network.rs, PORT);
    await take(NAT, `${RS}:${PORT}`);
    remove();
    for (const way of kernelWays) {
      const relay = await bench.relay(way, PORT);
      await take(way.name, `${RS}:${PORT}`);
      await relay.end();
    }
    progress(`round ${round} of ${rounds}: user space`);
    for (const [index, { name }] of userWays.entries()) await take(name, `${RS}:${FIRST_PORT + index}`);
  }
  await Promise.all(relays.map((relay) => relay.end()));
  return found;
}

/** Microseconds there and back, the median. */
async function ping(bench: RelayBench, to: string, count: number): Promise<number> {
  const party = await bench.datagrams('mn', ['ping', MN, to, SIZE, count]);
  const { came, median } = await party.next<{ readonly came: number; readonly median: number }>();
  await party.end();
  if (came < 0.9 * count) throw new Error(`${came} of ${count} came back from ${to}`);
  return median;
}

/** Microseconds between the devices of the relay, the median of both directions. */
async function inside(bench: RelayBench, to: string, count: number): Promise<number> {
  const file = join(bench.folder, 'capture');
  const options = ['-i', 'any', '--time-stamp-precision=nano', '-s', '128', '-w', file, 'udp'];
  const capture = spawn('ip', ['netns', 'exec', bench.network.rs, 'tcpdump', ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  bench.undo.add(() => capture.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    capture.on('close', () => reject(new Error('tcpdump has ended')));
    capture.stderr.on('data', (text) => /listening on/.test(text) && resolve());
  });
  await sleep(200);
  await ping(bench, to, count);
  await sleep(LATE);
  capture.kill('SIGINT');
  await once(capture, 'close');
  const times = timesInside(file, MN.split(':')[0] ?? '');
  if (times.length < count) throw new Error(`the capture has ${times.length} datagrams of ${2 * count}`);
  return times[times.length >> 1] ?? Number.NaN;
}
