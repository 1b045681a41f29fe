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
    const start = wordAt(bytes, 0);
    this.known.set(start, [...(this.known.get(start) ?? []), bytes.slice()]);
  }

  /** Whether one of them stands anywhere in some bytes. */
  isIn(bytes: Uint8Array): boolean {
    for (let at = 0; at + 4 <= bytes.length; at++) {
      const some = this.known.get(wordAt(bytes, at));
      if (some?.some((secret) => sameBytes(secret, bytes.subarray(at, at + secret.length)))) return true;
    }
    return false;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}
