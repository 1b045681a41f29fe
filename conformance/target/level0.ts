/**
 * A target without an adapter: one RS-S that somebody configured with what `provision` wrote. The
 * tester plays both DCs of its associations for the whole run and lends each to one case at a time.
 */

import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint, sameEndpoint } from '../../reference/address.ts';
import { fromHex } from '../../reference/bytes.ts';
import type { ProvisionedAssociation, ProvisionedRelay } from '../identities.ts';
import { PlayedChannel } from '../played/channel.ts';
import { PlayedDc } from '../played/dc.ts';
import { HABITS } from '../played/habits.ts';
import { Peer } from '../played/peer.ts';
import type { Stage } from '../played/stage.ts';
import type { TargetInfo } from '../report.ts';
import { Unjudged } from '../verdict.ts';
import type { DcUnderTest } from './dc-under-test.ts';
import type { EndUnderTest } from './end-under-test.ts';
import type { NodeUnderTest } from './node-under-test.ts';
import { endpointOf, firstOf, needsLevel } from './rs.ts';
import type { RsOptions, RsUnderTest, Target } from './target.ts';
import { TargetError } from './target.ts';

export interface Level0Options {
  /** The RS-S's own port, as the command line named it. */
  readonly target: Endpoint;
  /** Its endpoint of the other family, if it has one. */
  readonly alsoAt?: Endpoint;
  /** What `provision` wrote. */
  readonly config: ProvisionedRelay;
  /** A stage of the run itself, for what comes while no case has the association; DCs are bound on its network. */
  readonly stage: Stage;
}

/** Binds the DCs. @throws TargetError if one of their endpoints cannot be had. */
export async function level0Target(options: Level0Options): Promise<Target> {
  const slots: PlayedDc[] = [];
  for (const [index, association] of options.config.associations.entries()) {
    slots.push(await playedDc(options, association, index));
  }
  return new Level0Target(options, slots);
}

async function playedDc(
  options: Level0Options,
  association: ProvisionedAssociation,
  index: number,
): Promise<PlayedDc> {
  const [configured] = association.endpoints;
  const local = configured === undefined ? undefined : parseEndpoint(configured);
  if (local === undefined)
    throw new TargetError('usage', `the configuration has no endpoint for DC ${index + 1}: provision anew.`);
  let peer: Peer;
  try {
    peer = await Peer.bind(options.stage, index === 0 ? 'DC' : `DC ${index + 1}`, local, options.target);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TargetError(
      'usage',
      `DC ${index + 1} has to be played at ${formatEndpoint(local)}: ${why}. Name another place with --listen and provision anew.`,
    );
  }
  const channel = new PlayedChannel({
    kind: 'association',
    id: fromHex(association.id),
    secret: fromHex(association.secret),
    own: { nodeId: fromHex(association.peer), role: 'dc' },
    peer: { nodeId: fromHex(options.config.nodeId), role: 'rs' },
  });
  return new PlayedDc(peer, channel, false);
}

class Level0Target implements Target {
  readonly info: TargetInfo;
  readonly level = 0;
  readonly parallel: number;
  readonly #options: Level0Options;
  readonly #all: readonly PlayedDc[];
  #free: PlayedDc[];
  #waiting: Array<() => void> = [];

  constructor(options: Level0Options, slots: readonly PlayedDc[]) {
    this.#options = options;
    this.#all = slots;
    this.#free = [...slots];
    this.parallel = slots.length;
    const address = formatEndpoint(options.target);
    this.info = { address, level: 0, name: 'unknown', version: 'unknown', roles: ['rs-s'], claims: {} };
  }

  claims(feature: string): boolean {
    return feature === 'ipv6' && this.#options.alsoAt !== undefined;
  }

  async rs(stage: Stage, options: RsOptions): Promise<RsUnderTest> {
    const own =
      options.capacity ?? options.limits ?? options.timers ?? options.silentStart ?? options.withoutProfile;
    if (own !== undefined) needsLevel(1, 'a configuration of its own');
    const dcs = await this.#lend(options);
    for (const [index, { peer }] of dcs.entries()) {
      // The same to a case whichever of the DCs it is lent.
      peer.name = index === 0 ? 'DC' : `DC ${index + 1}`;
      peer.startRow(stage);
      Object.assign(peer.habits, options.habits);
    }
    const { target, alsoAt, config } = this.#options;
    const rs = new Level0Rs(fromHex(config.nodeId), alsoAt ? [target, alsoAt] : [target], dcs, () =>
      this.#takeBack(dcs),
    );
    try {
      for (const dc of options.bare ? [] : dcs) await dc.associate();
    } catch (error) {
      await rs.release();
      throw error;
    }
    return rs;
  }

  end(): Promise<EndUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no RS-N or RS-T'));
  }

  node(): Promise<NodeUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'adapter', 'a node needs an adapter of level 2'));
  }

  dc(): Promise<DcUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no DC'));
  }

  codec(_fields: Fields): Promise<Fields> {
    return Promise.reject(new Unjudged('not-exercised', 'adapter', 'codec calls need an adapter of level 2'));
  }

  reachable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  async close(): Promise<void> {
    for (const { peer } of this.#all) await peer.close();
  }

  /** Waits until the wanted DCs are free, all at once, so that two cases cannot wait for each other. */
  async #lend(options: RsOptions): Promise<PlayedDc[]> {
    for (;;) {
      const dcs = this.#choose(options);
      if (dcs !== undefined) {
        this.#free = this.#free.filter((dc) => !dcs.includes(dc));
        return dcs;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #choose({ dcs = 1, dcNodeId }: RsOptions): PlayedDc[] | undefined {
    if (this.#all.length < dcs) needsLevel(1, `${dcs} associations`);
    const sorted = dcNodeId === 'higher' ? this.#free.toReversed() : this.#free;
    if (dcs === 1 && dcNodeId !== undefined) {
      const wanted = dcNodeId === 'lower' ? this.#all.at(0) : this.#all.at(-1);
      return wanted !== undefined && this.#free.includes(wanted) ? [wanted] : undefined;
    }
    return sorted.length < dcs ? undefined : sorted.slice(0, dcs);
  }

  #takeBack(dcs: readonly PlayedDc[]): void {
    for (const { peer } of dcs) Object.assign(peer.habits, HABITS);
    this.#free = this.#all.filter((dc) => this.#free.includes(dc) || dcs.includes(dc));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}

class Level0Rs implements RsUnderTest {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly dcs: readonly PlayedDc[];
  readonly #giveBack: () => void;
  #released = false;

  constructor(
    nodeId: Uint8Array,
    endpoints: readonly Endpoint[],
    dcs: readonly PlayedDc[],
    giveBack: () => void,
  ) {
    this.nodeId = nodeId;
    this.endpoints = endpoints.filter((a, i) => !endpoints.slice(0, i).some((b) => sameEndpoint(a, b)));
    this.dcs = dcs;
    this.#giveBack = giveBack;
  }

  get dc(): PlayedDc {
    return firstOf(this.dcs);
  }

  endpoint(version: 4 | 6 = 4): Endpoint {
    return endpointOf(this.endpoints, version);
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

  release(): Promise<void> {
    if (!this.#released) this.#giveBack();
    this.#released = true;
    return Promise.resolve();
  }

  /** The DCs are played for the whole run. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
