/** A played DC on its association with a node: it registers the node and directs its paths. */
import type { Endpoint, Ip } from '../../reference/address.ts';
import { endpointToBytes, ipFromBytes, ipToBytes } from '../../reference/address.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { MessageType, Part, RelayKind, Status } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body, bytesField } from '../fields.ts';
import type { Intent } from '../intent.ts';
import { VALID } from '../intent.ts';
import type { Received } from '../observe/received.ts';
import { Unjudged } from '../verdict.ts';
import { PlayedChannel } from './channel.ts';
import type { PathPlan } from './dc.ts';
import { nodeIdBeside, PlayedDc } from './dc.ts';
import type { Peer, RequestOptions } from './peer.ts';

/** The far end of a node's path as its DC tells of it. */
export interface FarEnd {
  readonly instance: Uint8Array;
  readonly fqdn: string;
  readonly virtualAddresses: readonly Ip[];
}

/** All that a DC makes up for a path of a node: of the legs the first is the far end's, the second the node's. */
export interface NodePlan extends PathPlan {
  readonly far: FarEnd;
}

/** An RS-S that the tester plays for a path. */
export interface PlayedRelay {
  readonly peer: Peer;
  /** The node's leg. */
  readonly leg: PlayedChannel;
  /** What a direction says of it. */
  readonly field: Body;
}

export interface DirectionParts {
  readonly part?: Part;
  readonly candidates?: readonly Endpoint[];
  readonly relay?: PlayedRelay | undefined;
  /** Seconds. */
  readonly lifetime?: number;
  readonly fields?: Fields;
  readonly extra?: readonly (readonly [number, CborValue])[];
}

export function isRegistrationRequest({ type, keys }: Received): boolean {
  return type === MessageType.registrationRequest && keys !== undefined;
}

/** Whether the Node ID of a far end is below or above that of the node. */
export type Beside = 'lower' | 'higher';

export class PlayedNodeDc extends PlayedDc {
  readonly #sockets: readonly Peer[];
  #plans = 0;

  /** @param sockets one for each family by which the node reaches its DC. */
  constructor(sockets: readonly [Peer, ...Peer[]], association: PlayedChannel, nodeOpens: boolean) {
    super(sockets[0], association, nodeOpens);
    this.#sockets = sockets;
    for (const socket of sockets) socket.hold(association);
  }

  override get sockets(): readonly Peer[] {
    return this.#sockets;
  }

  override get directionType(): number {
    return MessageType.routeDirection;
  }

  get nodeId(): Uint8Array {
    return this.association.peer.nodeId;
  }

  /** Waits until the node is registered, too, where it is let. @throws Unjudged */
  override async associate(): Promise<void> {
    await super.associate();
    const { peer, association } = this;
    if (!peer.habits.answerRegistrations) return;
    const asked = await peer.stage.until(
      () => this.sockets.every(({ inbox }) => inbox.some(isRegistrationRequest)) || undefined,
    );
    if (asked === undefined)
      throw new Unjudged('inconclusive', 'target', 'the node did not register with its DC', true);
    // By the time of these answers it has taken those to its registration.
    for (const socket of this.sockets) await socket.probe(association, { auto: true });
    await peer.stage.arrived();
  }

  override plan(parts: Partial<NodePlan> & { readonly beside?: Beside } = {}): NodePlan {
    const { beside, ...given } = parts;
    const base = super.plan(given);
    const number = ++this.#plans;
    const [first, second] = base.legs;
    const nodeId = beside === undefined ? first.nodeId : nodeIdBeside(this.nodeId, beside);
    return {
      far: {
        instance: this.peer.stage.fresh(8),
        fqdn: `cn${number}.ntmobile.two.example`,
        virtualAddresses: [virtualAddress(4, number), virtualAddress(6, number)],
      },
      ...base,
      ...given,
      legs: [
        { ...first, nodeId },
        { ...second, nodeId: this.nodeId },
      ],
    };
  }

  /** A Route Direction as a request, for a path that the node awaits; fields given here replace those. */
  override relayDirection(
    plan: PathPlan,
    fields: Fields = {},
    extra: readonly (readonly [number, CborValue])[] = [],
  ): Body {
    return this.routeDirection(plan, { fields, extra });
  }

  /** Sends a Route Direction and waits for its Acknowledgement. */
  override direct(content: Body, options: RequestOptions = {}): Promise<Received | undefined> {
    return this.peer.request(this.association, MessageType.routeDirection, content, options);
  }

  override async relay(plan: PathPlan = this.plan(), fields: Fields = {}): Promise<NodePlan> {
    // What this class plans is a plan of a node.
    return (await super.relay(plan, fields)) as NodePlan;
  }

  /** Has the node take a path. @throws Unjudged unless it acknowledges with status 0 */
  async send(plan: NodePlan, parts: DirectionParts = {}): Promise<Received> {
    const answer = await this.direct(this.routeDirection(plan, parts));
    if (answer?.body?.get(1) === 0) return answer;
    throw new Unjudged('inconclusive', 'target', 'a Route Direction was not accepted', answer === undefined);
  }

  /** A Route Direction, without a status. */
  routeDirection(plan: PathPlan, parts: DirectionParts = {}): Body {
    const { part = Part.await, candidates, relay, lifetime = 300, fields = {}, extra = [] } = parts;
    const [{ nodeId }] = plan.legs;
    const { pathId, pathSecret, suite } = plan;
    return body(
      {
        transaction: this.peer.stage.fresh(8),
        pathId,
        pathSecret,
        suite,
        part,
        peer: farField(nodeId, 'far' in plan ? (plan as NodePlan).far : undefined),
        candidates: candidates?.map(endpointToBytes),
        relay: relay?.field,
        lifetime,
        ...fields,
      },
      extra,
    );
  }

  /** An RS-S that the tester plays at a socket, for the node's leg and for the path. */
  relayAt(peer: Peer, plan: NodePlan): PlayedRelay {
    const nodeId = peer.stage.fresh(16);
    const [, own] = plan.legs;
    const leg = new PlayedChannel({
      kind: 'leg',
      id: own.legId,
      secret: own.legSecret,
      own: { nodeId, role: 'rs' },
      peer: { nodeId: this.nodeId, role: 'node' },
    });
    peer.hold(leg);
    const endpoints = [endpointToBytes(peer.local)];
    const field = body({
      kind: RelayKind.s,
      nodeId,
      endpoints,
      leg: body({ legId: own.legId, legSecret: own.legSecret }),
    });
    return { peer, leg, field };
  }

  /** Takes the next Direction Request that repeats none, wherever it came in. @returns undefined if none came in time */
  takeDirectionRequest(timeout?: number): Promise<Received | undefined> {
    return this.takeAnywhere(
      ({ type, keys, explained }) =>
        type === MessageType.directionRequest && keys !== undefined && explained === undefined,
      timeout,
    );
  }

  /** Takes what comes to any of its sockets. @returns undefined if nothing came in time */
  takeAnywhere(match: (mail: Received) => boolean, timeout?: number): Promise<Received | undefined> {
    const poll = () => {
      for (const socket of this.sockets) {
        const mail = socket.takeNow(match);
        if (mail !== undefined) return mail;
      }
      return undefined;
    };
    return this.peer.stage.until(poll, timeout);
  }

  /** Answers a Direction Request by a path, or by an error. */
  answer(request: Received, with_: Body | number, intent: Intent = VALID): void {
    const transaction = bytesField(request.body, 'transaction');
    const socket = this.sockets.find(({ name }) => name === request.peer) ?? this.peer;
    const content =
      typeof with_ === 'number'
        ? body({ transaction, status: with_ })
        : new Map([...with_, ...body({ transaction, status: Status.ok })]);
    const options = { to: request.from, intent, auto: true };
    for (let left = socket.stage.answers; left > 0; left--)
      socket.sendSealed(this.association, MessageType.routeDirection, content, options);
  }
}

function farField(nodeId: Uint8Array, far: FarEnd | undefined): Body {
  return body({
    nodeId,
    instance: far?.instance,
    fqdn: far?.fqdn,
    virtualAddresses: far?.virtualAddresses.map(ipToBytes),
  });
}

/** The virtual address number n of the pool of far ends. */
function virtualAddress(version: 4 | 6, number: number): Ip {
  const low = [(number >> 8) & 255, number & 255];
  const bytes = version === 4 ? [198, 19, ...low] : [0xfd, 0, 0, 0x19, ...new Array(10).fill(0), ...low];
  return ipFromBytes(Uint8Array.from(bytes)) as Ip;
}
