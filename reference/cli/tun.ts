/** The virtual interface of a role that is run with `--tun`. */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import process from 'node:process';
import type { Ip } from '../address.ts';
import { family } from '../address.ts';
import { UsageError } from '../drivers/config.ts';
import type { Tun } from '../drivers/tun/tun.ts';
import { openTun } from '../drivers/tun/tun.ts';
import { parsePrefix } from '../locator.ts';

export interface TunFlags {
  /** Its name; true: the kernel's choice. */
  readonly tun?: string | true;
  /** Prefixes of virtual addresses in place of the usual ones. */
  readonly tunRoute?: readonly string[];
}

/** The ranges that DCs give virtual addresses of, if they are not configured otherwise. */
const VIRTUAL = ['198.18.0.0/15', 'fd00::/8'];

/** TUN-06: the most that a route carries; where it is less, the sender is told. */
const INNER_MTU = 1400;

/** What of a role's command makes its interface. */
export interface Wanted {
  readonly role: string;
  readonly flags: TunFlags;
  /** Of the general side of a relay; a tunnel end has its own. */
  readonly mtu?: number;
  /** Whether its sockets are waited for as the interface is. */
  readonly isQuick?: boolean;
}

/**
 * The interface, if there is to be one.
 * @param onPacket takes what the kernel sends
 * @throws UsageError for flags that are wrong, and with what is missing.
 */
export function tunFor(
  { role, flags, mtu = INNER_MTU, isQuick }: Wanted,
  onPacket: (packet: Uint8Array) => void,
): Tun | undefined {
  const { tun, tunRoute } = flags;
  if (tun === undefined) {
    if (tunRoute !== undefined) throw new UsageError('--tun-route is for --tun: add it, or leave this out');
    return undefined;
  }
  for (const prefix of tunRoute ?? [])
    if (parsePrefix(prefix) === undefined)
      throw new UsageError(`--tun-route is ${prefix}: write a prefix like ${VIRTUAL.join(' or ')}`);
  return openTun({
    ...(tun !== true && { name: tun }),
    mtu,
    isQuick,
    virtual: role === 'rs-n' || role === 'rs-t' ? [] : (tunRoute ?? VIRTUAL),
    onPacket,
    onFault: (fault) => process.stderr.write(`${role}: ${fault}\n`),
  });
}

/**
 * Looks whether the kernel will pass packets between a relay's interface and the general hosts.
 * @throws UsageError if it would keep them.
 */
export function checkRouter(role: string, addresses: readonly Ip[]): void {
  const own = Object.values(networkInterfaces()).flatMap((some) =>
    (some ?? []).map(({ address }) => address),
  );
  const taken = addresses.find((ip) => own.includes(ip));
  if (taken !== undefined)
    throw new UsageError(
      `general.addresses has ${taken}, which is an address of this host, so that the kernel would keep its packets: give the relay one of its own`,
    );
  for (const version of new Set(addresses.map(family))) {
    const [file, setting] = FORWARDING[version];
    if (readFileSync(file, 'utf8').trim() !== '1')
      process.stderr.write(`${role}: packets go no further than to this host: set ${setting}=1\n`);
  }
}

const FORWARDING = {
  4: ['/proc/sys/net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
  6: ['/proc/sys/net/ipv6/conf/all/forwarding', 'net.ipv6.conf.all.forwarding'],
} as const;
