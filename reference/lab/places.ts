/** The situations in which a node can be (DC-10), each built on the simulated Internet. */

import type { Host } from '../net/sim/host.ts';
import type { Internet, Site, SiteOptions } from '../net/sim/internet.ts';
import type { LinkOptions } from '../net/sim/link.ts';
import type { NatOptions } from '../net/sim/nat.ts';
import type { Realm } from '../net/sim/realm.ts';

/** The words are those of the spec's table of situations. */
export const SITUATIONS = ['G4', 'FC', 'RC', 'PR', 'SY', 'CE', 'CS', 'V6', 'V64', 'DS'] as const;
export type Situation = (typeof SITUATIONS)[number];

export const NATS = {
  FC: { mapping: 'EIM', filtering: 'EIF' },
  RC: { mapping: 'EIM', filtering: 'ADF' },
  PR: { mapping: 'EIM', filtering: 'APDF' },
  SY: { mapping: 'APDM', filtering: 'APDF' },
} as const satisfies Record<string, NatOptions>;

/** Somewhere to be. */
export interface Place {
  readonly name: string;
  readonly realm: Realm;
  /** The families that a host gets there. */
  readonly versions: readonly (4 | 6)[];
  /** From the inside out; none: it is the Internet itself. */
  readonly sites: readonly Site[];
}

export class Places {
  private readonly net: Internet;
  private made = 0;

  constructor(net: Internet) {
    this.net = net;
  }

  /** A place of its own of that kind. */
  make(situation: Situation): Place {
    const name = `${situation} ${++this.made}`;
    switch (situation) {
      case 'G4':
        return { name, realm: this.net.realm, versions: [4], sites: [] };
      case 'CE':
        return this.behind(name, { ...this.home(), nat: NATS.PR }, [this.carrier(NATS.PR)]);
      case 'CS':
        return this.behind(name, { ...this.home(), nat: NATS.PR }, [this.carrier(NATS.SY)]);
      case 'V6':
        return this.behind(name, this.six());
      case 'V64':
        return this.behind(name, { ...this.six(), nat64: NATS.PR });
      case 'DS':
        return this.behind(name, { ...this.home(), ...this.six(), nat: NATS.PR });
      default:
        return this.behind(name, { ...this.home(), nat: NATS[situation] });
    }
  }

  /** A carrier's network behind its NAT. */
  carrier(nat: NatOptions): Site {
    return this.net.site(`carrier ${++this.made}`, { prefix4: '100.64.0.', nat });
  }

  /** Behind a gateway with those options. @param around networks in which that one stands, from the inside out */
  behind(name: string, options: SiteOptions, around: readonly Site[] = []): Place {
    const site = this.net.site(name, { link: { delayMin: 5 }, ...options }, around[0]?.realm);
    const versions = ([4, 6] as const).filter((version) => options[`prefix${version}`] !== undefined);
    return { name, realm: site.realm, versions, sites: [site, ...around] };
  }

  /** IPv4 of homes: the same addresses in each. */
  home(): SiteOptions {
    return { prefix4: '192.168.1.' };
  }

  six(): SiteOptions {
    return { prefix6: `2001:db8:${(++this.made).toString(16)}:` };
  }
}

const LINK: LinkOptions = { delayMin: 5 };

/** Brings a host to a place: its one interface is pulled out and plugged in there. */
export function bring(host: Host, place: Place, link: LinkOptions = LINK): void {
  const leases = place.versions.flatMap((version) => place.realm.lease(host.name, version) ?? []);
  host.move('eth', place.realm, link, leases);
}
