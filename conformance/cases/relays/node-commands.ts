/** Commands of the model run: what nodes do. */
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { silentFault } from '../../intent.ts';
import type { PlayedNode } from '../../played/node.ts';
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
import type { Real } from './relay-commands.ts';
import { Command, socketName } from './relay-commands.ts';
import type { Model, ModelPath, Side } from './relay-model.ts';
import { hold, otherSide, pathOf } from './relay-model.ts';

/** RSS-03: younger than this it must still be there; milliseconds. */
const SURELY_HELD = 1500;
/** Sockets of each node. */
const SOCKETS = 3;

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

/** After the RS-S's own probe was answered, an answer to one of the node's shows that it knows. */
async function bindLeg(world: World, { peer, leg }: PlayedNode): Promise<void> {
  const probed = await peer.take(({ channel, type }) => channel === leg && type === MessageType.probeRequest);
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
