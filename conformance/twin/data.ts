import { equal, isZero, readBigEndian } from './bytes.ts';

export type DataLayer = 'inner-length' | 'inner-source' | 'inner-destination';

interface Inner {
  readonly length: number;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
}

/**
 * The inner packet of a Data payload, its zero bytes at the end removed, or the layer that drops it
 * (TUN-09, TUN-11, NODE-11, TUN-13). Addresses are 4 or 16 bytes: those that may be the inner source, and
 * those that may be the inner destination.
 */
export function dataPacket(
  payload: Uint8Array,
  peerAddresses: readonly Uint8Array[],
  ownAddresses: readonly Uint8Array[],
): Uint8Array | DataLayer {
  const inner = readInner(payload);
  if (inner === undefined || inner.length > payload.length) return 'inner-length';
  if (!isZero(payload.slice(inner.length))) return 'inner-length';
  if (!peerAddresses.some((address) => equal(address, inner.source))) return 'inner-source';
  if (!ownAddresses.some((address) => equal(address, inner.destination))) return 'inner-destination';
  return payload.slice(0, inner.length);
}

/** Length and addresses by the packet's own header (TUN-11); undefined if that is not whole or not sound. */
function readInner(payload: Uint8Array): Inner | undefined {
  const version = (payload[0] ?? 0) >> 4;
  if (version === 4) {
    const headerLength = ((payload[0] ?? 0) & 0x0f) * 4;
    if (headerLength < 20 || payload.length < headerLength) return undefined;
    const length = Number(readBigEndian(payload.slice(2, 4)));
    if (length < headerLength) return undefined;
    return { length, source: payload.slice(12, 16), destination: payload.slice(16, 20) };
  }
  if (version === 6) {
    if (payload.length < 40) return undefined;
    const length = 40 + Number(readBigEndian(payload.slice(4, 6)));
    return { length, source: payload.slice(8, 24), destination: payload.slice(24, 40) };
  }
  return undefined;
}
