/** Sections 7.3 and 8.4: virtual addresses that are out of use, and for how long nobody else is given them. */
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { numberField } from '../../fields.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { virtualOf } from './addresses.ts';
import { generalRoute, wantingGeneral, wish } from './general-steps.ts';
import { checkSame, DC_CONFIGURED, situate } from './steps.ts';

/** For how long peers remember names, and a DC what stands for whom, in these cases; in seconds. */
const MEMORY = 3;
/** GEN-38, and what the way and the host may take, milliseconds. */
const LATE = 1100;
/** Until so much before its end an address is out of use at any rate, milliseconds. */
const EARLY = 200;
/** Between two that leave, milliseconds. */
const APART = 100;

const SMALL = '198.18.7.0/29';
const MORE_THAN_ALL = 9;

/** Judges that nothing was to be had. @throws Unjudged where it came so late that something may be */
function checkEmpty(world: World, answer: Parameters<World['status']>[0], left: number, why: string): void {
  if (isEarly(world, left)) world.status(answer, Status.poolEmpty, why);
}

/** Whether it is certain that the time is not over. @throws Unjudged if not, unless the network takes the time */
function isEarly(world: World, left: number): boolean {
  const isOut = world.net.now() - left < 1000 * MEMORY - EARLY;
  if (!isOut && !world.impaired)
    throw new Unjudged('inconclusive', 'host', `what has ${1000 * MEMORY - EARLY} ms took longer`, true);
  return isOut;
}

export const DC_KEPT_ADDRESS_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.addresses.out-of-use',
    title:
      'An address of a node that left goes to another one only when none is left and its time is over, the oldest first.',
    clauses: ['DC-30'],
    level: 'SHOULD',
    catches: 'Peers that reach, by the address that they remember for a name, somebody else.',
    waits: 1000 * MEMORY + LATE + APART,
    async script(world) {
      const timers = { 'name-memory': MEMORY };
      const dc = await world.dc({ nodes: MORE_THAN_ALL, pools: [SMALL], timers });
      const good: RegisteringNode[] = [];
      const others: RegisteringNode[] = [];
      for (const node of dc.nodes) {
        const [answer] = await node.request();
        const isGood = numberField(answer?.body, 'status') === Status.ok;
        (isGood ? good : others).push(node);
        world.status(answer, isGood ? Status.ok : Status.poolEmpty);
      }
      const [one, two] = good;
      const [first, second] = others;
      if (one === undefined || two === undefined || first === undefined || second === undefined)
        throw new Unjudged('not-exercised', 'target', 'so small a pool serves too few or too many nodes');
      const addresses = [one, two].map(virtualOf);
      const left = world.net.now();
      await one.deregister();
      // So that one of them is out of use for longer, where nothing takes time too.
      await world.sleep(APART);
      await two.deregister();
      const [early] = await first.request();
      checkEmpty(
        world,
        early,
        left,
        'DC-30: none within 7440 s, as configured, of the end of the registration.',
      );
      await world.sleep(1000 * MEMORY + LATE);
      for (const [index, node] of [first, second].entries()) {
        const [answer] = await node.request();
        // It may keep them for longer.
        if (numberField(answer?.body, 'status') === Status.poolEmpty) return;
        world.status(answer, Status.ok);
        checkSame(
          world,
          'address',
          addresses[index],
          virtualOf(node),
          'DC-30: those longest out of use first.',
        );
      }
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.memory',
    title:
      'What stands for a general peer stands for nobody else while a path is live, however long, and for a while after.',
    clauses: ['DC-36', 'DC-39'],
    catches:
      'A time that begins when the path does: an old connection whose packets go to somebody else’s peer.',
    waits: 1000 * MEMORY + LATE,
    async script(world) {
      const timers = { 'general-address-memory': MEMORY };
      const { dc, mn } = await wantingGeneral(world, { pools: [SMALL], timers });
      const ask = (peer: string) => mn.ask(wish(RelayKind.n, peer));
      const given = new Map<string, string>();
      for (let last = 1; last <= MORE_THAN_ALL; last++) {
        const peer = `198.51.100.${last}`;
        const answer = await ask(peer);
        if (numberField(answer?.body, 'status') === Status.poolEmpty) break;
        given.set(peer, generalRoute(world, answer).standsFor);
      }
      world.check(given.size > 0, 'at least one address for a general peer', 'none', 'DC-36.');
      const stranger = '198.51.100.99';
      world.status(await ask(stranger), Status.poolEmpty, 'DC-36: not used for anything else.');
      await world.sleep(1000 * MEMORY + LATE);
      const requirement = 'DC-36: as long as a Relay Direction with it is live.';
      world.status(await ask(stranger), Status.poolEmpty, requirement);
      // Its paths end with it.
      const left = world.net.now();
      await mn.deregister();
      await situate(world, mn, 'G4');
      checkEmpty(world, await ask(stranger), left, 'DC-36: and for 7440 s more, as configured.');
      const [node] = await dc.node(1).request();
      checkEmpty(world, node, left, 'DC-36: nor is it given to a node.');
      const [known] = given;
      if (known === undefined) return;
      const again = await ask(known[0]);
      if (!isEarly(world, left)) return;
      checkSame(
        world,
        `what stands for ${known[0]}`,
        known[1],
        generalRoute(world, again).standsFor,
        'DC-36',
      );
    },
  }),
];
