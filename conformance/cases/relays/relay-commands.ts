/** Commands of the model run: each does one thing and holds the RS-S to the model. */
import type { AsyncCommand } from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import type { Instant } from '../../../reference/core.ts';
import { Status } from '../../../reference/wire/registry.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { PlayedNode } from '../../played/node.ts';
import type { RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import { move, socketOf } from '../nodes.ts';
import {
  checkAbsent,
  checkForwarded,
  checkHeld,
  NOT_A_LEG,
  sendOpaque,
  sendVainOpening,
} from '../relayed.ts';
import type { Model, ModelPath, Side } from './relay-model.ts';
import { hold, otherSide, pathOf, withdraw } from './relay-model.ts';

export interface Real {
  readonly world: World;
  readonly rs: RsUnderTest;
  readonly dcs: readonly [PlayedDc, PlayedDc];
  readonly plans: readonly PathPlan[];
  /** Both ends of each path. */
  readonly nodes: PlayedNode[][];
  /** When a datagram was held. */
  readonly heldAt: Map<Uint8Array, Instant>;
}

/** RSS-03: younger than this it must still be there; milliseconds. */
const SURELY_HELD = 1500;
/** Sockets of each node. */
export const SOCKETS = 3;

abstract class Command implements AsyncCommand<Model, Real> {
  readonly path: number;

  constructor(path: number) {
    this.path = path;
  }

  check(_model: Readonly<Model>): boolean {
    return true;
  }

  abstract run(model: Model, real: Real): Promise<void>;
  abstract toString(): string;

  protected plan({ plans }: Real): PathPlan {
    const plan = plans[this.path];
    if (plan === undefined) throw new RangeError(`no path ${this.path}`);
    return plan;
  }

  protected node({ nodes }: Real, side: Side): PlayedNode {
    const node = nodes[this.path]?.[side];
    if (node === undefined) throw new RangeError(`no node of path ${this.path}`);
    return node;
  }

  protected fence({ dcs: [dc] }: Real): () => Promise<Received | undefined> {
    return () => dc.peer.probe(dc.association);
  }
}

/** A Relay Direction, always with the same content: a new entry, a repeat, or somebody else's. */
export class Direct extends Command {
  readonly dc: 0 | 1;

  constructor(path: number, dc: 0 | 1) {
    super(path);
    this.dc = dc;
  }

  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(model, this.path);
    const dc = real.dcs[this.dc];
    const isFree = path.owner === undefined || path.owner === this.dc;
    const answer = await dc.direct(dc.relayDirection(this.plan(real)));
    real.world.status(answer, isFree ? Status.ok : Status.refused);
    if (path.owner !== undefined) return;
    path.owner = this.dc;
    // The entry is new: so are the ends' channels.
    await renew(real, this.path);
  }

  toString(): string {
    return `direct(${this.path}, DC ${this.dc})`;
  }
}

/** Other content under a live Path ID. */
export class DirectOtherwise extends Command {
  override check(model: Readonly<Model>): boolean {
    return pathOf(model, this.path).owner !== undefined;
  }

  async run(model: Model, real: Real): Promise<void> {
    const dc = real.dcs[pathOf(model, this.path).owner ?? 0];
    const other = { ...dc.plan(), pathId: this.plan(real).pathId };
    real.world.status(await dc.direct(dc.relayDirection(other)), Status.refused);
  }

  toString(): string {
    return `directOtherwise(${this.path})`;
  }
}

export class Withdraw extends Command {
  readonly dc: 0 | 1;

  constructor(path: number, dc: 0 | 1) {
    super(path);
    this.dc = dc;
  }

  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(model, this.path);
    const dc = real.dcs[this.dc];
    const isOthers = path.owner !== undefined && path.owner !== this.dc;
    const answer = await dc.direct(dc.withdrawal(this.plan(real)));
    real.world.status(answer, isOthers ? Status.refused : Status.ok);
    if (path.owner === this.dc) withdraw(path);
  }

  toString(): string {
    return `withdraw(${this.path}, DC ${this.dc})`;
  }
}

abstract class NodeCommand extends Command {
  readonly side: Side;

  constructor(path: number, side: Side) {
    super(path);
    this.side = side;
  }
}

/** The node opens its leg, for the first time or again; without an entry nothing answers. */
export class OpenLeg extends NodeCommand {
  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(model, this.path);
    const node = this.node(real, this.side);
    const { world } = real;
    if (path.owner === undefined) {
      await world.silence({ bad: () => sendVainOpening(node), fence: this.fence(real) });
      return;
    }
    const failed = await node.peer.open(node.leg);
    world.check(failed === undefined, 'a leg that opens', `no ${failed}`);
    // A source that is in use already need not be probed again.
    const own = path.legs[this.side];
    if (!own.bound) await bindLeg(world, node);
    own.bound = true;
    if (path.legs[otherSide(this.side)].bound) await takeHeld(real, path, node);
  }

  toString(): string {
    return `openLeg(${this.path}, ${this.side})`;
  }
}

/** A datagram of the path from a node's socket in use. */
export class Send extends NodeCommand {
  override check(model: Readonly<Model>): boolean {
    return !pathOf(model, this.path).withdrawn;
  }

  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(model, this.path);
    const { world } = real;
    const from = this.node(real, this.side);
    const to = this.node(real, otherSide(this.side));
    const isBound = path.legs[this.side].bound;
    if (path.owner === undefined || !isBound) {
      const fault = path.owner === undefined ? silentFault('no such path', 'context') : NOT_A_LEG;
      await world.silence({ bad: () => sendOpaque(world, from, { fault }), fence: this.fence(real) });
      return;
    }
    // Doubles of the network would push out what is held.
    if (world.impaired && !path.legs[otherSide(this.side)].bound && path.held.length > 0) return;
    if (path.legs[otherSide(this.side)].bound) {
      await checkForwarded(world, from, to);
      return;
    }
    const datagram = sendOpaque(world, from);
    hold(path, datagram);
    real.heldAt.set(datagram, world.net.now());
    world.status(await from.peer.probe(from.leg), Status.ok);
    checkAbsent(world, to.peer, datagram);
    checkAbsent(world, from.peer, datagram);
  }

  toString(): string {
    return `send(${this.path}, ${this.side})`;
  }
}

/** A probing request on a leg. */
export class Probe extends NodeCommand {
  override check(model: Readonly<Model>): boolean {
    return pathOf(model, this.path).legs[this.side].bound;
  }

  async run(_: Model, real: Real): Promise<void> {
    const node = this.node(real, this.side);
    real.world.status(await node.peer.probe(node.leg), Status.ok);
  }

  toString(): string {
    return `probe(${this.path}, ${this.side})`;
  }
}

/** The node goes to its next socket, and what it sends from the one before is not forwarded. */
export class Move extends NodeCommand {
  override check(model: Readonly<Model>): boolean {
    return pathOf(model, this.path).legs[this.side].bound;
  }

  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(model, this.path);
    const own = path.legs[this.side];
    const { world, rs } = real;
    const node = this.node(real, this.side);
    const before = node.peer;
    own.socket = (own.socket + 1) % SOCKETS;
    await move(world, node, await socketOf(world, rs, node, socketName(this.path, this.side, own.socket)));
    await world.silence({
      bad: () => sendOpaque(world, node, { from: before, fault: NOT_A_LEG }),
      fence: this.fence(real),
    });
  }

  toString(): string {
    return `move(${this.path}, ${this.side})`;
  }
}

/** The name of a node's socket. */
export function socketName(path: number, side: Side, socket: number): string {
  return `${side === 0 ? 'A' : 'B'}${path}${socket === 0 ? '' : `.${socket}`}`;
}

/** Both ends of a path on their first sockets, without keys. */
export async function renew(
  real: Pick<Real, 'world' | 'rs' | 'plans' | 'nodes'>,
  path: number,
): Promise<void> {
  const { world, rs, plans, nodes } = real;
  const plan = plans[path];
  if (plan === undefined) return;
  const ends: PlayedNode[] = [];
  for (const side of [0, 1] as const) {
    const peer = await world.peer(socketName(path, side, 0), rs.endpoint());
    ends.push(new PlayedNode(peer, plan, side, rs.nodeId));
  }
  nodes[path] = ends;
}

/** After the RS-S's own probe was answered, an answer to one of the node's shows that it knows. */
async function bindLeg(world: World, { peer, leg }: PlayedNode): Promise<void> {
  const probed = await peer.take(({ channel, type }) => channel === leg && type === 0x0d);
  world.came(probed, 'a probing request of the RS-S to the source of the opening');
  world.status(await peer.probe(leg), Status.ok);
}

async function takeHeld({ world, heldAt }: Real, path: ModelPath, node: PlayedNode): Promise<void> {
  const held = path.held.splice(0);
  const arrived = held.map((datagram) =>
    node.peer.inbox.findIndex(({ bytes }) => sameBytes(bytes, datagram)),
  );
  const order = arrived.filter((at) => at >= 0);
  const isSorted = order.every((at, i) => i === 0 || at > (order[i - 1] ?? at));
  world.check(world.impaired || isSorted, 'what was held in the order in which it came', 'another order');
  for (const datagram of held) {
    const age = world.net.now() - (heldAt.get(datagram) ?? 0);
    if (age < SURELY_HELD) await checkHeld(world, node, datagram);
    else await node.takeRelayed(datagram, 0);
  }
}
