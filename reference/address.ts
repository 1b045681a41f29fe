/**
 * IP addresses and endpoints.
 *
 * Inside the code an address is canonical text (RFC 5952 for IPv6, dotted quad for IPv4), so that
 * equality is `===` and a map key is a string; on the wire it is 4 or 16 bytes in network byte order.
 */

declare const ipBrand: unique symbol;

/** An IPv4 or IPv6 address in canonical text. Made only by {@link parseIp} and {@link ipFromBytes}. */
export type Ip = string & { readonly [ipBrand]: true };

/** Where NTMobile itself is reached: an address and a UDP port. */
export interface Endpoint {
  readonly ip: Ip;
  readonly port: number;
}

/** The address family of an address: 4 or 6. */
export function family(ip: Ip): 4 | 6 {
  return ip.includes(':') ? 6 : 4;
}

/** Whether two endpoints have the same address and port. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && a.ip === b.ip;
}

/** `192.0.2.1:5000` or `[2001:db8::1]:5000`; unique for each endpoint, so it serves as a map key. */
export function formatEndpoint(endpoint: Endpoint): string {
  return endpoint.ip.includes(':') ? `[${endpoint.ip}]:${endpoint.port}` : `${endpoint.ip}:${endpoint.port}`;
}

/**
 * Reads `192.0.2.1:5000` or `[2001:db8::1]:5000`.
 * @returns undefined if the text is not an endpoint.
 */
export function parseEndpoint(text: string): Endpoint | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const ip = parseIp(match[1] ?? match[2] ?? '');
  const port = Number(match[3]);
  if (ip === undefined || port > 65535) return undefined;
  if ((match[1] !== undefined) !== (family(ip) === 6)) return undefined;
  return { ip, port };
}

/**
 * Reads an address in any valid textual form (no zone) and makes it canonical.
 * @returns undefined if the text is not an address.
 */
export function parseIp(text: string): Ip | undefined {
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  return bytes === undefined ? undefined : ipFromBytes(bytes);
}

/**
 * The address as 4 or 16 bytes, network byte order.
 * @throws RangeError if the value was forced into the type and is no address.
 */
export function ipToBytes(ip: Ip): Uint8Array {
  const bytes = ip.includes(':') ? parseIpv6(ip) : parseIpv4(ip);
  if (bytes === undefined) throw new RangeError(`not an address: ${ip}`);
  return bytes;
}

/**
 * An address from its 4 or 16 bytes in network byte order.
 * @returns undefined for any other length.
 */
export function ipFromBytes(bytes: Uint8Array): Ip | undefined {
  if (bytes.length === 4) return bytes.join('.') as Ip;
  if (bytes.length === 16) return formatIpv6(bytes) as Ip;
  return undefined;
}

/** The endpoint as 6 or 18 bytes: address, then the port as u16 in network byte order. [GEN-13] */
export function endpointToBytes(endpoint: Endpoint): Uint8Array {
  const address = ipToBytes(endpoint.ip);
  const bytes = new Uint8Array(address.length + 2);
  bytes.set(address);
  bytes[address.length] = endpoint.port >> 8;
  bytes[address.length + 1] = endpoint.port & 0xff;
  return bytes;
}

/**
 * An endpoint from 6 or 18 bytes. [GEN-13]
 * @returns undefined for any other length.
 */
export function endpointFromBytes(bytes: Uint8Array): Endpoint | undefined {
  if (bytes.length !== 6 && bytes.length !== 18) return undefined;
  const ip = ipFromBytes(bytes.subarray(0, -2));
  const port = ((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0);
  return ip === undefined ? undefined : { ip, port };
}

/** Whether 16 bytes are an IPv4-mapped IPv6 address, ::ffff:0:0/96, which no message may carry. [GEN-13] */
export function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 16 &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff &&
    bytes.subarray(0, 10).every((byte) => byte === 0)
  );
}

const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = IPV4.exec(text);
  if (parts === null) return undefined;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    const number = Number(parts[i + 1]);
    if (number > 255) return undefined;
    bytes[i] = number;
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(parseGroups);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** The bytes of the groups on one side of `::`; the last group may be an IPv4 address. */
function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const ipv4 = index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 === undefined) return undefined;
    bytes.push(...ipv4);
  }
  return bytes;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as `::`. */
function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}
