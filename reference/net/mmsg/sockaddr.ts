/**
 * Socket addresses as Linux lays them out (netinet/in.h), in 32-bit words of a little-endian machine:
 *
 *            word 0            1         2 .. 5     6
 *   IPv4   2 | port in net  address                         (sockaddr_in, 16 bytes)
 *   IPv6  10 | port in net  flow info  address   scope id   (sockaddr_in6, 28 bytes)
 */
import type { Endpoint, Ip } from '../../address.ts';
import { family, ipFromBytes, ipToBytes } from '../../address.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;

/** Bytes and words of room for either. */
export const NAME_SIZE = 32;
const NAME_WORDS = NAME_SIZE / 4;

/** Bytes of a `sockaddr_in` and of a `sockaddr_in6`. */
const SIZES = { 4: 16, 6: 28 } as const;

/** Any sender can add an entry, so there is a bound. */
const BOUND = 4096;

interface Known {
  readonly name: Uint32Array;
  readonly endpoint: Endpoint;
}

/** Translates between endpoints and socket addresses. What it has seen lately costs no object anew. */
export class SocketNames {
  private readonly endpoints = new Map<number, Known>();
  private readonly addresses = new Map<Ip, Uint32Array>();

  /** The endpoint of the socket address at a word; undefined if it is of neither family. */
  read(words: Uint32Array, at: number): Endpoint | undefined {
    const hash = hashOf(words, at);
    const known = this.endpoints.get(hash);
    if (known !== undefined && isSame(known.name, words, at)) return known.endpoint;
    const endpoint = decode(words, at);
    if (endpoint === undefined) return undefined;
    if (this.endpoints.size >= BOUND) this.endpoints.clear();
    this.endpoints.set(hash, { name: words.slice(at, at + NAME_WORDS), endpoint });
    return endpoint;
  }

  /** Writes the socket address of an endpoint. @returns its length in bytes */
  write(words: Uint32Array, at: number, { ip, port }: Endpoint): number {
    const address = this.address(ip);
    const isFour = address.length === 1;
    words[at] = (isFour ? AF_INET : AF_INET6) | ((((port & 0xff) << 8) | (port >> 8)) << 16);
    if (isFour) {
      words[at + 1] = address[0] ?? 0;
      return SIZES[4];
    }
    words[at + 1] = 0;
    words.set(address, at + 2);
    words[at + 6] = 0;
    return SIZES[6];
  }

  private address(ip: Ip): Uint32Array {
    const known = this.addresses.get(ip);
    if (known !== undefined) return known;
    if (this.addresses.size >= BOUND) this.addresses.clear();
    const words = new Uint32Array(ipToBytes(ip).slice().buffer);
    this.addresses.set(ip, words);
    return words;
  }
}

/** The socket address of one endpoint, by itself. */
export function socketName(endpoint: Endpoint): Uint8Array {
  const words = new Uint32Array(NAME_WORDS);
  new SocketNames().write(words, 0, endpoint);
  return new Uint8Array(words.buffer, 0, SIZES[family(endpoint.ip)]);
}

function isFour(words: Uint32Array, at: number): boolean {
  return ((words[at] ?? 0) & 0xffff) === AF_INET;
}

function hashOf(words: Uint32Array, at: number): number {
  let hash = words[at] ?? 0;
  const last = isFour(words, at) ? at + 1 : at + 5;
  for (let word = at + 1; word <= last; word++) hash = Math.imul(hash ^ (words[word] ?? 0), 0x01000193);
  // A small integer, of which engines make no object.
  return hash >>> 2;
}

function isSame(name: Uint32Array, words: Uint32Array, at: number): boolean {
  if (name[0] !== words[at]) return false;
  if (isFour(name, 0)) return name[1] === words[at + 1];
  for (let word = 2; word <= 5; word++) if (name[word] !== words[at + word]) return false;
  return true;
}

function decode(words: Uint32Array, at: number): Endpoint | undefined {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + 4 * at, NAME_SIZE);
  const [low = 0, high = 0, first = 0, second = 0] = bytes;
  const kind = low | (high << 8);
  if (kind !== AF_INET && kind !== AF_INET6) return undefined;
  const ip = ipFromBytes(kind === AF_INET ? bytes.slice(4, 8) : bytes.slice(8, 24));
  return ip && { ip, port: (first << 8) | second };
}
