/** Memory as drivers and fast AEADs have it: what is in it is good for a while only. Whoever keeps something of it copies it. */
import type { Effect, Input, Instant, Role } from '../../reference/core.ts';
import type { Aead, MakeAead } from '../../reference/crypto/aead.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import { nativeAeads } from '../../reference/ffi/aead.ts';

/** What stands where something else was before. */
const GONE = 0xee;

/** Lends bytes for a call; afterwards they are something else. */
export function lent<R>(bytes: Uint8Array, use: (bytes: Uint8Array) => R): R {
  const copy = bytes.slice();
  try {
    return use(copy);
  } finally {
    copy.fill(GONE);
  }
}

/** A role's `handle` with an input whose bytes are something else afterwards: before its effects are performed. */
export function handleLent(role: Role, input: Input, now: Instant): Effect[] {
  switch (input.kind) {
    case 'datagram':
      return lent(input.bytes, (bytes) => role.handle({ ...input, bytes }, now));
    case 'packet':
      return lent(input.packet, (packet) => role.handle({ ...input, packet }, now));
    case 'query':
      return lent(input.message, (message) => role.handle({ ...input, message }, now));
    default:
      return role.handle(input, now);
  }
}

/** AEADs all of which have what they make in one memory. */
export interface Memory {
  readonly name: string;
  /** Why it is not to be had here. */
  readonly skip: string | false;
  readonly aeads: MakeAead;
  /** Opens 600 packets of 1400 bytes of somebody else: nothing of what was made before is in the memory then. */
  flood(): void;
}

/** Those of libcrypto, as they are used with `--tun`, and some that have room for four messages. */
export function memories(): readonly Memory[] {
  const { found, missing = false } = nativeAeads(true);
  return [
    memory('libcrypto', found ?? aeadForSuite, missing),
    memory('room for four messages', fewMessages(), false),
  ];
}

function memory(name: string, aeads: MakeAead, skip: string | false): Memory {
  const nonce = new Uint8Array(12);
  const flood = (): void => {
    const aead = aeads(2, new Uint8Array(32)) as Aead;
    const packet = new Uint8Array(1400).fill(GONE);
    for (let count = 0; count < 600; count++) {
      new DataView(nonce.buffer).setUint32(8, count);
      if (aead.open(nonce, nonce, aead.seal(nonce, nonce, packet)) === undefined)
        throw new Error('not opened');
    }
  };
  return { name, skip, aeads, flood };
}

const MESSAGES = 4;

function fewMessages(): MakeAead {
  const room = Array.from({ length: MESSAGES }, () => new Uint8Array(0x10000));
  let count = 0;
  const put = (made: Uint8Array): Uint8Array => {
    const piece = room[count++ % MESSAGES] as Uint8Array;
    piece.fill(GONE);
    piece.set(made);
    return piece.subarray(0, made.length);
  };
  return (suite, key) => {
    const aead = aeadForSuite(suite, key);
    if (aead === undefined) return undefined;
    const open: Aead['open'] = (nonce, ad, sealed) => {
      const opened = aead.open(nonce, ad, sealed);
      return opened && put(opened);
    };
    return {
      open,
      seal: (nonce, ad, plaintext, free) => put(aead.seal(nonce, ad, plaintext, free)),
      sealAfter: (nonce, ad, plaintext) => {
        const sealed = aead.seal(nonce, ad, plaintext, ad.length);
        sealed.set(ad);
        return put(sealed);
      },
      openAfter: (nonce, message, ad) => open(nonce, message.subarray(0, ad), message.subarray(ad)),
    };
  };
}
