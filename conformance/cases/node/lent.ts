/** Sections 8.1, 9.12 and 10.1: a node that an RS-T lends an address to. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { Reason, RelayKind, Status } from '../../../reference/wire/registry.ts';
import { QTYPE } from '../../application/dns.ts';
import { address } from '../../application/dns-answers.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { World } from '../../world.ts';
import { askOf, checkPassed, generalName, resolving } from '../resolver/steps.ts';
import { shownAs } from '../shown.ts';
import { exactNetwork } from '../steps.ts';
import {
  between,
  checkAsked,
  checkNotAskedAgain,
  checkOldClosed,
  dataAt,
  lentOf,
  otherRequest,
  realOf,
  relayEnd,
} from './general-steps.ts';
import { checkIcmp } from './held.ts';
import type { Lent, Wrong } from './lent-steps.ts';
import { BY_T, byPacket, checkDropped, checkFlows, source } from './lent-steps.ts';
import { QUICK } from './route-steps.ts';
import {
  addressOf,
  checkReplaces,
  checkSends,
  checkShown,
  close,
  directionRequest,
  farEnd,
  isData,
  lastEvent,
  leave,
  NODE_USED,
  OWN,
  registered,
  sendLoosely,
  successor,
  whenOpen,
} from './steps.ts';

const UNREACHABLE = { 4: { type: 3, code: 1 }, 6: { type: 1, code: 3 } } as const;

/** What an RS-T may not send into a path that has a peer. */
const WRONG = shownAs<Wrong>(
  ({ name }) => name,
  [
    source('from another general peer', () => '203.0.113.254' as Ip),
    source('from what is lent', ({ lent }) => lent),
    source('from the node', () => OWN[4]),
    source('from a virtual address', ({ plan }) => addressOf(plan)),
    { name: 'for the ordinary virtual address', to: () => OWN[4], counter: 'refused.inner-destination' },
    { name: 'for another lent address', to: () => '192.0.2.254' as Ip, counter: 'refused.inner-destination' },
  ],
);

interface Mismatch {
  readonly name: string;
  readonly of: (on: {
    readonly real: Ip;
    readonly lent: Ip;
    readonly virtual: Ip;
  }) => Parameters<typeof relayEnd>[3];
}

/** Directions that are not what was asked for. [NODE-25, NODE-22] */
const MISMATCHED = shownAs<Mismatch>(
  ({ name }) => name,
  [
    { name: 'by an RS-N', of: ({ real, virtual }) => ({ kind: 2, real, standsFor: virtual }) },
    { name: 'without a lent address', of: ({ real }) => ({ kind: 3, real }) },
    { name: 'to another peer', of: ({ lent }) => ({ kind: 3, real: '203.0.113.253' as Ip, lent }) },
    {
      name: 'an address of the other family',
      of: ({ real }) => ({ kind: 3, real, lent: '2001:db8:31::1' as Ip }),
    },
    { name: 'an own address lent', of: ({ real }) => ({ kind: 3, real, lent: OWN[4] }) },
  ],
);

/** The request that packets make the node send, one each 100 ms, for three seconds at most. @throws Violation */
async function askedBy(world: World, on: Lent, packet: () => Uint8Array): Promise<Received> {
  const end = world.net.now() + 3000;
  let request: Received | undefined;
  while (request === undefined && world.net.now() < end) {
    await sendLoosely(on.node, [on.far], packet());
    request = await on.dc.takeDirectionRequest(100);
  }
  return world.came(request, 'a Direction Request', 'HO-21: it asks again.');
}

/** An address that the host has, and that is not virtual. */
const HOST = '192.0.2.44' as Ip;

export const NODE_LENT_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.lent.path',
    title:
      'With rs-t the first packet for a general peer asks for a path, which carries packets from the lent address.',
    clauses: ['NODE-20', 'TUN-18', 'NODE-11', 'TUN-13', 'NODE-25', 'NODE-21', 'TUN-01'],
    catches: 'Another kind asked for; a packet that is sent from an address that was not lent.',
    arbitrary: fc.constantFrom<4 | 6>(4, 6),
    boundaries: [4, 6],
    async script(world, version) {
      const on = await byPacket(world, version);
      await checkFlows(world, on, 'TUN-18, NODE-11.');
      checkNotAskedAgain(world, on.dc, 'One request for one peer.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.source',
    title:
      'What an application sends to a general peer from another address than the lent one does not go out.',
    clauses: ['TUN-18', 'NODE-10', 'RST-02'],
    catches: 'An ordinary virtual address on the Internet, where nobody can answer it.',
    async script(world) {
      const { node, dc } = await registered(world, BY_T);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan, { name: 'RS-T' });
      const [real, lent] = [realOf(plan), lentOf(plan)];
      const first = between(world, OWN[4], real);
      await node.packet(first);
      const request = await directionRequest(world, dc, 'NODE-20.');
      dc.answer(request, relayEnd(dc, plan, far, { kind: RelayKind.t, real, lent }));
      await checkIcmp(world, node, first, UNREACHABLE[4], 'NODE-10, TUN-18: it cannot go.');
      await whenOpen(world, far);
      const on = { node, far };
      const later = between(world, OWN[4], real);
      await node.packet(later);
      await checkSends(world, on, between(world, lent, real), 'TUN-18.');
      world.check(dataAt(far).length === 0, 'none of them on the path', 'Data', 'TUN-18.');
      await checkIcmp(world, node, later, UNREACHABLE[4], 'NODE-10, TUN-18: the application is told.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.lent.wrong-packet',
    title:
      'What comes from an RS-T from another address than the peer’s, or for another than the lent one, is dropped.',
    clauses: ['NODE-11', 'TUN-13', 'GEN-19'],
    catches: 'A relay that reaches the ordinary virtual address from the Internet.',
    arbitrary: fc.constantFrom(...WRONG),
    boundaries: WRONG,
    script: async (world, wrong) => checkDropped(world, await byPacket(world), wrong),
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.lent.mismatched',
    title:
      'A direction that is not what was asked for is given up with an event, and the application is told.',
    clauses: ['NODE-25', 'NODE-22', 'NODE-10', 'ERR-06'],
    catches: 'Traffic by another relay, to another host or from another address than the user wanted.',
    arbitrary: fc.constantFrom(...MISMATCHED),
    boundaries: MISMATCHED,
    async script(world, { of }) {
      const { node, dc } = await registered(world, BY_T);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan, { name: 'RS-T' });
      const [real, lent, virtual] = [realOf(plan), lentOf(plan), addressOf(plan)];
      const before = await lastEvent(node);
      const packet = between(world, OWN[4], real);
      await node.packet(packet);
      const request = await directionRequest(world, dc, 'NODE-20.');
      dc.answer(request, relayEnd(dc, plan, far, of({ real, lent, virtual })));
      await checkIcmp(world, node, packet, UNREACHABLE[4], 'NODE-10, NODE-25: given up.');
      await checkShown(world, node, 'NODE-25: with an event.', before);
      await world.arrived();
      world.check(far.peer.inbox.length === 0, 'nothing to that relay', 'a datagram', 'NODE-25.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.lent.refused',
    title: 'Where the direction for a general peer fails, its packets are answered by an ICMP error.',
    clauses: ['NODE-10', 'ERR-06', 'NODE-20'],
    catches: 'An application that waits; a packet that goes out in clear instead.',
    arbitrary: fc.constantFrom(Status.refused, Status.noRelay, Status.poolEmpty),
    boundaries: [Status.refused, Status.noRelay, Status.poolEmpty],
    async script(world, status) {
      const { node, dc } = await registered(world, BY_T);
      const real = realOf(dc.plan());
      const before = await lastEvent(node);
      const packet = between(world, OWN[4], real);
      await node.packet(packet);
      dc.answer(await directionRequest(world, dc, 'NODE-20.'), status);
      await checkIcmp(world, node, packet, UNREACHABLE[4], 'NODE-10, ERR-06: at once, with ICMP.');
      await checkShown(world, node, 'ERR-06: an event with the status.', before);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.again',
    title: 'A packet for a general peer whose path is gone makes the node ask for that peer again.',
    clauses: ['NODE-10', 'NODE-20', 'RST-05'],
    catches: 'A lease that is used on when it is over; a peer that cannot be reached a second time.',
    async script(world) {
      const on = await byPacket(world);
      const { node, dc, real } = on;
      await checkFlows(world, on, 'TUN-18.');
      await close(world, on);
      await node.packet(between(world, OWN[4], real));
      const request = await directionRequest(world, dc, 'NODE-10: the real address last known.');
      checkAsked(world, request, { kind: 3, real });
      const next = dc.plan();
      const far = await farEnd(world, node, next, { name: 'RS-T again' });
      const lent = lentOf(next);
      dc.answer(request, relayEnd(dc, next, far, { kind: RelayKind.t, real, lent }));
      await whenOpen(world, far);
      await node.packet(between(world, on.lent, real));
      await checkFlows(world, { ...on, plan: next, far, lent }, 'RST-05: the new lease.');
      world.check(dataAt(far).length === 0, 'nothing from the old address', 'Data', 'TUN-18.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.replaced',
    title:
      'A lost RS-T makes the node ask for a path that replaces its own, and the lent address moves to it.',
    clauses: ['HO-06', 'HO-19', 'HO-10', 'NODE-22', 'RST-05'],
    catches:
      'A lease that is given up for a restart of its relay; a lent address taken for that of another path.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const on = await byPacket(world, 4, { timers: QUICK });
      const { node, dc, far, plan, real, lent } = on;
      await checkFlows(world, on, 'TUN-18.');
      await leave(world, { dc, far });
      await sendLoosely(node, [far], between(world, lent, real));
      const request = await directionRequest(world, dc, 'HO-10, HO-06.', 4000);
      checkReplaces(world, request, plan.pathId, Reason.relayLost);
      checkAsked(world, request, { kind: 3, real, replaces: true });
      const held = between(world, lent, real, 200);
      await node.packet(held);
      const next = successor(dc, plan);
      const again = await farEnd(world, node, next, { name: 'RS-T again' });
      const fields = { replaces: plan.pathId };
      dc.answer(request, relayEnd(dc, next, again, { kind: RelayKind.t, real, lent, fields }));
      await whenOpen(world, again);
      world.came(await again.peer.take(isData(held, again)), 'the packet that was held', 'HO-06.');
      await checkFlows(world, { ...on, plan: next, far: again }, 'HO-06: the lease moves to the new path.');
      await checkOldClosed(world, far);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.asked-from-own',
    title:
      'When its RS-T is lost and no other one is found, packets from an address of the node’s, virtual or real, make it ask again.',
    clauses: ['HO-21', 'HO-17', 'HO-19'],
    catches:
      'A general peer that is out of reach for as long as the node runs, since nothing comes from a lost address.',
    waits: 7000,
    async script(world) {
      exactNetwork(world);
      const timers = { ...QUICK, 'replace-repeat': 1 };
      const on = await byPacket(world, 4, { timers, advertise: [`${HOST}:4700`] });
      const { node, dc, far, plan, real, lent } = on;
      await checkFlows(world, on, 'TUN-18.');
      await leave(world, { dc, far });
      await sendLoosely(node, [far], between(world, lent, real));
      const first = await directionRequest(world, dc, 'HO-10, HO-06.', 4000);
      dc.answer(first, Status.noRelay);
      const second = await askedBy(world, on, () => between(world, OWN[4], real));
      dc.answer(second, Status.noRelay);
      const request = await askedBy(world, on, () => between(world, HOST, real));
      checkReplaces(world, request, plan.pathId, Reason.relayLost);
      checkAsked(world, request, { kind: 3, real, replaces: true });
      const next = successor(dc, plan);
      const again = await farEnd(world, node, next, { name: 'RS-T again' });
      const fields = { replaces: plan.pathId };
      dc.answer(request, relayEnd(dc, next, again, { kind: RelayKind.t, real, lent, fields }));
      await whenOpen(world, again);
      await checkFlows(world, { ...on, plan: next, far: again }, 'HO-21: the peer is in reach again.');
      await checkOldClosed(world, far);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.told-by-name',
    title:
      'With rs-t for a name its DNS answer passes, and the first packet for its address asks for the path.',
    clauses: ['NODE-20', 'DNS-16', 'DNS-06'],
    catches: 'A policy by name that is forgotten between the answer and the packet.',
    async script(world) {
      const general = { destinations: [{ to: '*.by-t.example', policy: 'rs-t' }] } as const;
      const on = await resolving(world, { general });
      const { node, dc } = on;
      const [plan, other] = [dc.plan(), dc.plan()];
      const real = realOf(plan);
      const name = generalName(world, 'By-T.example');
      const asked = askOf(
        world,
        on,
        { name, type: QTYPE.A },
        { answers: [address(name, [...ipToBytes(real)])] },
      );
      await checkPassed(world, asked, 'DNS-16: with rs-t it passes byte for byte.');
      const stranger = between(world, OWN[4], realOf(other));
      await node.packet(stranger);
      await checkIcmp(world, node, stranger, UNREACHABLE[4], 'NODE-10: no policy, no path.');
      world.check(otherRequest(dc) === undefined, 'no Direction Request', 'one', 'NODE-20: bypass.');
      await node.packet(between(world, OWN[4], real));
      checkAsked(world, await directionRequest(world, dc, 'NODE-20.'), { kind: 3, real });
    },
  }),
];
