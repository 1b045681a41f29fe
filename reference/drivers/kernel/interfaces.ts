/** The devices and addresses of this network namespace, and whether it forwards. */
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Ip } from '../../address.ts';
import { family, parseIp } from '../../address.ts';

/** linux/if_arp.h */
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

export interface Device {
  readonly name: string;
  readonly ifindex: number;
}

/** Devices whose packets have an Ethernet header, the loopback among them. */
export function ethernetDevices(): Device[] {
  const root = '/sys/class/net';
  const number = (name: string, what: string): number => Number(textOf(`${root}/${name}/${what}`));
  return readdirSync(root)
    .filter((name) => [ARPHRD_ETHER, ARPHRD_LOOPBACK].includes(number(name, 'type')))
    .map((name) => ({ name, ifindex: number(name, 'ifindex') }));
}

/** Whether an address is of the loopback. */
export function isLoopback(ip: Ip): boolean {
  return ip.startsWith('127.') || ip === '::1';
}

/** Whether an address is one of this host. */
export function isLocal(ip: Ip): boolean {
  if (isLoopback(ip)) return true;
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => parseIp(address.replace(/%.*/, '')) === ip),
  );
}

/** The sysctl that a host which does not forward would have to set for that family. */
export function forwardingOff(ip: Ip): string | undefined {
  const name = family(ip) === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  return textOf(`/proc/sys/${name.replaceAll('.', '/')}`) === '0' ? name : undefined;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
