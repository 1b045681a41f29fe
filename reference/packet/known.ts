/** Addresses as text, which takes longer to make than all else that is done with a packet. */
import type { Ip } from '../address.ts';
import { ipFromBytes } from '../address.ts';

/** Any sender can add an address, so there is a bound. */
const BOUND = 1024;

interface Known {
  readonly bytes: Uint8Array;
  readonly ip: Ip;
}

export class KnownAddresses {
  private readonly byHash = new Map<number, Known>();

  /** The address in those 4 or 16 bytes. What was seen lately is not made anew. */
  at(bytes: Uint8Array, from: number, length: 4 | 16): Ip {
    let hash: number = length;
    for (let index = 0; index < length; index++)
      hash = (Math.imul(hash, 31) + (bytes[from + index] as number)) | 0;
    const known = this.byHash.get(hash);
    if (known !== undefined && isAt(known.bytes, bytes, from, length)) return known.ip;
    const own = bytes.slice(from, from + length);
    const ip = ipFromBytes(own) as Ip;
    if (this.byHash.size >= BOUND) this.byHash.clear();
    this.byHash.set(hash, { bytes: own, ip });
    return ip;
  }
}

function isAt(known: Uint8Array, bytes: Uint8Array, from: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let index = 0; index < length; index++) if (known[index] !== bytes[from + index]) return false;
  return true;
}
