/** The addresses of the host as they come and go: by them a node learns that it has moved. [HO-02] */
import { networkInterfaces } from 'node:os';
import type { Endpoint, Ip } from '../address.ts';
import { family, formatEndpoint, parseIp } from '../address.ts';
import { NetError } from '../net/net.ts';
import { defaultDevices } from './default-routes.ts';

export interface Follow {
  /** Where to listen; an endpoint that stands for all addresses of its family becomes one of the host's. */
  readonly listen: readonly Endpoint[];
  /** An interface whose addresses are none of the host's: the virtual one. */
  readonly except?: string | undefined;
}

interface OwnAddress {
  readonly ip: Ip;
  readonly device: string;
}

/** Milliseconds from one look to the next. A look is one call of the system. */
const EVERY = 100;

const ANY: Readonly<Record<4 | 6, string>> = { 4: '0.0.0.0', 6: '::' };

/** Whether there is an endpoint whose address is the host's, whatever that is. */
export function isFollowing(listen: readonly Endpoint[]): boolean {
  return listen.some(({ ip }) => ip === ANY[family(ip)]);
}

/**
 * The endpoints with the addresses that the host has now.
 * @param before what they were; an address that is still there is kept, unless another alone leads everywhere
 */
export function currentEndpoints({ listen, except }: Follow, before: readonly Endpoint[] = []): Endpoint[] {
  const own = hostAddresses(except);
  return listen.flatMap((endpoint) => {
    const version = family(endpoint.ip);
    if (endpoint.ip !== ANY[version]) return [endpoint];
    const known = before.find(({ ip }) => family(ip) === version);
    const ip = choose(
      own.filter((address) => family(address.ip) === version),
      defaultDevices(version),
      known?.ip,
      defaultDevices(version === 4 ? 6 : 4),
    );
    return ip === undefined ? [] : [{ ip, port: endpoint.port }];
  });
}

/**
 * The address of a family that a socket is bound to. One that is on no interface with a default route, as a bridge of
 * containers or another tunnel has it, is for want of others alone: a move from network to network is such a time.
 * @param own addresses of the family
 * @param devices with a default route, the best first
 * @param before what it was; kept if it is as good as others
 * @param others devices with a default route of the other family: where there is one, the host is not in a network that
 * has none at all
 */
export function choose(
  own: readonly OwnAddress[],
  devices: readonly string[],
  before: Ip | undefined,
  others: readonly string[] = [],
): Ip | undefined {
  const at = (some: readonly string[]): readonly OwnAddress[] =>
    some.flatMap((device) => own.filter((address) => address.device === device));
  const best = at(devices);
  const rest = others.length > 0 ? at(others) : own;
  const good = best.length > 0 ? best : rest;
  return (good.find(({ ip }) => ip === before) ?? good[0])?.ip;
}

/**
 * Looks again and again, and tells when they have changed.
 * @param take takes the new endpoints; a NetError of it, as of an address that is not quite there yet, has it called again
 * @returns what ends that
 */
export function followAddresses(
  follow: Follow,
  start: readonly Endpoint[],
  take: (endpoints: readonly Endpoint[]) => Promise<void>,
): () => void {
  let taken = start;
  let isBusy = false;
  const look = async (): Promise<void> => {
    const found = currentEndpoints(follow, taken);
    if (isBusy || text(found) === text(taken)) return;
    isBusy = true;
    try {
      await take(found);
      taken = found;
    } catch (fault) {
      if (!(fault instanceof NetError)) throw fault;
    } finally {
      isBusy = false;
    }
  };
  const timer = setInterval(() => void look(), EVERY);
  return () => clearInterval(timer);
}

/** Addresses of interfaces that are up, but those of the host itself and of a link alone. */
function hostAddresses(except: string | undefined): OwnAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
    device === except
      ? []
      : addresses.flatMap(({ address, internal }) => {
          const ip = internal || address.startsWith('fe80:') ? undefined : parseIp(address);
          return ip === undefined ? [] : [{ ip, device }];
        }),
  );
}

const text = (endpoints: readonly Endpoint[]): string => endpoints.map(formatEndpoint).join(' ');
