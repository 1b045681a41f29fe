/**
 * The first pass over a CBOR item: is it well-formed and deterministic, and does it hold what no body may?
 *
 * It works without recursion, so depth costs no stack, and no length is believed beyond the input's end.
 */
import { compareBytes } from '../bytes.ts';

/** A body's map has depth 1; each array or map in it adds one. [GEN-30] */
export const MAX_DEPTH = 8;

export type Scan =
  | {
      readonly ok: true;
      /** The first tag, float, simple value, map key or depth that is not allowed, in words. [GEN-30] */
      readonly forbidden: string | undefined;
      /** All text strings in order of appearance. */
      readonly texts: readonly string[];
    }
  /** Not well-formed, not deterministic, or with bytes behind it. [GEN-08] */
  | { readonly ok: false; readonly why: string };

/** Scans one item that must fill the buffer. */
export function scanCbor(bytes: Uint8Array): Scan {
  try {
    return new Scanner(bytes).run();
  } catch (error) {
    if (error instanceof Fault) return { ok: false, why: error.message };
    throw error;
  }
}

/** Ends a scan; never leaves this file. */
class Fault extends Error {}

/** An array, map or tag whose items are being read. */
interface Frame {
  readonly kind: 'array' | 'map' | 'tag';
  /** Items to come, keys and values both counted. */
  left: number;
  /** Where the latest key of a map begins. */
  keyStart: number;
  lastKey: Uint8Array | undefined;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #frames: Frame[] = [];
  readonly #texts: string[] = [];
  #at = 0;
  #depth = 0;
  #forbidden: string | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(): Scan {
    do {
      const frame = this.#frames.at(-1);
      if (frame !== undefined && atKey(frame)) frame.keyStart = this.#at;
      if (this.#item()) this.#complete();
    } while (this.#frames.length > 0);
    if (this.#at < this.#bytes.length) throw new Fault('trailing bytes');
    return { ok: true, forbidden: this.#forbidden, texts: this.#texts };
  }

  /** Reads one head, and content that is not items. Returns whether the item is complete. */
  #item(): boolean {
    const initial = this.#take(1)[0] ?? 0;
    const major = initial >> 5;
    const info = initial & 31;
    const frame = this.#frames.at(-1);
    const isKey = frame !== undefined && atKey(frame);
    if (isKey && major !== 0) this.#forbid('a map key that is no unsigned integer');
    if (major === 7) {
      this.#simple(info);
      return true;
    }
    const argument = this.#argument(info);
    if (major < 2) return true;
    if (major === 2) this.#take(argument);
    if (major === 3) this.#text(argument);
    if (major < 4) return true;
    if (major === 6) this.#forbid('a tag');
    const kind = major === 4 ? 'array' : major === 5 ? 'map' : 'tag';
    return this.#open(kind, kind === 'tag' ? 1 : kind === 'map' ? 2 * argument : argument);
  }

  #open(kind: Frame['kind'], left: number): boolean {
    if (left > this.#bytes.length - this.#at) throw new Fault('ends early');
    if (kind !== 'tag' && this.#depth === MAX_DEPTH) this.#forbid(`depth over ${MAX_DEPTH}`);
    if (left === 0) return true;
    if (kind !== 'tag') this.#depth++;
    this.#frames.push({ kind, left, keyStart: 0, lastKey: undefined });
    return false;
  }

  /** An item ended, and with it perhaps the containers around it. */
  #complete(): void {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (atKey(frame)) this.#orderKey(frame);
      frame.left--;
      if (frame.left > 0) return;
      this.#frames.pop();
      if (frame.kind !== 'tag') this.#depth--;
    }
  }

  #orderKey(frame: Frame): void {
    const key = this.#bytes.subarray(frame.keyStart, this.#at);
    if (frame.lastKey !== undefined) {
      const order = compareBytes(frame.lastKey, key);
      if (order === 0) throw new Fault('a map with the same key twice');
      if (order > 0) throw new Fault('map keys out of order');
    }
    frame.lastKey = key;
  }

  #text(length: number): void {
    const bytes = this.#take(length);
    try {
      this.#texts.push(UTF8.decode(bytes));
    } catch {
      throw new Fault('text that is not UTF-8');
    }
  }

  /** The argument of a head, rounded beyond 2^53, where it is compared with lengths or skipped. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new Fault(info === 31 ? 'an indefinite length' : 'a reserved head');
    const size = 1 << (info - 24);
    const start = this.#at;
    this.#take(size);
    if (size === 8) {
      const high = this.#view.getUint32(start);
      if (high === 0) throw new Fault('a head that is not the shortest');
      return high * 2 ** 32 + this.#view.getUint32(start + 4);
    }
    const value =
      size === 1
        ? this.#view.getUint8(start)
        : size === 2
          ? this.#view.getUint16(start)
          : this.#view.getUint32(start);
    if (value < (size === 1 ? 24 : 2 ** (4 * size))) throw new Fault('a head that is not the shortest');
    return value;
  }

  #simple(info: number): void {
    if (info >= 20 && info <= 22) return;
    if (info > 27) throw new Fault(info === 31 ? 'a break' : 'a reserved head');
    const content = this.#take(info < 24 ? 0 : 1 << (info - 24));
    if (info === 24 && (content[0] ?? 0) < 32) throw new Fault('a simple value below 32 in two bytes');
    this.#forbid(info > 24 ? 'a float' : info === 23 ? 'undefined' : 'a simple value');
  }

  #forbid(what: string): void {
    this.#forbidden ??= what;
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Fault('ends early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

function atKey(frame: Frame): boolean {
  return frame.kind === 'map' && frame.left % 2 === 0;
}
