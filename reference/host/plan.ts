/** What has to be done with `ip` (iproute2) so that the host's virtual interface is as it should be. */
import type { Ip } from '../address.ts';
import { family } from '../address.ts';
import type { HostInterface } from '../core.ts';

/** How the interface itself is. */
export interface Link {
  readonly name: string;
  /** In bytes. */
  readonly mtu: number;
  /** Prefixes that lead to it while it has an address of their family. */
  readonly virtual: readonly string[];
}

/** Lines for `ip -batch`, which bring a new interface up. */
export function upLines({ name, mtu }: Link): string[] {
  return [
    // It has no other addresses than it is told, and sends nothing of its own.
    `link set dev ${name} addrgenmode none`,
    `link set dev ${name} mtu ${mtu} txqueuelen 1000 up`,
  ];
}

/**
 * Lines for `ip -batch`, from one state to another: first what is new, so that there is no time without a route,
 * then away with the rest, for an address takes its routes along.
 */
export function changeLines(link: Link, before: HostInterface, after: HostInterface): string[] {
  const has = ({ addresses }: HostInterface, ip: Ip): boolean => addresses.includes(ip);
  const wanted = routes(link, after);
  const old = routes(link, before);
  return [
    ...after.addresses.filter((ip) => !has(before, ip)).map((ip) => addressLine('add', link, ip)),
    ...[...wanted]
      .filter(([to, from]) => !old.has(to) || old.get(to) !== from)
      .map(([to, from]) => routeLine('replace', link, to, from)),
    ...[...old.keys()].filter((to) => !wanted.has(to)).map((to) => routeLine('del', link, to)),
    ...before.addresses.filter((ip) => !has(after, ip)).map((ip) => addressLine('del', link, ip)),
  ];
}

/** Where each prefix's packets come from. */
function routes({ virtual }: Link, { addresses, routes }: HostInterface): Map<string, Ip | undefined> {
  const found = new Map<string, Ip | undefined>();
  for (const to of virtual) {
    const from = addresses.find((ip) => family(ip) === familyOf(to));
    if (from !== undefined) found.set(to, from);
  }
  for (const { to, from } of routes) found.set(to, from);
  return found;
}

function familyOf(prefix: string): 4 | 6 {
  return prefix.includes(':') ? 6 : 4;
}

function addressLine(what: 'add' | 'del', { name }: Link, ip: Ip): string {
  const address = `address ${what} ${ip}/${family(ip) === 4 ? 32 : 128} dev ${name}`;
  // Nobody else on this link could have it.
  return what === 'add' && family(ip) === 6 ? `${address} nodad` : address;
}

function routeLine(what: 'replace' | 'del', { name }: Link, to: string, from?: Ip): string {
  const route = `route ${what} ${to} dev ${name}`;
  return from === undefined ? route : `${route} src ${from}`;
}
