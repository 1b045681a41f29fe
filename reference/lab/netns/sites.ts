/** The situations of nodes (DC-10) out of gateways that the kernel is: the same ones, by the same words, as the simulated. */
import type { NatOptions } from '../../net/sim/nat.ts';
import type { Situation } from '../places.ts';
import { NATS } from '../places.ts';
import type { Segment, Version } from './segments.ts';
import { INTERNET } from './segments.ts';
import type { Step } from './steps.ts';
import type { GatewayOptions, Topology } from './topology.ts';

/** NAT64 is nothing that the kernel has: it is left to the simulated laboratory. Firewalls without NAT are beside. */
export const KINDS = ['G4', 'FC', 'RC', 'PR', 'SY', 'CE', 'CS', 'V6', 'DS', 'SPI'] as const;
export type Kind = (typeof KINDS)[number];

/** Kinds that stand in the table of situations too. */
export const isSituation = (kind: Kind): kind is Kind & Situation => kind !== 'SPI';

/** Somewhere to be. */
export interface Site {
  readonly name: string;
  readonly segment: Segment;
  /** The families that a host gets there. */
  readonly versions: readonly Version[];
  /** The namespaces of its gateways, from the inside out. */
  readonly gateways: readonly string[];
}

export interface Built {
  readonly site: Site;
  readonly steps: Step[];
}

const HOME = { prefix4: '192.168.1.' };
const CARRIER = { prefix4: '100.64.0.' };

export class Sites {
  private readonly topology: Topology;
  private made = 0;

  constructor(topology: Topology) {
    this.topology = topology;
  }

  /** A site of its own of that kind. */
  make(kind: Kind): Built {
    const name = `${kind.toLowerCase()}${++this.made}`;
    switch (kind) {
      case 'G4':
        return { site: { name, segment: INTERNET, versions: [4], gateways: [] }, steps: [] };
      case 'CE':
        return this.inRow(name, NATS.PR);
      case 'CS':
        return this.inRow(name, NATS.SY);
      case 'V6':
        return this.behind(name, { ...this.six(), isFirewall: true });
      case 'DS':
        return this.behind(name, { ...HOME, ...this.six(), nat: NATS.PR, isFirewall: true });
      case 'SPI':
        return this.behind(name, { prefix4: `198.51.${100 + this.made}.`, isFirewall: true });
      default:
        return this.behind(name, { ...HOME, nat: NATS[kind] });
    }
  }

  /** A carrier's network behind its NAT. */
  carrier(name: string, nat: NatOptions): Built {
    return this.behind(name, { ...CARRIER, nat });
  }

  /** Behind a gateway with those options. @param around where that one stands */
  behind(name: string, options: GatewayOptions, around?: Site): Built {
    const { segment, steps } = this.topology.gateway(name, options, around?.segment);
    const versions = ([4, 6] as const).filter((version) => options[`prefix${version}`] !== undefined);
    return { site: { name, segment, versions, gateways: [name, ...(around?.gateways ?? [])] }, steps };
  }

  /** A home whose NAT stands in the network of a carrier with another. */
  private inRow(name: string, nat: NatOptions): Built {
    const outer = this.carrier(`${name}-cgn`, nat);
    const inner = this.behind(name, { ...HOME, nat: NATS.PR }, outer.site);
    return { site: inner.site, steps: [...outer.steps, ...inner.steps] };
  }

  private six(): { readonly prefix6: string } {
    return { prefix6: `2001:db8:${(++this.made).toString(16)}:` };
  }
}
