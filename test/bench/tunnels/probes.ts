/** What is measured of a tunnel that is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ground, Program } from './ground.ts';

export interface Measured {
  /** Mbit/s that came. */
  readonly there: number;
  readonly back: number;
  /** Microseconds. */
  readonly median: number;
  readonly late: number;
  /** Seconds of processor time of the tunnel's programs for each gigabyte. */
  readonly cost: number;
}

/** Milliseconds until a tunnel carries packets. */
const UP = 20_000;
/** Milliseconds in which a tunnel finds out how long packets may be. */
const SETTLED = 500;
/** The longest ICMP data of a packet of 1400 bytes. */
const LARGE = '1372';

export const INNER_MTU = 1400;

/** Waits until packets as long as they may be go through. @throws Error if none does. */
export async function untilUp(ground: Ground, to: string): Promise<void> {
  const start = performance.now();
  for (const size of ['56', LARGE])
    for (;;) {
      await sleep(size === LARGE ? SETTLED : 0);
      try {
        ground.must('tna', 'ping', '-n', '-c', '1', '-W', '1', '-M', 'do', '-s', size, to);
        break;
      } catch (error) {
        if (performance.now() - start > UP) throw error;
        // What the kernel has learned about the way before all of it was measured.
        for (const host of ['tna', 'tnb'] as const) ground.must(host, 'ip', 'route', 'flush', 'cache');
        await sleep(200);
      }
    }
}

/**
 * Both directions for so many seconds, after one that does not count, and so many round trips.
 * @param others programs that are not the tunnel's
 */
export async function measure(
  ground: Ground,
  to: string,
  { seconds, pings }: { readonly seconds: number; readonly pings: number },
  others: readonly Program[],
): Promise<Measured> {
  await throughput(ground, to, seconds);
  const before = ground.used(others);
  const there = await throughput(ground, to, seconds);
  const back = await throughput(ground, to, seconds, '-R');
  const cost = (ground.used(others) - before) / ((there.bytes + back.bytes) / 1e9);
  const words = ['-n', '-c', `${pings}`, '-i', '0.004', '-W', '1', to];
  const text = ground.must('tna', 'ping', ...words);
  const times = [...text.matchAll(/time=([\d.]+) ms/g)].map(([, time]) => 1000 * Number(time));
  times.sort((a, b) => a - b);
  const at = (part: number): number => times[Math.floor(part * (times.length - 1))] ?? Number.NaN;
  return { there: there.rate, back: back.rate, cost, median: at(0.5), late: at(0.99) };
}

/** How often it is tried: the server listens anew after each of its clients. */
const TRIES = 5;

/** Mbit/s that came, and bytes. */
async function throughput(ground: Ground, to: string, seconds: number, ...flags: readonly string[]) {
  const words = ['-c', to, '-t', `${seconds}`, '--json', ...flags];
  for (let tries = 1; ; tries++) {
    const { end, error } = JSON.parse(ground.run('tna', 'iperf3', ...words).text);
    const { bits_per_second: bits, bytes } = end?.sum_received ?? {};
    if (error === undefined && bits !== undefined) return { rate: bits / 1e6, bytes: bytes as number };
    if (tries === TRIES) throw new Error(`iperf3: ${error}`);
    await sleep(300);
  }
}
