import type { Endpoint } from '../address.ts';
import { sameEndpoint } from '../address.ts';
import type { Instant, Random } from '../core.ts';
import { Status } from '../wire/registry.ts';
import { Addresses } from './addresses.ts';
import type { Attempt } from './attempt.ts';
import type { Handshake } from './handshake.ts';
import type { NewProbe, Probe } from './probes.ts';
import { Probes } from './probes.ts';
import type { ChannelConfig } from './types.ts';

const TRANSACTION_LENGTH = 8;

/** Where the far end of a channel is: the addresses that probes have found out, and those under way. */
export class FarEnd {
  readonly addresses: Addresses;
  readonly probes: Probes;
  private readonly config: ChannelConfig;
  private readonly random: Random;
  /** Destinations of this end's own last handshake: it was told them, not led there. */
  private told: readonly Endpoint[] = [];

  constructor(config: ChannelConfig, random: Random) {
    this.addresses = new Addresses(config.addressing, config.familyOf);
    this.probes = new Probes(config.timers);
    this.config = config;
    this.random = random;
  }

  /** The valid address in use. */
  validAddress(): Endpoint | undefined {
    const endpoint = this.addresses.inUse();
    return endpoint !== undefined && this.addresses.isValid(endpoint) ? endpoint : undefined;
  }

  /** Where to open again: all that is known of where the far end could be, but a path by its route in use. [KEY-05] */
  candidates(): Endpoint[] {
    const inUse = this.validAddress();
    if (this.addresses.routing !== undefined && inUse !== undefined) return [inUse];
    const known = this.addresses.all();
    return [...known, ...this.told.filter((to) => !known.some((other) => sameEndpoint(other, to)))];
  }

  /** Whether so many bytes may go to an address; notes them. [DOS-02] */
  spend(to: Endpoint, bytes: number): boolean {
    return this.addresses.spend(to, bytes) || this.isTold(to);
  }

  /** Message 2 came: the confirming probe goes to its source and, but on a leg, to all that message 1 went to. [KEY-11] */
  opened(handshake: Handshake, from: Endpoint, attempt: Attempt, now: Instant): void {
    this.addresses.setProvisional(from);
    this.told = attempt.told;
    this.probe(from, handshake, now);
    if (this.config.kind === 'leg') return;
    for (const to of attempt.destinations()) if (!sameEndpoint(to, from)) this.probe(to, handshake, now);
  }

  /** Starts a probe. @param under unconfirmed keys that it is to confirm; else it goes under the newest. */
  probe(to: Endpoint, under: Handshake | undefined, now: Instant, size = 0): void {
    if (!this.canBe(to)) return;
    this.start({ to, under, size, nominates: true }, now);
  }

  /** Probes what this end itself wants to know of an address; one that is valid stays where it is in the order. [HO-14] */
  check(to: Endpoint, now: Instant, size: number): void {
    if (!this.addresses.isValid(to)) this.probe(to, undefined, now, size);
    else if (this.canBe(to)) this.start({ to, under: undefined, size, nominates: false }, now);
  }

  /** Probes a candidate at times of its own; an answer makes it one more address, not the latest. [OPT-02, KEY-32] */
  search(to: Endpoint, schedule: readonly number[], now: Instant): void {
    if (this.canBe(to)) this.start({ to, under: undefined, size: 0, nominates: false, schedule }, now);
  }

  /** A message from elsewhere than the address in use makes that source a candidate; a probe decides. [HO-03] */
  nominate(from: Endpoint, now: Instant): void {
    const inUse = this.addresses.validFor(from);
    if (inUse !== undefined && sameEndpoint(inUse, from)) return;
    this.probe(from, undefined, now);
  }

  /**
   * The answer to a probe. Only one from the very address that the probe went to ends it, and makes the address
   * valid. [KEY-30, ERR-03]
   * @returns the probe that the answer belongs to, and whether another address is in use since.
   */
  answered(
    transaction: Uint8Array,
    status: number,
    from: Endpoint,
  ): { readonly probe: Probe | undefined; readonly isMoved: boolean } {
    const probe = this.probes.find(transaction);
    if (probe === undefined || !sameEndpoint(probe.to, from)) return { probe, isMoved: false };
    this.probes.end(probe);
    if (status !== Status.ok || this.addresses.isCurrent(from)) return { probe, isMoved: false };
    // RSS-15: since the probe the address may have become that of somebody else.
    return { probe, isMoved: this.canBe(from) && this.addresses.validate(from, probe.nominatedAs) };
  }

  /**
   * Takes the probes that were never answered.
   * @returns them, and whether no address is left that could answer: then the end opens again. [KEY-11]
   */
  takeUnanswered(now: Instant): { readonly over: readonly Probe[]; readonly isLost: boolean } {
    const over = this.probes.takeOver(now);
    const wasConfirming = over.some(({ under }) => under !== undefined && under.confirmedAt === undefined);
    const isLast = over.length > 0 && this.probes.size === 0;
    return { over, isLost: isLast && (wasConfirming || this.validAddress() === undefined) };
  }

  /** Whether an endpoint can be the far end's: what this end was told, always. [KEY-40] */
  canBe(endpoint: Endpoint): boolean {
    return this.config.usable(endpoint) || this.isTold(endpoint);
  }

  private start(probe: Omit<NewProbe, 'transaction'>, now: Instant): void {
    this.probes.start({ ...probe, transaction: this.random(TRANSACTION_LENGTH) }, now);
  }

  private isTold(to: Endpoint): boolean {
    return this.config.isProvisioned?.(to) === true || this.told.some((known) => sameEndpoint(known, to));
  }
}
