/** Commands of the model run: what DCs do. Each does one thing and holds the RS-S to the model. */
import type { AsyncCommand } from 'fast-check';
import type { Instant } from '../../../reference/core.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Received } from '../../observe/received.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { PlayedNode } from '../../played/node.ts';
import type { RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import type { Model, Side } from './relay-model.ts';
import { pathOf, withdraw } from './relay-model.ts';

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

export abstract class Command implements AsyncCommand<Model, Real> {
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
