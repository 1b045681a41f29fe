import type { Random } from '../core.ts';

/** A time with up to 10 % less or more, drawn anew. [GEN-11] */
export function jittered(time: number, random: Random): number {
  const [byte = 0] = random(1);
  return time * (0.9 + (0.2 * byte) / 255);
}
