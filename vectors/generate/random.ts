/** Bytes that look random and are the same for ever: each label has its own, so that a new vector moves no other. */
import { ascii, concat } from '../../reference/bytes.ts';
import { sha256 } from '../../reference/crypto/hash.ts';

/** What every byte comes from. */
export const SEED = 'NTMobile golden vectors';

/** A stream of bytes: SHA-256 of `SEED: label: 0`, `SEED: label: 1` and so on (ASCII, decimal), one after the other. */
export class Stream {
  readonly #label: string;
  #block = 0;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(label: string) {
    this.#label = label;
  }

  /** The next bytes. */
  bytes(length: number): Uint8Array {
    while (this.#rest.length < length) {
      this.#rest = concat(this.#rest, sha256(ascii(`${SEED}: ${this.#label}: ${this.#block}`)));
      this.#block++;
    }
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }

  /** The next bytes as an unsigned integer in network byte order, 4 bytes at most. */
  uint(length: number): number {
    return this.bytes(length).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** The next 8 bytes as an unsigned integer in network byte order. */
  u64(): bigint {
    return this.bytes(8).reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  }
}

/** The first bytes of a label's stream. */
export function draw(label: string, length: number): Uint8Array {
  return new Stream(label).bytes(length);
}
