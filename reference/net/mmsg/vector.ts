/**
 * What recvmmsg and sendmmsg of Linux work on, laid out in one piece of memory: for each datagram a
 * `struct mmsghdr` (sys/socket.h, 64-bit machines, little-endian), then their `struct iovec`, then the socket
 * addresses, then the data.
 *
 *   mmsghdr:  0 msg_name *    8 msg_namelen u32    16 msg_iov *     24 msg_iovlen u64   32 msg_control *
 *            40 msg_controllen u64   48 msg_flags int   56 msg_len u32   (64 bytes)
 *   iovec:    0 iov_base *    8 iov_len u64        (16 bytes)
 */
import type { Endpoint } from '../../address.ts';
import { NAME_SIZE, SocketNames } from './sockaddr.ts';

/** The address at which the memory of a buffer begins; a buffer of some size stays where it is. */
export type AddressOf = (memory: Uint8Array) => number;

const HEADER = 64;
const IOVEC = 16;

/** Datagrams of one call at most. */
export const SLOTS = 64;

/** What most datagrams have room in; the rest of a longer one goes elsewhere, so that the memory in use is small. */
const USUAL = 2048;

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
  private readonly rest = this.data + SLOTS * USUAL;

  constructor(addressOf: AddressOf) {
    super(2, SLOTS * LARGEST, addressOf);
    for (let slot = 0; slot < SLOTS; slot++) {
      const iovec = this.iovecs + slot * 2 * IOVEC;
      this.point(iovec, this.base + this.data + slot * USUAL);
      this.words[(iovec + 8) / 4] = USUAL;
      this.point(iovec + IOVEC, this.base + this.rest + slot * (LARGEST - USUAL));
      this.words[(iovec + IOVEC + 8) / 4] = LARGEST - USUAL;
      this.words[(slot * HEADER + 8) / 4] = NAME_SIZE;
    }
  }

  /** The bytes of a datagram, valid until the next call. */
  bytes(slot: number): Uint8Array {
    const length = this.words[(slot * HEADER + 56) / 4] ?? 0;
    const start = this.data + slot * USUAL;
    if (length <= USUAL) return this.memory.subarray(start, start + length);
    const rest = this.rest + slot * (LARGEST - USUAL);
    const whole = new Uint8Array(length);
    whole.set(this.memory.subarray(start, start + USUAL));
    whole.set(this.memory.subarray(rest, rest + length - USUAL), USUAL);
    return whole;
  }

  /** Who sent it; also makes the slot ready for the next call. */
  from(slot: number): Endpoint | undefined {
    this.words[(slot * HEADER + 8) / 4] = NAME_SIZE;
    return this.known.read(this.words, this.name(slot) / 4);
  }
}

/** Collects datagrams for one sendmmsg. */
export class Sending extends Vector {
  /** Datagrams that wait. */
  count = 0;
  private used = 0;
  private readonly lent: Receiving;

  /** @param lent what is received there goes out from where it is, if it goes before the next is received */
  constructor(addressOf: AddressOf, lent: Receiving) {
    super(1, 2 * LARGEST, addressOf);
    this.lent = lent;
  }

  /** @returns false if there is no room for it: those before it have to go first. */
  add(bytes: Uint8Array, to: Endpoint): boolean {
    const isLent = bytes.buffer === this.lent.memory.buffer;
    if (this.count === SLOTS || (!isLent && this.used + bytes.length > 2 * LARGEST)) return false;
    const slot = this.count;
    const iovec = this.iovecs + slot * IOVEC;
    if (isLent) this.point(iovec, this.lent.base + bytes.byteOffset);
    else {
      this.memory.set(bytes, this.data + this.used);
      this.point(iovec, this.base + this.data + this.used);
      this.used += bytes.length;
    }
    this.words[(iovec + 8) / 4] = bytes.length;
    this.words[(slot * HEADER + 8) / 4] = this.known.write(this.words, this.name(slot) / 4, to);
    this.count++;
    return true;
  }

  /** Where the header of a datagram begins, to send those from it on. */
  from(slot: number): Uint8Array {
    return this.memory.subarray(slot * HEADER);
  }

  /** Empties it: those before a slot have gone. @returns copies of the others */
  take(slot: number): { readonly bytes: Uint8Array; readonly to: Endpoint }[] {
    const rest: { readonly bytes: Uint8Array; readonly to: Endpoint }[] = [];
    for (let left = slot; left < this.count; left++) {
      const to = this.known.read(this.words, this.name(left) / 4);
      if (to !== undefined) rest.push({ bytes: this.bytes(left).slice(), to });
    }
    this.count = 0;
    this.used = 0;
    return rest;
  }

  private bytes(slot: number): Uint8Array {
    const [low = 0, high = 0, length = 0] = this.words.subarray((this.iovecs + slot * IOVEC) / 4);
    const address = high * 2 ** 32 + low;
    const isOwn = address >= this.base && address < this.base + this.memory.length;
    const { base, memory } = isOwn ? this : this.lent;
    return memory.subarray(address - base, address - base + length);
  }
}
