/** Sections 12.4 and 12.5, as far as a node of this version needs them: routes that die, and what replaces them. */
import { MessageType, Reason, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import { tell } from './route-steps.ts';
import {
  checkReplaces,
  checkSends,
  directedPath,
  directionRequest,
  farEnd,
  isOpeningOf,
  isUpdate,
  LATE,
  leave,
  NODE_USED,
  nowhere,
  openPath,
  packetTo,
  registered,
  sendLoosely,
  whenOpen,
} from './steps.ts';

/** HO-10, here shorter: seconds. */
const TIMERS = { heard: 1, 'heard-over': 1 } as const;

export const NODE_LIVENESS_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.route.dead',
    title:
      'A direct route on which nothing is heard is probed, then opened again, and a replacement is asked for.',
    clauses: ['HO-10', 'HO-19', 'HO-06', 'KEY-27'],
    catches:
      'Data that goes into nothing; a node that asks at once, or only when all tries are over; reason 1 or 3.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { node: { timers: TIMERS } });
      const { far, dc, plan } = on;
      await checkSends(world, on, packetTo(world, plan));
      await world.sleep(300);
      while (far.peer.takeNow(() => true) !== undefined);
      Object.assign(far.peer.habits, { answerProbes: false, answerOpenings: false });
      await checkSends(world, on, packetTo(world, plan));
      const began = world.net.now();
      const isProbe = ({ type, bytes }: Received) => type === MessageType.probeRequest && bytes.length < 1000;
      const probe = world.came(await far.peer.take(isProbe), 'a probing request', 'HO-10.');
      const after = Math.round(probe.at - began);
      world.timely(
        after >= 1000 - LATE && after <= 1000 + LATE,
        'one after 1 s',
        `after ${after} ms`,
        'HO-10.',
      );
      const request = await directionRequest(world, dc, 'HO-10: it asks for replacement.', 2500);
      const asked = Math.round(request.at - began);
      world.timely(
        asked >= 2000 - LATE && asked <= 2000 + 2 * LATE,
        'after 2 s',
        `after ${asked} ms`,
        'HO-10.',
      );
      checkReplaces(world, request, plan.pathId, Reason.directFailed);
      const name = field(request.body, 'peerFqdn');
      world.check(name === plan.far.fqdn, plan.far.fqdn, `${name}`);
      world.came(
        await far.peer.take(isOpeningOf(far.path)),
        'message 1 of the path',
        'HO-10: it opens again.',
      );
      dc.answer(request, Status.refused);
      const update = far.peer.takeNow(isUpdate);
      world.check(update === undefined, 'a path that is kept', 'a Path Update', 'HO-17: it is not closed.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.route.heard',
    title: 'As long as something is heard, or nothing is sent, a route is not probed for its life.',
    clauses: ['HO-10'],
    catches: 'Probes of paths that only receive, answer or wait; a replacement of what works.',
    waits: 3500,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { node: { timers: TIMERS } });
      await checkSends(world, on, packetTo(world, on.plan));
      const { peer, path } = on.far;
      const isProbe = ({ type, bytes }: Received) => type === MessageType.probeRequest && bytes.length < 1000;
      // What is measured is done, so that the node has the last word, and that one is an answer.
      await world.sleep(200);
      world.status(await peer.probe(path), Status.ok);
      while (peer.takeNow(() => true) !== undefined);
      const answers = [
        ['a Tunnel Response', () => peer.probe(path)],
        ['an Acknowledgement', () => tell(world, on, [nowhere()])],
      ] as const;
      for (const [what, ask] of answers) {
        await ask();
        await world.sleep(1500);
        const requirement = 'HO-10: the wait begins with the first message other than an answer.';
        world.check(peer.takeNow(isProbe) === undefined, `no probe after ${what}`, 'one', requirement);
      }
      const asked = await on.dc.takeDirectionRequest(1);
      world.check(asked === undefined, 'no Direction Request', 'one', 'HO-10.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.route.relay-lost',
    title: 'When the relay of a path answers nothing any more, a replacement is asked for because of that.',
    clauses: ['HO-10', 'HO-19', 'HO-09', 'HO-06'],
    catches: 'A reason by which the DC gives the same relay again.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world, { timers: TIMERS });
      await dc.send(plan, { part: 2, relay });
      const isOpen = () => relay.leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      await far.openLeg();
      await checkSends(world, { node, far }, packetTo(world, plan));
      Object.assign(relay.peer.habits, { answerProbes: false, answerOpenings: false });
      await world.sleep(300);
      await checkSends(world, { node, far }, packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-10: it asks for replacement.', 4500);
      checkReplaces(world, request, plan.pathId, Reason.relayLost);
      dc.answer(request, Status.noRelay);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.route.opens-again',
    title:
      'A path without a route is opened again whenever an opening is over, each with the next order number.',
    clauses: ['HO-10', 'KEY-24', 'KEY-16'],
    catches:
      'A node that tries to open once; the order number of an opening that nobody answered, used again.',
    waits: 7000,
    async script(world) {
      exactNetwork(world);
      const timers = { ...TIMERS, 'opening-over': 1 };
      const on = await openPath(world, { node: { timers } });
      const { node, far, dc, plan } = on;
      await checkSends(world, on, packetTo(world, plan));
      await leave(world, on);
      await sendLoosely(node, [far], packetTo(world, plan));
      dc.answer(await directionRequest(world, dc, 'HO-10: it asks for replacement.', 4000), Status.noRoute);
      const requirement =
        'HO-10: anew whenever that opening is over; KEY-24: its own earlier attempts count.';
      const before = far.path.highestOrder;
      for (const number of [1n, 2n, 3n]) {
        const isNext = (mail: Received) =>
          isOpeningOf(far.path)(mail) && (mail.header?.sequence ?? 0n) > before + number - 1n;
        const { header } = world.came(await far.peer.take(isNext), 'another opening', requirement);
        world.check(
          header?.sequence === before + number,
          `order number ${before + number}`,
          `${header?.sequence}`,
          requirement,
        );
      }
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.awaited-in-vain',
    title:
      'Where nobody opens a path that is awaited a replacement is asked for, if a packet waits for it, and else not.',
    clauses: ['HO-19', 'HO-06'],
    catches:
      'A node that waits 30 s for an end that was never told of the path; one that asks for what nobody needs.',
    waits: 3000,
    async script(world) {
      exactNetwork(world);
      const on = await directedPath(world, { node: { timers: { 'opening-over': 1 } } });
      const { node, dc, plan } = on;
      await dc.send(dc.plan());
      await node.packet(packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-19: it stops hoping for the opening.', 2000);
      checkReplaces(world, request, plan.pathId, Reason.directFailed);
      dc.answer(request, Status.refused);
      const other = await dc.takeDirectionRequest(1000);
      const requirement = 'HO-19: whoever awaits a path asks with data to send.';
      world.check(
        other === undefined,
        'none for the path without a packet',
        'a Direction Request',
        requirement,
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.never-valid',
    title:
      'A path that was confirmed and on which no probe is answered is opened by whoever awaited it, who asks for another with data alone.',
    clauses: ['HO-10', 'HO-19', 'HO-03', 'KEY-33'],
    catches:
      'A path that lives and carries nothing, since it never had a route that could die; a request that nobody needs.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const on = await directedPath(world, { node: { timers: { 'probe-over': 1 } } });
      const { node, dc, plan, far } = on;
      const idle = dc.plan();
      const other = await farEnd(world, node, idle, { name: 'B without data' });
      await dc.send(idle);
      for (const each of [far, other]) {
        each.peer.habits.answerProbes = false;
        await each.openLeg();
      }
      await node.packet(packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-10: it has no route.', 3000);
      checkReplaces(world, request, plan.pathId, Reason.directFailed);
      for (const { peer, path } of [far, other])
        world.came(await peer.take(isOpeningOf(path)), 'message 1 of the path', 'HO-10: it opens.');
      dc.answer(request, Status.refused);
      const needless = await dc.takeDirectionRequest(500);
      const requirement = 'HO-19: whoever awaits a path asks with data to send.';
      world.check(
        needless === undefined,
        'none for the path without data',
        'a Direction Request',
        requirement,
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.replaced',
    title:
      'A path that replaces another one takes its packets over once it is confirmed, and the old one is closed.',
    clauses: ['HO-06', 'TUN-17', 'NODE-22'],
    catches: 'A gap between two paths; an old path that stays; its addresses refused to the new one.',
    async script(world) {
      const on = await openPath(world);
      const { node, dc, plan, far } = on;
      await checkSends(world, on, packetTo(world, plan));
      const next = { ...dc.plan(), far: plan.far, legs: plan.legs };
      const again = await farEnd(world, node, next, { name: 'B again' });
      await dc.send(next, { fields: { replaces: plan.pathId } });
      await checkSends(world, on, packetTo(world, plan), 'HO-06: the old one goes on until then.');
      await again.openLeg();
      await checkSends(
        world,
        { node, far: again },
        packetTo(world, plan),
        'HO-06: then it is the new one’s.',
      );
      const update = world.came(await far.peer.take(isUpdate), 'a Path Update on the old path', 'HO-06.');
      world.check(field(update.body, 'close') === true, 'one with close', 'one without', 'HO-06.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.rekey',
    title:
      'When the keys of a path are old the node that opened it opens anew; data goes on under the old keys.',
    clauses: ['KEY-05', 'KEY-26', 'KEY-24', 'KEY-46', 'KEY-21'],
    catches: 'Keys that are never renewed; data that waits for the new ones; another order number.',
    waits: 2500,
    async script(world) {
      exactNetwork(world);
      const timers = { 'path-rekey': 1 };
      const { node, dc } = await registered(world, { timers });
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      await dc.send(plan, { part: 1, candidates: [far.peer.local] });
      await whenOpen(world, far);
      const before = far.path.current;
      far.peer.habits.answerOpenings = false;
      while (far.peer.takeNow(() => true) !== undefined);
      await world.sleep(1200);
      const due = await checkSends(world, { node, far }, packetTo(world, plan));
      world.check(due.keys === before, 'Data under the keys that there are', 'under others', 'KEY-05.');
      const opening = await far.peer.take(isOpeningOf(far.path));
      const { header } = world.came(opening, 'message 1 of the path', 'KEY-05, KEY-26.');
      world.check(header?.sequence === 2n, 'order number 2', `${header?.sequence}`, 'KEY-24.');
      far.peer.habits.answerOpenings = true;
      const renewed = () => (far.path.current === before ? undefined : true);
      world.check((await world.stage.until(renewed)) === true, 'new keys that are confirmed', 'none');
      world.status(await far.peer.probe(far.path), Status.ok);
      const next = await checkSends(world, { node, far }, packetTo(world, plan));
      world.check(next.keys === far.path.current, 'Data under the new keys', 'under the old', 'KEY-21.');
    },
  }),
];
