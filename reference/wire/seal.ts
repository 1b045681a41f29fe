/** Sealing and opening of every message but the openings. [TUN-02] */
import type { Aead } from '../crypto/aead.ts';
import { NONCE_LENGTH } from '../crypto/aead.ts';
import { nonceFor } from '../crypto/keys.ts';
import type { Header } from './header.ts';
import { HEADER_LENGTH, writeHeader } from './header.ts';

const SEQUENCE_OFFSET = 20;
const SEQUENCE_LENGTH = 8;

/**
 * For one message after the other, of whichever role: an AEAD calls nobody back and is through with it when it returns, and
 * a new one each time costs time.
 */
const nonce = new Uint8Array(NONCE_LENGTH);

/** Of a header: 4 zero bytes, then its sequence. [TUN-03] */
function nonceOf(message: Uint8Array): Uint8Array {
  for (let index = 0; index < SEQUENCE_LENGTH; index++)
    nonce[NONCE_LENGTH - SEQUENCE_LENGTH + index] = message[SEQUENCE_OFFSET + index] as number;
  return nonce;
}

/**
 * A whole datagram: header, then the sealed plaintext with its tag. The nonce is the header's sequence,
 * the associated data the header.
 */
export function sealMessage(aead: Aead, header: Header, plaintext: Uint8Array): Uint8Array {
  const ad = writeHeader(header);
  if (aead.sealAfter !== undefined) return aead.sealAfter(nonceOf(ad), ad, plaintext);
  const message = aead.seal(nonceFor(header.sequence), ad, plaintext, HEADER_LENGTH);
  message.set(ad);
  return message;
}

/** The plaintext of a datagram whose header was read, or undefined if the tag does not verify. [TUN-05] */
export function openMessage(aead: Aead, bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  if (aead.openAfter !== undefined) return aead.openAfter(nonceOf(bytes), bytes, HEADER_LENGTH);
  const ad = bytes.subarray(0, HEADER_LENGTH);
  const sequence = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(SEQUENCE_OFFSET);
  return aead.open(nonceFor(sequence), ad, bytes.subarray(HEADER_LENGTH));
}
