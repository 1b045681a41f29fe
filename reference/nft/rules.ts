/**
 * The Relay Table in the words of nft, a command a line: for each family a map to the port and one to the address
 * that a datagram goes to, by Path ID, source address and source port. What has no element there goes on to the
 * daemon's socket unchanged. [RSS-01, RSS-09]
 *
 * Offsets are in bits from the UDP header on: 64 is the magic, 96 to 224 the Path ID.
 */
import type { Endpoint, Ip } from '../address.ts';
import { family, formatEndpoint } from '../address.ts';

/** Longer than a path can be idle. */
const REMEMBERED = '30d';
const REMEMBERED_SECONDS = 30 * 86_400;
const PATH_ID = '@th,96,128';
/** UDP header, and GEN-02: header and tag. */
const SHORTEST = 8 + 44;

/** What distinguishes the families: the name of the header, what has to be so of it, and its length. */
const FAMILIES = {
  4: { ip: 'ip', plain: 'ip hdrlength 5 ip protocol udp ip frag-off & 0x3fff == 0 ip ttl > 1', header: 20 },
  6: { ip: 'ip6', plain: 'ip6 nexthdr udp ip6 hoplimit > 1', header: 40 },
} as const;

export interface NftTable {
  /** A name that no other table of the host has. */
  readonly name: string;
  /** The RS-S's own endpoints, one of a family. */
  readonly own: readonly Endpoint[];
  /** Paths that it has room for. */
  readonly capacity: number;
}

/** Commands that make the table. Nobody else can change it, and it goes with the process that made it. */
export function tableCommands({ name, own, capacity }: NftTable): string[] {
  const table = `inet ${name}`;
  const mark = markOf(own);
  const commands = [
    `add table ${table} { flags owner; }`,
    `add set ${table} live { typeof ${PATH_ID}; flags dynamic,timeout; size ${2 * capacity}; timeout ${REMEMBERED}; }`,
    `add chain ${table} pre { type filter hook prerouting priority raw; policy accept; }`,
    `add chain ${table} post { type filter hook postrouting priority raw; policy accept; }`,
  ];
  for (const { ip: address, port } of own) {
    const version = family(address);
    const { ip, plain } = FAMILIES[version];
    const key = `${PATH_ID} . ${ip} saddr . udp sport`;
    const size = `size ${2 * capacity}`;
    commands.push(
      `add counter ${table} relayed${version}`,
      `add map ${table} port${version} { typeof ${key} : udp dport; ${size}; }`,
      `add map ${table} address${version} { typeof ${key} : ${ip} daddr; ${size}; }`,
      `add chain ${table} relay${version}`,
      `add rule ${table} pre ${ip} daddr ${address} udp dport ${port} ${plain} udp length >= ${SHORTEST} @th,64,8 0x05 goto relay${version}`,
      `add rule ${table} relay${version} udp dport set ${key} map @port${version} meta mark set ${mark} notrack update @live { ${PATH_ID} timeout ${REMEMBERED} } counter name relayed${version}`,
      `add rule ${table} relay${version} ${ip} daddr set ${key} map @address${version}`,
      `add rule ${table} post meta mark ${mark} ${ip} saddr set ${address} udp sport set ${port} meta mark set 0`,
    );
  }
  return commands;
}

/**
 * What a packet on its way through is marked with, for the chain that gives it its new source: each relay of a host
 * has such a chain, and another mark. (FNV-1a)
 */
export function markOf(own: readonly Endpoint[]): string {
  let hash = 0x811c9dc5;
  for (const char of own.map(formatEndpoint).join())
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return `0x${Math.max(1, hash).toString(16)}`;
}

/** Whether nft can forward between two ends: it has no words for a change of family. */
export function isOneFamily([first, second]: readonly [Endpoint, Endpoint]): boolean {
  return family(first.ip) === family(second.ip);
}

/** A path appears. */
export function addCommand(name: string, pathId: string, ends: readonly [Endpoint, Endpoint]): string {
  return elements('add', name, pathId, ends);
}

/** It goes. */
export function deleteCommand(name: string, pathId: string, ends: readonly [Endpoint, Endpoint]): string {
  return elements('delete', name, pathId, ends);
}

/**
 * When a path was last used goes, in a later transaction than the path: an element that is being added or deleted is none to
 * a packet, which then makes another one with the same key, and that one stays for as long as it is remembered. It may
 * not be there, which only "delete" minds.
 */
export function forgetCommand(name: string, pathId: string): string {
  const element = `element inet ${name} live { 0x${pathId}`;
  return `add ${element} timeout ${REMEMBERED} }; delete ${element} }`;
}

/** Its ends are other ones now. */
export function moveCommand(
  name: string,
  pathId: string,
  before: readonly [Endpoint, Endpoint],
  now: readonly [Endpoint, Endpoint],
): string {
  return `${elements('delete', name, pathId, before)}; ${elements('add', name, pathId, now)}`;
}

function elements(
  verb: 'add' | 'delete',
  name: string,
  pathId: string,
  [first, second]: readonly [Endpoint, Endpoint],
): string {
  const version = family(first.ip);
  const of = (what: 'port' | 'address', value: (to: Endpoint) => Ip | number): string => {
    const one = (from: Endpoint, to: Endpoint): string => {
      const key = `0x${pathId} . ${from.ip} . ${from.port}`;
      return verb === 'add' ? `${key} : ${value(to)}` : key;
    };
    return `${verb} element inet ${name} ${what}${version} { ${one(first, second)}, ${one(second, first)} }`;
  };
  return `${of('port', ({ port }) => port)}; ${of('address', ({ ip }) => ip)}`;
}

/** Asks when a path was last used. */
export function idleCommand(name: string, pathId: string): string {
  return `get element inet ${name} live { 0x${pathId} }`;
}

/** Milliseconds since the use that an answer to `idleCommand` tells of; undefined: it tells of none. */
export function idleOf(answer: string): number | undefined {
  const expires = /expires ([0-9a-z]+)/.exec(answer)?.[1];
  if (expires === undefined) return undefined;
  let left = 0;
  for (const [, count, unit] of expires.matchAll(/(\d+)(ms|[dhms])/g))
    left += Number(count) * UNITS[unit as Unit];
  return Math.max(0, REMEMBERED_SECONDS * 1000 - left);
}

type Unit = keyof typeof UNITS;
const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;

/** Asks what was forwarded. */
export function countersCommand(name: string): string {
  return `list counters table inet ${name}`;
}

/** Datagrams and bytes of UDP payload that an answer to `countersCommand` tells of. */
export function countersOf(answer: string): { readonly packets: number; readonly bytes: number } {
  let [packets, bytes] = [0, 0];
  for (const [, version, count, length] of answer.matchAll(
    /counter relayed([46]) \{\s*packets (\d+) bytes (\d+)/g,
  )) {
    packets += Number(count);
    bytes += Number(length) - Number(count) * (FAMILIES[version === '4' ? 4 : 6].header + 8);
  }
  return { packets, bytes };
}
