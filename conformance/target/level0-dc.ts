/**
 * A target without an adapter: one DC that somebody configured with what `provision` wrote. It is lent to one case at a
 * time. Nodes and relays of the pool take turns, so that what comes late for one does not meet the next; who has had
 * its turn is registered no more.
 */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { fromHex } from '../../reference/bytes.ts';
import { PlayedChannel } from '../played/channel.ts';
import type { PlayedDc } from '../played/dc.ts';
import { OtherDc } from '../played/other-dc.ts';
import type { Bind } from '../played/party.ts';
import { Peer } from '../played/peer.ts';
import { RegisteringNode } from '../played/registering-node.ts';
import { RegisteringRelay } from '../played/registering-relay.ts';
import type { Stage } from '../played/stage.ts';
import type { TargetInfo } from '../report.ts';
import { Unjudged } from '../verdict.ts';
import type { Around } from './dc.ts';
import { peerOf, provokeBy, unusedOf } from './dc.ts';
import type { ProvisionedDc } from './dc-pool.ts';
import type { DcTestOptions, DcUnderTest } from './dc-under-test.ts';
import type { NodeUnderTest } from './node-under-test.ts';
import { endpointOf, firstOf, needsLevel } from './rs.ts';
import type { RsUnderTest, Target } from './target.ts';
import { TargetError } from './target.ts';

/** A kind of relay that nobody has been assigned: a relay that registers it alone is not used. [DC-40] */
const NO_KIND = 99;

/** How often another DC tries to open its association. */
const ATTEMPTS = 4;

export interface Level0DcOptions {
  /** The DC's own port, as the command line named it. */
  readonly target: Endpoint;
  /** Its endpoint of the other family, if it has one. */
  readonly alsoAt?: Endpoint;
  /** What `provision` wrote. */
  readonly config: ProvisionedDc;
  /** A stage of the run itself, for what comes while no case has the DC; the other DCs are bound on its network. */
  readonly stage: Stage;
  /** The tester's own addresses. */
  readonly sources: readonly Ip[];
}

type Settings = ProvisionedDc['associations'][number];

/** Binds the other DCs. @throws TargetError if one of their endpoints cannot be had. */
export async function level0DcTarget(options: Level0DcOptions): Promise<Target> {
  const others: OtherDc[] = [];
  for (const settings of options.config.associations) {
    if (settings.peerRole !== 'dc') continue;
    const name = `DC ${others.length + 2}`;
    const local = parseEndpoint(settings.endpoints[0] ?? '');
    if (local === undefined)
      throw new TargetError('usage', `the configuration has no endpoint for ${name}: provision anew.`);
    const here: Bind = (lane, version, index) =>
      version === family(local.ip) && index === 0
        ? bindOther(options, name, local)
        : bindAt(options, options.stage, lane, version, index);
    const other = new OtherDc(name, channelOf(options.config, settings, 'dc'), here);
    await other.socket({ family: family(local.ip) });
    others.push(other);
  }
  return new Level0DcTarget(options, others);
}

async function bindOther({ stage, target }: Level0DcOptions, name: string, local: Endpoint): Promise<Peer> {
  try {
    return await Peer.bind(stage, name, local, target);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TargetError(
      'usage',
      `${name} has to be played at ${formatEndpoint(local)}: ${why}. Name another place with --listen and provision anew.`,
    );
  }
}

async function bindAt(
  options: Level0DcOptions,
  stage: Stage,
  name: string,
  version: 4 | 6,
  index: number,
): Promise<Peer> {
  const [ip] = options.sources.filter((source) => family(source) === version).slice(index);
  if (ip === undefined)
    throw new Unjudged(
      'not-exercised',
      'host',
      `the tester has no IPv${version} address number ${index + 1}`,
    );
  return await Peer.bind(stage, name, { ip, port: 0 }, endpointOf(endpointsOf(options), version));
}

function endpointsOf({ target, alsoAt }: Level0DcOptions): Endpoint[] {
  return alsoAt === undefined ? [target] : [target, alsoAt];
}

function channelOf(config: ProvisionedDc, settings: Settings, role: 'node' | 'rs' | 'dc'): PlayedChannel {
  return new PlayedChannel({
    kind: 'association',
    id: fromHex(settings.id),
    secret: fromHex(settings.secret),
    own: { nodeId: fromHex(settings.peer), role },
    peer: { nodeId: fromHex(config.nodeId), role: 'dc' },
  });
}

class Level0DcTarget implements Target {
  readonly info: TargetInfo;
  readonly level = 0;
  readonly parallel = 1;
  readonly #options: Level0DcOptions;
  readonly #others: readonly OtherDc[];
  readonly #nodes: Turns<Extract<Settings, { peerRole: 'node' }>>;
  readonly #relays: Turns<Extract<Settings, { peerRole: 'rs' }>>;
  /** Done when the case that has the DC gives it back. */
  #lent: Promise<void> = Promise.resolve();

  constructor(options: Level0DcOptions, others: readonly OtherDc[]) {
    const { associations } = options.config;
    this.#options = options;
    this.#others = others;
    this.#nodes = new Turns(associations.filter((settings) => settings.peerRole === 'node'));
    this.#relays = new Turns(associations.filter((settings) => settings.peerRole === 'rs'));
    const address = formatEndpoint(options.target);
    this.info = { address, level: 0, name: 'unknown', version: 'unknown', roles: ['dc'], claims: {} };
  }

  claims(feature: string): boolean {
    return feature === 'ipv6' && this.#options.alsoAt !== undefined;
  }

  async dc(stage: Stage, options: DcTestOptions): Promise<DcUnderTest> {
    this.#checkPossible(options);
    const before = this.#lent;
    let giveBack = (): void => undefined;
    this.#lent = new Promise((resolve) => {
      giveBack = resolve;
    });
    await before;
    try {
      return await this.#lend(stage, options, giveBack);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  rs(): Promise<RsUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no relay'));
  }

  node(): Promise<NodeUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no node'));
  }

  codec(_fields: Fields): Promise<Fields> {
    return Promise.reject(new Unjudged('not-exercised', 'adapter', 'codec calls need an adapter of level 2'));
  }

  reachable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async close(): Promise<void> {
    for (const other of this.#others) await other.close();
  }

  /** @throws Unjudged for what a person would have to configure anew. */
  #checkPossible(options: DcTestOptions): void {
    const { limits, timers, silentStart, withoutProfile, pools, access, relayKinds, opens } = options;
    const own = limits ?? timers ?? silentStart ?? withoutProfile ?? pools ?? access ?? relayKinds ?? opens;
    if (own !== undefined) needsLevel(1, 'a configuration of its own');
    const { nodes = 0, relays = 0, peer, dcNodeId, bare } = options;
    if (nodes > this.#nodes.size || relays > this.#relays.size) needsLevel(1, 'more than the pool has');
    // Both other DCs have a higher Node ID, and go on with the keys that they have.
    if (peer === 'dc' && (dcNodeId === 'lower' || bare === true)) needsLevel(1, 'another other DC');
  }

  async #lend(stage: Stage, options: DcTestOptions, giveBack: () => void): Promise<DcUnderTest> {
    const { config } = this.#options;
    const { nodes = 3, relays = 2, others = 1, dcNodeId: side = 'higher' } = options;
    const bind: Bind = (name, version, index) => bindAt(this.#options, stage, name, version, index);
    // Whoever is played as the associated peer is on the side that was asked for.
    const isHigh = ({ peer }: Settings) => peer > config.nodeId === (side === 'higher');
    const around: Around = {
      nodes: this.#nodes
        .take(nodes, isHigh)
        .map(
          (settings, index) =>
            new RegisteringNode(
              `node ${index + 1}`,
              settings.name,
              channelOf(config, settings, 'node'),
              bind,
            ),
        ),
      relays: this.#relays
        .take(relays)
        .map(
          (settings, index) =>
            new RegisteringRelay(`relay ${index + 1}`, channelOf(config, settings, 'rs'), bind),
        ),
      others: this.#others.slice(0, others),
    };
    const peer = await peerOf(around, options);
    const dc = new Level0Dc(this.#options, around, peer, options.habits ?? {}, giveBack);
    dc.startRow(stage);
    // What it asks one of them comes under keys that both have.
    for (const other of around.others) await attached(other);
    return dc;
  }
}

/** A DC that was started before the suite may be opening itself, and answers no opening until that is over. [KEY-06] */
async function attached(other: OtherDc): Promise<void> {
  const version = other.sockets[0]?.local.ip.includes(':') ? 6 : 4;
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      await other.attach({ family: version });
      return;
    } catch (error) {
      if (!(error instanceof Unjudged) || left === 0) throw error;
    }
  }
}

/** Those of the pool who take turns. */
class Turns<Item> {
  readonly size: number;
  readonly #queue: Item[];

  constructor(items: readonly Item[]) {
    this.#queue = [...items];
    this.size = items.length;
  }

  /** @param isFirst who may be the first of them */
  take(count: number, isFirst: (item: Item) => boolean = () => true): Item[] {
    const first = this.#queue.findIndex(isFirst);
    if (count > 0 && first > 0) this.#queue.unshift(...this.#queue.splice(first, 1));
    const taken = this.#queue.splice(0, count);
    this.#queue.push(...taken);
    return taken;
  }
}

class Level0Dc implements DcUnderTest {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly nodes: readonly RegisteringNode[];
  readonly relays: readonly RegisteringRelay[];
  readonly others: readonly OtherDc[];
  readonly dcs: readonly PlayedDc[];
  readonly unused: () => PlayedChannel;
  readonly #between: Stage;
  readonly #habits: DcTestOptions['habits'];
  readonly #giveBack: () => void;
  #released = false;

  constructor(
    options: Level0DcOptions,
    around: Around,
    peer: PlayedDc,
    habits: NonNullable<DcTestOptions['habits']>,
    giveBack: () => void,
  ) {
    this.nodeId = fromHex(options.config.nodeId);
    this.endpoints = endpointsOf(options);
    this.nodes = around.nodes;
    this.relays = around.relays;
    this.others = around.others;
    this.dcs = [peer];
    this.unused = unusedOf(around.nodes);
    this.#between = options.stage;
    this.#habits = habits;
    this.#giveBack = giveBack;
  }

  get dc(): PlayedDc {
    return firstOf(this.dcs);
  }

  node(index: number): RegisteringNode {
    return this.nodes[index] ?? needsLevel(1, `node ${index + 1}`);
  }

  relay(index = 0): RegisteringRelay {
    return this.relays[index] ?? needsLevel(1, `relay ${index + 1}`);
  }

  other(index = 0): OtherDc {
    return this.others[index] ?? needsLevel(1, `other DC ${index + 1}`);
  }

  endpoint(version: 4 | 6 = 4): Endpoint {
    return endpointOf(this.endpoints, version);
  }

  provoke(): Promise<void> {
    return provokeBy(this.nodes);
  }

  startRow(stage: Stage): void {
    for (const party of [...this.nodes, ...this.relays, ...this.others]) party.startRow(stage);
    Object.assign(this.dc.peer.habits, this.#habits);
  }

  counters(): Promise<never> {
    return Promise.reject(new Unjudged('not-exercised', 'adapter', 'counters need an adapter of level 1'));
  }

  restart(): Promise<never> {
    return Promise.reject(new Unjudged('not-exercised', 'adapter', 'a restart needs an adapter of level 1'));
  }

  forward(): Promise<never> {
    return Promise.reject(
      new Unjudged('not-exercised', 'adapter', 'moving the clock needs an adapter of level 3'),
    );
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    try {
      await this.#leave();
    } finally {
      this.#giveBack();
    }
  }

  /** The sockets of nodes and relays; other DCs are played for the whole run. */
  async close(): Promise<void> {
    for (const party of [...this.nodes, ...this.relays]) await party.close();
  }

  /** Nodes are registered no more, and relays for nothing. */
  async #leave(): Promise<void> {
    this.startRow(this.#between);
    const here = [...this.nodes, ...this.relays].filter(({ association }) => association.keys.length > 0);
    await Promise.all(
      here.map(async (party) => {
        try {
          if (party instanceof RegisteringNode) await party.deregister();
          else await party.request({ kinds: [NO_KIND] });
        } catch (error) {
          // Who cannot is not asked again before its turn comes, and its registration runs out.
          if (!(error instanceof Unjudged)) throw error;
        }
      }),
    );
  }
}
