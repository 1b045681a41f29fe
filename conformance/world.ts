/**
 * What a case is handed: the network, seeded randomness, the target, and what it takes to play the
 * other roles and to judge. A case uses nothing else.
 */
import type { Endpoint, Ip } from '../reference/address.ts';
import { family } from '../reference/address.ts';
import { toHex } from '../reference/bytes.ts';
import type { Random } from '../reference/core.ts';
import type { Net } from '../reference/net/net.ts';
import { sleepUntil } from '../reference/net/net.ts';
import { MessageType } from '../reference/wire/registry.ts';
import { bytesField, numberField } from './fields.ts';
import type { GoldenVector } from './golden-vectors.ts';
import { describeReceived } from './observe/exchange.ts';
import type { Received } from './observe/received.ts';
import type { PathPlan, PlayedDc } from './played/dc.ts';
import type { EndKind } from './played/end-dc.ts';
import { PlayedNode } from './played/node.ts';
import { Peer } from './played/peer.ts';
import type { Stage } from './played/stage.ts';
import type { RoleName } from './roles.ts';
import type { SpecTables, TableRow } from './spec-tables.ts';
import { describeStatus, mayBeOfLoss } from './status.ts';
import type { DcTestOptions, DcUnderTest } from './target/dc-under-test.ts';
import type { EndTestOptions, EndUnderTest } from './target/end-under-test.ts';
import type { NodeTestOptions, NodeUnderTest } from './target/node-under-test.ts';
import type { RsOptions, RsUnderTest, Target } from './target/target.ts';
import { Unjudged } from './verdict.ts';

export interface WorldOptions {
  readonly stage: Stage;
  readonly target: Target;
  /** The role that is judged, of those that the target has. */
  readonly role: RoleName;
  /** The tester's own addresses. */
  readonly sources: readonly Ip[];
  readonly vectors?: readonly GoldenVector[] | undefined;
  readonly tables?: SpecTables | undefined;
}

/** A relayed path with both legs valid and the path open end to end. */
export interface Relayed {
  readonly rs: RsUnderTest;
  readonly dc: PlayedDc;
  readonly plan: PathPlan;
  readonly a: PlayedNode;
  readonly b: PlayedNode;
}

export interface NodeOptions {
  readonly family?: 4 | 6;
  /** Which of the tester's addresses of that family, from 0. Another than 0 needs `two-sources`. */
  readonly source?: number;
  /** Any free port if not given. */
  readonly port?: number;
}

/** More than a case has rows as a rule. */
const MANY_NODES = 40;

interface Closable {
  close(): Promise<void>;
}

export class World {
  readonly stage: Stage;
  readonly net: Net;
  readonly target: Target;
  /** The role that is judged. */
  readonly role: RoleName;
  /** The golden vectors; none if the run was given none. */
  readonly vectors: readonly GoldenVector[];
  readonly #options: WorldOptions;
  readonly #peers = new Map<string, Peer>();
  readonly #settings = new Set<string>();
  readonly #instances = new Map<string, RsUnderTest>();
  readonly #nodes = new Map<string, NodeUnderTest>();
  readonly #ends = new Map<string, EndUnderTest>();
  readonly #dcs = new Map<string, DcUnderTest>();
  readonly #released: RsUnderTest[] = [];
  readonly #kept: Closable[] = [];
  #random: Random = () => {
    throw new Error('no row has begun');
  };

  constructor(options: WorldOptions) {
    this.#options = options;
    this.stage = options.stage;
    this.net = options.stage.net;
    this.target = options.target;
    this.role = options.role;
    this.vectors = options.vectors ?? [];
  }

  /** Whether the network may lose, double or reorder: order and numbers then say nothing. */
  get impaired(): boolean {
    return this.stage.impaired;
  }

  /** What the case leaves to chance: the same seed gives the same. For identifiers there is {@link fresh}. */
  random(length: number): Uint8Array {
    return this.#random(length);
  }

  /** Bytes that have to be new and mean nothing: identifiers, secrets, transactions. */
  fresh(length: number): Uint8Array {
    return this.stage.fresh(length);
  }

  /**
   * The RS-S under test, its associations open; where another role is judged, an instance of that. The same options give the same one again, in later rows
   * too; it is a new one after a row that failed.
   * @throws Unjudged
   */
  async rs(options: RsOptions = {}): Promise<RsUnderTest> {
    if (this.role === 'node' || this.role === 'ntma') return await this.ntm(options);
    if (this.role === 'dc') return await this.#dcOfOne(options);
    if (this.#endKind !== undefined) return await this.end(options);
    const key = JSON.stringify(options);
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const rs = await this.target.rs(this.stage, this.#set(options));
    this.#instances.set(key, rs);
    return rs;
  }

  /** The node or NTMA under test, registered with its DC. The same options give the same one again, as with an RS-S. @throws Unjudged */
  async ntm(options: NodeTestOptions = {}): Promise<NodeUnderTest> {
    const key = JSON.stringify(options);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const node = await this.target.node(
      this.stage,
      this.#set(this.role === 'ntma' ? { ...options, role: 'ntma' } : options),
    );
    this.#nodes.set(key, node);
    this.#instances.set(`node ${key}`, node);
    return node;
  }

  /** The RS-N or RS-T under test, its associations open. The same options give the same one again, as with an RS-S. @throws Unjudged */
  async end(options: EndTestOptions = {}): Promise<EndUnderTest> {
    const kind = this.#endKind;
    if (kind === undefined) throw new Error(`a case of a role ${this.role} asks for an RS-N or RS-T`);
    const key = JSON.stringify(options);
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = await this.target.end(this.stage, kind, this.#set(options));
    this.#ends.set(key, end);
    this.#instances.set(`end ${key}`, end);
    return end;
  }

  get #endKind(): EndKind | undefined {
    return this.role === 'rs-n' || this.role === 'rs-t' ? this.role : undefined;
  }

  /** The DC under test, everybody around it in their places. The same options give the same one again, as with an RS-S. @throws Unjudged */
  async dc(options: DcTestOptions = {}): Promise<DcUnderTest> {
    const key = JSON.stringify(options);
    const known = this.#dcs.get(key);
    if (known !== undefined) return known;
    const dc = await this.target.dc(this.stage, this.#set(options));
    this.#dcs.set(key, dc);
    this.#instances.set(`dc ${key}`, dc);
    return dc;
  }

  /** The timers and limits that the target was started with where they are not the usual ones, in words. */
  get settings(): string {
    return [...this.#settings].join('; ');
  }

  #set<Options extends Pick<RsOptions, 'timers' | 'limits'>>(options: Options): Options {
    const all = Object.entries({ ...options.timers, ...options.limits });
    if (all.length > 0) this.#settings.add(all.map(([name, value]) => `${name} ${value}`).join(', '));
    return options;
  }

  /** A DC with one associated peer, and nodes enough to have new channels of. */
  async #dcOfOne({ opens, ...options }: RsOptions): Promise<RsUnderTest> {
    const { dcs: _, capacity: __, ...rest } = options;
    const dc = await this.dc({ nodes: MANY_NODES, ...rest, ...(opens && { peer: 'dc' }) });
    if (options.bare !== true) await dc.dc.associate();
    return dc;
  }

  /** A peer without channels on a socket of its own, the same one in later rows. */
  async peer(name: string, to: Endpoint, options: NodeOptions = {}): Promise<Peer> {
    const { source = 0, port = 0 } = options;
    const key = `${name} ${options.family ?? family(to.ip)} ${source} ${port}`;
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      const ip = this.#source(options.family ?? family(to.ip), source);
      peer = await Peer.bind(this.stage, name, { ip, port }, to);
      this.#peers.set(key, peer);
    }
    peer.target = to;
    return peer;
  }

  /** One of the tester's own addresses, from 0. @throws Unjudged if there is none. */
  source(version: 4 | 6, index = 0): Ip {
    return this.#source(version, index);
  }

  /** Something with sockets, which are closed at the end of the case. */
  kept<T extends Closable>(thing: T): T {
    this.#kept.push(thing);
    return thing;
  }

  /** A general host that the target knows nothing of. */
  stranger(rs: RsUnderTest, options: NodeOptions = {}): Promise<Peer> {
    return this.peer('stranger', rs.endpoint(options.family ?? 4), options);
  }

  /** One end of a planned path, nothing sent yet. */
  async node(rs: RsUnderTest, plan: PathPlan, side: 0 | 1, options: NodeOptions = {}): Promise<PlayedNode> {
    const peer = await this.peer(side === 0 ? 'A' : 'B', rs.endpoint(options.family ?? 4), options);
    if (this.role === 'dc') return new PlayedNode(peer, plan, side, undefined, (rs as DcUnderTest).unused());
    const hasLegs = this.role === 'rs-s';
    return new PlayedNode(peer, plan, side, hasLegs ? rs.nodeId : undefined);
  }

  /** A whole relayed path. @throws Unjudged naming the step that failed */
  async relayed(
    options: { readonly rs?: RsOptions; readonly a?: NodeOptions; readonly b?: NodeOptions } = {},
  ): Promise<Relayed> {
    const rs = await this.rs(options.rs);
    const { dc } = rs;
    const plan = await dc.relay();
    const a = await this.node(rs, plan, 0, options.a);
    const b = await this.node(rs, plan, 1, options.b);
    await a.openLeg();
    await b.openLeg();
    await a.openPath();
    return { rs, dc, plan, a, b };
  }

  /** Waits, where datagrams overtake each other, until those that are under way are there. */
  arrived(): Promise<void> {
    return this.stage.arrived();
  }

  /** The rows of a table of the specification. @throws Unjudged if the run was not given it. */
  table(name: string): readonly TableRow[] {
    const rows = this.#options.tables?.get(name);
    if (rows !== undefined) return rows;
    throw new Unjudged('not-exercised', 'suite', `this run has no table ${name} of the specification`);
  }

  /** Waits that much of the network's time; only in cases that declare `waits`. */
  sleep(ms: number): Promise<void> {
    return sleepUntil(this.net, this.net.now() + ms);
  }

  /** Judges: unless `ok`, the target did something else than what is required. */
  check(ok: boolean, expected: string | readonly string[], actual: string, requirement?: string): void {
    if (!ok) this.stage.violated(expected, actual, { requirement });
  }

  /** Judges when something came. A host that is busy for a moment makes it late: like what did not come, it is tried once more. */
  timely(ok: boolean, expected: string, actual: string, requirement?: string): void {
    if (!ok) this.stage.violated(expected, actual, { requirement, timedOut: true });
  }

  /** Judges that something came in time. */
  came<Thing>(thing: Thing | undefined, expected: string, requirement?: string): Thing {
    return thing ?? this.stage.violated(expected, 'nothing came', { requirement, timedOut: true });
  }

  /** Judges that an answer came and has one of these statuses. */
  status(mail: Received | undefined, allowed: number | readonly number[], requirement?: string): Received {
    const list = typeof allowed === 'number' ? [allowed] : allowed;
    const expected = list.map((status) => `an answer with ${describeStatus(status)}`);
    if (mail === undefined)
      return this.stage.violated(expected, 'no answer', { requirement, timedOut: true });
    const status = numberField(mail.body, 'status');
    if (status === undefined || !list.includes(status)) {
      const timedOut = this.impaired && mayBeOfLoss(status);
      this.stage.violated(expected, describeReceived(mail), { requirement, peer: mail.peer, timedOut });
    }
    return mail;
  }

  /**
   * Judges silence. `bad` sends what must stay unanswered; `fence` then sends something good on the same
   * path, whose answer has to come first and alone. A later answer to `bad` fails the case too.
   */
  async silence(parts: {
    readonly bad: () => unknown;
    readonly fence: () => Promise<Received | undefined>;
    readonly requirement?: string;
  }): Promise<void> {
    const { stage } = this;
    const seen: Received[] = [];
    const stop = stage.transcript.onReceived((received) => seen.push(received));
    await parts.bad();
    const answer = await parts.fence();
    await this.arrived();
    stop();
    const { requirement } = parts;
    const illegal = seen.find((mail) => mail !== answer && mail.explained === undefined);
    if (illegal !== undefined) {
      stage.violated('silence', describeReceived(illegal), { requirement, peer: illegal.peer });
    }
    if (answer === undefined) {
      const expected = 'silence, then the answer to the good request that followed';
      stage.violated(expected, 'the good request was not answered', { requirement, timedOut: true });
    }
  }

  /** Judges that a row left nothing behind that nobody had asked for. */
  checkUnexplained(): void {
    const [unasked] = this.stage.transcript.unexplained();
    if (unasked === undefined) return;
    this.stage.violated('nothing that was not asked for', describeReceived(unasked), { peer: unasked.peer });
  }

  /** For the runner: begins a row. */
  startRow(random: Random, fresh: Random): void {
    this.#random = random;
    this.stage.startRow(fresh);
    for (const peer of this.#peers.values()) peer.startRow(this.stage);
    for (const instance of this.#instances.values()) {
      for (const { sockets } of instance.dcs) for (const socket of sockets) socket.startRow(this.stage);
      instance.startRow?.(this.stage);
    }
  }

  /**
   * For the runner: ends a row that passed. Paths go back to a target that outlives the case; to an RS-N or RS-T also
   * between rows, for there are not as many addresses as there can be rows.
   */
  async endRow(isLast: boolean): Promise<void> {
    const isWanted = this.#endKind !== undefined && !isLast;
    if (this.target.level === 0 || isWanted) await this.#withdrawPaths();
    this.stage.endRow();
  }

  /** For the runner: gives the target's instances back; the sockets stay open. */
  async release(): Promise<void> {
    const instances = [...this.#instances.values()];
    this.#instances.clear();
    this.#nodes.clear();
    this.#ends.clear();
    this.#dcs.clear();
    this.#released.push(...instances);
    for (const rs of instances) await rs.release();
  }

  /** Whether a socket of the case is still open. */
  get isOpen(): boolean {
    return this.#peers.size + this.#released.length + this.#kept.length > 0;
  }

  /** For the runner: closes the sockets that belong to the case alone. */
  async close(): Promise<void> {
    const peers = [...this.#peers.values()];
    const released = this.#released.splice(0);
    this.#peers.clear();
    const kept = this.#kept.splice(0);
    await Promise.all([...peers, ...released, ...kept].map((open) => open.close()));
  }

  async #withdrawPaths(): Promise<void> {
    const dcs = Array.from(this.#instances.values(), ({ dcs: played }) => played).flat();
    const done = new Set<string>();
    for (const entry of [...this.stage.transcript.entries]) {
      if (entry.kind !== 'sent' || entry.sent.content instanceof Uint8Array) continue;
      const { channel, content, bytes } = entry.sent;
      const pathId = bytesField(content, 'pathId');
      const dc = dcs.find(({ association }) => association === channel);
      if (dc?.association.current === undefined) continue;
      if (pathId === undefined || bytes[1] !== MessageType.relayDirection) continue;
      if (done.has(toHex(pathId))) continue;
      done.add(toHex(pathId));
      await dc.direct(dc.withdrawal({ pathId }), { auto: true });
    }
  }

  #source(version: 4 | 6, index: number): Ip {
    const ip = this.#options.sources.filter((source) => family(source) === version)[index];
    if (ip !== undefined) return ip;
    throw new Unjudged(
      'not-exercised',
      'host',
      `the tester has no IPv${version} address number ${index + 1}`,
    );
  }
}
