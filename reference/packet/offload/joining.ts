/**
 * Makes one long packet out of TCP segments of one connection that follow each other, as the kernel takes it from a
 * device that can do so. What `Parting` makes of it are the same packets again, byte for byte; a packet of which that
 * would not be so, one with a wrong checksum among them, goes as it came.
 */
import { ACK, PSH } from '../segment.ts';
import type { Frame } from './frame.ts';
import { FRAME_HEADER, NEEDS_CHECKSUM, TCP_OVER_IPV4, TCP_OVER_IPV6, WHOLE, writeFrame } from './frame.ts';
import { fold, sumOf } from './sum.ts';

/** The longest IPv4 packet; IPv6 could have its header more. */
const LONGEST = 65_535;
const TCP = 6;
const TCP_CHECKSUM = 16;
const AS_IT_IS: Frame = { flags: 0, kind: WHOLE, headers: 0, size: 0, start: 0, offset: 0 };
/** So that the packet begins at a multiple of four. */
const FRAME = 2;
const PACKET = FRAME + FRAME_HEADER;
/** Where a packet is looked at before it joins: a view of each would cost more than to copy it. */
const NEXT = PACKET + LONGEST + 1;

export class Joining {
  private readonly memory = new Uint8Array(NEXT + LONGEST);
  private readonly view = new DataView(this.memory.buffer);
  private readonly write: (frame: Uint8Array, packets: number) => void;
  private end = PACKET;
  /** Packets in it. */
  private count = 0;
  /** Where TCP and its data begin; the same if nothing can be joined to what is there. */
  private tcp = 0;
  private data = 0;
  /** Bytes of data in each segment. */
  private size = 0;
  private sequence = 0;
  private hasPush = false;

  /** @param write takes a frame for the device, which is valid during the call only */
  constructor(write: (frame: Uint8Array, packets: number) => void) {
    this.write = write;
  }

  /** Takes a packet, which goes out with those after it, or with `flush`. */
  add(packet: Uint8Array): void {
    if (this.count > 0) {
      if (this.join(packet)) return;
      this.flush();
    }
    if (packet.length === 0 || packet.length > LONGEST) return;
    this.memory.set(packet, PACKET);
    this.end = PACKET + packet.length;
    this.count = 1;
    this.begin();
  }

  /** Hands over what is there. */
  flush(): void {
    const { count } = this;
    if (count === 0) return;
    if (count === 1) writeFrame(this.view, FRAME, AS_IT_IS);
    else this.finish();
    this.count = 0;
    this.write(this.memory.subarray(FRAME, this.end), count);
  }

  /** Looks whether others could join the packet that is there alone. */
  private begin(): void {
    const { view, end } = this;
    this.data = 0;
    const tcp = tcpOf(view, PACKET, end);
    if (tcp === undefined) return;
    const data = tcp + 4 * (view.getUint8(tcp + 12) >> 4);
    if (data < tcp + 20 || data >= end || view.getUint8(tcp + 13) !== ACK) return;
    this.tcp = tcp;
    this.data = data;
    this.size = end - data;
    this.hasPush = false;
    this.sequence = view.getUint32(tcp + 4);
  }

  private join(packet: Uint8Array): boolean {
    const { memory, view, data, end } = this;
    const headers = data - PACKET;
    const length = packet.length - headers;
    // Only the last may be shorter, and pushed.
    const isOpen = data > 0 && !this.hasPush && end - data === this.count * this.size;
    if (!isOpen || length <= 0 || length > this.size || packet.length + end - data > LONGEST) return false;
    if (this.count === 1 && !isSound(view, PACKET, this.tcp, end)) {
      this.data = 0;
      return false;
    }
    memory.set(packet, NEXT);
    const tcp = this.tcp - PACKET;
    const to = NEXT + packet.length;
    if (!this.isNext(to, tcp, headers) || !isSound(view, NEXT, NEXT + tcp, to)) return false;
    memory.copyWithin(end, NEXT + headers, to);
    this.end += length;
    this.count++;
    this.hasPush = (view.getUint8(NEXT + tcp + 13) & PSH) !== 0;
    return true;
  }

  /** Whether its header is that of the first but for what a following segment has otherwise. */
  private isNext(to: number, tcp: number, headers: number): boolean {
    const { memory, view } = this;
    const isFour = view.getUint8(NEXT) >> 4 === 4;
    for (let index = 0; index < headers; index++)
      if (memory[NEXT + index] !== memory[PACKET + index] && !mayDiffer(isFour, index, tcp)) return false;
    if (isFour) {
      if (view.getUint16(NEXT + 2) !== to - NEXT) return false;
      if (view.getUint16(NEXT + 4) !== ((view.getUint16(PACKET + 4) + this.count) & 0xffff)) return false;
    } else if (view.getUint16(NEXT + 4) !== to - NEXT - 40) return false;
    const flags = view.getUint8(NEXT + tcp + 13);
    const sequence = (this.sequence + this.count * this.size) >>> 0;
    return (flags | PSH) === (ACK | PSH) && view.getUint32(NEXT + tcp + 4) === sequence;
  }

  /** Writes what of its header is not that of the first. */
  private finish(): void {
    const { view, end, tcp, data } = this;
    const isFour = view.getUint8(PACKET) >> 4 === 4;
    if (isFour) {
      view.setUint16(PACKET + 2, end - PACKET);
      view.setUint16(PACKET + 10, 0);
      view.setUint16(PACKET + 10, 0xffff - sumOf(view, PACKET, tcp));
    } else view.setUint16(PACKET + 4, end - PACKET - 40);
    if (this.hasPush) view.setUint8(tcp + 13, ACK | PSH);
    view.setUint16(tcp + TCP_CHECKSUM, pseudoSum(view, PACKET, end - tcp));
    const kind = isFour ? TCP_OVER_IPV4 : TCP_OVER_IPV6;
    const [headers, start] = [data - PACKET, tcp - PACKET];
    const { size } = this;
    writeFrame(view, FRAME, { flags: NEEDS_CHECKSUM, kind, headers, size, start, offset: TCP_CHECKSUM });
  }
}

/** Lengths, identification and checksums; sequence number and flags, which are looked at by themselves. */
function mayDiffer(isFour: boolean, index: number, tcp: number): boolean {
  if (index >= tcp) {
    const at = index - tcp;
    return (at >= 4 && at < 8) || at === 13 || at === TCP_CHECKSUM || at === TCP_CHECKSUM + 1;
  }
  return isFour ? (index >= 2 && index < 6) || index === 10 || index === 11 : index === 4 || index === 5;
}

/** Where TCP begins in a whole packet that is no fragment; over IPv6 right after its header. */
function tcpOf(view: DataView, from: number, to: number): number | undefined {
  const length = to - from;
  if (length < 40) return undefined;
  const first = view.getUint8(from);
  if (first >> 4 === 4) {
    const header = 4 * (first & 15);
    const isWhole = view.getUint16(from + 2) === length && (view.getUint16(from + 6) & 0xbfff) === 0;
    return header >= 20 && isWhole && view.getUint8(from + 9) === TCP && length > header + 20
      ? from + header
      : undefined;
  }
  const isTcp = first >> 4 === 6 && length > 60 && view.getUint8(from + 6) === TCP;
  return isTcp && view.getUint16(from + 4) === length - 40 ? from + 40 : undefined;
}

/** Whether its checksums are right, and written as 0 where they are. */
function isSound(view: DataView, from: number, tcp: number, to: number): boolean {
  const isFour = view.getUint8(from) >> 4 === 4;
  if (isFour && (sumOf(view, from, tcp) !== 0xffff || view.getUint16(from + 10) === 0xffff)) return false;
  if (view.getUint16(tcp + TCP_CHECKSUM) === 0xffff) return false;
  return sumOf(view, tcp, to, pseudoSum(view, from, to - tcp)) === 0xffff;
}

/** Of the pseudo-header of TCP with its data: RFC 9293, 3.1, and RFC 8200, 8.1. */
function pseudoSum(view: DataView, packet: number, length: number): number {
  const isFour = view.getUint8(packet) >> 4 === 4;
  const [from, to] = isFour ? [12, 20] : [8, 40];
  return fold(sumOf(view, packet + from, packet + to) + TCP + length);
}
