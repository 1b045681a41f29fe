import type { TwinFamily } from '../twin-routes.ts';
import { bigEndian, concat, equal } from './bytes.ts';

/** An address of 4 or 16 bytes and a port, and the text that it was read from. */
export interface Endpoint {
  readonly family: TwinFamily;
  readonly address: Uint8Array;
  readonly port: number;
  readonly text: string;
}

export interface Prefix {
  readonly address: Uint8Array;
  readonly length: number;
}

/** `192.0.2.1:5000` or `[2001:db8::1]:5000`; a port 0 names no endpoint (GEN-31). */
export function readEndpoint(text: string): Endpoint {
  const [, six, four, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const address = six === undefined ? readIPv4(four ?? '') : readIPv6(six);
  const port = Number(digits);
  if (address === undefined || !(port >= 1 && port <= 65535)) throw new RangeError(`no endpoint: ${text}`);
  return { family: six === undefined ? 4 : 6, address, port, text };
}

/** `192.0.2.1` or `2001:db8::1`: 4 or 16 bytes. */
export function readAddress(text: string): Uint8Array {
  const address = text.includes(':') ? readIPv6(text) : readIPv4(text);
  if (address === undefined) throw new RangeError(`no address: ${text}`);
  return address;
}

/** `198.18.0.0/15` or `fd12::/48`. Bits after the length do not count. */
export function readPrefix(text: string): Prefix {
  const [, name, digits] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? [];
  const address = name?.includes(':') ? readIPv6(name) : readIPv4(name ?? '');
  const length = Number(digits);
  if (address === undefined || !(length <= address.length * 8)) throw new RangeError(`no prefix: ${text}`);
  return { address, length };
}

/** Never across families: a prefix of the other one is of another size. */
export function isInside(address: Uint8Array, prefix: Prefix): boolean {
  if (address.length !== prefix.address.length) return false;
  return address.every((byte, i) => {
    const bits = Math.min(8, Math.max(0, prefix.length - 8 * i));
    const mask = (0xff00 >> bits) & 0xff;
    return ((byte ^ (prefix.address[i] ?? 0)) & mask) === 0;
  });
}

export function isInsideAny(address: Uint8Array, prefixes: readonly Prefix[]): boolean {
  return prefixes.some((prefix) => isInside(address, prefix));
}

/** Address and port; the way of writing does not count. */
export function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && equal(a.address, b.address);
}

function readIPv4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  return numbers.some((number) => number > 255) ? undefined : Uint8Array.from(numbers);
}

/** RFC 4291, 2.2: `::` once at most, the last 32 bits perhaps as IPv4. No zone. */
function readIPv6(text: string): Uint8Array | undefined {
  const halves = text.split('::').map((half, i, all) => readGroups(half, i === all.length - 1));
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  return concat(head, new Uint8Array(16 - head.length - tail.length), tail);
}

function readGroups(text: string, isLast: boolean): Uint8Array | undefined {
  if (text === '') return new Uint8Array(0);
  const groups = text.split(':').map((group, i, all) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) return bigEndian(Number.parseInt(group, 16), 2);
    return isLast && i === all.length - 1 ? readIPv4(group) : undefined;
  });
  const known = groups.filter((group) => group !== undefined);
  return known.length === groups.length ? concat(...known) : undefined;
}
