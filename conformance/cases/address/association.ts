/** Section 5.8: the addresses of a DC on its association. */

import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { HABITS } from '../../played/habits.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { answerLater, reserve, takeProbe } from '../nodes.ts';
import { isRegistration, Registrations, transactionOf } from '../relays/registrations.ts';
import type { Associated } from '../steps.ts';
import { associated, exactNetwork, RS_S_CONFIGURED } from '../steps.ts';

/** Seconds: the renewal is due after half of it. */
const LIFETIME = 2;
const RENEWAL = 1100;
/** For the host, milliseconds. */
const LATE = 500;

const HABITS_OF_DC = { registrationLifetime: LIFETIME };
/** Here: until a request is over, milliseconds. */
const OVER = 1500;
/** GEN-11: a try, and the next one with its jitter. */
const TWO_TRIES = 550;

/** The DC speaks from another socket, whose address becomes valid on the association, too. @returns that one */
async function secondPlace(world: World, { rs, association }: Associated, family: 4 | 6): Promise<Peer> {
  const after = await world.peer('DC, moved', rs.endpoint(family), { family });
  Object.assign(after.habits, HABITS, HABITS_OF_DC);
  after.hold(association);
  world.status(await after.probe(association), Status.ok);
  await takeProbe(world, after, association, 'KEY-31: a message from another address nominates it.');
  world.status(await after.probe(association), Status.ok);
  return after;
}

/** A DC that moves to another socket, to which the next request of the RS-S has to go. */
async function moveDc(world: World, options: { readonly family: 4 | 6 }): Promise<void> {
  const base = await associated(world, { habits: HABITS_OF_DC });
  const before = base.peer;
  const after = await secondPlace(world, base, options.family);
  const old = new Set(before.inbox.filter(isRegistration).map(keyOf));
  const timeout = 2 * RENEWAL + LATE;
  const came = await after.take(isRegistration, timeout);
  world.came(came, `the next Registration Request at ${after.name}`);
  // One can have been on its way.
  const since = before.inbox.filter((mail) => isRegistration(mail) && !old.has(keyOf(mail)));
  world.check(since.length <= 1, `no other one at ${before.name}`, `${since.length} there`);
}

const isOpening = ({ type }: Received): boolean => type === MessageType.openingRequest;

function keyOf(mail: Received): string {
  return toHex(transactionOf(mail));
}

export const ASSOCIATION_ADDRESS_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association',
    title: 'When its DC has moved, an RS-S sends its next request to the new address.',
    clauses: ['KEY-34', 'KEY-31', 'KEY-32'],
    catches: 'Requests to the address in the configuration for ever.',
    waits: 2 * RENEWAL + LATE,
    script: (world) => moveDc(world, { family: 4 }),
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association-family',
    title: 'An address of the other family that became valid last is the one in use on an association.',
    clauses: ['KEY-34', 'KEY-31'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'One family that is always preferred.',
    waits: 2 * RENEWAL + LATE,
    script: (world) => moveDc(world, { family: 6 }),
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.association-later',
    title:
      'Of two addresses of its DC that an RS-S probes at once the one nominated later gets its next request.',
    clauses: ['KEY-32', 'KEY-34', 'KEY-31'],
    catches: 'Requests to the address whose answer came last, though it was nominated first.',
    waits: 2 * RENEWAL + LATE,
    async script(world) {
      exactNetwork(world);
      const { rs, association } = await associated(world, { habits: HABITS_OF_DC });
      const old = reserve(association);
      const probes = new Map<Peer, Received>();
      for (const name of ['DC, first', 'DC, second']) {
        const peer = await world.peer(name, rs.endpoint());
        Object.assign(peer.habits, HABITS, HABITS_OF_DC, { answerProbes: false });
        peer.hold(association);
        world.status(await peer.probe(association), Status.ok);
        probes.set(peer, await takeProbe(world, peer, association));
      }
      const [earlier, later] = [...probes.keys()];
      if (earlier === undefined || later === undefined) throw new Error('there are two');
      await answerLater(world, association, { earlier, later, probes, old });
      const known = new Set(later.inbox.filter(isRegistration).map(keyOf));
      const isNext = (mail: Received) => isRegistration(mail) && !known.has(keyOf(mail));
      world.came(await later.take(isNext, 2 * RENEWAL + LATE), `the next request at ${later.name}`);
      const astray = earlier.inbox.filter(isRegistration).length;
      world.check(astray === 0, `none at ${earlier.name}`, `${astray} there`);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.both-families',
    title: 'A request that stays unanswered is repeated to every valid address of the DC.',
    clauses: ['KEY-35'],
    level: 'SHOULD',
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'A relay that is lost to its DC as soon as one of the two families is.',
    waits: RENEWAL + TWO_TRIES + LATE,
    async script(world) {
      exactNetwork(world);
      const base = await associated(world, { habits: HABITS_OF_DC });
      const places = [base.peer, await secondPlace(world, base, 6)];
      const answered = new Set(places.flatMap(({ inbox }) => inbox.filter(isRegistration).map(keyOf)));
      for (const { habits } of places) habits.answerRegistrations = false;
      await world.sleep(RENEWAL + TWO_TRIES + LATE);
      const reached = places.filter(({ inbox }) =>
        inbox.some((mail) => isRegistration(mail) && !answered.has(keyOf(mail))),
      );
      const [all, actual] = [places, reached].map((peers) => peers.map(({ name }) => name).join(' and '));
      world.check(reached.length === places.length, `the request at ${all}`, `at ${actual || 'none'}`);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.address.silent-families',
    title:
      'An RS-S opens its association again when its DC answers in no family, and then at all addresses; not for the sake of one.',
    clauses: ['KEY-27'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches:
      'New keys each time that one family fails; a DC that is back in one family, and is looked for in the other.',
    waits: 2 * RENEWAL + TWO_TRIES + RENEWAL + OVER + LATE,
    async script(world) {
      exactNetwork(world);
      const timers = { 'try-over-rs-dc': OVER / 1000 };
      const base = await associated(world, { habits: HABITS_OF_DC, timers });
      const places = [base.peer, await secondPlace(world, base, 6)];
      const [first, second] = places;
      if (first === undefined || second === undefined) throw new Error('there are two');
      const silence = { answerRegistrations: false, answerProbes: false, answerOpenings: false };
      // It is the one in use, so each request goes there first.
      Object.assign(second.habits, silence);
      for (const place of places) while (place.takeNow(() => true) !== undefined);
      const registrations = new Registrations(world, first);
      const renewal = 'KEY-35: the next try goes to the other address.';
      for (let left = 2; left > 0; left--) await registrations.next(renewal, 2 * RENEWAL + TWO_TRIES + LATE);
      const early = places.flatMap(({ inbox }) => inbox.filter(isOpening));
      world.check(early.length === 0, 'no opening', `${early.length}`, 'KEY-27: one family answers.');
      Object.assign(first.habits, silence);
      const deadline = world.net.now() + RENEWAL + OVER + 2 * LATE;
      for (const place of places) {
        const opened = await place.take(isOpening, deadline - world.net.now());
        world.came(opened, `an opening at ${place.name}`, 'KEY-27: no address has answered.');
      }
    },
  }),
];
