/** Nodes that talk to hosts which run nothing of NTMobile, by relays that are tunnel ends; and one host that nobody asks. */
import type { AfterPromises } from '../../net/sim/time.ts';
import { Chance } from '../chance.ts';
import { Flow } from '../flow.ts';
import type { Member, Wanderer } from '../general/configs.ts';
import { WANDERERS } from '../general/configs.ts';
import { GeneralWorld } from '../general/world.ts';
import type { Stage } from './stage.ts';
import { GeneralWatch } from './watch-general.ts';

const HOSTS = { web: ['192.0.2.200', '2001:db8::200'], sip: ['192.0.2.201', '2001:db8::201'] } as const;
const MEMBERS: readonly Member[] = ['alice', 'bob', 'dc', 'rsn1', 'rsn2', 'rst'];
/** Both nodes have the same port: outside it must be two. */
const PORT = 9000;
/** Who sends to whom, over what. */
const FLOWS: readonly (readonly [Wanderer, keyof typeof HOSTS, 4 | 6])[] = [
  ['alice', 'web', 4],
  ['bob', 'web', 4],
  ['bob', 'sip', 6],
];

export function generalStage(seed: string, afterPromises: AfterPromises): Stage {
  const chance = new Chance(`${seed} chance`);
  const [first, second] = WANDERERS.map(() => ({ policy: chance.pick(['rs-n', 'rs-n', 'rs-t'] as const) }));
  const world = new GeneralWorld(seed, afterPromises, first, second);
  const hosts = Object.entries(HOSTS).map(([name, addresses]) => world.general(nameOf(name), ...addresses));
  const stranger = world.general(nameOf('stranger'), '192.0.2.209', '2001:db8::209');
  const askNobody = { alice: first?.policy === 'rs-n', bob: second?.policy === 'rs-n' };
  return {
    world,
    chance,
    parties: new Map(MEMBERS.map((name) => [name, world.parties[name]])),
    nodes: WANDERERS,
    lanes: MEMBERS,
    watch: new GeneralWatch(world, hosts, stranger, askNobody),
    start: (places) => world.start(...places),
    placeOf: (node) => world.placeOf(node as Wanderer),
    move: (node, place) => world.move(place, node as Wanderer),
    // A DC that lost power withdraws nothing of before: what an RS-T lent then is free when its paths have ended.
    isDenied: (node, since) =>
      world.parties[node as Wanderer]
        .events('direction-failed', since)
        .some(({ status }) => status === 'pool-empty'),
    flows: (interval) =>
      FLOWS.map(([from, to, version], index) => {
        const port = PORT + Math.floor(index / 2);
        return [
          from,
          to,
          new Flow(world.stacks[from], { name: nameOf(to), version, port, interval }),
        ] as const;
      }),
  };
}

const nameOf = (host: string): string => `${host}.example.com`;
