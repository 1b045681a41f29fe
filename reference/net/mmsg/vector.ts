/**
 * What recvmmsg and sendmmsg of Linux work on, laid out in one piece of memory: for each datagram a
 * `struct mmsghdr` (sys/socket.h, 64-bit machines, little-endian), then their `struct iovec`, then the socket
 * addresses, then the data.
 *
 *   mmsghdr:  0 msg_name *    8 msg_namelen u32    16 msg_iov *     24 msg_iovlen u64   32 msg_control *
 *            40 msg_controllen u64   48 msg_flags int   56 msg_len u32   (64 bytes)
 *   iovec:    0 iov_base *    8 iov_len u64        (16 bytes)
 *
 * Datagrams of one length that go to one place after each other are one message with an iovec for each, which
 * the kernel takes through its layers in one piece and parts late, by the length in a control message:
 *
 *   cmsghdr:  0 cmsg_len u64   8 cmsg_level int   12 cmsg_type int   16 length of each u16   (24 bytes)
 *
 * What the kernel has together it also hands over so, where it may: one message, and in an int of that place the length
 * of each but the last.
 */
import type { Endpoint } from '../../address.ts';
import { NAME_SIZE, SocketNames } from './sockaddr.ts';

/** The address at which the memory of a buffer begins; a buffer of some size stays where it is. */
export type AddressOf = (memory: Uint8Array) => number;

const HEADER = 64;
const IOVEC = 16;
const CONTROL = 24;

/** Datagrams of one call at most. */
export const SLOTS = 64;

/** linux/udp.h */
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const UDP_GRO = 104;

/** What the kernel parts at most: 64 datagrams, which is all slots, of 64 KiB with their headers. */
const LONGEST_RUN = 65_000;

/** What most datagrams have room in; the rest of a longer one goes elsewhere, so that the memory in use is small. */
const USUAL = 2048;

/** Slots of a call after one that brought many datagrams in one: then others have their turn sooner. */
const FEW = 8;

/** The largest payload of UDP, rounded up. */
const LARGEST = 65_536;

class Vector {
  readonly memory: Uint8Array;
  readonly words: Uint32Array;
  readonly base: number;
  protected readonly iovecs = SLOTS * HEADER;
  protected readonly names: number;
  protected readonly data: number;
  protected readonly known = new SocketNames();

  constructor(iovecsEach: number, room: number, addressOf: AddressOf) {
    this.names = this.iovecs + SLOTS * iovecsEach * IOVEC;
    this.data = this.names + SLOTS * NAME_SIZE;
    this.memory = new Uint8Array(this.data + room);
    this.words = new Uint32Array(this.memory.buffer);
    this.base = addressOf(this.memory);
    for (let slot = 0; slot < SLOTS; slot++) {
      const header = slot * HEADER;
      this.point(header, this.base + this.name(slot));
      this.point(header + 16, this.base + this.iovecs + slot * iovecsEach * IOVEC);
      this.words[(header + 24) / 4] = iovecsEach;
    }
  }

  protected name(slot: number): number {
    return this.names + slot * NAME_SIZE;
  }

  /** Writes an address of 64 bits. */
  protected point(at: number, address: number): void {
    this.words[at / 4] = address % 2 ** 32;
    this.words[at / 4 + 1] = Math.floor(address / 2 ** 32);
  }
}

/** Takes the datagrams of one recvmmsg. */
export class Receiving extends Vector {
  /** How many slots the next call may fill. */
  slots = SLOTS;
  private readonly rest = this.data + SLOTS * USUAL;
  private readonly controls = this.rest + SLOTS * LARGEST;

  constructor(addressOf: AddressOf) {
    super(2, SLOTS * (USUAL + LARGEST + CONTROL), addressOf);
    for (let slot = 0; slot < SLOTS; slot++) {
      const iovec = this.iovecs + slot * 2 * IOVEC;
      this.point(iovec, this.base + this.data + slot * USUAL);
      this.words[(iovec + 8) / 4] = USUAL;
      // Before it is room for what comes first, to have it all in one piece.
      this.point(iovec + IOVEC, this.base + this.rest + slot * LARGEST + USUAL);
      this.words[(iovec + IOVEC + 8) / 4] = LARGEST - USUAL;
      this.point(slot * HEADER + 32, this.base + this.controls + slot * CONTROL);
      this.ready(slot);
    }
  }

  /** Begins with what a call brought in so many slots. */
  begin(count: number): void {
    this.slots = SLOTS;
    for (let slot = 0; slot < count; slot++) if (this.length(slot) > USUAL) this.slots = FEW;
  }

  /** The bytes of one datagram, or of several, valid until the next call. */
  bytes(slot: number): Uint8Array {
    const length = this.length(slot);
    const start = this.data + slot * USUAL;
    if (length <= USUAL) return this.memory.subarray(start, start + length);
    const whole = this.rest + slot * LARGEST;
    this.memory.copyWithin(whole, start, start + USUAL);
    return this.memory.subarray(whole, whole + length);
  }

  /** The length of each datagram but the last; at least 1. To be asked before `from`. */
  size(slot: number): number {
    const { words } = this;
    const control = (this.controls + slot * CONTROL) / 4;
    const isGiven = (words[(slot * HEADER + 40) / 4] ?? 0) >= CONTROL - 4;
    const isSize = isGiven && words[control + 2] === SOL_UDP && words[control + 3] === UDP_GRO;
    return (isSize ? words[control + 4] : 0) || LARGEST;
  }

  /** Who sent it; also makes the slot ready for the next call. */
  from(slot: number): Endpoint | undefined {
    this.ready(slot);
    return this.known.read(this.words, this.name(slot) / 4);
  }

  private length(slot: number): number {
    return this.words[(slot * HEADER + 56) / 4] ?? 0;
  }

  private ready(slot: number): void {
    this.words[(slot * HEADER + 8) / 4] = NAME_SIZE;
    this.words[(slot * HEADER + 40) / 4] = CONTROL;
  }
}

/** Collects datagrams for one sendmmsg. */
export class Sending extends Vector {
  /** Messages and datagrams that wait. */
  messages = 0;
  private datagrams = 0;
  private used = 0;
  private last: Endpoint | undefined;
  private readonly lent: Receiving;
  private readonly controls: number;

  /** @param lent what is received there goes out from where it is, if it goes before the next is received */
  constructor(addressOf: AddressOf, lent: Receiving) {
    super(1, 2 * LARGEST + SLOTS * CONTROL, addressOf);
    this.lent = lent;
    this.controls = this.data + 2 * LARGEST;
    for (let message = 0; message < SLOTS; message++) {
      const control = (this.controls + message * CONTROL) / 4;
      this.words.set([18, 0, SOL_UDP, UDP_SEGMENT], control);
      this.point(message * HEADER + 32, this.base + this.controls + message * CONTROL);
    }
  }

  /**
   * @param longest bytes of a datagram that may go with others of its length in one message
   * @returns false if there is no room for it: those before it have to go first.
   */
  add(bytes: Uint8Array, to: Endpoint, longest: number): boolean {
    const { length } = bytes;
    const isLent = bytes.buffer === this.lent.memory.buffer;
    if (this.datagrams === SLOTS || (!isLent && this.used + length > 2 * LARGEST)) return false;
    const iovec = this.iovecs + this.datagrams * IOVEC;
    if (isLent) this.point(iovec, this.lent.base + bytes.byteOffset);
    else {
      this.memory.set(bytes, this.data + this.used);
      this.point(iovec, this.base + this.data + this.used);
      this.used += length;
    }
    this.words[(iovec + 8) / 4] = length;
    if (!this.join(length, to, longest)) this.begin(iovec, to);
    this.datagrams++;
    return true;
  }

  /** Puts the datagram with the newest iovec to the message before it, if that may be. */
  private join(length: number, to: Endpoint, longest: number): boolean {
    const { last, words } = this;
    if (last === undefined || length === 0 || length > longest) return false;
    if (to !== last && (to.port !== last.port || to.ip !== last.ip)) return false;
    const header = ((this.messages - 1) * HEADER) / 4;
    const count = words[header + 6] ?? 0;
    const isAlike = words[(this.iovecs + (this.datagrams - 1) * IOVEC + 8) / 4] === length;
    if (!isAlike || (count + 1) * length > LONGEST_RUN) return false;
    words[header + 6] = count + 1;
    words[header + 10] = CONTROL;
    words[(this.controls + (this.messages - 1) * CONTROL + 16) / 4] = length;
    return true;
  }

  private begin(iovec: number, to: Endpoint): void {
    const header = this.messages * HEADER;
    this.words[(header + 8) / 4] = this.known.write(this.words, this.name(this.messages) / 4, to);
    this.point(header + 16, this.base + iovec);
    this.words[(header + 24) / 4] = 1;
    this.words[(header + 40) / 4] = 0;
    this.last = to;
    this.messages++;
  }

  /** Where the header of a message begins, to send those from it on. */
  from(message: number): Uint8Array {
    return this.memory.subarray(message * HEADER);
  }

  /** How many datagrams are in a message. */
  datagramsOf(message: number): number {
    return this.words[(message * HEADER + 24) / 4] ?? 0;
  }

  /** Copies of the datagrams of a message. */
  copies(message: number): { readonly bytes: Uint8Array; readonly to: Endpoint }[] {
    const to = this.known.read(this.words, this.name(message) / 4);
    if (to === undefined) throw new Error('a message without an address');
    const first = this.number((message * HEADER + 16) / 4) - this.base;
    return Array.from({ length: this.datagramsOf(message) }, (_, index) => ({
      bytes: this.bytes(first + index * IOVEC).slice(),
      to,
    }));
  }

  /** All have gone. */
  clear(): void {
    this.messages = 0;
    this.datagrams = 0;
    this.used = 0;
    this.last = undefined;
  }

  private bytes(iovec: number): Uint8Array {
    const address = this.number(iovec / 4);
    const length = this.words[(iovec + 8) / 4] ?? 0;
    const isOwn = address >= this.base && address < this.base + this.memory.length;
    const { base, memory } = isOwn ? this : this.lent;
    return memory.subarray(address - base, address - base + length);
  }

  /** A number of 64 bits. */
  private number(word: number): number {
    return (this.words[word + 1] ?? 0) * 2 ** 32 + (this.words[word] ?? 0);
  }
}
