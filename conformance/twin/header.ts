import { bigEndian, concat, readBigEndian } from './bytes.ts';

/** Wire version 1 (18.1). */
export const MAGIC = 0x05;
export const HEADER_LENGTH = 28;
export const TAG_LENGTH = 16;
export const OPENING_LENGTH = 76;
export const LARGEST_CONTROL = 1500;

/** The header of section 4.1 (GEN-02). */
export interface Header {
  readonly magic: number;
  readonly type: number;
  readonly keyId: number;
  readonly context: Uint8Array;
  readonly sequence: bigint;
}

/** Takes the first 28 bytes apart (GEN-02, GEN-14); undefined if there are fewer. Judges nothing. */
export function parseHeader(datagram: Uint8Array): Header | undefined {
  if (datagram.length < HEADER_LENGTH) return undefined;
  return {
    magic: Number(readBigEndian(datagram.slice(0, 1))),
    type: Number(readBigEndian(datagram.slice(1, 2))),
    keyId: Number(readBigEndian(datagram.slice(2, 4))),
    context: datagram.slice(4, 20),
    sequence: readBigEndian(datagram.slice(20, 28)),
  };
}

/** The 28 bytes of a header (GEN-02, GEN-14); the magic is 0x05 unless another one is asked for. */
export function buildHeader(header: Omit<Header, 'magic'> & { readonly magic?: number }): Uint8Array {
  if (header.context.length !== 16) throw new RangeError('a context has 16 bytes');
  return concat(
    bigEndian(header.magic ?? MAGIC, 1),
    bigEndian(header.type, 1),
    bigEndian(header.keyId, 2),
    header.context,
    bigEndian(header.sequence, 8),
  );
}
