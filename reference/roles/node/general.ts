/** General peers at a node: for which of them it asks its DC, and when. [NODE-20, DNS-16] */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import type { GeneralConfig, Policy } from '../../config/policy.ts';
import type { Instant } from '../../core.ts';
import type { Prefix, TestProfile } from '../../locator.ts';
import { NO_TEST_PROFILE, reach } from '../../locator.ts';
import type { AddressSet } from '../../packet/inner.ts';
import type { Goal } from './goal.ts';
import { translatedGoal, transparentGoal } from './goal.ts';
import { Names } from './names.ts';
import type { Paths } from './paths.ts';
import { policyFor } from './policy.ts';

/** DOS-04: real addresses that DNS gave for names with a policy of their own. */
const TOLD_BOUND = 4096;

export interface GeneralParts {
  readonly config: GeneralConfig;
  readonly profile: TestProfile;
  /** Prefixes of the links that the host is attached to. */
  readonly links: () => readonly Prefix[];
  /** How long an address counts as that of its name, in milliseconds. */
  readonly memory: number;
  readonly paths: Paths;
  /** Own virtual addresses. */
  readonly own: () => readonly Ip[];
  /** There are others that lead to an RS-T. */
  readonly changed: () => void;
}

export class General {
  private readonly parts: GeneralParts;
  /** What DNS said of peers that are reached by an RS-T. */
  private readonly told: Names;

  constructor(parts: GeneralParts) {
    this.parts = parts;
    this.told = new Names(parts.memory, TOLD_BOUND);
  }

  /** Where an RS-T was asked for no peer: addresses that packets may come from and go to. [NODE-11, TUN-18] */
  readonly anyPeer: AddressSet = {
    includes: (ip) => {
      const { own, paths } = this.parts;
      if (reach(ip, NO_TEST_PROFILE) === 'never' || own().includes(ip)) return false;
      return ![...paths.all.values()].some((path) =>
        path.lent === undefined ? path.isLive && path.addresses.includes(ip) : path.lent === ip,
      );
    },
  };

  /**
   * DNS gave these addresses for a name that is no NTM FQDN.
   * @returns what is to be asked for before the application gets an answer; undefined: it gets DNS's own. [DNS-16]
   */
  resolved(name: string, addresses: readonly [Ip, ...Ip[]], now: Instant): Goal | undefined {
    const policy = this.policyFor(addresses[0], name);
    if (policy === 'rs-n') return translatedGoal(addresses[0]);
    for (const address of addresses) {
      if (this.policyFor(address, name) !== 'rs-t') continue;
      this.told.note([address], transparentGoal(address), now);
      this.parts.changed();
    }
    return undefined;
  }

  /** What DNS said of peers that are reached by an RS-T. */
  toldAddresses(): Ip[] {
    return this.told.addresses();
  }

  /** Whom a packet for a real address is to reach, if it is to go by an RS-T. */
  goalTo(address: Ip, now: Instant): Goal | undefined {
    const told = this.told.goalOf(address, now);
    if (told !== undefined) return told;
    return this.policyFor(address) === 'rs-t' ? transparentGoal(address) : undefined;
  }

  /** The address that is to be held without a peer, if there is none. */
  missing(): Goal | undefined {
    const { config, paths } = this.parts;
    return config.lease && paths.leases().length === 0 ? transparentGoal() : undefined;
  }

  /** Whether an address that is lent without a peer serves a general peer. */
  isServed(address: Ip): boolean {
    return this.parts.paths
      .leases()
      .some(({ isUp, lent }) => isUp && lent !== undefined && family(lent) === family(address));
  }

  private policyFor(address: Ip, name?: string): Policy {
    const { config, profile, links } = this.parts;
    return policyFor({ name, address }, config, { profile, links: links() });
  }
}
