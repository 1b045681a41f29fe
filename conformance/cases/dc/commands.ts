/** Commands of the model run of a DC. Each does one thing and holds the DC to the model. */
import type { AsyncCommand } from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { addressTexts, asSet, checkRoute, checkSame, hexField, pathIdOf, routeOf } from './steps.ts';

/** What a DC has to know of a registered node. */
interface ModelNode {
  readonly instance: string;
  readonly virtual: string;
  /** It is seen at another endpoint than it listed. */
  readonly isNatted: boolean;
}

/** A relayed path: who asked for it, as which instance. */
interface ModelPath {
  readonly mn: number;
  readonly cn: number;
  /** A registration of the node that was asked for ended since: whether it is live is not said. */
  isUnsure: boolean;
}

export interface Model {
  readonly nodes: (ModelNode | undefined)[];
  readonly paths: Map<string, ModelPath>;
  /** A registration ran out in this run already: it takes time. */
  hasLapsed: boolean;
}

export interface Real {
  readonly world: World;
  readonly dc: DcUnderTest;
}

abstract class Command implements AsyncCommand<Model, Real> {
  check(_model: Readonly<Model>): boolean {
    return true;
  }

  abstract run(model: Model, real: Real): Promise<void>;
  abstract toString(): string;
}

/** Paths that the one who asked for them does not hold any more are not live; of the others nothing is said. */
function ended(model: Model, index: number): void {
  model.nodes[index] = undefined;
  for (const [pathId, path] of model.paths) {
    if (path.mn === index) model.paths.delete(pathId);
    if (path.cn === index) path.isUnsure = true;
  }
}

function virtualOf(node: RegisteringNode): string {
  return asSet(addressTexts(node.virtual));
}

/** A registration as another instance or as the same, from one of two sockets. */
export class Register extends Command {
  readonly node: number;
  readonly isAnew: boolean;
  readonly socket: number;

  constructor(node: number, isAnew: boolean, socket: number) {
    super();
    this.node = node;
    this.isAnew = isAnew;
    this.socket = socket;
  }

  async run(model: Model, { world, dc }: Real): Promise<void> {
    const node = dc.node(this.node);
    const before = model.nodes[this.node];
    const isSame = before !== undefined && !this.isAnew;
    const places = [{ socket: this.socket }];
    const [answer] = await node.request(isSame ? { places, instance: node.instance } : { places });
    world.status(answer, Status.ok);
    const virtual = virtualOf(node);
    if (before !== undefined) checkSame(world, 'virtual addresses', before.virtual, virtual, 'DC-03');
    if (!isSame) ended(model, this.node);
    model.nodes[this.node] = { instance: toHex(node.instance), virtual, isNatted: this.socket > 0 };
    const all = model.nodes.flatMap((known) => known?.virtual.split(' ') ?? []);
    world.check(new Set(all).size === all.length, 'each virtual address once', all.join(' '), 'DC-01');
  }

  toString(): string {
    return `register(${this.node}${this.isAnew ? ', anew' : ''}, socket ${this.socket})`;
  }
}

export class Deregister extends Command {
  readonly node: number;

  constructor(node: number) {
    super();
    this.node = node;
  }

  async run(model: Model, { dc }: Real): Promise<void> {
    await dc.node(this.node).deregister();
    ended(model, this.node);
  }

  toString(): string {
    return `deregister(${this.node})`;
  }
}

/** A registration that nobody renews. Its paths go on at the relay. */
export class Lapse extends Command {
  readonly node: number;

  constructor(node: number) {
    super();
    this.node = node;
  }

  override check({ hasLapsed }: Readonly<Model>): boolean {
    return !hasLapsed;
  }

  async run(model: Model, { world, dc }: Real): Promise<void> {
    const node = dc.node(this.node);
    const isSame = model.nodes[this.node] !== undefined;
    await node.register({ lifetime: 1, ...(isSame && { instance: node.instance }) });
    if (!isSame) ended(model, this.node);
    await world.sleep(2200);
    const withdrawn = dc
      .relay()
      .withdrawals.map(pathIdOf)
      .filter((pathId) => {
        const path = model.paths.get(pathId);
        return path !== undefined && !path.isUnsure;
      });
    const requirement = 'DC-39: MUST NOT because a registration ran out.';
    checkSame(world, 'live paths that were withdrawn', '', withdrawn.join(), requirement);
    ended(model, this.node);
    model.hasLapsed = true;
  }

  toString(): string {
    return `lapse(${this.node})`;
  }
}

/** What another DC is told of a node. */
export class Inform extends Command {
  readonly node: number;

  constructor(node: number) {
    super();
    this.node = node;
  }

  async run(model: Model, { world, dc }: Real): Promise<void> {
    const node = dc.node(this.node);
    const known = model.nodes[this.node];
    await dc.other().attach();
    const answer = await dc.other().information(node.fqdn);
    if (known === undefined) {
      world.status(answer, Status.notRegistered, 'FED-03');
      return;
    }
    const { body } = world.status(answer, Status.ok, 'FED-03');
    checkSame(world, 'instance', known.instance, hexField(body, 'instance'), 'FED-03');
  }

  toString(): string {
    return `inform(${this.node})`;
  }
}

/** A node asks for a path; CN may refuse. */
export class Ask extends Command {
  readonly mn: number;
  readonly cn: number;
  readonly isRelayed: boolean;
  readonly isRefused: boolean;

  constructor(mn: number, cn: number, isRelayed: boolean, isRefused: boolean) {
    super();
    this.mn = mn;
    this.cn = cn;
    this.isRelayed = isRelayed;
    this.isRefused = isRefused;
  }

  async run(model: Model, { world, dc }: Real): Promise<void> {
    const [mn, cn] = [dc.node(this.mn), dc.node(this.cn)];
    const relay = dc.relay();
    const counts = () => [relay.directions.length, cn.directions.length];
    const before = counts();
    await mn.attach();
    cn.acknowledges = this.isRefused ? Status.refused : Status.ok;
    const answer = await mn.ask({ peerFqdn: cn.fqdn, ...(this.isRelayed && { want: RelayKind.s }) });
    const status = this.#status(model);
    const [atRelay = 0, atCn = 0] = counts().map((count, index) => count - (before[index] ?? 0));
    const isDirected = status === Status.ok || this.#reachesCn(model);
    if (!isDirected) checkSame(world, 'Route Directions at CN', 0, atCn, 'DC-32');
    if (status !== Status.ok) {
      world.status(answer, status, 'DC-32');
      return;
    }
    const own = checkRoute(world, answer);
    checkSame(world, 'Route Directions at CN', 1, atCn, 'DC-21');
    const direction = cn.directions.at(-1);
    const other = direction && routeOf(direction);
    checkSame(world, 'Path ID at CN', own.pathId, other?.pathId, 'DC-21');
    checkSame(world, 'instance of CN', model.nodes[this.cn]?.instance, own.peer?.instance, 'DC-21');
    checkSame(world, 'instance of MN', model.nodes[this.mn]?.instance, other?.peer?.instance, 'DC-21');
    checkSame(
      world,
      'virtual addresses of CN',
      model.nodes[this.cn]?.virtual,
      asSet(own.peer?.virtual ?? []),
      'DC-21',
    );
    // Which address of a node counts that has been seen at two is not this model's to say.
    const isOpen = !this.isRelayed && this.#areNatted(model);
    const isRelayed = isOpen ? atRelay === 1 : this.isRelayed;
    checkSame(world, 'Relay Directions', isRelayed ? 1 : 0, atRelay, 'DC-18');
    world.check(!model.paths.has(own.pathId), 'a new Path ID', 'one of before', 'DC-20');
    if (isRelayed) model.paths.set(own.pathId, { mn: this.mn, cn: this.cn, isUnsure: false });
  }

  /** The first stage that fails. [DC-32] */
  #status(model: Readonly<Model>): number {
    if (model.nodes[this.mn] === undefined) return Status.notRegistered;
    if (this.mn === this.cn) return Status.refused;
    if (model.nodes[this.cn] === undefined) return Status.notRegistered;
    return this.isRefused ? Status.refused : Status.ok;
  }

  /** Both are seen at another endpoint than they listed: rules 6 and 7 have a relay. [DC-13, DC-15] */
  #areNatted({ nodes }: Readonly<Model>): boolean {
    return [this.mn, this.cn].every((index) => nodes[index]?.isNatted);
  }

  #reachesCn({ nodes }: Readonly<Model>): boolean {
    return this.mn !== this.cn && nodes[this.mn] !== undefined && nodes[this.cn] !== undefined;
  }

  toString(): string {
    return `ask(${this.mn} for ${this.cn}${this.isRelayed ? ', relayed' : ''}${this.isRefused ? ', refused' : ''})`;
  }
}

/** The relay comes again, as another instance or not: it is told what is live, or nothing. */
export class RelayComes extends Command {
  readonly isAnew: boolean;

  constructor(isAnew: boolean) {
    super();
    this.isAnew = isAnew;
  }

  async run(model: Model, { world, dc }: Real): Promise<void> {
    const relay = dc.relay();
    const before = relay.directions.length;
    await relay.register({ anew: this.isAnew });
    const since = () => relay.directions.slice(before).map(pathIdOf);
    const live = this.isAnew ? [...model.paths] : [];
    const due = live.filter(([, { isUnsure }]) => !isUnsure).map(([pathId]) => pathId);
    await world.stage.until(() => due.every((pathId) => since().includes(pathId)) || undefined);
    // By the time of another answer what the registration led to has come.
    world.status(await relay.peer.probe(relay.association), Status.ok);
    const told = since();
    const missing = due.filter((pathId) => !told.includes(pathId));
    checkSame(world, 'live paths that were not told', '', missing.join(), 'DC-39');
    const known = live.map(([pathId]) => pathId);
    const dead = told.filter((pathId) => !known.includes(pathId));
    checkSame(world, 'paths told that are not live', '', dead.join(), 'DC-39');
  }

  toString(): string {
    return `relayComes(${this.isAnew ? 'anew' : ''})`;
  }
}

/** A crash. Whether paths are told to relays afterwards is not said. */
export class Restart extends Command {
  async run(model: Model, { dc }: Real): Promise<void> {
    await dc.restart({ hard: true });
    await dc.relay().register();
    for (const path of model.paths.values()) path.isUnsure = true;
  }

  toString(): string {
    return 'restart';
  }
}
