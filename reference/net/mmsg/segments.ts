/**
 * Joins datagrams of one size for one endpoint, so that they go through the kernel as one and are cut at its far side: a
 * `struct mmsghdr` with the iovecs of all of them, and a control message with the size. (udp(7), UDP_SEGMENT)
 *
 *   cmsghdr:  0 cmsg_len u64 = 18    8 cmsg_level int = SOL_UDP   12 cmsg_type int = UDP_SEGMENT
 *            16 size u16             (24 bytes with what fills it up)
 */
import type { AddressOf, Sending } from './vector.ts';
import { HEADER, SLOTS } from './vector.ts';

// linux/udp.h, linux/socket.h
const SOL_UDP = 17;
const UDP_SEGMENT = 103;

const CONTROL = 24;
const CONTROL_LENGTH = 18;

/** Bytes that go together; with their headers they have to be a packet. */
const MOST = 65_000;

export class Segments {
  /** The headers, from the first datagram that is to go. */
  readonly memory: Uint8Array;
  /** How many headers there are. */
  count = 0;
  /** How many datagrams each of them has. */
  readonly sizes = new Uint8Array(SLOTS);
  readonly words: Uint32Array;
  private readonly base: number;

  constructor(addressOf: AddressOf) {
    this.memory = new Uint8Array(SLOTS * (HEADER + CONTROL));
    this.words = new Uint32Array(this.memory.buffer);
    this.base = addressOf(this.memory);
  }

  /**
   * Lays out what waits.
   * @param first the datagram to begin with
   * @param joined those from this one on may be joined
   */
  join(sending: Sending, first: number, joined: number): void {
    this.count = 0;
    for (let slot = first; slot < sending.count; ) {
      const size = slot < joined ? 1 : run(sending, slot);
      this.write(sending, slot, size);
      slot += size;
    }
  }

  /** How many datagrams the first so many headers have. */
  datagrams(headers: number): number {
    let sum = 0;
    for (let index = 0; index < headers; index++) sum += this.sizes[index] ?? 0;
    return sum;
  }

  private write(sending: Sending, slot: number, size: number): void {
    const at = (this.count * HEADER) / 4;
    const from = (slot * HEADER) / 4;
    this.words.set(sending.words.subarray(from, from + HEADER / 4), at);
    this.words[at + 24 / 4] = size;
    const control = SLOTS * HEADER + this.count * CONTROL;
    const address = size > 1 ? this.base + control : 0;
    this.words[at + 32 / 4] = address % 2 ** 32;
    this.words[at + 36 / 4] = Math.floor(address / 2 ** 32);
    this.words[at + 40 / 4] = size > 1 ? CONTROL : 0;
    this.words[control / 4] = CONTROL_LENGTH;
    this.words[control / 4 + 2] = SOL_UDP;
    this.words[control / 4 + 3] = UDP_SEGMENT;
    this.words[control / 4 + 4] = sending.length(slot);
    this.sizes[this.count] = size;
    this.count++;
  }
}

/** How many datagrams from one on go together: all of the size of the first, but that the last may be shorter. */
function run(sending: Sending, first: number): number {
  const size = sending.length(first);
  let total = size;
  let slot = first + 1;
  while (slot < sending.count && sending.isSameName(first, slot)) {
    const length = sending.length(slot);
    total += length;
    if (length === 0 || length > size || total > MOST) break;
    slot++;
    if (length < size) break;
  }
  return slot - first;
}
