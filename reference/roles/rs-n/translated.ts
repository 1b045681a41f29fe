/** The general side of an RS-N: a translator, and whom it may lead to. */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Instant } from '../../core.ts';
import type { RelayDirectionEnd } from '../../wire/messages.ts';
import { Status } from '../../wire/registry.ts';
import type { End } from '../relay/end.ts';
import type { Made } from '../relay/ends.ts';
import { ErrorRate } from '../relay/error-rate.ts';
import type { PeerRules } from '../relay/general-peers.ts';
import { mayBePeer } from '../relay/general-peers.ts';
import type { GeneralSide, Outlets } from '../relay/general-side.ts';
import type { Napt } from './napt/napt.ts';
import type { NaptConfig, Peering, QuickIn } from './napt/types.ts';

export class Translated implements GeneralSide {
  private readonly napt: Napt;
  private readonly config: NaptConfig;
  private readonly rules: PeerRules;
  private readonly outlets: Outlets;
  private readonly errors = new ErrorRate();

  constructor(napt: Napt, config: NaptConfig, rules: Omit<PeerRules, 'own'>, outlets: Outlets) {
    this.napt = napt;
    this.config = config;
    this.outlets = outlets;
    this.rules = { ...rules, own: (ip) => config.addresses.includes(ip) || outlets.isOwn(ip) };
  }

  addresses(): readonly Ip[] {
    return this.config.addresses;
  }

  judge({ peerAddress, peerVirtualAddress }: RelayDirectionEnd): Status {
    if (peerAddress === undefined || peerVirtualAddress === undefined) return Status.malformed;
    return this.napt.serves(peerAddress) && mayBePeer(peerAddress, this.rules) ? Status.ok : Status.refused;
  }

  make(direction: RelayDirectionEnd): Made {
    const peering = peeringOf(direction);
    const allocated = this.config.addresses.find((own) => family(own) === family(peering.peer));
    if (allocated === undefined)
      throw new Error(`a peer that is not served was judged good: ${peering.peer}`);
    return { own: [peering.standsFor], node: peering.own, allocated, version: family(peering.standsFor) };
  }

  bind({ direction, id, mtu }: End, now: Instant): void {
    this.napt.bind(peeringOf(direction), now);
    // Of a path that replaces another the size was known before.
    if (mtu !== undefined) this.napt.resize(id, mtu);
  }

  leave({ id }: End): void {
    this.napt.leave(id);
  }

  release({ id }: End, now: Instant): void {
    this.napt.release(id, now);
  }

  resize({ id }: End, mtu: number): void {
    this.napt.resize(id, mtu);
  }

  quickOut(packet: Uint8Array, pathId: string, now: Instant): Uint8Array | undefined {
    return this.napt.quickOut(packet, pathId, now);
  }

  quickIn(packet: Uint8Array, now: Instant): QuickIn | undefined {
    return this.napt.quickIn(packet, now);
  }

  outbound({ id }: End, packet: Uint8Array, now: Instant): void {
    const { packets, back, refused } = this.napt.out(packet, id, now);
    for (const one of packets) this.outlets.out(one);
    for (const error of this.errors.within(back, now)) this.outlets.into(id, error, now);
    if (refused !== undefined) this.outlets.refuse(refused);
  }

  inbound(packet: Uint8Array, now: Instant): void {
    const { to, reply, refused } = this.napt.in(packet, now);
    for (const one of to?.packets ?? []) if (to !== undefined) this.outlets.into(to.pathId, one, now);
    for (const error of this.errors.within(reply, now)) this.outlets.out(error);
    if (refused !== undefined) this.outlets.refuse(refused);
  }

  /** The translator keeps to the size that it was told, and has said so to the peer: this comes of a change on the way. */
  tooBig(): void {
    this.outlets.refuse('translation');
  }

  lends(): void {
    // What a DC lends is for relays that lend it on.
  }

  tick(now: Instant): void {
    for (let lost = this.napt.expire(now); lost > 0; lost--) this.outlets.refuse('fragment');
  }

  wakeAt(): Instant | undefined {
    return this.napt.wakeAt();
  }

  sizes(): Readonly<Record<string, readonly [size: number, bound: number]>> {
    const { mappings, sessions, reassemblies } = this.napt.sizes();
    const { bounds } = this.config;
    return {
      mappings: [mappings, bounds.mappings],
      sessions: [sessions, bounds.sessions],
      reassemblies: [reassemblies, 2 * bounds.reassemblies],
    };
  }
}

function peeringOf({
  pathId,
  nodeId,
  virtualAddresses,
  peerVirtualAddress,
  peerAddress,
}: RelayDirectionEnd): Peering {
  if (peerAddress === undefined || peerVirtualAddress === undefined)
    throw new Error('a direction without a general peer was judged good');
  return {
    pathId: toHex(pathId),
    nodeId: toHex(nodeId),
    own: virtualAddresses as readonly Ip[],
    standsFor: peerVirtualAddress,
    peer: peerAddress,
  };
}
