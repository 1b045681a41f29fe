/**
 * A target without an adapter: one relay that somebody configured with what `provision` wrote. The
 * tester plays both DCs of its associations for the whole run and lends each to one case at a time.
 */

import type { Fields } from '../../adapters/cbor.ts';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { fromHex } from '../../reference/bytes.ts';
import type { ProvisionedAssociation, ProvisionedRelay } from '../identities.ts';
import { PlayedChannel } from '../played/channel.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { Habits } from '../played/habits.ts';
import { HABITS } from '../played/habits.ts';
import { Peer } from '../played/peer.ts';
import type { Stage } from '../played/stage.ts';
import type { TargetInfo } from '../report.ts';
import type { RoleName } from '../roles.ts';
import { Unjudged } from '../verdict.ts';
import type { DcUnderTest } from './dc-under-test.ts';
import type { EndUnderTest } from './end-under-test.ts';
import type { LentParts } from './lent-relay.ts';
import type { NodeUnderTest } from './node-under-test.ts';
import { isOfOtherSecret, otherSecret } from './other-secret.ts';
import { needsLevel } from './rs.ts';
import type { RsOptions, RsUnderTest, Target } from './target.ts';
import { TargetError } from './target.ts';

export interface Level0Options {
  /** The relay's own port, as the command line named it. */
  readonly target: Endpoint;
  /** Its endpoint of the other family, if it has one. */
  readonly alsoAt?: Endpoint;
  /** What `provision` wrote. */
  readonly config: Omit<ProvisionedRelay, 'role'> & { readonly role: RoleName };
  /** A stage of the run itself, for what comes while no case has the association; DCs are bound on its network. */
  readonly stage: Stage;
}

/** One of the DCs of the associations. */
export interface Slot<Dc extends PlayedDc> {
  readonly dc: Dc;
  /** What it does by itself beside what every peer does, whoever has it. */
  readonly habits: Partial<Habits>;
}

/** Binds the DCs. @throws TargetError if one of their endpoints cannot be had. */
export async function slotsOf<Dc extends PlayedDc>(
  options: Level0Options,
  make: (peer: Peer, association: PlayedChannel) => Dc,
  habitsOf: (index: number) => Partial<Habits> = () => ({}),
): Promise<Slot<Dc>[]> {
  const slots: Slot<Dc>[] = [];
  for (const [index, association] of options.config.associations.entries()) {
    const peer = await peerOf(options, association, index);
    const habits = habitsOf(index);
    Object.assign(peer.habits, habits);
    slots.push({ dc: make(peer, channelOf(options, association)), habits });
  }
  return slots;
}

async function peerOf(
  { stage, target }: Level0Options,
  association: ProvisionedAssociation,
  index: number,
): Promise<Peer> {
  const [configured] = association.endpoints;
  const local = configured === undefined ? undefined : parseEndpoint(configured);
  if (local === undefined)
    throw new TargetError('usage', `the configuration has no endpoint for DC ${index + 1}: provision anew.`);
  try {
    return await Peer.bind(stage, nameOf(index), local, target);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TargetError(
      'usage',
      `DC ${index + 1} has to be played at ${formatEndpoint(local)}: ${why}. Name another place with --listen and provision anew.`,
    );
  }
}

function channelOf({ config }: Level0Options, association: ProvisionedAssociation): PlayedChannel {
  return new PlayedChannel({
    kind: 'association',
    id: fromHex(association.id),
    secret: fromHex(association.secret),
    own: { nodeId: fromHex(association.peer), role: 'dc' },
    peer: { nodeId: fromHex(config.nodeId), role: 'rs' },
  });
}

function nameOf(index: number): string {
  return index === 0 ? 'DC' : `DC ${index + 1}`;
}

export abstract class Level0Relay<Dc extends PlayedDc> implements Target {
  readonly info: TargetInfo;
  readonly level = 0;
  readonly parallel: number;
  readonly #options: Level0Options;
  readonly #all: readonly Slot<Dc>[];
  #free: Slot<Dc>[];
  #waiting: Array<() => void> = [];

  constructor(options: Level0Options, slots: readonly Slot<Dc>[]) {
    this.#options = options;
    this.#all = slots;
    this.#free = [...slots];
    this.parallel = slots.length;
    const address = formatEndpoint(options.target);
    const roles = [options.config.role];
    this.info = { address, level: 0, name: 'unknown', version: 'unknown', roles, claims: {} };
  }

  claims(feature: string): boolean {
    return feature === 'ipv6' && this.#options.alsoAt !== undefined;
  }

  rs(_stage: Stage, _options: RsOptions): Promise<RsUnderTest> {
    return Promise.reject(new Unjudged('not-exercised', 'target', 'the target is no RS-S'));
  }

  end(..._: Parameters<Target['end']>): Promise<EndUnderTest> {
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

  trouble(): string | undefined {
    return otherSecret(
      this.#all.map(({ dc }, index) => ({
        name: `DC ${index + 1}`,
        local: dc.peer.local,
        association: dc.association,
      })),
    );
  }

  async close(): Promise<void> {
    for (const { dc } of this.#all) await dc.peer.close();
  }

  /** Lends DCs to a case, their associations open where it does not want to do that itself. @throws Unjudged */
  protected async lend<Lent extends RsUnderTest>(
    stage: Stage,
    options: RsOptions,
    make: (parts: LentParts<Dc>) => Lent,
  ): Promise<Lent> {
    const own =
      options.capacity ?? options.limits ?? options.timers ?? options.silentStart ?? options.withoutProfile;
    if (own !== undefined) needsLevel(1, 'a configuration of its own');
    const slots = await this.#take(options);
    for (const [index, { dc }] of slots.entries()) {
      // The same to a case whichever of the DCs it is lent.
      dc.peer.name = nameOf(index);
      dc.peer.startRow(stage);
      Object.assign(dc.peer.habits, options.habits);
    }
    const { target, alsoAt, config } = this.#options;
    const lent = make({
      nodeId: fromHex(config.nodeId),
      endpoints: alsoAt ? [target, alsoAt] : [target],
      dcs: slots.map(({ dc }) => dc),
      giveBack: () => this.#takeBack(slots),
    });
    try {
      for (const { dc } of options.bare ? [] : slots) await dc.associate();
    } catch (error) {
      await lent.release();
      throw error;
    }
    return lent;
  }

  /** Waits until the wanted DCs are free, all at once, so that two cases cannot wait for each other. */
  async #take(options: RsOptions): Promise<Slot<Dc>[]> {
    for (;;) {
      const slots = this.#choose(options);
      if (slots !== undefined) {
        this.#free = this.#free.filter((slot) => !slots.includes(slot));
        return slots;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #choose({ dcs = 1, dcNodeId }: RsOptions): Slot<Dc>[] | undefined {
    if (this.#all.length < dcs) needsLevel(1, `${dcs} associations`);
    const sorted = dcNodeId === 'higher' ? this.#free.toReversed() : this.#free;
    if (dcs === 1 && dcNodeId !== undefined) {
      const wanted = dcNodeId === 'lower' ? this.#all.at(0) : this.#all.at(-1);
      return wanted !== undefined && this.#free.includes(wanted) ? [wanted] : undefined;
    }
    // Of one that cannot be opened nothing is learned about the target.
    const usable = this.#all.filter(({ dc }) => !isOfOtherSecret(dc.association));
    if (dcs === 1 && usable.length > 0) {
      const slot = this.#free.find((free) => usable.includes(free));
      return slot && [slot];
    }
    return sorted.length < dcs ? undefined : sorted.slice(0, dcs);
  }

  #takeBack(slots: readonly Slot<Dc>[]): void {
    for (const { dc, habits } of slots) Object.assign(dc.peer.habits, HABITS, habits);
    this.#free = this.#all.filter((slot) => this.#free.includes(slot) || slots.includes(slot));
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }
}
