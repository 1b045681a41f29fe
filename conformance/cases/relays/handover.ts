/** Chapter 12 at an RS-S: a leg whose node moves. */
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import {
  answerProbe,
  bound,
  checkBudget,
  directed,
  move,
  probeOn,
  settle,
  socketOf,
  takeProbe,
} from '../nodes.ts';
import { checkAbsent, checkForwarded, checkHeld, NOT_A_LEG, relay, sendOpaque } from '../relayed.ts';
import { exactNetwork, RS_S } from '../steps.ts';

/** When an RS-S gives up a probe: its last try and as long again; milliseconds. [GEN-11] */
const GIVEN_UP = 4000;
/** Judges that what is relayed goes to the sockets that both nodes use, and is taken from these alone. */
async function checkJoined(world: World, ends: readonly [PlayedNode, PlayedNode], not: readonly Peer[]) {
  const [a, b] = ends;
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const { bytes } = await checkForwarded(world, from, to, 'HO-03: between the addresses in use.');
    for (const peer of not) checkAbsent(world, peer, bytes, 'HO-03: not where nobody has answered.');
  }
}

export const LEG_HANDOVER_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.leg.new-address-fails',
    title:
      'A leg whose new address never answers stays at the old one, in both directions, also when the probe is given up.',
    clauses: ['HO-04', 'HO-03', 'RS-09'],
    catches: 'A leg that is given up, or moved after all, when the probe of a new address has failed.',
    waits: GIVEN_UP,
    async script(world) {
      const { rs, a, b } = await bound(world);
      const dead = await socketOf(world, rs, a, 'A, elsewhere', { answersProbes: false });
      world.status(await dead.probe(a.leg, { padding: 100 }), Status.ok);
      await takeProbe(world, dead, a.leg);
      await checkJoined(world, [a, b], [dead]);
      await world.sleep(GIVEN_UP);
      await checkJoined(world, [a, b], [dead]);
      checkBudget(world, dead);
      await world.silence({
        bad: () => sendOpaque(world, a, { from: dead, fault: NOT_A_LEG }),
        fence: () => relay(world, a, b),
        requirement: 'HO-03.',
      });
      while (dead.takeNow(probeOn(a.leg)) !== undefined);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.leg.both-move',
    title:
      'When both nodes of a path get other ports at once, each leg follows as soon as its own has answered.',
    clauses: ['HO-08', 'HO-03', 'HO-01'],
    catches: 'One probe for both legs; a leg that is put back, or lost, when the other one moves.',
    arbitrary: fc.record({ second: fc.boolean(), back: fc.boolean() }),
    boundaries: [
      { second: false, back: true },
      { second: true, back: false },
    ],
    async script(world, { second, back }) {
      const { rs, a, b } = await bound(world);
      const ends = [a, b] as const;
      const old = [a.peer, b.peer] as const;
      const other = [
        await socketOf(world, rs, a, 'A, another port', { answersProbes: false }),
        await socketOf(world, rs, b, 'B, another port', { answersProbes: false }),
      ] as const;
      const order = second ? ([1, 0] as const) : ([0, 1] as const);
      for (const [from, to] of back
        ? ([
            [old, other],
            [other, old],
          ] as const)
        : ([[old, other]] as const)) {
        const probes = [];
        for (const end of [0, 1] as const) {
          to[end].habits.answerProbes = false;
          world.status(await to[end].probe(ends[end].leg), Status.ok);
          probes.push(
            await takeProbe(world, to[end], ends[end].leg, 'HO-08: by the rules for a new source.'),
          );
        }
        await checkJoined(world, ends, to);
        for (const [index, end] of order.entries()) {
          const { leg } = ends[end];
          answerProbe(to[end], leg, world.came(probes[end], 'a probing request'));
          world.status(await to[end].probe(leg), Status.ok);
          await settle(to[end], leg);
          ends[end].moveTo(to[end]);
          const last = order[1];
          await checkJoined(world, ends, index === 0 ? [from[end], to[last]] : from);
        }
      }
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.leg.families',
    title: 'A leg moves from one address family to the other and back, once its new address has answered.',
    clauses: ['HO-03', 'RSS-05', 'KEY-31'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'A leg that is held to the family in which it was opened, or has an address in each.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const home = a.peer;
      const away = await socketOf(world, rs, a, 'A, the other family', { family: 6, answersProbes: false });
      for (const [from, to] of [
        [home, away],
        [away, home],
      ] as const) {
        to.habits.answerProbes = false;
        world.status(await to.probe(a.leg), Status.ok);
        const probe = await takeProbe(world, to, a.leg, 'HO-03: noticed like any other move.');
        await checkJoined(world, [a, b], [to]);
        answerProbe(to, a.leg, probe);
        world.status(await to.probe(a.leg), Status.ok);
        await settle(to, a.leg);
        a.moveTo(to);
        await checkJoined(world, [a, b], [from]);
        await world.silence({
          bad: () => sendOpaque(world, a, { from, fault: NOT_A_LEG }),
          fence: () => relay(world, a, b),
          requirement: 'RSS-12: the old address is none of the leg’s.',
        });
      }
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.leg.moves-held',
    title: 'What is held for the far leg outlives a move of the leg that it came from.',
    clauses: ['RSS-03', 'HO-08', 'RSS-12'],
    catches: 'A move that empties what is held; data of a new address held before that has answered.',
    async script(world) {
      exactNetwork(world);
      const { rs, a, b } = await directed(world);
      await a.openLeg();
      const before = sendOpaque(world, a);
      const old = a.peer;
      const after = await socketOf(world, rs, a, 'A, another port');
      const early = sendOpaque(world, a, { from: after, fault: NOT_A_LEG });
      await move(world, a, after);
      const late = sendOpaque(world, a, { from: old, fault: NOT_A_LEG });
      const next = sendOpaque(world, a);
      await b.openLeg();
      for (const datagram of [before, next]) await checkHeld(world, b, datagram);
      for (const datagram of [early, late])
        checkAbsent(world, b.peer, datagram, 'RSS-12: it did not come from the address in use.');
      await checkJoined(world, [a, b], [old]);
    },
  }),
];
