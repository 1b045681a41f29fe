/** What a DC is asked by other DCs: what it knows of its nodes, and to direct them. */
import type { Endpoint } from '../../../address.ts';
import { toHex } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import { sha256 } from '../../../crypto/hash.ts';
import { zoneOf } from '../../../dns/names.ts';
import { isIn } from '../../../locator.ts';
import type { Message, NodeInformationRequest, RouteDirection } from '../../../wire/messages.ts';
import { encodeBody } from '../../../wire/messages.ts';
import { MessageType, Status } from '../../../wire/registry.ts';
import type { Answered, Dc, DcPeer, Registered } from '../parts.ts';
import { isRefused } from './access.ts';
import { freshTransaction, statusIn } from './bodies.ts';
import { informationOf } from './information.ts';
import type { Paths } from './paths.ts';
import { schedules } from './schedules.ts';

type Refused = Exclude<Status, typeof Status.ok>;

export class Federation {
  private readonly dc: Dc;
  /** Paths that other DCs directed, with a digest of what they are. Bounded; the oldest goes. [FED-12, DOS-04] */
  private readonly directed = new Map<string, string>();
  private readonly paths: Paths;
  /** Route Directions that their nodes did not acknowledge yet. */
  private passing = 0;

  constructor(dc: Dc, paths: Paths) {
    this.dc = dc;
    this.paths = paths;
  }

  /** [FED-03, FED-05, FED-07] */
  information(peer: DcPeer, request: NodeInformationRequest, from: Endpoint, now: Instant): void {
    const { dc } = this;
    const { transaction, fqdn } = request;
    const isBarred = dc.config.access.nodeInformation.includes(peer.nodeId);
    const registered = isBarred ? Status.refused : this.ownNode(fqdn, now);
    const answer: Message =
      typeof registered === 'number'
        ? { type: MessageType.nodeInformationResponse, transaction, status: registered }
        : informationOf(registered, transaction, dc.profile);
    dc.answer(peer, answer, from, now);
  }

  /** Passes a Route Direction on to the node that it is for. [FED-06, FED-13] */
  pass(peer: DcPeer, direction: RouteDirection, from: Endpoint, now: Instant): void {
    const { dc } = this;
    const { transaction } = direction;
    const acknowledge = (status: Status, at: Instant): void =>
      dc.answer(peer, { type: MessageType.acknowledgement, transaction, status }, from, at);
    const node = this.judge(peer, direction, now);
    if (typeof node === 'number') return acknowledge(node, now);
    const { forFqdn: _, ...rest } = direction;
    const message = { ...rest, transaction: freshTransaction(dc.random) };
    this.passing++;
    dc.request(node.peer, message, schedules(dc.timers).dcNode, now, (answer, later) => {
      this.passing--;
      const status = statusOf(answer);
      // ERR-05
      if (status !== Status.ok) this.directed.delete(toHex(direction.pathId));
      acknowledge(status, later);
    });
  }

  /** The checks of FED-12, in their order, with the access list before the path's own. [FED-07] */
  private judge(peer: DcPeer, direction: RouteDirection, now: Instant): Registered | Refused {
    const { forFqdn, peer: far } = direction;
    if (forFqdn === undefined) return Status.malformed;
    if (!maySpeak(peer, far)) return Status.refused;
    const node = this.ownNode(forFqdn, now);
    if (typeof node === 'number') return node;
    if (isRefused(this.dc.config.access, far?.fqdn ?? '', forFqdn)) return Status.refused;
    // DOS-04
    if (this.passing >= this.dc.config.limits.paths) return Status.busy;
    return this.isNewOrSame(peer, direction) ? node : Status.refused;
  }

  private ownNode(
    name: string,
    now: Instant,
  ): Registered | typeof Status.unknownName | typeof Status.notRegistered {
    const { dc } = this;
    const zone = zoneOf(name);
    if (zone === undefined || !dc.config.zones.includes(zone) || dc.provisioned(name) === undefined)
      return Status.unknownName;
    return dc.registered(name, now) ?? Status.notRegistered;
  }

  private isNewOrSame(peer: DcPeer, direction: RouteDirection): boolean {
    const key = toHex(direction.pathId);
    const digest = toHex(
      sha256(
        new TextEncoder().encode(peer.nodeId),
        encodeBody({ ...direction, transaction: NO_TRANSACTION }),
      ),
    );
    const known = this.directed.get(key);
    if (known !== undefined) return known === digest;
    // An ID that this DC has given out itself is nobody else's.
    if (this.dc.isTaken(direction.pathId) || this.paths.has(direction.pathId)) return false;
    this.directed.set(key, digest);
    for (const oldest of this.directed.keys()) {
      if (this.directed.size <= this.dc.config.limits.paths) break;
      this.directed.delete(oldest);
    }
    return true;
  }
}

const NO_TRANSACTION = new Uint8Array(8);

/** Whether a DC may say this of a node: a name in its zones, addresses in its prefixes. [DC-26] */
function maySpeak({ zones, prefixes }: DcPeer, far: RouteDirection['peer']): boolean {
  const zone = zoneOf(far?.fqdn ?? '');
  if (zone === undefined || !zones.includes(zone)) return false;
  return (far?.virtualAddresses ?? []).every((ip) => prefixes.some((prefix) => isIn(ip, prefix)));
}

/** What DC_MN is told of CN's answer. [FED-13] */
function statusOf(answer: Answered): Status {
  if (typeof answer === 'string') return Status.noRoute;
  return (statusIn(answer) ?? Status.ok) as Status;
}
