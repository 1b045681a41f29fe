/** Commands of the model run of a node. Each does one thing and holds the node to the model. */
import type { AsyncCommand } from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { NodePlan } from '../../played/node-dc.ts';
import type { World } from '../../world.ts';
import type { Registered } from './steps.ts';
import {
  checkDelivers,
  checkNotDelivered,
  checkSends,
  close,
  farEnd,
  isData,
  packetFrom,
  packets,
  packetTo,
  whenOpen,
} from './steps.ts';

/** What a far end was last directed to the node for. */
type State = 'none' | 'directed' | 'open' | 'closed';

export interface Model {
  readonly ends: State[];
}

export interface Real extends Registered {
  readonly world: World;
  readonly paths: (OnePath | undefined)[];
}

interface OnePath {
  readonly plan: NodePlan;
  far: PlayedNode;
  /** Sockets that it has had. */
  sockets: number;
  closedAt: number;
}

abstract class Command implements AsyncCommand<Model, Real> {
  readonly end: number;

  constructor(end: number) {
    this.end = end;
  }

  check(model: Readonly<Model>): boolean {
    return this.fits(model.ends[this.end] ?? 'none');
  }

  abstract fits(state: State): boolean;
  abstract run(model: Model, real: Real): Promise<void>;

  toString(): string {
    return `${this.constructor.name.toLowerCase()}(${this.end})`;
  }
}

function pathOf({ paths }: Real, end: number): OnePath {
  const path = paths[end];
  if (path === undefined) throw new Error(`far end ${end} has no path`);
  return path;
}

/** A new path to a far end, with addresses of its own, which the node awaits or opens. */
export class Direct extends Command {
  readonly part: Part;

  constructor(end: number, part: Part) {
    super(end);
    this.part = part;
  }

  fits(state: State): boolean {
    return state === 'none' || state === 'closed';
  }

  async run(model: Model, real: Real): Promise<void> {
    const { world, node, dc } = real;
    const plan = dc.plan();
    const far = await farEnd(world, node, plan, { name: `B ${this.end}` });
    real.paths[this.end] = { plan, far, sockets: 1, closedAt: Number.POSITIVE_INFINITY };
    await dc.send(plan, { part: this.part, candidates: [far.peer.local] });
    if (this.part === Part.initiate) await whenOpen(world, far);
    model.ends[this.end] = this.part === Part.initiate ? 'open' : 'directed';
  }

  override toString(): string {
    return `direct(${this.end}, part ${this.part})`;
  }
}

/** What NODE-22 refuses, beside what there is. */
export class DirectAgain extends Command {
  fits(state: State): boolean {
    return state === 'directed' || state === 'open';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, dc } = real;
    const { plan } = pathOf(real, this.end);
    const other = dc.plan();
    const sameId = dc.routeDirection({ ...other, pathId: plan.pathId });
    world.status(await dc.direct(sameId), Status.refused, 'NODE-22: a Path ID that it holds.');
    const { virtualAddresses } = plan.far;
    const twin: NodePlan = { ...other, far: { ...other.far, virtualAddresses } };
    const sameAddress = dc.routeDirection(twin);
    world.status(await dc.direct(sameAddress), Status.refused, 'NODE-22: an address of a live path.');
  }
}

/** The far end opens, for the first time or again. */
export class Open extends Command {
  fits(state: State): boolean {
    return state === 'directed' || state === 'open';
  }

  async run(model: Model, real: Real): Promise<void> {
    const { far } = pathOf(real, this.end);
    if (model.ends[this.end] === 'directed') await far.openLeg();
    else await far.openPath();
    model.ends[this.end] = 'open';
  }
}

/** An application sends: it comes at this far end and at no other one. */
export class SendTo extends Command {
  fits(state: State): boolean {
    return state === 'open';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, node } = real;
    const { plan, far } = pathOf(real, this.end);
    const packet = packetTo(world, plan);
    await checkSends(world, { node, far }, packet);
    const others = real.paths.filter((path) => path !== undefined && path.far !== far);
    const elsewhere = others.some((path) => path?.far.peer.inbox.some(isData(packet, path.far)));
    world.check(!elsewhere, 'the packet on its own path alone', 'on another one, too');
  }
}

/** TUN-17, with room for the host; milliseconds. */
const STILL_RECEIVED = 5000;

/** The far end sends: it comes out, once. */
export class Receive extends Command {
  fits(state: State): boolean {
    return state === 'open' || state === 'closed';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, node } = real;
    const { plan, far, closedAt } = pathOf(real, this.end);
    // On a slow host its 10 s may be over.
    if (world.net.now() > closedAt + STILL_RECEIVED) return;
    const packet = packetFrom(world, plan);
    await checkDelivers(world, { node, far }, packet, 'TUN-02; TUN-17: until 10 s after the close.');
    const out = packets(await node.events()).filter((one) => sameBytes(one, packet));
    world.check(out.length === 1, 'the packet once', `${out.length} times`);
  }
}

/** A far end sends in the name of another one. */
export class Impersonate extends Command {
  readonly other: number;

  constructor(end: number, other: number) {
    super(end);
    this.other = other;
  }

  fits(state: State): boolean {
    return state === 'open';
  }

  override check(model: Readonly<Model>): boolean {
    return super.check(model) && this.other !== this.end && model.ends[this.other] === 'open';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, node } = real;
    const { plan, far } = pathOf(real, this.end);
    const packet = packetFrom(world, pathOf(real, this.other).plan);
    await checkNotDelivered(world, { node, far, plan }, () => far.sendData(packet), 'NODE-11');
  }

  override toString(): string {
    return `impersonate(${this.end} as ${this.other})`;
  }
}

/** The far end goes on from another socket. */
export class Move extends Command {
  fits(state: State): boolean {
    return state === 'open';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, node } = real;
    const path = pathOf(real, this.end);
    const name = `B ${this.end}, socket ${path.sockets++ % 4}`;
    const peer = await world.peer(name, node.endpoint());
    if (peer === path.far.peer) return;
    path.far.moveTo(peer);
    world.status(await peer.probe(path.far.path), Status.ok);
    const isProbe = ({ type, channel }: { type: number | undefined; channel: unknown }) =>
      type === MessageType.probeRequest && channel === path.far.path;
    world.came(await peer.take(isProbe), 'a probe at the new address', 'KEY-31');
    // By the time of this answer it has taken ours to its own probe.
    world.status(await peer.probe(path.far.path), Status.ok);
    await checkSends(world, { node, far: path.far }, packetTo(world, path.plan), 'KEY-32, HO-03');
  }
}

export class Close extends Command {
  fits(state: State): boolean {
    return state === 'open';
  }

  async run(model: Model, real: Real): Promise<void> {
    const path = pathOf(real, this.end);
    path.closedAt = real.world.net.now();
    await close(real.world, path);
    model.ends[this.end] = 'closed';
  }
}

/** An application sends on a path that was closed: nothing goes there, the node asks for another one. */
export class SendInVain extends Command {
  fits(state: State): boolean {
    return state === 'closed';
  }

  async run(_model: Model, real: Real): Promise<void> {
    const { world, node, dc } = real;
    const { plan, far } = pathOf(real, this.end);
    const packet = packetTo(world, plan);
    await node.packet(packet);
    world.status(await dc.peer.probe(dc.association), Status.ok);
    // Not within a second after it was refused. [ERR-06]
    const request = await dc.takeDirectionRequest(1);
    if (request !== undefined) dc.answer(request, Status.refused);
    world.status(await dc.peer.probe(dc.association), Status.ok);
    const sent = far.peer.takeNow(isData(packet, far));
    world.check(sent === undefined, 'nothing on the closed path', 'Data', 'TUN-17');
  }
}
