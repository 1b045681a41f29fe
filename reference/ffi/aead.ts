/**
 * The AEADs of libcrypto: a context for each key, set up once. By what a runtime has, each message makes a cipher anew,
 * which takes several times as long as the cipher itself.
 */
import type { Found } from './koffi.ts';
import type { Libcrypto } from './libcrypto.ts';
import { EVP_CTRL_AEAD_GET_TAG, EVP_CTRL_AEAD_SET_TAG, loadLibcrypto } from './libcrypto.ts';

/** As reference/crypto/aead.ts has it. */
export interface NativeAead {
  seal(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array, room?: number): Uint8Array;
  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  sealAfter(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array;
  openAfter(nonce: Uint8Array, message: Uint8Array, ad: number): Uint8Array | undefined;
}

const [KEY, NONCE, TAG] = [32, 12, 16];

/*
 * Memory of the calls, 8 bytes each but the last:
 *   0 length that C says   16 nonce   32 tag   64 associated data, or a key
 */
const AT = { length: 0, nonce: 16, tag: 32, ad: 64 } as const;
const LONGEST_AD = 256;

/** Messages stand one after the other in pieces of this size, for a piece of memory of its own costs as much as the cipher. */
const PIECE = 131_072;

/** Pieces that take turns, where what was made is used at once: the next three messages, however long, leave it as it is. */
const PIECES = 4;

/** Of one thread. */
class Desk {
  readonly library: Libcrypto;
  readonly memory = new Uint8Array(AT.ad + LONGEST_AD);
  readonly base: number;
  piece: Uint8Array = new Uint8Array(0);
  /** Where the piece begins, and how much of it is taken. */
  pieceBase = 0;
  taken = PIECE;
  /** Pieces to be used again, the next first. */
  private readonly used: { readonly piece: Uint8Array; readonly base: number }[] = [];
  private readonly isReused: boolean;
  private readonly contexts = new FinalizationRegistry<number>((context) =>
    this.library.freeContext(context),
  );

  constructor(library: Libcrypto, isReused: boolean) {
    this.library = library;
    this.isReused = isReused;
    this.base = library.addressOf(this.memory);
  }

  /** Sees to it that the piece has room. @returns where, in bytes of the piece */
  reserve(length: number): number {
    if (length > PIECE - this.taken) this.turn(length);
    const at = this.taken;
    // So that the next begins at a multiple of 8.
    this.taken += (length + 7) & ~7;
    return at;
  }

  /** Begins another piece. */
  private turn(length: number): void {
    this.taken = 0;
    const { piece, pieceBase: base, used } = this;
    if (this.isReused && piece.length === PIECE) used.push({ piece, base });
    const again = used.length >= PIECES && length <= PIECE ? used.shift() : undefined;
    this.piece = again?.piece ?? new Uint8Array(Math.max(PIECE, length));
    this.pieceBase = again?.base ?? this.library.addressOf(this.piece);
  }

  /** A context with a key, which goes with its owner. */
  context(owner: object, suite: 1 | 2, key: Uint8Array, isSealing: number): number {
    const { library, memory, base } = this;
    const context = library.newContext();
    if (context === 0) throw new Error('libcrypto: no memory');
    this.contexts.register(owner, context);
    memory.set(key, AT.ad);
    const isDone = library.init(context, library.ciphers[suite], 0, base + AT.ad, 0, isSealing) === 1;
    memory.fill(0, AT.ad, AT.ad + KEY);
    if (!isDone) throw new Error(`libcrypto has no cipher for suite ${suite}`);
    return context;
  }
}

class EvpAead implements NativeAead {
  private readonly desk: Desk;
  private readonly sealing: number;
  private readonly opening: number;

  constructor(desk: Desk, suite: 1 | 2, key: Uint8Array) {
    this.desk = desk;
    this.sealing = desk.context(this, suite, key, 1);
    this.opening = desk.context(this, suite, key, 0);
  }

  seal(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array, room = 0): Uint8Array {
    const { memory, base } = this.desk;
    memory.set(checked(ad), AT.ad);
    return this.sealAt(nonce, base + AT.ad, ad.length, plaintext, room);
  }

  sealAfter(nonce: Uint8Array, ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    return this.sealAt(nonce, 0, ad.length, plaintext, ad.length, ad);
  }

  open(nonce: Uint8Array, ad: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const { memory, base } = this.desk;
    memory.set(checked(ad), AT.ad);
    return this.openAt(nonce, base + AT.ad, ad.length, sealed, 0);
  }

  openAfter(nonce: Uint8Array, message: Uint8Array, ad: number): Uint8Array | undefined {
    return this.openAt(nonce, 0, ad, message, ad);
  }

  /** @param ad address of the associated data; 0: they are `head`, and stand before what comes out */
  private sealAt(
    nonce: Uint8Array,
    ad: number,
    adLength: number,
    plaintext: Uint8Array,
    room: number,
    head?: Uint8Array,
  ): Uint8Array {
    const { desk, sealing } = this;
    const { library, base } = desk;
    const { length } = plaintext;
    const at = desk.reserve(room + length + TAG);
    const { piece } = desk;
    const data = desk.pieceBase + at + room;
    if (head !== undefined) piece.set(head, at);
    else piece.fill(0, at, at + room);
    piece.set(plaintext, at + room);
    this.begin(sealing, nonce, ad || data - room, adLength, 1);
    const isDone =
      (length === 0 || library.update(sealing, data, base + AT.length, data, length) === 1) &&
      library.final(sealing, base + AT.tag, base + AT.length) === 1 &&
      library.control(sealing, EVP_CTRL_AEAD_GET_TAG, TAG, data + length) === 1;
    if (!isDone) throw new Error('libcrypto: sealing failed');
    return piece.subarray(at, at + room + length + TAG);
  }

  /** @param ad address of the associated data; 0: they are the first bytes of the message, `skip` of them */
  private openAt(
    nonce: Uint8Array,
    ad: number,
    adLength: number,
    message: Uint8Array,
    skip: number,
  ): Uint8Array | undefined {
    const { desk, opening } = this;
    const { library, base } = desk;
    const length = message.length - skip - TAG;
    if (nonce.length !== NONCE) throw wrongNonce(nonce);
    if (length < 0) return undefined;
    const at = desk.reserve(message.length);
    const { piece } = desk;
    piece.set(message, at);
    const begin = at + skip;
    const data = desk.pieceBase + begin;
    this.begin(opening, nonce, ad || data - skip, adLength, 0);
    const isDone =
      library.control(opening, EVP_CTRL_AEAD_SET_TAG, TAG, data + length) === 1 &&
      (length === 0 || library.update(opening, data, base + AT.length, data, length) === 1) &&
      library.final(opening, base + AT.tag, base + AT.length) === 1;
    if (isDone) return piece.subarray(begin, begin + length);
    // What did not verify is nobody's to see.
    piece.fill(0, begin, begin + length);
    return undefined;
  }

  private begin(context: number, nonce: Uint8Array, ad: number, adLength: number, isSealing: number): void {
    if (nonce.length !== NONCE) throw wrongNonce(nonce);
    const { library, memory, base } = this.desk;
    memory.set(nonce, AT.nonce);
    const isDone =
      library.init(context, 0, 0, 0, base + AT.nonce, isSealing) === 1 &&
      (adLength === 0 || library.update(context, 0, base + AT.length, ad, adLength) === 1);
    if (!isDone) throw new Error('libcrypto: a message cannot be begun');
  }
}

function wrongNonce({ length }: Uint8Array): RangeError {
  return new RangeError(`${NONCE} bytes are due, not ${length}`);
}

function checked(ad: Uint8Array): Uint8Array {
  if (ad.length > LONGEST_AD) throw new RangeError(`${ad.length} bytes of associated data`);
  return ad;
}

/**
 * What makes an AEAD of libcrypto of a suite (1 or 2) and a 32-byte key, or what is missing for it.
 * @param isReused what is made is used or copied before the fourth message after it, so that its memory may be used again
 */
export function nativeAeads(
  isReused = false,
): Found<(suite: number, key: Uint8Array) => NativeAead | undefined> {
  const { found: library, missing } = loadLibcrypto();
  if (library === undefined) return { missing };
  const desk = new Desk(library, isReused);
  return {
    found: (suite, key) => {
      if (key.length !== KEY) throw new RangeError(`${KEY} bytes are due, not ${key.length}`);
      return suite === 1 || suite === 2 ? new EvpAead(desk, suite, key) : undefined;
    },
  };
}
