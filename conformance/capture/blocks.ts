/**
 * Blocks of pcapng (draft-ietf-opsawg-pcapng), little-endian, as bytes.
 *
 * ```
 *   type (4) | length of the block (4) | body, filled to 4 | length again (4)
 *   option: code (2) | length (2) | value, filled to 4
 * ```
 */
import { concat } from '../../reference/bytes.ts';

/** Times are microseconds since 1970 unless an interface says otherwise. */
export type Microseconds = number;

/** From the tester's side. */
export type Direction = 'inbound' | 'outbound';

export interface Packet {
  /** In the order in which interfaces were described, from 0. */
  readonly interface: number;
  readonly at: Microseconds;
  readonly bytes: Uint8Array;
  readonly direction: Direction;
  readonly comment: string;
}

const BLOCK = { interface: 1, packet: 6, section: 0x0a0d0d0a } as const;
const OPTION = { comment: 1, interfaceName: 2, application: 4, flags: 2 } as const;
/** Characters of a text, which as UTF-8 has to fit the two bytes of an option's length. */
const LONGEST = 16_000;

/** What follows begins with an IPv4 or IPv6 header; which of them, its first nibble says. */
const RAW_IP = 101;

/** Begins a file. */
export function sectionHeader(application: string, comment: string): Uint8Array {
  const unknownLength = [0xffffffff, 0xffffffff];
  return block(
    BLOCK.section,
    concat(u32(0x1a2b3c4d), u16(1), u16(0), ...unknownLength.map(u32)),
    textOption(OPTION.comment, comment),
    textOption(OPTION.application, application),
  );
}

/** Describes the next interface: raw IP, whole packets, microseconds. */
export function interfaceDescription(name: string): Uint8Array {
  return block(BLOCK.interface, concat(u16(RAW_IP), u16(0), u32(0)), textOption(OPTION.interfaceName, name));
}

export function enhancedPacket(packet: Packet): Uint8Array {
  const { at, bytes, direction, comment } = packet;
  const time = [Math.floor(at / 2 ** 32), at % 2 ** 32];
  return block(
    BLOCK.packet,
    concat(...[packet.interface, ...time, bytes.length, bytes.length].map(u32), filled(bytes)),
    option(OPTION.flags, u32(direction === 'inbound' ? 1 : 2)),
    textOption(OPTION.comment, comment),
  );
}

function block(type: number, body: Uint8Array, ...options: Uint8Array[]): Uint8Array {
  const end = u32(0);
  const inside = concat(body, ...options, end);
  const length = u32(12 + inside.length);
  return concat(u32(type), length, inside, length);
}

function textOption(code: number, text: string): Uint8Array {
  return option(code, new TextEncoder().encode(text.slice(0, LONGEST)));
}

function option(code: number, value: Uint8Array): Uint8Array {
  return concat(u16(code), u16(value.length), filled(value));
}

function filled(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >> 8);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
