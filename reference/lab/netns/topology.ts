/** A topology that grows and changes, and the steps by which the system follows it. */
import type { GatewayRules } from './rules.ts';
import { gatewayRules, INSIDE, OUTSIDE } from './rules.ts';
import type { Segment, Version } from './segments.ts';
import { addressAt, INTERNET, LENGTH, ROUTER, versionOf, wayOut, withLength } from './segments.ts';
import type { Naming, Step } from './steps.ts';
import { FORWARDS, QUICK } from './steps.ts';

export interface GatewayOptions extends GatewayRules {
  readonly prefix4?: string;
  readonly prefix6?: string;
  readonly isIsolated?: boolean;
}

/** The name of a host's one interface. */
export const INTERFACE = 'eth0';

const VERSIONS: readonly Version[] = [4, 6];

export class Topology {
  private readonly name: Naming;
  private readonly leases = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private ports = 0;

  constructor(name: Naming) {
    this.name = name;
  }

  /** The Internet: a router and the bridge that all plug into. */
  internet(): Step[] {
    return [
      ...this.router(INTERNET.at),
      this.inside(INTERNET.at, [
        bridge(INTERNET.bridge),
        ...ROUTER.map((address) => `address add ${withLength(address)} dev ${INTERNET.bridge}`),
        `link set ${INTERNET.bridge} up`,
      ]),
    ];
  }

  /** A namespace with nothing but its loopback. */
  host(host: string): Step[] {
    return [
      { kind: 'ip', lines: [`netns add ${this.name(host)}`] },
      { kind: 'set', namespace: this.name(host), values: QUICK },
      this.inside(host, ['link set lo up']),
    ];
  }

  /**
   * A gateway, and the network behind it.
   * @param outer the network in which it stands
   */
  gateway(
    gateway: string,
    { prefix4, prefix6, isIsolated, ...rules }: GatewayOptions,
    outer: Segment = INTERNET,
  ): { readonly segment: Segment; readonly steps: Step[] } {
    const segment: Segment = {
      at: gateway,
      bridge: INSIDE,
      ...(prefix4 !== undefined && { prefix4 }),
      ...(prefix6 !== undefined && { prefix6 }),
      ...(isIsolated !== undefined && { isIsolated }),
    };
    const versions = VERSIONS.filter((version) => addressAt(segment, version, 1) !== undefined);
    const outside = versions.flatMap((version) => this.lease(outer, gateway, version) ?? []);
    return {
      segment,
      steps: [
        ...this.router(gateway),
        ...this.network(segment),
        ...this.plug(gateway, outer, outside, OUTSIDE),
        ...this.known(segment, outer, outside, rules.nat !== undefined),
        { kind: 'nft', namespace: this.name(gateway), rules: gatewayRules(rules) },
      ],
    };
  }

  /** A network at a namespace that is there already, which has the first address in it. */
  network(segment: Segment): Step[] {
    const own = VERSIONS.flatMap((version) => addressAt(segment, version, 1) ?? []);
    return [
      this.inside(segment.at, [
        bridge(segment.bridge),
        ...own.map((address) => `address add ${withLength(address)} dev ${segment.bridge}`),
        `link set ${segment.bridge} up`,
      ]),
    ];
  }

  /** The address of a family that a host has in a segment, the same each time; undefined: there is none. */
  lease(segment: Segment, host: string, version: Version): string | undefined {
    const key = `${segment.at} ${version} ${host}`;
    const known = this.leases.get(key);
    if (known !== undefined) return known;
    const count = `${segment.at} ${version}`;
    const number = (this.counts.get(count) ?? 1) + 1;
    // Addresses of servers and routers on the segment are below that.
    const first = segment === INTERNET ? 0x1000 : 0;
    const address = addressAt(segment, version, version === 6 ? first + number : number);
    if (address === undefined) return undefined;
    this.counts.set(count, number);
    this.leases.set(key, address);
    return address;
  }

  /** Connects a namespace to a segment, with these addresses and a default route for each family. */
  plug(host: string, segment: Segment, addresses: readonly string[], device = INTERFACE): Step[] {
    const port = `p${++this.ports}`;
    const isolated = segment.isIsolated ? [`link set ${port} type bridge_slave isolated on`] : [];
    const firsts = VERSIONS.flatMap(
      (version) => addresses.find((address) => versionOf(address) === version) ?? [],
    );
    return [
      {
        kind: 'ip',
        lines: [
          `link add ${device} netns ${this.name(host)} type veth peer name ${port} netns ${this.name(segment.at)}`,
        ],
      },
      this.inside(segment.at, [`link set ${port} master ${segment.bridge} up`, ...isolated]),
      this.inside(host, [
        ...addresses.map((address) => `address add ${withLength(address)} dev ${device}`),
        `link set ${device} up`,
        ...firsts.map((address) => `route add default via ${wayOut(address)} dev ${device}`),
      ]),
    ];
  }

  /** Pulls a host out of where it is: its interface is gone, and the other end with it. */
  unplug(host: string, device = INTERFACE): Step[] {
    return [this.inside(host, [`link del ${device}`])];
  }

  /** The network outside learns the way to one behind a gateway that does not translate it. */
  private known(segment: Segment, outer: Segment, outside: readonly string[], isNat: boolean): Step[] {
    const routes = outside.flatMap((via) => {
      const prefix = versionOf(via) === 6 ? `${segment.prefix6}:` : isNat ? undefined : `${segment.prefix4}0`;
      return prefix === undefined ? [] : [`route add ${prefix}/${LENGTH[versionOf(via)]} via ${via}`];
    });
    return routes.length === 0 ? [] : [this.inside(outer.at, routes)];
  }

  private router(name: string): Step[] {
    return [...this.host(name), { kind: 'set', namespace: this.name(name), values: FORWARDS }];
  }

  private inside(host: string, lines: readonly string[]): Step {
    return { kind: 'ip', namespace: this.name(host), lines };
  }
}

/** Without a link address of its own it takes the lowest of those plugged in, and who knew the old one hears nothing for half a minute. */
function bridge(name: string): string {
  return `link add ${name} address 02:00:00:00:00:01 type bridge`;
}
