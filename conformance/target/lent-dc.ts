/** A DC without an adapter, while a case has it. */
import type { Endpoint } from '../../reference/address.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { PlayedDc } from '../played/dc.ts';
import type { OtherDc } from '../played/other-dc.ts';
import { RegisteringNode } from '../played/registering-node.ts';
import type { RegisteringRelay } from '../played/registering-relay.ts';
import type { Stage } from '../played/stage.ts';
import { Unjudged } from '../verdict.ts';
import type { Around } from './dc.ts';
import { provokeBy, unusedOf } from './dc.ts';
import type { DcTestOptions, DcUnderTest } from './dc-under-test.ts';
import { endpointOf, firstOf, needsLevel } from './rs.ts';

/** A kind of relay that nobody has been assigned: a relay that registers it alone is not used. [DC-40] */
const NO_KIND = 99;

export interface Loan {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly dnsEndpoints: readonly Endpoint[];
  readonly advertised: readonly Endpoint[];
  readonly around: Around;
  /** Who stands for the associated peer. */
  readonly peer: PlayedDc;
  readonly habits: DcTestOptions['habits'];
  /** Of the run itself, for what is done when the case is over. */
  readonly between: Stage;
  /** One more end of an association is played. */
  copied(channel: PlayedChannel): void;
  giveBack(): void;
}

export class LentDc implements DcUnderTest {
  readonly nodeId: Uint8Array;
  readonly endpoints: readonly Endpoint[];
  readonly dnsEndpoints: readonly Endpoint[];
  readonly advertised: readonly Endpoint[];
  readonly nodes: readonly RegisteringNode[];
  readonly relays: readonly RegisteringRelay[];
  readonly others: readonly OtherDc[];
  readonly dcs: readonly PlayedDc[];
  readonly unused: () => PlayedChannel;
  readonly #loan: Loan;
  #released = false;

  constructor(loan: Loan) {
    const { around, peer } = loan;
    this.nodeId = loan.nodeId;
    this.endpoints = loan.endpoints;
    this.dnsEndpoints = loan.dnsEndpoints;
    this.advertised = loan.advertised;
    this.nodes = around.nodes;
    this.relays = around.relays;
    this.others = around.others;
    this.dcs = [peer];
    const unused = unusedOf(around.nodes);
    this.unused = () => {
      const channel = unused();
      loan.copied(channel);
      return channel;
    };
    this.#loan = loan;
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
    Object.assign(this.dc.peer.habits, this.#loan.habits);
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
      this.#loan.giveBack();
    }
  }

  /** The sockets of nodes and relays; other DCs are played for the whole run. */
  async close(): Promise<void> {
    for (const party of [...this.nodes, ...this.relays]) await party.close();
  }

  /** Nodes are registered no more, and relays for nothing. */
  async #leave(): Promise<void> {
    this.startRow(this.#loan.between);
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
