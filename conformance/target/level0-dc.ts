/**
 * A target without an adapter: one DC that somebody configured with what `provision` wrote. It is lent to one case at a
 * time. Nodes and relays of the pool take turns, so that what comes late for one does not meet the next; who has had
 * its turn is registered no more.
 */
import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { fromHex, toHex } from '../../reference/bytes.ts';
import { PlayedChannel } from '../played/channel.ts';
import { OtherDc } from '../played/other-dc.ts';
import type { Bind } from '../played/party.ts';
import { Peer } from '../played/peer.ts';
import { RegisteringNode } from '../played/registering-node.ts';
import { RegisteringRelay } from '../played/registering-relay.ts';
import type { Stage } from '../played/stage.ts';
import type { TargetInfo } from '../report.ts';
import type { RoleName } from '../roles.ts';
import { Unjudged } from '../verdict.ts';
import type { Around } from './dc.ts';
import { peerOf } from './dc.ts';
import type { ProvisionedDc } from './dc-pool.ts';
import type { DcTestOptions, DcUnderTest } from './dc-under-test.ts';
import type { EndUnderTest } from './end-under-test.ts';
import { LentDc } from './lent-dc.ts';
import type { NodeUnderTest } from './node-under-test.ts';
import { otherSecret } from './other-secret.ts';
import { endpointOf, needsLevel } from './rs.ts';
import type { RsUnderTest, Target } from './target.ts';
import { TargetError } from './target.ts';

/** How often another DC tries to open its association. */
const ATTEMPTS = 4;

export interface Level0DcOptions {
  /** The DC's own port, as the command line named it. */
  readonly target: Endpoint;
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
  return await Peer.bind(stage, name, { ip, port: 0 }, endpointOf([options.target], version));
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
  /** The tester's ends of each association, by its ID, of the case that had it last. */
  readonly #ends = new Map<string, PlayedChannel[]>();
  /** Done when the case that has the DC gives it back. */
  #lent: Promise<void> = Promise.resolve();

  constructor(options: Level0DcOptions, others: readonly OtherDc[]) {
    const { associations } = options.config;
    this.#options = options;
    this.#others = others;
    this.#nodes = new Turns(associations.filter((settings) => settings.peerRole === 'node'));
    this.#relays = new Turns(associations.filter((settings) => settings.peerRole === 'rs'));
    const address = formatEndpoint(options.target);
    const roles: RoleName[] = this.#dns.length > 0 ? ['dc', 'dns'] : ['dc'];
    this.info = { address, level: 0, name: 'unknown', version: 'unknown', roles, claims: {} };
  }

  /**
   * Nothing, IPv6 neither: an address of the other family stays valid at a DC when who had it is gone, and what the DC
   * repeats for the next one goes there. [KEY-34]
   */
  claims(): boolean {
    return false;
  }

  /** Where it answers DNS. One that listens at all addresses does so at the one by which it is known. */
  get #dns(): readonly Endpoint[] {
    const { config, target } = this.#options;
    const listen = (config.dns?.listen ?? []).flatMap((text) => parseEndpoint(text) ?? []);
    return listen.map(({ ip, port }) => ({ ip: family(ip) === family(target.ip) ? target.ip : ip, port }));
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

  end(): Promise<EndUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no RS-N or RS-T'));
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

  trouble(): string | undefined {
    return otherSecret(
      this.#others.map(({ association, sockets }, index) => ({
        name: `DC ${index + 2}`,
        local: sockets[0]?.local,
        association,
      })),
    );
  }

  async close(): Promise<void> {
    for (const other of this.#others) await other.close();
  }

  /** @throws Unjudged for what a person would have to configure anew. */
  #checkPossible(options: DcTestOptions): void {
    const { limits, timers, silentStart, withoutProfile, pools, access, relayKinds, lent, opens } = options;
    const own =
      limits ?? timers ?? silentStart ?? withoutProfile ?? pools ?? access ?? relayKinds ?? lent ?? opens;
    if (own !== undefined) needsLevel(1, 'a configuration of its own');
    const { policy, update, addresses } = options.dns ?? {};
    const isPublished = policy !== 'full' && update === undefined && addresses === undefined;
    if (!isPublished) needsLevel(1, 'a configuration of its own');
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
    const lentNodes = this.#nodes.take(nodes, isHigh);
    const lentRelays = this.#relays.take(relays);
    const around: Around = {
      nodes: lentNodes.map((settings, index) => {
        const name = `node ${index + 1}`;
        return new RegisteringNode(name, settings.name, this.#newEnd(settings, 'node'), bind);
      }),
      relays: lentRelays.map(
        (settings, index) => new RegisteringRelay(`relay ${index + 1}`, this.#newEnd(settings, 'rs'), bind),
      ),
      others: this.#others.slice(0, others),
    };
    const dc = new LentDc({
      nodeId: fromHex(config.nodeId),
      endpoints: [this.#options.target],
      dnsEndpoints: this.#dns,
      advertised: (config.advertise ?? config.listen).flatMap((text) => parseEndpoint(text) ?? []),
      around,
      peer: await peerOf(around, options),
      habits: options.habits,
      between: this.#options.stage,
      copied: (channel) => this.#ends.get(toHex(channel.id))?.push(channel),
      giveBack: () => {
        this.#nodes.end(lentNodes.filter((settings) => this.#isUsed(settings)));
        this.#relays.end(lentRelays.filter((settings) => this.#isUsed(settings)));
        giveBack();
      },
    });
    dc.startRow(stage);
    // What it asks one of them comes under keys that both have.
    for (const other of around.others) await attached(other);
    return dc;
  }

  /** The tester's end of an association for a case; what it was for an earlier one is over. */
  #newEnd(settings: Settings, role: 'node' | 'rs'): PlayedChannel {
    for (const earlier of this.#ends.get(settings.id) ?? []) earlier.isPassedOn = true;
    const end = channelOf(this.#options.config, settings, role);
    this.#ends.set(settings.id, [end]);
    return end;
  }

  #isUsed({ id }: Settings): boolean {
    return (this.#ends.get(id) ?? []).some(({ keys, attempts, answered }) =>
      [keys, attempts, answered].some((list) => list.length > 0),
    );
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
  #queue: readonly Item[];

  constructor(items: readonly Item[]) {
    this.#queue = items;
    this.size = items.length;
  }

  /** @param isFirst who may be the first of them */
  take(count: number, isFirst: (item: Item) => boolean = () => true): Item[] {
    const first = count === 0 ? undefined : this.#queue.find(isFirst);
    const others = this.#queue.filter((item) => item !== first);
    return [...(first === undefined ? [] : [first]), ...others].slice(0, count);
  }

  /** They have had their turn. */
  end(items: readonly Item[]): void {
    this.#queue = [...this.#queue.filter((item) => !items.includes(item)), ...items];
  }
}
