/**
 * Makes packets out of what the kernel hands over in one piece: many TCP segments with one header, and checksums that
 * are still to be made. What comes out is what the kernel would have sent by a device that can do neither.
 */
import { FIN, PSH } from '../segment.ts';
import type { Frame } from './frame.ts';
import { FRAME_HEADER, NEEDS_CHECKSUM, readFrame, TCP_OVER_IPV4, TCP_OVER_IPV6, WHOLE } from './frame.ts';
import { fold, sumOf } from './sum.ts';

/** Takes a packet, which is valid during the call only. */
export type TakePacket = (packet: Uint8Array) => void;

const CWR = 0x80;
const IPV6_HEADER = 40;
const TCP_CHECKSUM = 16;

export class Parting {
  private readonly memory: Uint8Array;
  private readonly view: DataView;
  private readonly take: TakePacket;
  private readonly header = new Uint8Array(0xffff);

  /** @param memory where frames stand, and are taken apart */
  constructor(memory: Uint8Array, take: TakePacket) {
    this.memory = memory;
    this.view = new DataView(memory.buffer, memory.byteOffset, memory.length);
    this.take = take;
  }

  /**
   * Hands on the packets of the frame that stands from one place to another, and spoils it.
   * @returns false for a frame that is none of those that were asked for: nothing was handed on.
   */
  part(from: number, to: number): boolean {
    const at = from + FRAME_HEADER;
    if (to <= at) return false;
    const frame = readFrame(this.view, from);
    if (frame.kind !== WHOLE) return this.segments(frame, at, to);
    if ((frame.flags & NEEDS_CHECKSUM) !== 0) {
      const start = at + frame.start;
      const field = start + frame.offset;
      if (field + 2 > to) return false;
      // What stands there is the sum of the pseudo-header. UDP has no checksum of 0. (RFC 768)
      this.view.setUint16(field, 0xffff - sumOf(this.view, start, to) || 0xffff);
    }
    this.take(this.memory.subarray(at, to));
    return true;
  }

  /** Each has its header written right before its data, over the end of the segment before it, which is gone by then. */
  private segments(frame: Frame, at: number, to: number): boolean {
    const { memory, view, header } = this;
    const { kind, size, start } = frame;
    const isOurs = kind === TCP_OVER_IPV4 || kind === TCP_OVER_IPV6;
    if (!isOurs || (frame.flags & NEEDS_CHECKSUM) === 0 || frame.offset !== TCP_CHECKSUM || size === 0)
      return false;
    if (at + start + 20 > to) return false;
    // `hdr_len` may be that of a whole packet, where the kernel forwards.
    const headers = start + 4 * (view.getUint8(at + start + 12) >> 4);
    if (headers < start + 20 || at + headers >= to) return false;
    header.set(memory.subarray(at, at + headers));
    const sequence = view.getUint32(at + start + 4);
    const flags = view.getUint8(at + start + 13);
    const pseudo = view.getUint16(at + start + TCP_CHECKSUM);
    const identification = view.getUint16(at + 4);
    const whole = to - at - start;
    let count = 0;
    for (let data = at + headers; data < to; data += size) {
      const end = Math.min(data + size, to);
      const begin = data - headers;
      const tcp = begin + start;
      for (let index = 0; index < headers; index++) memory[begin + index] = header[index] as number;
      view.setUint32(tcp + 4, sequence + (data - at - headers));
      view.setUint8(tcp + 13, flags & ~(count > 0 ? CWR : 0) & ~(end < to ? FIN | PSH : 0));
      // The length is a part of the pseudo-header: this one's in place of that of all.
      view.setUint16(tcp + TCP_CHECKSUM, fold(pseudo + (0xffff - whole) + (end - tcp)));
      view.setUint16(tcp + TCP_CHECKSUM, 0xffff - sumOf(view, tcp, end));
      if (kind === TCP_OVER_IPV4) this.endIpv4(begin, start, end, identification + count);
      else view.setUint16(begin + 4, end - begin - IPV6_HEADER);
      this.take(memory.subarray(begin, end));
      count++;
    }
    return true;
  }

  private endIpv4(begin: number, header: number, end: number, identification: number): void {
    const { view } = this;
    view.setUint16(begin + 2, end - begin);
    view.setUint16(begin + 4, identification & 0xffff);
    view.setUint16(begin + 10, 0);
    view.setUint16(begin + 10, 0xffff - sumOf(view, begin, begin + header));
  }
}
