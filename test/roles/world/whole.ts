/** All real roles in virtual time: two DCs, two RS-S, two nodes, and applications on the nodes' hosts. */
import type { Endpoint } from '../../../reference/address.ts';
import { dcConfig } from '../../../reference/config/dc.ts';
import { nodeConfig } from '../../../reference/config/node.ts';
import { rsConfig } from '../../../reference/config/rs-s.ts';
import { createDc } from '../../../reference/roles/dc/core.ts';
import { createNode } from '../../../reference/roles/node/core.ts';
import { createRsS } from '../../../reference/roles/rs-s/core.ts';
import { endpoint, seeded, seededBytes } from '../../channel/pair.ts';
import { Nat, RoleParty, Sim } from '../node/sim.ts';
import { App } from './app.ts';
import type { Name, NodeName } from './configs.ts';
import { dc, NAMES, node, PLACES, relay } from './configs.ts';

/** Where a node is: global IPv4, behind a NAT of its own, IPv6 alone, both families, behind the one NAT of both. */
export type Situation = 'G4' | 'PR' | 'V6' | 'DS' | 'LAN';

const SITUATIONS: Readonly<Record<Situation, Readonly<Record<NodeName, readonly string[]>>>> = {
  G4: { alice: ['203.0.113.1:5000'], bob: ['198.51.100.2:6000'] },
  PR: { alice: ['10.1.0.2:5000'], bob: ['10.2.0.2:6000'] },
  V6: { alice: ['[2001:db8:1::1]:5000'], bob: ['[2001:db8:2::2]:6000'] },
  DS: { alice: ['203.0.113.1:5000', '[2001:db8:1::1]:5000'], bob: ['10.2.0.2:6000', '[2001:db8:2::2]:6000'] },
  LAN: { alice: ['10.3.0.1:5000'], bob: ['10.3.0.2:6000'] },
};

/** Shares from 0 to 1, and milliseconds of delay for most datagrams. */
export interface Faults {
  readonly loss?: number;
  readonly duplicate?: number;
  readonly reorder?: number;
  readonly delay?: readonly [least: number, most: number];
  /** What goes to and from DCs is not lost, nor does it come twice. */
  readonly sparesDcs?: boolean;
}

/** Who asks for a name of another zone is sent away. [DNS-23] */
const REFUSED = 5;

export class Whole {
  readonly sim = new Sim();
  readonly parties = new Map<Name, RoleParty>();
  readonly apps: Readonly<Record<NodeName, App>>;
  private readonly places: Record<NodeName, readonly Endpoint[]>;
  private readonly seed: number;
  private readonly byDns: boolean;
  private starts = 0;
  private queries = 0;

  /** @param byDns nodes and DCs find DCs by what the DCs publish. */
  constructor(alice: Situation, bob: Situation, seed = 1, faults: Faults = {}, byDns = false) {
    this.seed = seed;
    this.byDns = byDns;
    this.places = { alice: placesOf(alice, 'alice'), bob: placesOf(bob, 'bob') };
    this.impair(faults);
    new Nat(this.sim, '10.1.', '192.0.2.101');
    new Nat(this.sim, '10.2.', '192.0.2.102');
    new Nat(this.sim, '10.3.', '192.0.2.103');
    for (const name of NAMES) this.boot(name);
    this.apps = {
      alice: new App(this.sim, this.party('alice'), 1),
      bob: new App(this.sim, this.party('bob'), 2),
    };
  }

  /** What the network does from now on. */
  impair({ loss = 0, duplicate = 0, reorder = 0, delay = [10, 10], sparesDcs = false }: Faults): void {
    const next = seeded(this.seed);
    const [least, most] = delay;
    const delayed = (): number => least + next() * (most - least) + (next() < reorder ? 3 * most : 0);
    const dcs = sparesDcs ? [...PLACES.one, ...PLACES.two].map(({ ip }) => ip) : [];
    this.sim.fate = ({ from, to }) => {
      if (dcs.includes(from.ip) || dcs.includes(to.ip)) return [delayed()];
      if (next() < loss) return [];
      return next() < duplicate ? [delayed(), delayed()] : [delayed()];
    };
  }

  party(name: Name): RoleParty {
    const party = this.parties.get(name);
    if (party === undefined) throw new Error(`${name} is not up`);
    return party;
  }

  /** Power fails. */
  kill(name: Name): void {
    this.party(name).kill();
  }

  /** It comes up again, with what it had stored. */
  restart(name: Name): void {
    const { stored } = this.party(name);
    this.boot(name, stored);
    if (name === 'alice' || name === 'bob') this.apps[name].attach(this.party(name));
  }

  /** A node's host has other addresses now. */
  move(name: NodeName, to: readonly Endpoint[]): void {
    this.places[name] = to;
    this.party(name).move(to);
  }

  run(time: number, isDone?: () => boolean): boolean {
    return this.sim.run(this.sim.now + time, isDone);
  }

  /** Both nodes' applications want each other, or only alice's. */
  begin(both = false): void {
    this.apps.alice.target = `bob.ntmobile.two.example`;
    if (both) this.apps.bob.target = `alice.ntmobile.one.example`;
  }

  /** Whether alice has got answers to pings of both families that she sent since an instant. */
  isAnswered(since: number, who: NodeName = 'alice'): boolean {
    return ([4, 6] as const).every((version) => this.apps[who].answered(since, version).length > 0);
  }

  private boot(name: Name, stored?: Map<string, Uint8Array>): void {
    const random = seededBytes(1000 * this.seed + ++this.starts);
    const party = new RoleParty(this.sim, this.create(name, random), this.placeOf(name), stored);
    this.parties.set(name, party);
    if (this.byDns)
      party.lookUp = (message) => this.publishes('one', message) ?? this.publishes('two', message);
    party.start();
  }

  /** What a DC says of a name in its zone. */
  private publishes(name: 'one' | 'two', message: Uint8Array): Uint8Array | undefined {
    const dc = this.parties.get(name);
    const query = ++this.queries;
    dc?.handle({ kind: 'query', query, message, transport: 'tcp' });
    const answer = dc?.answers.find((some) => some.query === query)?.message;
    return answer === undefined || ((answer[3] ?? 0) & 15) === REFUSED ? undefined : answer;
  }

  private placeOf(name: Name): readonly Endpoint[] {
    return name === 'alice' || name === 'bob' ? this.places[name] : PLACES[name];
  }

  private create(
    name: Name,
    random: ReturnType<typeof seededBytes>,
  ): ConstructorParameters<typeof RoleParty>[1] {
    switch (name) {
      case 'one':
      case 'two':
        return createDc(dcConfig.parse(dc(name, this.byDns)), random);
      case 'rs1':
      case 'rs2':
        return createRsS(rsConfig.parse(relay(name)), random);
      default:
        return createNode(nodeConfig.parse(node(name, this.places[name], this.byDns)), random);
    }
  }
}

function placesOf(situation: Situation, name: NodeName): readonly Endpoint[] {
  return SITUATIONS[situation][name].map(endpoint);
}
