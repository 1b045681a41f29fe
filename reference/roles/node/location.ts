import type { Endpoint, Ip } from '../../address.ts';
import { family, ipFromBytes, sameEndpoint } from '../../address.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { isIn, reach } from '../../locator.ts';
import { byNat64 } from '../../nat64.ts';

/** GEN-43: what fits into a Registration Request. */
const MOST_ENDPOINTS = 8;

type Family = 4 | 6;

/** Where the node is: the endpoints of its sockets, those that others send to, and what its DC sees of them. */
export class Location {
  private readonly advertise: readonly Endpoint[];
  private readonly profile: TestProfile;
  private readonly nat64: Prefix | undefined;
  private locals: readonly Endpoint[] = [];
  private readonly observed = new Map<Family, Endpoint>();

  /**
   * @param advertise real endpoints of a family whose socket is bound to all addresses.
   * @param nat64 prefix of the NAT64 that the host is behind.
   */
  constructor(advertise: readonly Endpoint[], profile: TestProfile, nat64?: Prefix) {
    this.advertise = advertise;
    this.profile = profile;
    this.nat64 = nat64;
  }

  /** The sockets are bound to these endpoints; nothing is known any more of how others see them. */
  set(locals: readonly Endpoint[]): void {
    this.locals = locals;
    this.observed.clear();
  }

  families(): Family[] {
    return [...new Set(this.locals.map(({ ip }) => family(ip)))];
  }

  /** By what the DC can be reached: without IPv4, the way through a NAT64 counts as it. [NODE-03] */
  ways(): Family[] {
    const families = this.families();
    return this.nat64 === undefined || families.includes(4) || !families.includes(6)
      ? families
      : [...families, 4];
  }

  /** The family by which an address is reached. [NODE-03] */
  readonly wayTo = (ip: Ip): Family => (this.nat64 !== undefined && isIn(ip, this.nat64) ? 4 : family(ip));

  /** Where hosts are reached from here: IPv4 ones by the NAT64, without IPv4. [NODE-21] */
  reached(endpoints: readonly Endpoint[]): Endpoint[] {
    return byNat64(endpoints, this.families(), this.nat64);
  }

  /** The endpoints of the node, of any kind: nobody else's. [KEY-40] */
  own(): Endpoint[] {
    const isKnown = (endpoint: Endpoint): boolean =>
      this.locals.some((local) => sameEndpoint(local, endpoint));
    return [...this.locals, ...this.advertise.filter((endpoint) => !isKnown(endpoint))];
  }

  /** What a Registration Request lists, in order of preference. [NODE-03] */
  real(virtualAddresses: readonly Ip[]): Endpoint[] {
    const isWildcard = ({ ip }: Endpoint): boolean => ip === '0.0.0.0' || ip === '::';
    const wild = this.locals.filter(isWildcard).map(({ ip }) => family(ip));
    const endpoints = [
      ...this.locals.filter((local) => !isWildcard(local)),
      ...this.advertise.filter(({ ip }) => wild.includes(family(ip))),
    ];
    const isReal = ({ ip, port }: Endpoint): boolean =>
      port !== 0 && reach(ip, this.profile) !== 'never' && !virtualAddresses.includes(ip);
    return endpoints.filter(isReal).slice(0, MOST_ENDPOINTS);
  }

  /** How the DC sees this node, in each family in which it does. [OPT-06] */
  seen(): Endpoint[] {
    return [...this.observed.values()];
  }

  /** How the DC sees the socket of a family. [DC-06] */
  observe(version: Family, endpoint: Endpoint): void {
    this.observed.set(version, endpoint);
  }

  /**
   * Whether mappings have to be kept alive: behind a NAT, or a firewall, which over IPv6 nobody can exclude. Not
   * known counts as yes. [TUN-08, DC-28]
   */
  isNatted(version: Family): boolean {
    const observed = this.observed.get(version);
    if (version === 6 || observed === undefined) return true;
    const isOwn = this.real([]).some((local) => sameEndpoint(local, observed));
    return !isOwn || reach(observed.ip, this.profile) !== 'global';
  }
}

/** The first address that lies inside the prefix of an attached link, with that link. [NODE-15] */
export function conflict(
  addresses: readonly Ip[],
  links: readonly Prefix[],
): { readonly address: Ip; readonly link: Prefix } | undefined {
  for (const address of addresses) {
    const link = links.find((prefix) => isIn(address, prefix));
    if (link !== undefined) return { address, link };
  }
  return undefined;
}

/** `10.1.0.0/16` */
export function formatPrefix({ bytes, length }: Prefix): string {
  return `${ipFromBytes(bytes)}/${length}`;
}
