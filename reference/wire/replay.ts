/**
 * The replay window of one key: a ring of bits as in RFC 6479. [TUN-04]
 *
 * Sequence s has bit s mod 32 of word floor(s / 32) mod 512. The word of the highest sequence is the
 * newest; the 511 words before it are remembered, so nothing is ever shifted.
 */
import { MAX_U64 } from '../bytes.ts';

const WORDS = 512;
/** Of a key under which little is sent: most are so, and a window for each is a good part of what a channel takes. */
const FIRST_WORDS = 8;
const BITS = 32;
const RING = WORDS * BITS;

/** A sequence less than this far below the highest is always told apart; one further back may be refused unseen. */
export const WINDOW = RING - BITS;

/** One window. `check` before the tag, `mark` after it: a forged datagram moves nothing. */
export class ReplayWindow {
  #words = new Uint32Array(FIRST_WORDS);
  /** Sequences are numbers above this base, a multiple of the ring's size, so that u64 needs no bigint arithmetic. */
  #base = 0n;
  #highest = -1;

  /** The highest sequence marked; -1n before the first. */
  get highest(): bigint {
    return this.#base + BigInt(this.#highest);
  }

  /** Whether a sequence is new, and not too far below the highest. */
  check(sequence: bigint | number): boolean {
    const offset = this.#offset(sequence);
    if (offset > this.#highest) return true;
    const word = Math.floor(offset / BITS);
    if (offset < 0 || word <= Math.floor(this.#highest / BITS) - WORDS) return false;
    return ((this.#words[word % WORDS] ?? 0) & (1 << (offset % BITS))) === 0;
  }

  /**
   * Records a sequence that `check` let pass and whose message was authentic.
   * @throws RangeError if it is no u64.
   */
  mark(sequence: bigint | number): void {
    if (sequence < 0 || sequence > MAX_U64) throw new RangeError(`not a u64: ${sequence}`);
    let offset = this.#offset(sequence);
    if (offset > REBASE_ABOVE) {
      this.#rebase(BigInt(sequence));
      offset = this.#offset(sequence);
    }
    const word = Math.floor(offset / BITS);
    if (word >= this.#words.length) this.#grow();
    this.#clearUpTo(word);
    this.#words[word % WORDS] = (this.#words[word % WORDS] ?? 0) | (1 << (offset % BITS));
    if (offset > this.#highest) this.#highest = offset;
  }

  /** To the whole ring, in which the first words have the same places. */
  #grow(): void {
    if (this.#words.length === WORDS) return;
    const words = new Uint32Array(WORDS);
    words.set(this.#words);
    this.#words = words;
  }

  /** Below the base: negative. Far above what a number holds: rounded, but above all others. */
  #offset(sequence: bigint | number): number {
    const offset = Number(sequence);
    if (this.#base === 0n && offset <= Number.MAX_SAFE_INTEGER) return offset;
    return Number(BigInt(sequence) - this.#base);
  }

  #clearUpTo(word: number): void {
    const top = Math.floor(this.#highest / BITS);
    if (word - top >= WORDS) {
      this.#words.fill(0);
      return;
    }
    for (let next = top + 1; next <= word; next++) this.#words[next % WORDS] = 0;
  }

  /** A whole ring stays below the new highest; whole rings keep each word in its place. */
  #rebase(sequence: bigint): void {
    const base = (sequence / BigInt(RING) - 1n) * BigInt(RING);
    this.#highest = Number(this.highest - base);
    this.#base = base;
  }
}

const REBASE_ABOVE = 2 ** 52;
