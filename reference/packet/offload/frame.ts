/**
 * What a TUN device with IFF_VNET_HDR reads and writes before each packet: `struct virtio_net_hdr` of
 * linux/virtio_net.h, its numbers in the order of the machine, which is little-endian here.
 *
 *     0 flags u8   1 gso_type u8   2 hdr_len u16   4 gso_size u16   6 csum_start u16   8 csum_offset u16
 *
 * The kernel so hands over, and takes, many TCP segments as one long packet with one header, and checksums that are
 * still to be made.
 */

/** Bytes of it. */
export const FRAME_HEADER = 10;

/** flags: the checksum is to be made, from `csum_start` to the end, into `csum_offset` after it. */
export const NEEDS_CHECKSUM = 1;

/** gso_type */
export const WHOLE = 0;
export const TCP_OVER_IPV4 = 1;
export const TCP_OVER_IPV6 = 4;

export interface Frame {
  readonly flags: number;
  readonly kind: number;
  /** Bytes of the headers of all protocols. */
  readonly headers: number;
  /** Bytes of data in each segment but the last. */
  readonly size: number;
  /** Where the checksum begins, in bytes of the packet. */
  readonly start: number;
  /** Where it stands, in bytes from there. */
  readonly offset: number;
}

/** Reads the ten bytes. @throws RangeError if there are fewer. */
export function readFrame(view: DataView, at: number): Frame {
  return {
    flags: view.getUint8(at),
    kind: view.getUint8(at + 1),
    headers: view.getUint16(at + 2, true),
    size: view.getUint16(at + 4, true),
    start: view.getUint16(at + 6, true),
    offset: view.getUint16(at + 8, true),
  };
}

/** Writes the ten bytes. */
export function writeFrame(view: DataView, at: number, frame: Frame): void {
  view.setUint8(at, frame.flags);
  view.setUint8(at + 1, frame.kind);
  view.setUint16(at + 2, frame.headers, true);
  view.setUint16(at + 4, frame.size, true);
  view.setUint16(at + 6, frame.start, true);
  view.setUint16(at + 8, frame.offset, true);
}
