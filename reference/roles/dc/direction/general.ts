/**
 * One Direction Request for a general peer, or for a lease alone, from its arrival to its answer: policy, the
 * virtual address that stands for the peer, the relay, the answer. The relay is the other end of the path. [DC-32]
 */
import type { Ip } from '../../../address.ts';
import { sameBytes, toHex } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import type { DirectionRequest, Message } from '../../../wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../../wire/registry.ts';
import type { Answered, Dc, Registered, RegisteredRelay } from '../parts.ts';
import { isGeneralRefused } from './access.ts';
import { endpointsIn, hasTaken, inOrder, relayNodeId, worse } from './answers.ts';
import type { Common, RelayEnd } from './bodies.ts';
import { commonSuite, freshId, freshSecret, relayEndDirection, relayEndRoute, statusIn } from './bodies.ts';
import { familiesOf, relaysFor } from './general-relays.ts';
import { allocatedIn, lendable } from './lease.ts';
import type { Paths } from './paths.ts';
import { decideRelayEnd } from './relay-end.ts';
import { schedules } from './schedules.ts';

/** GEN-28: the answer is on its way before the time is over. In milliseconds. */
const MARGIN = 100;

export class GeneralDirection {
  readonly deadline: Instant;
  isOver = false;
  private readonly dc: Dc;
  private readonly paths: Paths;
  private readonly request: DirectionRequest;
  private readonly requester: Registered;
  private readonly done: (answer: Message, now: Instant) => void;
  /** What the stage that is under way comes to if the time is over. */
  private hanging: Status = Status.noRelay;
  /** The relay that accepted, as long as its part would have to be withdrawn. [DC-37] */
  private prepared: { readonly relay: RegisteredRelay; readonly pathId: Uint8Array } | undefined;
  /** The address that stands for the peer, held as long as this is under way. */
  private standIn: Ip | undefined;

  constructor(
    dc: Dc,
    paths: Paths,
    request: DirectionRequest,
    requester: Registered,
    done: (answer: Message, now: Instant) => void,
    now: Instant,
  ) {
    this.dc = dc;
    this.paths = paths;
    this.request = request;
    this.requester = requester;
    this.done = done;
    this.deadline = now + Math.max(0, dc.timers['direction-answer'] - MARGIN);
  }

  start(now: Instant): void {
    const { request, requester, dc, paths } = this;
    const { replaces, reason, peerAddress: peer } = request;
    if (replaces !== undefined && !paths.mayReplace(replaces, [requester.name]))
      return this.fail(Status.refused, now);
    const { kind, standIn } = decideRelayEnd(request.want, peer, requester.virtualAddresses);
    const isForbidden =
      !requester.peer.offered.includes(kind) ||
      (peer !== undefined && isGeneralRefused(dc.config.access, requester.name, peer));
    if (isForbidden) return this.fail(Status.refused, now);
    const families = familiesOf(requester, dc.profile);
    const found = relaysFor(dc.relays(kind, [...families], now), kind, families, peer);
    const relays = inOrder(found, replaces && paths.relayOf(replaces), reason, true);
    if (relays.length === 0) return this.fail(Status.noRelay, now);
    if (peer === undefined || standIn === undefined)
      return this.prepare(relays, undefined, { kind, peerAddress: peer, peerVirtualAddress: undefined }, now);
    const then = (peerVirtualAddress: Ip, later: Instant): void =>
      this.prepare(relays, undefined, { kind, peerAddress: peer, peerVirtualAddress }, later);
    this.represent(peer, standIn, then, now);
  }

  /** The time is over. [GEN-28] */
  expire(now: Instant): void {
    if (!this.isOver) this.fail(this.hanging, now);
  }

  /** The virtual address that stands for the peer, once that is durable. [DC-22, DC-25, DC-36] */
  private represent(peer: Ip, version: 4 | 6, then: (ip: Ip, now: Instant) => void, now: Instant): void {
    const { dc } = this;
    this.hanging = Status.busy;
    const ip = dc.standIns.hold(peer, version, now, (isStored, later) => {
      if (this.isOver) return;
      if (!isStored || ip === undefined) return this.fail(Status.busy, later);
      then(ip, later);
    });
    if (ip === undefined) return this.fail(Status.poolEmpty, now);
    this.standIn = ip;
  }

  /** Directs one relay after the other until one accepts; each is told of a path of its own. [DC-18, DC-19, DC-23] */
  private prepare(
    [relay, ...others]: readonly RegisteredRelay[],
    sofar: Status | undefined,
    end: RelayEnd,
    now: Instant,
  ): void {
    if (relay === undefined) return this.fail(sofar ?? Status.noRelay, now);
    this.hanging = Status.noRelay;
    const { dc, requester, paths } = this;
    const common: Common = {
      pathId: freshId(dc.random, (id) => dc.isTaken(id) || paths.has(id)),
      pathSecret: freshSecret(dc.random),
      suite: commonSuite(requester.suites, relay.suites),
      lifetime: dc.timers['path-idle-relay-end'] / 1000,
      replaces: this.request.replaces,
    };
    const direction = relayEndDirection(dc.random, common, end, requester);
    dc.request(relay.peer, direction, schedules(dc.timers).dcRs, now, (answer, later) => {
      const endpoints = endpointsIn(answer);
      const lent = end.kind === RelayKind.t ? allocatedIn(answer) : undefined;
      const isUsable =
        end.kind === RelayKind.n ||
        (lent !== undefined && lendable(relay.peer, end.peerAddress).includes(lent));
      const isGood = endpoints !== undefined && isUsable;
      if (hasTaken(answer) && (this.isOver || !isGood)) dc.withdraw(relay.peer, common.pathId, later);
      if (this.isOver) return;
      if (!isGood) return this.prepare(others, worse(sofar, whyNot(answer)), end, later);
      this.prepared = { relay, pathId: common.pathId };
      const { peer: node, instance } = requester;
      // DC-39: with this its Relay Direction is over too.
      const asker = dc.registeredPeer(node, later);
      if (asker === undefined || !sameBytes(asker.instance, instance))
        return this.fail(Status.notRegistered, later);
      dc.relayed({ pathId: toHex(common.pathId), relay: relay.peer, direction, node, instance, lent }, later);
      const accepted = { nodeId: relayNodeId(relay), endpoints };
      this.succeed(relayEndRoute(common, end, accepted, lent), relay, later);
    });
  }

  private succeed(
    route: ReturnType<typeof relayEndRoute>,
    { peer: relay }: RegisteredRelay,
    now: Instant,
  ): void {
    const { request, requester, dc } = this;
    this.isOver = true;
    this.paths.note(route.pathId, { names: [requester.name], relay });
    if (request.replaces !== undefined) dc.replaced(toHex(request.replaces), now);
    this.letGo(now);
    this.done({ ...route, transaction: request.transaction, status: Status.ok }, now);
  }

  private fail(status: Status, now: Instant): void {
    const { prepared, request, dc } = this;
    this.isOver = true;
    if (status === Status.ok) throw new Error('a failure has a status of its own');
    // ERR-05: undone first, but nobody waits for the relay.
    if (prepared !== undefined) dc.withdraw(prepared.relay.peer, prepared.pathId, now);
    this.letGo(now);
    this.done({ type: MessageType.routeDirection, transaction: request.transaction, status }, now);
  }

  /** The address is held by what is live, if anything is. */
  private letGo(now: Instant): void {
    if (this.standIn !== undefined) this.dc.standIns.release(this.standIn, now);
    this.standIn = undefined;
  }
}

function whyNot(answer: Answered): number | undefined {
  return typeof answer === 'string' ? undefined : statusIn(answer);
}
