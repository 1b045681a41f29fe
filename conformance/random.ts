/** Seeded randomness: all that a run draws comes from here, so that the same seed sends the same. */
import { createHash } from 'node:crypto';
import type { Random } from '../reference/core.ts';

/** An endless stream that depends on the names alone: SHA-256 in counter mode. */
export function seededRandom(...names: readonly (string | number)[]): Random {
  const seed = createHash('sha256').update(JSON.stringify(names)).digest();
  let counter = 0;
  let rest: Uint8Array = new Uint8Array(0);
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (rest.length === 0) rest = block(seed, counter++);
      const part = rest.subarray(0, length - at);
      bytes.set(part, at);
      rest = rest.subarray(part.length);
      at += part.length;
    }
    return bytes;
  };
}

function block(seed: Uint8Array, counter: number): Uint8Array {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(counter));
  return createHash('sha256').update(seed).update(number).digest();
}

/** A seed for fast-check: 31 bits that depend on the names alone. */
export function seedNumber(...names: readonly (string | number)[]): number {
  return new DataView(seededRandom(...names)(4).buffer).getUint32(0) >>> 1;
}

/** A whole number from 0 to below `bound`; the bias of a 48-bit draw is nothing here. */
export function below(random: Random, bound: number): number {
  return random(6).reduce((sum, byte) => sum * 256 + byte, 0) % bound;
}

/** A copy in another order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  const out: T[] = [];
  while (left.length > 0) out.push(...left.splice(below(random, left.length), 1));
  return out;
}
