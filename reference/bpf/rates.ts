/**
 * The rates of a path inside the kernel [RS-14]: two buckets of one second each, kept as the instant at which all
 * that was admitted is paid for. A datagram costs 1 s / rate; it is admitted if that instant then lies no more
 * than a second ahead. One 64-bit word for each rate, changed by compare-and-exchange, so that no packet on
 * another CPU is forgotten.
 */
import type { Assembler } from './assembler.ts';
import { FRAME } from './frame.ts';
import { CREDIT } from './table.ts';

export interface Rates {
  readonly packetsPerSecond?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
}

/** Whether there is anything to hold a path to. */
export function isLimited({ packetsPerSecond, bytesPerSecond }: Rates): boolean {
  return packetsPerSecond !== undefined || bytesPerSecond !== undefined;
}

export const SECOND = 1_000_000_000;

/** CPUs that may be at one path at once; a datagram that loses as often is over the rate. */
const TRIES = 4;

/** What one datagram of the packet rate costs, in nanoseconds. */
export function packetCost(packetsPerSecond: number): number {
  return Math.floor(SECOND / packetsPerSecond);
}

/**
 * Charges a datagram to its path, or goes to `refused` with nothing charged. Loses r0 to r5; value and instant are
 * in the frame.
 *
 * @param loadLength puts the bytes of UDP payload into r4
 */
export function charge(
  a: Assembler,
  { packetsPerSecond, bytesPerSecond }: Rates,
  loadLength: () => void,
  refused: string,
): void {
  if (packetsPerSecond !== undefined) {
    a.load(8, 1, 10, FRAME.value);
    a.load(8, 3, 10, FRAME.now);
    a.mov(4, packetCost(packetsPerSecond));
    spend(a, CREDIT.packets, refused);
  }
  if (bytesPerSecond === undefined) return;
  const [given, done] = [a.unique('give-back'), a.unique('charged')];
  a.load(8, 1, 10, FRAME.value);
  a.load(8, 3, 10, FRAME.now);
  loadLength();
  a.alu('mul', 4, SECOND);
  a.wide(5, BigInt(bytesPerSecond));
  a.alu('div', 4, 'r5');
  spend(a, CREDIT.bytes, packetsPerSecond === undefined ? refused : given);
  if (packetsPerSecond === undefined) return;
  a.goto(done);
  a.label(given);
  a.load(8, 1, 10, FRAME.value);
  a.mov(2, -packetCost(packetsPerSecond));
  a.atomicAdd(1, CREDIT.packets, 2);
  a.goto(refused);
  a.label(done);
}

/** r1: the value; r3: now; r4: the cost. */
function spend(a: Assembler, offset: number, refused: string): void {
  const done = a.unique('paid');
  for (let i = 0; i < TRIES; i++) {
    const ahead = a.unique('ahead');
    a.load(8, 0, 1, offset);
    a.mov(2, 'r0');
    a.jump('jge', 2, 'r3', ahead);
    a.mov(2, 'r3');
    a.label(ahead);
    a.alu('add', 2, 'r4');
    a.mov(5, 'r2');
    a.alu('sub', 5, 'r3');
    a.jump('jgt', 5, SECOND, refused);
    a.mov(5, 'r0');
    a.compareAndExchange(1, offset, 2);
    a.jump('jeq', 0, 'r5', done);
  }
  a.goto(refused);
  a.label(done);
}
