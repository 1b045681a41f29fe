/**
 * Elements of the relay's map, which is keyed by Path ID: both ends of the path in one element, so that it
 * appears, moves and goes as a whole.
 *
 *     0         16     18       20   24      28   32        40      48         56        64
 *    +---------+------+--------+----+-------+----+---------+-------+----------+---------+
 *    | address | port | family | -- | local | -- | packets | bytes | last use | refused |   one end
 *    +---------+------+--------+----+-------+----+---------+-------+----------+---------+
 *     0         64         128              136            144
 *    +---------+----------+----------------+--------------+
 *    | end     | end      | packet credit  | byte credit  |                                  a value
 *    +---------+----------+----------------+--------------+
 *
 * Address and port: network byte order, an IPv4 address in the first 4 of 16 bytes; all else little-endian.
 * Counters of an end are of what came from it. Instants are nanoseconds of CLOCK_MONOTONIC; a credit is the
 * instant at which what was admitted is paid for.
 */
import type { Endpoint } from '../address.ts';
import { family, ipFromBytes, ipToBytes } from '../address.ts';

/** Name of the map in programs. */
export const PATHS = 'paths';

export const KEY_SIZE = 16;
export const VALUE_SIZE = 144;

export const END = {
  address: 0,
  port: 16,
  family: 18,
  local: 24,
  packets: 32,
  bytes: 40,
  lastUse: 48,
  refused: 56,
  size: 64,
} as const;

export const CREDIT = { packets: 2 * END.size, bytes: 2 * END.size + 8 } as const;

export interface End {
  readonly at: Endpoint;
  /** Whether it is on this host, and reached by its loopback. */
  readonly local: boolean;
  readonly packets: bigint;
  readonly bytes: bigint;
  /** 0: never. */
  readonly lastUse: bigint;
  /** Datagrams over the path's rates. */
  readonly refused: bigint;
}

export interface Element {
  readonly ends: readonly [End, End];
  readonly packetCredit: bigint;
  readonly byteCredit: bigint;
}

/** An end of which nothing has come yet. */
export function freshEnd(at: Endpoint, local: boolean): End {
  return { at, local, packets: 0n, bytes: 0n, lastUse: 0n, refused: 0n };
}

/** The value of an element. */
export function encodeElement({ ends, packetCredit, byteCredit }: Element): Uint8Array {
  const bytes = new Uint8Array(VALUE_SIZE);
  const view = new DataView(bytes.buffer);
  for (const [index, end] of ends.entries()) {
    const at = index * END.size;
    bytes.set(ipToBytes(end.at.ip), at + END.address);
    view.setUint16(at + END.port, end.at.port);
    view.setUint16(at + END.family, family(end.at.ip), true);
    view.setUint32(at + END.local, end.local ? 1 : 0, true);
    view.setBigUint64(at + END.packets, end.packets, true);
    view.setBigUint64(at + END.bytes, end.bytes, true);
    view.setBigUint64(at + END.lastUse, end.lastUse, true);
    view.setBigUint64(at + END.refused, end.refused, true);
  }
  view.setBigUint64(CREDIT.packets, packetCredit, true);
  view.setBigUint64(CREDIT.bytes, byteCredit, true);
  return bytes;
}

/** @throws Error if it is no value of this map. */
export function decodeElement(bytes: Uint8Array): Element {
  if (bytes.length !== VALUE_SIZE) throw new Error(`an element of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = (index: number): End => {
    const at = index * END.size;
    const length = view.getUint16(at + END.family, true) === 4 ? 4 : 16;
    const ip = ipFromBytes(bytes.subarray(at, at + length));
    if (ip === undefined) throw new Error('an element without an address');
    return {
      at: { ip, port: view.getUint16(at + END.port) },
      local: view.getUint32(at + END.local, true) !== 0,
      packets: view.getBigUint64(at + END.packets, true),
      bytes: view.getBigUint64(at + END.bytes, true),
      lastUse: view.getBigUint64(at + END.lastUse, true),
      refused: view.getBigUint64(at + END.refused, true),
    };
  };
  return {
    ends: [end(0), end(1)],
    packetCredit: view.getBigUint64(CREDIT.packets, true),
    byteCredit: view.getBigUint64(CREDIT.bytes, true),
  };
}
