/** A played DC on its association with an RS-N or RS-T: it directs paths of nodes to general peers. */
import type { Ip } from '../../reference/address.ts';
import { ipFromBytes, ipToBytes } from '../../reference/address.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { MessageType, RelayKind } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body } from '../fields.ts';
import { DEFAULT_TEST_SECRET, poolIdentity } from '../identities.ts';
import { Unjudged } from '../verdict.ts';
import type { PlayedChannel } from './channel.ts';
import type { PathPlan } from './dc.ts';
import { PlayedDc } from './dc.ts';
import type { Peer } from './peer.ts';

export type EndKind = 'rs-n' | 'rs-t';

/** All that a DC makes up for a path to a general peer: of the legs the first is the node's, the second the relay's. */
export interface EndPlan extends PathPlan {
  /** The node's, one of each family. */
  readonly own: readonly Ip[];
  /** The general peer. */
  readonly real: Ip;
  /** What stands for it, by an RS-N. */
  readonly standsFor: Ip;
}

export type EndPlanParts = Partial<EndPlan> & {
  /** Of inner packets, and of the peer; both 4 if not given. */
  readonly families?: readonly [inner: 4 | 6, real: 4 | 6];
};

/** Plans of a DC before they begin anew. */
const PLANS = 0x4000;
/** Nodes of a DC: few enough for an RS-T to have, in its quarantine, an address of each family for each. [RST-05] */
const NODES = 16;
/** How long a relay that was there before the tester may take to ask for its pool; milliseconds. */
const MAY_ASK = 500;

export class PlayedEndDc extends PlayedDc {
  readonly kind: EndKind;
  /** The relay outlives the tester: it may have its pool from a run before this one. */
  readonly isStanding: boolean;
  /** Two DCs of one relay have nodes and pools of their own. */
  readonly #first: number;
  #plans = 0;
  #isTold = false;
  /** What came before is of an instance that is gone. */
  #since = Number.NEGATIVE_INFINITY;

  constructor(peer: Peer, association: PlayedChannel, rsOpens: boolean, kind: EndKind, isStanding = false) {
    super(peer, association, rsOpens);
    this.kind = kind;
    this.isStanding = isStanding;
    this.#first = association.own.nodeId[0] === 0 ? 0 : PLANS;
  }

  /** Waits until an RS-T has been told what it may lend, where it is told. @throws Unjudged */
  override async associate(): Promise<void> {
    const before = this.association.keys.length;
    await super.associate();
    const { peer, association, isStanding } = this;
    if (!peer.habits.answerRegistrations || peer.habits.pool.length === 0) return;
    // Who had to be opened to anew may have been started anew.
    if (isStanding && this.#isTold && association.keys.length === before) return;
    const isAsked = () =>
      peer.inbox.some(
        ({ type, keys, at }) =>
          type === MessageType.relayRegistrationRequest && keys !== undefined && at >= this.#since,
      );
    const asked = await peer.stage.until(() => isAsked() || undefined, isStanding ? MAY_ASK : undefined);
    if (asked === undefined && !isStanding)
      throw new Unjudged('inconclusive', 'target', 'the relay did not register with its DC', true);
    this.#isTold = true;
    // By the time of this answer it has taken the one to its registration.
    await peer.probe(association, { auto: true });
    await peer.stage.arrived();
  }

  /** The relay is about to be started again: its keys go, and it has to ask for its pool anew, maybe before the adapter has answered. */
  restarting(): void {
    this.association.current = undefined;
    this.#since = this.peer.stage.net.now();
  }

  override plan(parts: EndPlanParts = {}): EndPlan {
    const { families: [inner, real] = [4, 4], ...given } = parts;
    const base = super.plan(given);
    const [first, second] = base.legs;
    const made = this.#next(inner, real);
    return {
      ...made,
      ...base,
      ...given,
      legs: [
        given.legs === undefined ? { ...first, nodeId: made.nodeId } : first,
        { ...second, nodeId: this.association.peer.nodeId },
      ],
    };
  }

  /** What no two plans have alike while both are of use, but for their nodes. Which it is means nothing. */
  #next(inner: 4 | 6, real: 4 | 6) {
    const number = 1 + this.#first + (this.#plans % (PLANS - 1));
    const node = 1 + this.#first + (this.#plans % NODES);
    this.#plans++;
    const { stage } = this.peer;
    const made = {
      nodeId: poolIdentity(DEFAULT_TEST_SECRET, `node ${node} with general peers`, '').nodeId,
      own: [addressOf(OWN, 4, node), addressOf(OWN, 6, node)],
      real: addressOf(REAL, real, number),
      standsFor: addressOf(STANDS_FOR, inner, number),
    };
    for (const bytes of [made.nodeId, ...[...made.own, made.real, made.standsFor].map(ipToBytes)])
      stage.meansNothing(bytes);
    return made;
  }

  /** The Relay Direction of a path; fields given here replace those, undefined takes one away. */
  override relayDirection(
    plan: PathPlan & Partial<EndPlan>,
    fields: Fields = {},
    extra: readonly (readonly [number, CborValue])[] = [],
  ): Body {
    const isN = this.kind === 'rs-n';
    const { pathId, pathSecret, suite, legs, own, real, standsFor } = { ...this.#general(), ...plan };
    return body(
      {
        transaction: this.peer.stage.fresh(8),
        pathId,
        kind: isN ? RelayKind.n : RelayKind.t,
        lifetime: 7440,
        nodeId: legs[0].nodeId,
        pathSecret,
        suite,
        virtualAddresses: own.map(ipToBytes),
        peerAddress: ipToBytes(real),
        peerVirtualAddress: isN ? ipToBytes(standsFor) : undefined,
        ...fields,
      },
      extra,
    );
  }

  override async relay(plan: PathPlan = this.plan(), fields: Fields = {}): Promise<EndPlan> {
    // What this class plans is a plan of a path to a general peer.
    return (await super.relay(plan, fields)) as EndPlan;
  }

  #general(): Pick<EndPlan, 'own' | 'real' | 'standsFor'> {
    const { own, real, standsFor } = this.plan();
    return { own, real, standsFor };
  }
}

/** The last 16 bits count. */
const OWN = { 4: [198, 18], 6: [0xfd, 0, 0, 0x18] } as const;
const REAL = { 4: [203, 0, 113], 6: [0x20, 0x01, 0x0d, 0xb8, 0, 0x80] } as const;
const STANDS_FOR = { 4: [198, 19], 6: [0xfd, 0, 0, 0x19] } as const;

function addressOf(prefix: Readonly<Record<4 | 6, readonly number[]>>, version: 4 | 6, number: number): Ip {
  const bytes = new Uint8Array(version === 4 ? 4 : 16);
  bytes.set(prefix[version]);
  const { length } = prefix[version];
  const low = length === 3 ? [1 + (number % 250)] : [number >> 8, number & 255];
  bytes.set(low, bytes.length - low.length);
  return ipFromBytes(bytes) as Ip;
}

/** Prefixes in which the general peers of plans are: to be allowed in a configuration. [RSN-08] */
export const GENERAL_PEERS = ['203.0.113.0/24', '2001:db8:80::/48'] as const;
