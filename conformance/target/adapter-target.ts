/** A target behind an adapter: an instance of its own for each case that asks. */

import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint, Ip } from '../../reference/address.ts';
import { family, formatEndpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Instant } from '../../reference/core.ts';
import {
  associationWith,
  DEFAULT_TEST_SECRET,
  provisionedAssociation,
  RUN_CAPACITY,
  RUN_LIMITS,
  TEST_PROFILE,
} from '../identities.ts';
import { PlayedChannel } from '../played/channel.ts';
import { nodeIdBeside, PlayedDc } from '../played/dc.ts';
import { PlayedDnsServer } from '../played/dns-server.ts';
import type { EndKind } from '../played/end-dc.ts';
import { PlayedEndDc } from '../played/end-dc.ts';
import { PlayedNodeDc } from '../played/node-dc.ts';
import { Peer } from '../played/peer.ts';
import type { Stage } from '../played/stage.ts';
import { UpdateServer } from '../played/update-server.ts';
import type { TargetInfo } from '../report.ts';
import type { AdapterLevel } from '../roles.ts';
import { Unjudged } from '../verdict.ts';
import type { AdapterClientOptions } from './adapter-client.ts';
import { AdapterClient } from './adapter-client.ts';
import { infoOf, levelOf, TooFewOps } from './adapter-level.ts';
import { claimed } from './claims.ts';
import { AdapterDc, dcConfig, peerOf, playedAround } from './dc.ts';
import type { DcTestOptions, DcUnderTest } from './dc-under-test.ts';
import { AdapterEnd, endConfig, endHabits } from './end.ts';
import type { EndTestOptions, EndUnderTest } from './end-under-test.ts';
import { AdapterInstance } from './instance.ts';
import { AdapterNode, nodeConfig } from './node.ts';
import type { NodeTestOptions, NodeUnderTest } from './node-under-test.ts';
import type { RsOptions, RsUnderTest, Target } from './target.ts';
import { TargetError } from './target.ts';

export interface AdapterTargetOptions extends AdapterClientOptions {
  /** What to call it in the report. */
  readonly name: string;
  /** Where played DCs are bound, and where the target shall listen: addresses, one of each family at most. */
  readonly sources: readonly Ip[];
  readonly listen: readonly Ip[];
}

/** Connects to an adapter. @throws TargetError, TooFewOps if it is below level 1 */
export async function adapterTarget(options: AdapterTargetOptions): Promise<Target> {
  const client = await AdapterClient.connect(options);
  try {
    if (levelOf(client.hello) === 0) throw new TooFewOps(client.hello, options.name);
    // What an earlier run of this tester's number left behind, if anything.
    await client.call('reset', {});
    return new AdapterTarget(client, options);
  } catch (error) {
    await client.close();
    // Whoever cannot take back what was started can have nothing started.
    throw error instanceof Unjudged ? new TargetError('contract', `${error.message}.`) : error;
  }
}

class AdapterTarget implements Target {
  readonly info: TargetInfo;
  readonly level: AdapterLevel;
  readonly parallel: number;
  readonly #client: AdapterClient;
  readonly #options: AdapterTargetOptions;
  /** How often a store was begun, by its name. */
  readonly #stores = new Map<string, number>();

  constructor(client: AdapterClient, options: AdapterTargetOptions) {
    const { hello } = client;
    this.#client = client;
    this.#options = options;
    this.info = infoOf(hello, options.name);
    this.level = levelOf(hello);
    // Some cases start a second one.
    this.parallel = Math.max(1, Math.floor(0.75 * hello.limits.instances));
  }

  claims(feature: string): boolean {
    return claimed(feature, this.#client.hello.claims);
  }

  async rs(stage: Stage, options: RsOptions): Promise<RsUnderTest> {
    const rsNodeId = stage.fresh(16);
    // Neither the lowest nor the highest first byte, so that a DC can be put on either side.
    rsNodeId[0] = 1 + ((rsNodeId[0] ?? 0) % 254);
    const dcs = await this.#dcs(stage, options, rsNodeId, (...parts) => new PlayedDc(...parts));
    const config = this.#config(options, rsNodeId, dcs);
    const parts = { client: this.#client, stage, role: 'rs-s', config, nodeId: rsNodeId, dcs } as const;
    return await started(new AdapterInstance(parts), options);
  }

  async end(stage: Stage, kind: EndKind, options: EndTestOptions): Promise<EndUnderTest> {
    const nodeId = stage.fresh(16);
    nodeId[0] = 1 + ((nodeId[0] ?? 0) % 254);
    const dcs = await this.#dcs(stage, options, nodeId, (...parts) => new PlayedEndDc(...parts, kind));
    for (const [number, { peer }] of dcs.entries())
      Object.assign(peer.habits, endHabits(kind, options, number));
    const suites = this.#client.hello.claims.suites ?? [1];
    const config = { ...this.#config(options, nodeId, dcs), ...endConfig(kind, options, suites) };
    const parts = { client: this.#client, stage, role: kind, config, nodeId, dcs } as const;
    return await started(new AdapterEnd(parts, kind), options);
  }

  async node(stage: Stage, options: NodeTestOptions): Promise<NodeUnderTest> {
    const nodeId = stage.fresh(16);
    // Neither the lowest nor the highest first byte, so that others can be put on either side.
    nodeId[0] = 1 + ((nodeId[0] ?? 0) % 254);
    const dc = await this.#nodeDc(stage, options, nodeId);
    const suites = this.#client.hello.claims.suites ?? [1];
    const dns = options.dns && (await PlayedDnsServer.bind(stage, dc.peer.local));
    const config = nodeConfig(options, dc, this.#listen(), suites, dns);
    const parts = {
      client: this.#client,
      stage,
      role: options.role ?? 'node',
      config,
      nodeId,
      dcs: [dc],
    } as const;
    const node = new AdapterNode(parts, dns);
    try {
      await node.start();
      if (options.bare !== true) await dc.associate();
      return node;
    } catch (error) {
      await node.release().catch(() => undefined);
      await node.close();
      throw error;
    }
  }

  async dc(stage: Stage, options: DcTestOptions): Promise<DcUnderTest> {
    const nodeId = stage.fresh(16);
    nodeId[0] = 1 + ((nodeId[0] ?? 0) % 254);
    let running: AdapterDc | undefined;
    const around = playedAround(stage, options, nodeId, async (name, version, index) => {
      const [ip] = this.#options.sources.filter((source) => family(source) === version).slice(index);
      if (ip === undefined) {
        const reason = `the tester has no IPv${version} address number ${index + 1}`;
        throw new Unjudged('not-exercised', 'host', reason);
      }
      const to = running === undefined ? { ip, port: 0 } : running.endpoint(version);
      return await Peer.bind(stage, name, { ip, port: 0 }, to);
    });
    const peer = await peerOf(around, options);
    const resolver = options.findsOthers ? await PlayedDnsServer.bind(stage, peer.peer.local) : undefined;
    const updates = options.dns?.update && (await UpdateServer.bind(stage, peer.peer.local));
    const config = dcConfig(options, nodeId, around, this.#listen(), resolver?.local, updates?.local);
    const store = this.#storeOf(`dc ${toHex(nodeId)}`);
    const parts = { client: this.#client, stage, role: 'dc', config, nodeId, dcs: [peer], store } as const;
    const dc = new AdapterDc(parts, around, options.habits, resolver, updates);
    try {
      // What a DC opens at its start belongs to the row. [FED-15]
      dc.startRow(stage);
      await dc.start();
      running = dc;
      return dc;
    } catch (error) {
      await dc.release().catch(() => undefined);
      await dc.close();
      throw error;
    }
  }

  async codec(fields: Fields): Promise<Fields> {
    return (await this.#client.call('codec', { ...fields, call: String(fields.call) })) as Fields;
  }

  async reachable(): Promise<boolean> {
    try {
      await this.#client.call('hello', { nonce: new Uint8Array(8) });
      return true;
    } catch (error) {
      if (error instanceof Unjudged) return false;
      throw error;
    }
  }

  wasSlow(from: Instant, to: Instant): boolean {
    return this.#client.slow.meets(from, to);
  }

  async close(): Promise<void> {
    try {
      await this.#client.call('reset', {});
    } catch (error) {
      // An adapter that is gone has nothing left to reset.
      if (!(error instanceof Unjudged)) throw error;
    }
    await this.#client.close();
  }

  #dcs<Dc extends PlayedDc>(
    stage: Stage,
    options: RsOptions,
    rsNodeId: Uint8Array,
    make: (peer: Peer, association: PlayedChannel, rsOpens: boolean) => Dc,
  ): Promise<Dc[]> {
    const first = options.dcNodeId ?? 'lower';
    const sides = options.dcs === 2 ? ([first, first === 'lower' ? 'higher' : 'lower'] as const) : [first];
    const [source] = this.#sources();
    if (source === undefined)
      throw new Unjudged(
        'not-exercised',
        'host',
        'the tester has no address of a family that the target claims',
      );
    const nowhere: Endpoint = { ip: source, port: 0 };
    return Promise.all(
      sides.map(async (side, index) => {
        const peer = await Peer.bind(stage, index === 0 ? 'DC' : `DC ${index + 1}`, nowhere, nowhere);
        Object.assign(peer.habits, options.habits);
        const association = new PlayedChannel({
          kind: 'association',
          ...associationWith(DEFAULT_TEST_SECRET, stage.fresh(16)),
          own: { nodeId: nodeIdBeside(rsNodeId, side), role: 'dc' },
          peer: { nodeId: rsNodeId, role: 'rs' },
        });
        return make(peer, association, options.silentStart !== true);
      }),
    );
  }

  async #nodeDc(stage: Stage, options: NodeTestOptions, nodeId: Uint8Array): Promise<PlayedNodeDc> {
    const families = options.families ?? [4];
    const sources = families.map((version) => this.#options.sources.find((ip) => family(ip) === version));
    const sockets: Peer[] = [];
    for (const [index, ip] of sources.entries()) {
      if (ip === undefined)
        throw new Unjudged('not-exercised', 'host', 'the tester has no address of that family');
      const nowhere: Endpoint = { ip, port: 0 };
      const peer = await Peer.bind(stage, index === 0 ? 'DC' : `DC ${index + 1}`, nowhere, nowhere);
      Object.assign(peer.habits, options.habits);
      sockets.push(peer);
    }
    const [first, ...others] = sockets;
    if (first === undefined) throw new Error('a node that reaches its DC by no family');
    const association = new PlayedChannel({
      kind: 'association',
      ...associationWith(DEFAULT_TEST_SECRET, stage.fresh(16)),
      own: { nodeId: nodeIdBeside(nodeId, options.dcNodeId ?? 'lower'), role: 'dc' },
      peer: { nodeId, role: 'node' },
    });
    association.aliases.push(...(options.habits?.aliases ?? []));
    return new PlayedNodeDc([first, ...others], association, options.silentStart !== true);
  }

  /** The tester's own addresses, of families that the target claims. */
  #sources(): readonly Ip[] {
    const { families = [4] } = this.#client.hello.claims;
    return this.#options.sources.filter((ip) => families.includes(family(ip)));
  }

  /** Where the target shall listen: of each family that it claims and the tester has an address of. */
  /** A case that is tried again has the same DC once more, which must not know what came of it before. */
  #storeOf(name: string): string {
    const count = (this.#stores.get(name) ?? 0) + 1;
    this.#stores.set(name, count);
    return count === 1 ? name : `${name}, ${count}`;
  }

  #listen(): readonly Ip[] {
    const families = new Set(this.#sources().map(family));
    return this.#options.listen.filter((ip) => families.has(family(ip)));
  }

  #config(options: RsOptions, rsNodeId: Uint8Array, dcs: readonly PlayedDc[]): Fields {
    const timers = Object.entries(options.timers ?? {}).map(([name, s]) => [
      name,
      Number.isInteger(s) ? s : `${s}`,
    ]);
    return {
      role: 'rs-s',
      nodeId: toHex(rsNodeId),
      listen: this.#listen().map((ip) => formatEndpoint({ ip, port: 0 })),
      associations: dcs.map(({ association, peer, rsOpens }) => ({
        ...provisionedAssociation(association, association.own.nodeId, rsOpens ? [peer.local] : []),
      })),
      capacity: options.capacity ?? RUN_CAPACITY,
      ...(options.advertise && { advertise: [...options.advertise] }),
      limits: { ...RUN_LIMITS, ...options.limits },
      ...(timers.length > 0 && { timers: Object.fromEntries(timers) as Fields }),
      ...(options.withoutProfile === true
        ? {}
        : { testProfile: { global: [...TEST_PROFILE.global], private: [] } }),
    };
  }
}

/** Starts it and opens its associations, where they are not left to the case. @throws Unjudged */
async function started<Instance extends AdapterInstance>(
  rs: Instance,
  { bare }: RsOptions,
): Promise<Instance> {
  try {
    await rs.start();
    for (const dc of bare ? [] : rs.dcs) await dc.associate();
    return rs;
  } catch (error) {
    // What went wrong first is what is told.
    await rs.release().catch(() => undefined);
    await rs.close();
    throw error;
  }
}
