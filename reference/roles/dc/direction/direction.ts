/**
 * One Direction Request for an NTM node, from its arrival to its answer: finds the peer, decides, prepares the relay, directs CN,
 * and answers MN. Each stage hands over to the next; what hangs when the time is over decides the status. [DC-32]
 */
import type { Endpoint } from '../../../address.ts';
import { sameBytes, toHex } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import { zoneOf } from '../../../dns/names.ts';
import type { DirectionRequest, Message } from '../../../wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../../wire/registry.ts';
import type { Answered, Dc, DcPeer, Registered, RegisteredRelay } from '../parts.ts';
import { isRefused } from './access.ts';
import { endpointsIn, hasTaken, inOrder, relayNodeId, worse } from './answers.ts';
import type { Accepted, End, Legs } from './bodies.ts';
import {
  commonSuite,
  freshId,
  freshSecret,
  freshTransaction,
  relayDirection,
  routeDirection,
  statusIn,
} from './bodies.ts';
import { candidatesFor } from './candidates.ts';
import type { Dcs } from './dcs.ts';
import type { FarNode } from './information.ts';
import { farNode, nearNode } from './information.ts';
import type { Paths } from './paths.ts';
import type { Decision } from './route.ts';
import { decideRoute } from './route.ts';
import { schedules } from './schedules.ts';

/** Errors of DC_CN or CN that MN is told as they are; all others are `no-route`. */
const PASSED_ON: ReadonlySet<number> = new Set([
  Status.unknownName,
  Status.notRegistered,
  Status.refused,
  Status.busy,
]);

/** GEN-28: the answer is on its way before the time is over. In milliseconds. */
const MARGIN = 100;

/** CN, and by whom it is directed. */
interface Callee {
  readonly node: FarNode;
  /** Its DC; undefined where that is this one. [FED-10] */
  readonly dc: DcPeer | undefined;
}

/** What was drawn for the path. [DC-20, DC-23] */
interface Drawn {
  readonly pathId: Uint8Array;
  readonly pathSecret: Uint8Array;
}

export class Direction {
  readonly deadline: Instant;
  isOver = false;
  private readonly dc: Dc;
  private readonly paths: Paths;
  private readonly dcs: Dcs;
  private readonly request: DirectionRequest;
  private readonly peerFqdn: string;
  private readonly requester: Registered;
  private readonly done: (answer: Message, now: Instant) => void;
  /** What the stage that is under way comes to if the time is over. */
  private hanging: Status = Status.noRoute;
  /** The relay that accepted, as long as its part would have to be withdrawn. [DC-37] */
  private prepared: { readonly relay: RegisteredRelay; readonly pathId: Uint8Array } | undefined;

  constructor(
    dc: Dc,
    paths: Paths,
    dcs: Dcs,
    request: DirectionRequest & { readonly peerFqdn: string },
    requester: Registered,
    done: (answer: Message, now: Instant) => void,
    now: Instant,
  ) {
    this.dc = dc;
    this.paths = paths;
    this.dcs = dcs;
    this.request = request;
    this.peerFqdn = request.peerFqdn;
    this.requester = requester;
    this.done = done;
    this.deadline = now + Math.max(0, dc.timers['direction-answer'] - MARGIN);
  }

  start(now: Instant): void {
    const { request, requester, dc } = this;
    const { replaces } = request;
    const { peerFqdn } = this;
    if (replaces !== undefined && !this.paths.mayReplace(replaces, [requester.name, peerFqdn]))
      return this.fail(Status.refused, now);
    const zone = zoneOf(peerFqdn);
    if (zone === undefined) return this.fail(Status.unknownName, now);
    const isOwn = dc.config.zones.includes(zone);
    if (peerFqdn === requester.name) return this.fail(Status.refused, now);
    if (isOwn) return this.admit(peerFqdn, undefined, now);
    this.dcs.find(zone, now, (found, later) => {
      if (this.isOver) return;
      if (typeof found === 'number') this.fail(found, later);
      else this.admit(peerFqdn, found, later);
    });
  }

  /** The time is over. [GEN-28] */
  expire(now: Instant): void {
    if (!this.isOver) this.fail(this.hanging, now);
  }

  /** Policy, then Node Information. */
  private admit(name: string, peerDc: DcPeer | undefined, now: Instant): void {
    const { dc, request, requester } = this;
    const isForbidden =
      isRefused(dc.config.access, requester.name, name) ||
      (request.want === RelayKind.s && !this.offersRelays());
    if (isForbidden) return this.fail(Status.refused, now);
    if (peerDc === undefined) {
      // FED-10: as the Node Information of another DC would say.
      if (dc.provisioned(name) === undefined) return this.fail(Status.unknownName, now);
      const registered = dc.registered(name, now);
      if (registered === undefined) return this.fail(Status.notRegistered, now);
      return this.decide({ node: nearNode(registered, dc.profile), dc: undefined }, now);
    }
    const message = {
      type: MessageType.nodeInformationRequest,
      transaction: freshTransaction(dc.random),
      fqdn: name,
    } as const;
    dc.request(peerDc, message, schedules(dc.timers).dcDc, now, (answer, later) => {
      if (!this.isOver) this.informed(name, peerDc, answer, later);
    });
  }

  private informed(name: string, peerDc: DcPeer, answer: Answered, now: Instant): void {
    if (typeof answer === 'string') return this.fail(Status.noRoute, now);
    const status = statusIn(answer);
    if (status !== undefined) return this.fail(told(status), now);
    const node = farNode(name, answer, peerDc, this.dc.profile);
    // Nobody is the far end of itself, and no relay could serve such a path.
    if (node === undefined || sameBytes(node.end.nodeId, this.requester.nodeId))
      return this.fail(Status.refused, now);
    this.decide({ node, dc: peerDc }, now);
  }

  private decide(callee: Callee, now: Instant): void {
    const { dc, request, requester } = this;
    const own = nearNode(requester, dc.profile);
    const decision = decideRoute(own.situation, callee.node.situation, request);
    const drawn: Drawn = {
      pathId: freshId(dc.random, (id) => dc.isTaken(id) || this.paths.has(id)),
      pathSecret: freshSecret(dc.random),
    };
    if (!decision.hasRelay) return this.direct(callee, decision, drawn, undefined, now);
    if (!this.offersRelays()) return this.fail(Status.refused, now);
    // Of a `relay-only` node of another DC nothing is known. [FED-14]
    const families = [own, callee.node].flatMap(({ situation: { has } }) =>
      has.size > 0 ? [...has] : ([4, 6] as const),
    );
    const { replaces, reason } = request;
    const before = replaces && this.paths.relayOf(replaces);
    const relays = inOrder(dc.relays(RelayKind.s, [...new Set(families)], now), before, reason, false);
    this.hanging = Status.noRelay;
    this.prepare(relays, undefined, callee, decision, drawn, now);
  }

  /** Directs one relay after the other until one accepts. [DC-18, DC-19, DC-37, DC-41] */
  private prepare(
    [relay, ...others]: readonly RegisteredRelay[],
    sofar: Status | undefined,
    callee: Callee,
    decision: Decision,
    drawn: Drawn,
    now: Instant,
  ): void {
    if (relay === undefined) return this.fail(sofar ?? Status.noRelay, now);
    const { dc, requester } = this;
    const { pathId } = drawn;
    const legs = this.drawLegs(pathId);
    const ends = { mn: endOf(requester), cn: callee.node.end };
    const direction = relayDirection(dc.random, pathId, ends, legs, dc.timers['relay-idle'] / 1000);
    dc.request(relay.peer, direction, schedules(dc.timers).dcRs, now, (answer, later) => {
      const endpoints = endpointsIn(answer);
      if (hasTaken(answer) && (this.isOver || endpoints === undefined))
        dc.withdraw(relay.peer, pathId, later);
      if (this.isOver) return;
      if (endpoints === undefined) {
        const why = typeof answer === 'string' ? undefined : statusIn(answer);
        return this.prepare(others, worse(sofar, why), callee, decision, drawn, later);
      }
      dc.relayed(
        {
          pathId: toHex(pathId),
          relay: relay.peer,
          direction,
          node: requester.peer,
          instance: requester.instance,
        },
        later,
      );
      this.prepared = { relay, pathId };
      const accepted = { nodeId: relayNodeId(relay), endpoints, legs };
      this.direct(callee, decision, drawn, accepted, later);
    });
  }

  /** Two pairs that have nothing in common with each other or the path. [DC-34, RSS-13] */
  private drawLegs(pathId: Uint8Array): Legs {
    const { dc, paths } = this;
    const taken = new Set([toHex(pathId)]);
    const draw = (): Legs['mn'] => {
      const isTaken = (id: Uint8Array): boolean => taken.has(toHex(id)) || dc.isTaken(id) || paths.has(id);
      const legId = freshId(dc.random, isTaken);
      taken.add(toHex(legId));
      return { legId, legSecret: freshSecret(dc.random) };
    };
    return { mn: draw(), cn: draw() };
  }

  /** CN first, through its DC; MN only when CN has it. [DC-21] */
  private direct(
    callee: Callee,
    decision: Decision,
    { pathId, pathSecret }: Drawn,
    relay: Accepted | undefined,
    now: Instant,
  ): void {
    const { dc, request, requester } = this;
    const { node, dc: peerDc } = callee;
    const own = nearNode(requester, dc.profile);
    const common = {
      pathId,
      pathSecret,
      suite: commonSuite(requester.suites, node.end.suites),
      lifetime: dc.timers['path-idle'] / 1000,
      replaces: request.replaces,
    };
    const isExcluded = (endpoint: Endpoint): boolean =>
      this.paths.isVirtual(endpoint.ip) ||
      [...requester.virtualAddresses, ...node.end.virtualAddresses].includes(endpoint.ip) ||
      this.paths.isRelay(endpoint, now);
    const candidates = (of: FarNode): readonly Endpoint[] =>
      decision.candidates === undefined ? [] : candidatesFor(of.situation, decision, dc.profile, isExcluded);
    const forCn: Message = {
      ...routeDirection(common, 'cn', decision, own.end, candidates(own), relay),
      transaction: freshTransaction(dc.random),
      ...(peerDc === undefined ? {} : { forFqdn: node.end.fqdn }),
    };
    this.hanging = Status.noRoute;
    const callees = peerDc ?? dc.provisioned(node.end.fqdn);
    if (callees === undefined) throw new Error('a node of this DC is provisioned');
    const { dcDc, dcNode } = schedules(dc.timers);
    dc.request(callees, forCn, peerDc === undefined ? dcNode : dcDc, now, (answer, later) => {
      if (this.isOver) return;
      if (typeof answer === 'string') return this.fail(Status.noRoute, later);
      const status = statusIn(answer);
      if (status !== undefined) return this.fail(told(status), later);
      // DC-39: with this its Relay Direction is over too.
      const asker = dc.registeredPeer(requester.peer, later);
      if (asker === undefined || !sameBytes(asker.instance, requester.instance))
        return this.fail(Status.notRegistered, later);
      const forMn = routeDirection(common, 'mn', decision, node.end, candidates(node), relay);
      this.succeed({ ...forMn, transaction: request.transaction, status: Status.ok }, node.end.fqdn, later);
    });
  }

  private succeed(answer: Extract<Message, { pathSecret: Uint8Array }>, peer: string, now: Instant): void {
    const { request, requester, prepared, dc } = this;
    this.isOver = true;
    const names = [requester.name, peer] as const;
    this.paths.note(answer.pathId, { names, relay: prepared?.relay.peer });
    if (request.replaces !== undefined) dc.replaced(toHex(request.replaces), now);
    this.done(answer, now);
  }

  private fail(status: Status, now: Instant): void {
    const { prepared, request, dc } = this;
    this.isOver = true;
    if (status === Status.ok) throw new Error('a failure has a status of its own');
    // ERR-05: undone first, but nobody waits for the relay.
    if (prepared !== undefined) dc.withdraw(prepared.relay.peer, prepared.pathId, now);
    this.done({ type: MessageType.routeDirection, transaction: request.transaction, status }, now);
  }

  private offersRelays(): boolean {
    return this.requester.peer.offered.includes(RelayKind.s);
  }
}

function endOf({ nodeId, instance, name, virtualAddresses, suites }: Registered): End {
  return { nodeId, instance, fqdn: name, virtualAddresses, suites };
}

function told(status: number): Status {
  return PASSED_ON.has(status) ? (status as Status) : Status.noRoute;
}
