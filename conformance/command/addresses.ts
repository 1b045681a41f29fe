/** The tester's own addresses, and what can be done with them. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, parseIp } from '../../reference/address.ts';
import { NO_TEST_PROFILE, reach } from '../../reference/locator.ts';

export function isLoopback(ip: Ip): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

/** Stands for all addresses of a host. */
export function isAnyAddress(ip: Ip): boolean {
  return ip === '0.0.0.0' || ip === '::';
}

export function anyAddress(version: 4 | 6): Ip {
  return known(version === 4 ? '0.0.0.0' : '::');
}

export function loopback(version: 4 | 6): Ip {
  return known(version === 4 ? '127.0.0.1' : '::1');
}

function known(text: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`${text} is no address`);
  return ip;
}

/** Two of IPv4, for cases that play two hosts, and one of IPv6; what of them is not there is found out. */
export const LOOPBACK_SOURCES: readonly Ip[] = ['127.0.0.1', '127.0.0.2', '::1'].flatMap(
  (text) => parseIp(text) ?? [],
);

/** Where a target on this machine shall listen. */
export const LOOPBACK_LISTEN: readonly Ip[] = ['127.0.0.1', '::1'].flatMap((text) => parseIp(text) ?? []);

/** Where `provision` has the tester play DC 1 and DC 2 if it is not told. */
export const DEFAULT_DCS: readonly Endpoint[] = [4401, 4402].flatMap((port) => {
  const ip = parseIp('127.0.0.1');
  return ip === undefined ? [] : [{ ip, port }];
});

/**
 * Whether the target can send to the tester without having been sent to: not if there is a NAT between
 * them, as it is between a private and a global address.
 */
export function hasInbound(sources: readonly Ip[], target: Ip): boolean {
  const [source] = sources.filter((ip) => family(ip) === family(target));
  const isPrivate = source !== undefined && reach(source, NO_TEST_PROFILE) === 'private';
  return !(isPrivate && reach(target, NO_TEST_PROFILE) === 'global');
}
