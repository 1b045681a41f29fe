/** Chapter 12 at a DC: a node whose address changes on its association. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Peer } from '../../played/peer.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { answerProbe, checkBudget, probeOn, settle, takeProbe } from '../nodes.ts';
import { DC } from './steps.ts';

/** When a DC gives up a probe: its last try and as long again; milliseconds. [GEN-11] */
const GIVEN_UP = 3500;

/** A node that asks, and another one with two sockets, known at the first. */
async function twoPlaces(world: World) {
  const dc = await world.dc();
  const [mn, cn] = [dc.node(0), dc.node(1)];
  await mn.register();
  await cn.deregister();
  await cn.register();
  return { dc, mn, cn, home: cn.peer, away: await cn.socket({ socket: 1 }) };
}

/** Judges where the DC has the node that is to be reached: its Route Direction comes there and nowhere else. */
async function checkDirected(
  world: World,
  { mn, cn }: { readonly mn: RegisteringNode; readonly cn: RegisteringNode; readonly dc: DcUnderTest },
  at: Peer,
  not: Peer,
): Promise<void> {
  const before = cn.directions.length;
  world.status(
    await mn.ask({ peerFqdn: cn.fqdn }),
    [Status.ok, Status.noRelay],
    'HO-03: it is still reached.',
  );
  const places = cn.directions.slice(before).map(({ peer }) => peer);
  const isRight = places.length > 0 && places.every((place) => place === at.name);
  world.check(isRight, `the Route Direction at ${at.name}`, places.join(', ') || 'none', 'HO-03.');
  const stray = not.inbox.some(({ type }) => type === MessageType.routeDirection);
  world.check(!stray, `no Route Direction at ${not.name}`, 'one', 'HO-03: not where nobody has answered.');
}

export const DC_HANDOVER_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.node.moves-and-returns',
    title: 'A DC follows a node to another port and back, each time once its own probe was answered there.',
    clauses: ['HO-03', 'HO-08', 'KEY-31'],
    catches: 'Directions to where nobody has answered; a return to an address of before that nobody notices.',
    async script(world) {
      const on = await twoPlaces(world);
      const { cn, home, away } = on;
      for (const [from, to] of [
        [home, away],
        [away, home],
        [home, away],
      ] as const) {
        to.habits.answerProbes = false;
        while (to.takeNow(() => true) !== undefined);
        world.status(await to.probe(cn.association), Status.ok, 'GEN-34: to the source of the request.');
        const probe = await takeProbe(world, to, cn.association, 'HO-03: a return is a move, too.');
        await checkDirected(world, on, from, to);
        answerProbe(to, cn.association, probe);
        world.status(await to.probe(cn.association), Status.ok);
        await settle(to, cn.association);
        while (from.takeNow(() => true) !== undefined);
        await checkDirected(world, on, to, from);
      }
      cn.forgetPlaces();
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.node.new-address-fails',
    title:
      'Where a node’s new address never answers, the DC goes on by the old one, also when its probe is given up.',
    clauses: ['HO-04', 'HO-03'],
    catches: 'A node that is lost, or sent to whoever, since somebody has sent from another address.',
    waits: GIVEN_UP,
    async script(world) {
      const on = await twoPlaces(world);
      const { cn, home, away } = on;
      away.habits.answerProbes = false;
      world.status(await away.probe(cn.association, { padding: 100 }), Status.ok);
      await takeProbe(world, away, cn.association);
      await checkDirected(world, on, home, away);
      await world.sleep(GIVEN_UP);
      await checkDirected(world, on, home, away);
      checkBudget(world, away);
      while (away.takeNow(probeOn(cn.association)) !== undefined);
    },
  }),
];
