/** Looks for what must never stand in a datagram: keys, and what applications say. */
import { sameBytes } from '../../bytes.ts';

/** Every secret is that long, and nothing else that roles draw. [KEY-01] */
const SECRET = 32;

export class Secrets {
  /** By the first four bytes. */
  private readonly known = new Map<number, Uint8Array[]>();

  /** What a role drew; a secret, if it is as long as one. */
  drawn(bytes: Uint8Array): void {
    if (bytes.length === SECRET) this.add(bytes);
  }

  add(bytes: Uint8Array): void {
    const start = startOf(bytes);
    this.known.set(start, [...(this.known.get(start) ?? []), bytes.slice()]);
  }

  /** Whether one of them stands anywhere in some bytes. */
  isIn(bytes: Uint8Array): boolean {
    let word = 0;
    for (let end = 1; end <= bytes.length; end++) {
      // Each word is the one before it, a byte further.
      word = (word << 8) | (bytes[end - 1] ?? 0);
      if (end < START) continue;
      const at = end - START;
      const some = this.known.get(word);
      if (some?.some((secret) => sameBytes(secret, bytes.subarray(at, at + secret.length)))) return true;
    }
    return false;
  }
}

/** The bytes that a secret is found by. */
const START = 4;

/** The first of them, as a number with a sign. */
function startOf(bytes: Uint8Array): number {
  let word = 0;
  for (let at = 0; at < START; at++) word = (word << 8) | (bytes[at] ?? 0);
  return word;
}
