import type { Random } from '../../core.ts';

const LEAST = 20_000;
const SPREAD = 5000;

/** Milliseconds until the next keep-alive of a route or leg, drawn anew each time. [TUN-08] */
export function keepAliveAfter(random: Random): number {
  const [byte = 0] = random(1);
  return LEAST + (SPREAD * byte) / 255;
}
