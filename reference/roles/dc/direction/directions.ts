/** What a DC is asked by its nodes: the Direction Requests under way. */
import type { Endpoint } from '../../../address.ts';
import type { Instant } from '../../../core.ts';
import type { DirectionRequest, Message } from '../../../wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../../wire/registry.ts';
import type { Dc, NodePeer } from '../parts.ts';
import { Dcs } from './dcs.ts';
import { Direction } from './direction.ts';
import { GeneralDirection } from './general.ts';
import type { Paths } from './paths.ts';

const KINDS: ReadonlySet<number> = new Set(Object.values(RelayKind));

export class Directions {
  private readonly dc: Dc;
  private readonly paths: Paths;
  private readonly dcs: Dcs;
  /** In the order of their deadlines. */
  private readonly underWay = new Set<Direction | GeneralDirection>();

  constructor(dc: Dc, paths: Paths) {
    this.dc = dc;
    this.paths = paths;
    this.dcs = new Dcs(dc);
  }

  /** A Direction Request, which is answered in any case. [DC-09] */
  asked(peer: NodePeer, request: DirectionRequest, from: Endpoint, now: Instant): void {
    const { dc } = this;
    const refuse = (status: Exclude<Status, typeof Status.ok>): void =>
      dc.answer(
        peer,
        { type: MessageType.routeDirection, transaction: request.transaction, status },
        from,
        now,
      );
    // DC-42
    if (request.want !== undefined && !KINDS.has(request.want)) return refuse(Status.unsupported);
    const requester = dc.registeredPeer(peer, now);
    if (requester === undefined) return refuse(Status.notRegistered);
    if (!dc.hasRoom(this.underWay.size)) return refuse(Status.busy);
    const done = (answer: Message, at: Instant): void => {
      this.underWay.delete(direction);
      dc.answer(peer, answer, from, at);
    };
    const { peerFqdn } = request;
    const direction: Direction | GeneralDirection =
      peerFqdn === undefined
        ? new GeneralDirection(dc, this.paths, request, requester, done, now)
        : new Direction(dc, this.paths, this.dcs, { ...request, peerFqdn }, requester, done, now);
    this.underWay.add(direction);
    direction.start(now);
  }

  tick(now: Instant): void {
    for (const direction of this.underWay) {
      if (direction.deadline > now) return;
      direction.expire(now);
    }
  }

  wakeAt(): Instant {
    const [next] = this.underWay;
    return next?.deadline ?? Number.POSITIVE_INFINITY;
  }
}
