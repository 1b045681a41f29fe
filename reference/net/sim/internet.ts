/** A whole simulated Internet in virtual time: realms within realms, and hosts in them. The same seed gives the same run. */
import type { Ip } from '../../address.ts';
import type { GatewayOptions } from './gateway.ts';
import { Gateway } from './gateway.ts';
import type { Seen } from './host.ts';
import { Host } from './host.ts';
import type { RealmOptions } from './realm.ts';
import { Realm } from './realm.ts';
import type { AfterPromises } from './time.ts';
import { VirtualTime } from './time.ts';

/** A realm, its way out, and where that leads. */
export interface Site {
  readonly realm: Realm;
  readonly gateway: Gateway;
  readonly outer: Realm;
}

export type SiteOptions = RealmOptions & GatewayOptions;

export class Internet {
  readonly time: VirtualTime;
  /** Where every address is its own and everybody is reached. */
  readonly realm: Realm;
  private readonly seed: string;
  private readonly listeners = new Set<(seen: Seen) => void>();
  private readonly siteOf = new Map<Realm, Site>();

  constructor(seed: string, afterPromises: AfterPromises) {
    this.seed = seed;
    this.time = new VirtualTime(afterPromises);
    this.realm = new Realm(this.time, { prefix4: '203.0.113.', prefix6: '2001:db8:' });
  }

  host(name: string): Host {
    return new Host(this.time, name, `${this.seed} ${name}`, (seen) => {
      for (const listener of this.listeners) listener(seen);
    });
  }

  /** A realm behind a gateway of its own. @param outer the realm in which the gateway stands */
  site(name: string, { prefix4, prefix6, isIsolated, ...gateway }: SiteOptions, outer = this.realm): Site {
    const realm = new Realm(this.time, {
      ...(prefix4 !== undefined && { prefix4 }),
      ...(prefix6 !== undefined && { prefix6 }),
      ...(isIsolated !== undefined && { isIsolated }),
    });
    const lease = (kind: string): Ip | undefined => outer.lease(`${name} ${kind}`, 4);
    const outside = { nat: gateway.nat && lease('nat'), nat64: gateway.nat64 && lease('nat64') };
    const box = new Gateway(this.time, `${this.seed} ${name}`, [realm, outer], outside, gateway);
    const site = { realm, gateway: box, outer };
    this.siteOf.set(realm, site);
    if (prefix6 !== undefined) this.route(prefix6, box, outer);
    return site;
  }

  /** Calls a listener for each UDP datagram that a host sends or gets from now on. Returns what ends that. */
  onSeen(listener: (seen: Seen) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Makes a prefix known in the realm outside, and in those around that one. */
  private route(prefix: string, gateway: Gateway, outer: Realm): void {
    outer.route(prefix, gateway);
    const around = this.siteOf.get(outer);
    if (around !== undefined) this.route(prefix, around.gateway, around.outer);
  }
}
