/** Section 8.5: what a node does with Route Directions. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { checkKeys } from '../messages/shape.ts';
import { Registrations, retryTimers } from '../relays/registrations.ts';
import {
  ask,
  checkDelivers,
  checkSends,
  close,
  directedPath,
  directionRequest,
  farEnd,
  isOpeningOf,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
  registered,
  whenOpen,
} from './steps.ts';

const PARTS = [Part.initiate, Part.await, Part.both] as const;

export const NODE_DIRECTION_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.awaits',
    title:
      'A direction with part await is acknowledged at once; the node opens nothing, and answers an opening.',
    clauses: ['NODE-16', 'NODE-07', 'NODE-09', 'NODE-21', 'TUN-01', 'ERR-07'],
    catches:
      'An Acknowledgement that waits for the path; an opening or a probe to a candidate before its time.',
    waits: 800,
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      const answer = await dc.direct(dc.routeDirection(plan, { candidates: [far.peer.local] }));
      const mail = world.status(answer, Status.ok);
      world.check(mail.type === MessageType.acknowledgement, 'an Acknowledgement', `type ${mail.type}`);
      checkKeys(world, mail, ['transaction', 'status']);
      await world.sleep(700);
      const requirement = 'NODE-07, NODE-21: part await sends nothing to a candidate before it is confirmed.';
      world.check(far.peer.inbox.length === 0, 'nothing at the candidate', 'a datagram', requirement);
      await far.openLeg();
      const on = { node, far, plan };
      await checkSends(world, on, packetTo(world, plan));
      await checkDelivers(world, on, packetFrom(world, plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.unregistered',
    title: 'A node that is not registered answers busy to a direction, and takes the same one once it is.',
    clauses: ['NODE-16', 'ERR-01'],
    catches: 'Paths for a node that its DC has refused; a direction that is never answered.',
    waits: 2000,
    async script(world) {
      const habits = { registrationStatus: Status.refused };
      const { node, dc } = await registered(world, { habits, timers: retryTimers(world, 1, 60) });
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      const direct = () => dc.direct(dc.routeDirection(plan, { candidates: [far.peer.local] }));
      world.status(await direct(), Status.busy, 'NODE-16: it is not registered.');
      dc.peer.habits.registrationStatus = Status.ok;
      const registrations = new Registrations(world, dc.peer);
      await registrations.next('NODE-01.');
      await registrations.next('NODE-18: it tries again.', 3000);
      await dc.peer.probe(dc.association);
      world.status(await direct(), Status.ok, 'NODE-16: it is registered.');
      await far.openLeg();
      await checkSends(world, { node, far }, packetTo(world, plan));
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.direction.opens',
    title:
      'With part initiate or both a node opens the path as soon as it has the direction, and sends then.',
    clauses: ['NODE-07', 'NODE-08', 'NODE-16', 'KEY-43', 'KEY-24', 'KEY-01', 'TUN-01'],
    catches: 'A node that waits for a packet before it opens; data before the opening; another first number.',
    arbitrary: fc.record({ part: fc.constantFrom(Part.initiate, Part.both), suite: fc.constantFrom(1, 2) }),
    boundaries: [
      { part: Part.initiate, suite: 1 },
      { part: Part.both, suite: 1 },
    ],
    async script(world, { part, suite: wanted }) {
      const { node, dc } = await registered(world);
      const suite = world.target.claims('suite-2') ? wanted : 1;
      const plan = dc.plan({ suite, beside: 'higher' });
      const far = await farEnd(world, node, plan);
      await dc.send(plan, { part, candidates: [far.peer.local] });
      const first = world.came(await far.peer.take(isOpeningOf(far.path)), 'message 1 at the candidate');
      world.check(first.fault === undefined, 'a message 1 that verifies', `${first.fault}`);
      world.check(first.header?.sequence === 1n, 'order number 1', `${first.header?.sequence}`, 'KEY-24.');
      await whenOpen(world, far);
      const on = { node, far, plan };
      await checkSends(world, on, packetTo(world, plan));
      await checkDelivers(world, on, packetFrom(world, plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.both-answers',
    title: 'With part both a node of the higher Node ID answers the other end, too.',
    clauses: ['NODE-07', 'KEY-06', 'NODE-09'],
    catches: 'A node that waits for its own opening alone, which a NAT has dropped.',
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan({ beside: 'lower' });
      const far = await farEnd(world, node, plan);
      far.peer.habits.answerOpenings = false;
      await dc.send(plan, { part: Part.both, candidates: [far.peer.local] });
      await far.openLeg();
      await checkDelivers(world, { node, far }, packetFrom(world, plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.crossed',
    title:
      'With part both a node of the lower Node ID does not answer an opening that crosses, but opens towards it.',
    clauses: ['KEY-06', 'NODE-07'],
    catches: 'Two handshakes of which each end uses another one; a source behind a NAT that nobody opens to.',
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan({ beside: 'higher' });
      const far = await farEnd(world, node, plan);
      const elsewhere = await world.peer('B elsewhere', node.endpoint());
      elsewhere.hold(far.path);
      Object.assign(far.peer.habits, { answerOpenings: false });
      Object.assign(elsewhere.habits, { answerOpenings: false });
      await dc.send(plan, { part: Part.both, candidates: [far.peer.local] });
      const first = world.came(await far.peer.take(isOpeningOf(far.path)), 'message 1 at the candidate');
      elsewhere.sendOpening(far.path);
      const again = world.came(
        await elsewhere.take(isOpeningOf(far.path)),
        'message 1 at the source of the opening that crossed',
        'KEY-06: it sends its own message 1 there at once.',
      );
      const isSame = toHex(again.bytes) === toHex(first.bytes);
      world.check(isSame, 'the same message 1', 'another one');
      const answered = elsewhere.inbox.find(({ type }) => type === MessageType.openingResponse);
      world.check(answered === undefined, 'no message 2', 'message 2', 'KEY-06.');
      elsewhere.habits.answerOpenings = true;
      far.peer.habits.answerOpenings = true;
      const isOpen = () => far.path.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a path that opens', 'none');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.direction.answered',
    title:
      'The path of an answer is opened as its part says, by each part and with candidates of either family.',
    clauses: ['NODE-07', 'NODE-12', 'NODE-21', 'NODE-06', 'TUN-01'],
    catches: 'Parts that hold for the called node alone; candidates of one family left out.',
    arbitrary: fc.record({ part: fc.constantFrom(...PARTS), family: fc.constantFrom<4 | 6>(4, 6) }),
    boundaries: PARTS.map((part) => ({ part, family: 4 as const })),
    async script(world, { part, family: wanted }) {
      const { node, dc } = await registered(world);
      const family = world.target.claims('ipv6') ? wanted : 4;
      const plan = dc.plan();
      const far = await farEnd(world, node, plan, { family });
      const asked = ask(world, node, plan.far.fqdn, QTYPE.A);
      const request = await directionRequest(world, dc);
      dc.answer(request, dc.routeDirection(plan, { part, candidates: [far.peer.local] }));
      await asked.answer;
      if (part === Part.await) await far.openLeg();
      else await whenOpen(world, far);
      await checkSends(world, { node, far }, packetTo(world, plan));
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.direction.replaces-unknown',
    title: 'A direction that replaces a path which the node does not know is taken like any other.',
    clauses: ['NODE-22', 'NODE-16'],
    catches: 'A node that restarted and cannot be reached, because its peers replace what it forgot.',
    async script(world) {
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      const content = dc.routeDirection(plan, { fields: { replaces: world.fresh(16) } });
      world.status(await dc.direct(content), Status.ok);
      await far.openLeg();
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.direction.repeat',
    title:
      'A Route Direction that comes again gets the same Acknowledgement; its transaction with another body none.',
    clauses: ['GEN-10', 'GEN-25', 'GEN-27', 'GEN-46', 'NODE-22'],
    catches: 'A repeat that is refused because its path is there; a transaction that is good for two paths.',
    async script(world) {
      const { dc } = await registered(world);
      const content = dc.routeDirection(dc.plan());
      world.status(await dc.direct(content), Status.ok);
      world.status(await dc.direct(content), Status.ok, 'GEN-10: the same answer again.');
      const refused = dc.routeDirection(dc.plan({ suite: 77 }));
      world.status(await dc.direct(refused), Status.unsupported);
      world.status(await dc.direct(refused), Status.unsupported, 'GEN-27: errors too.');
      const transaction = content.get(0) as Uint8Array;
      const other = dc.routeDirection(dc.plan(), { fields: { transaction } });
      await world.silence({
        bad: () => {
          const intent = silentFault('another body', 'transaction');
          dc.peer.sendSealed(dc.association, MessageType.routeDirection, other, { intent });
        },
        fence: () => dc.peer.probe(dc.association),
      });
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.path.unconfirmed',
    title: 'A path that nobody opened within its time is erased.',
    clauses: ['KEY-36', 'KEY-08'],
    catches: 'Paths of callers that went away, which fill the table.',
    waits: 3200,
    async script(world) {
      const timers = { 'path-unconfirmed': 2 };
      const { node, dc, far } = await directedPath(world, { node: { timers } });
      const other = await directedPath(world, { node: { timers }, far: { name: 'C' } });
      await other.far.openLeg();
      // 2 s, and the second that GEN-38 allows.
      await world.sleep(3100);
      const { message1 } = far.path.message1(world.stage.fresh);
      await world.silence({
        bad: () => {
          const intent = silentFault('no such path', 'context');
          far.peer.send(message1, undefined, { intent, content: new Uint8Array(0) });
        },
        fence: () => dc.peer.probe(dc.association),
      });
      world.status(
        await other.far.peer.probe(other.far.path),
        Status.ok,
        'KEY-36: one that was confirmed stays.',
      );
      world.check(node.endpoints.length > 0, 'a node', 'none');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.direction.memory',
    title: 'The name of a peer is known to the node from a direction that came as a request, too.',
    clauses: ['NODE-10', 'NODE-06'],
    catches: 'A node that was called and cannot call back once the path is closed.',
    async script(world) {
      const on = await openPath(world);
      await close(world, on);
      await on.node.packet(packetTo(world, on.plan));
      const request = await directionRequest(
        world,
        on.dc,
        'NODE-10: a direction is asked for the name last known.',
      );
      const name = request.body?.get(14);
      world.check(name === on.plan.far.fqdn, on.plan.far.fqdn, `${name}`);
      on.dc.answer(request, Status.refused);
    },
  }),
];
