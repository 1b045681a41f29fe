/** Sealing and opening of every message but the openings. [TUN-02] */
import type { Aead } from '../crypto/aead.ts';
import { nonceFor } from '../crypto/keys.ts';
import type { Header } from './header.ts';
import { HEADER_LENGTH, writeHeader } from './header.ts';

const SEQUENCE_OFFSET = 20;

/**
 * A whole datagram: header, then the sealed plaintext with its tag. The nonce is the header's sequence,
 * the associated data the header.
 */
export function sealMessage(aead: Aead, header: Header, plaintext: Uint8Array): Uint8Array {
  const ad = writeHeader(header);
  const message = aead.seal(nonceFor(header.sequence), ad, plaintext, HEADER_LENGTH);
  message.set(ad);
  return message;
}

/** The plaintext of a datagram whose header was read, or undefined if the tag does not verify. [TUN-05] */
export function openMessage(aead: Aead, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  const ad = bytes.subarray(0, HEADER_LENGTH);
  const sequence = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(SEQUENCE_OFFSET);
  return aead.open(nonceFor(sequence), ad, bytes.subarray(HEADER_LENGTH));
}
