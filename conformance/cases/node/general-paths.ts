/** Sections 10.1 and 12: paths of a node to an RS-N, behind which a general peer is. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { MessageType, Reason } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import type { World } from '../../world.ts';
import { shownAs } from '../shown.ts';
import { exactNetwork } from '../steps.ts';
import type { Translated } from './general-steps.ts';
import {
  between,
  checkAsked,
  checkNotAskedAgain,
  checkOldClosed,
  dataAt,
  relayEnd,
  translated,
} from './general-steps.ts';
import { QUICK } from './route-steps.ts';
import {
  checkDelivers,
  checkNotDelivered,
  checkReplaces,
  checkSends,
  close,
  directionRequest,
  farEnd,
  isData,
  isUpdate,
  leave,
  move,
  NODE_USED,
  OWN,
  packetFrom,
  packetTo,
  sendLoosely,
  successor,
  whenOpen,
} from './steps.ts';

const FAMILIES = [4, 6] as const;
/** HO-02: bytes of UDP payload. */
const LEAST = 128;

interface Wrong {
  readonly name: string;
  readonly from?: (on: Translated) => Ip;
  readonly to?: (on: Translated) => Ip;
  readonly counter: 'refused.inner-source' | 'refused.inner-destination';
}

/** What an RS-N may not send into the path. [NODE-11, TUN-13] */
const WRONG = shownAs<Wrong>(
  ({ name }) => name,
  [
    { name: 'from the real address of the peer', from: ({ real }) => real, counter: 'refused.inner-source' },
    {
      name: 'from another virtual address',
      from: () => '198.19.200.1' as Ip,
      counter: 'refused.inner-source',
    },
    { name: 'from the node itself', from: () => OWN[4], counter: 'refused.inner-source' },
    { name: 'for a real address', to: ({ real }) => real, counter: 'refused.inner-destination' },
    {
      name: 'for what stands for the peer',
      to: ({ standsFor }) => standsFor,
      counter: 'refused.inner-destination',
    },
    { name: 'for another node', to: () => '198.18.0.2' as Ip, counter: 'refused.inner-destination' },
  ],
);

/** Judges that both directions of the flow go on. */
async function checkFlows(world: World, on: Translated, requirement: string): Promise<void> {
  await checkSends(world, on, packetTo(world, on.plan), requirement);
  await checkDelivers(world, on, packetFrom(world, on.plan), requirement);
}

/** A relay is lost, and the same or another one takes over. */
async function replacedBy(world: World, relay: 'same' | 'another'): Promise<void> {
  exactNetwork(world);
  const on = await translated(world, { node: { timers: QUICK } });
  const { node, dc, far, plan, real, standsFor } = on;
  await checkFlows(world, on, 'TUN-18.');
  await leave(world, { dc, far });
  await sendLoosely(node, [far], packetTo(world, plan));
  const request = await directionRequest(world, dc, 'HO-10, HO-06: it asks for a replacement.', 4000);
  checkReplaces(world, request, plan.pathId, Reason.relayLost);
  checkAsked(world, request, { kind: 2, real, replaces: true });
  const held = packetTo(world, plan, { size: 200 });
  await node.packet(held);
  const next = relay === 'same' ? successor(dc, plan) : { ...dc.plan(), far: plan.far };
  const again = await farEnd(world, node, next, { name: 'RS-N again' });
  dc.answer(request, relayEnd(dc, next, again, { real, standsFor, fields: { replaces: plan.pathId } }));
  await whenOpen(world, again);
  const requirement = 'HO-06: the address belongs to the new path.';
  world.came(await again.peer.take(isData(held, again)), 'the packet that was held', requirement);
  await checkFlows(world, { ...on, plan: next, far: again }, requirement);
  await checkOldClosed(world, far);
}

export const NODE_GENERAL_PATH_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.general.path',
    title:
      'A path to an RS-N is opened at the relay, and carries packets to and from what stands for the peer.',
    clauses: ['NODE-07', 'NODE-21', 'NODE-25', 'TUN-01', 'TUN-18', 'NODE-11', 'TUN-13', 'RSN-01'],
    catches:
      'A wait for a leg that there is not; packets with real addresses in the tunnel; candidates told to a relay.',
    arbitrary: fc.record({ version: fc.constantFrom(...FAMILIES), size: fc.integer({ min: 0, max: 1000 }) }),
    boundaries: [
      { version: 4, size: 32 },
      { version: 6, size: 0 },
    ],
    async script(world, { version, size }) {
      const on = await translated(world, { version });
      await checkSends(world, on, packetTo(world, on.plan, { version, size }), 'TUN-18.');
      await checkDelivers(world, on, packetFrom(world, on.plan, { version, size }), 'NODE-11.');
      const update = on.far.peer.inbox.find(isUpdate);
      world.check(
        update === undefined,
        'no candidates for a relay',
        'a Path Update',
        'There is nothing to optimise.',
      );
      checkNotAskedAgain(world, on.dc, 'One request for one path.');
    },
  }),
  propertyCase({
    ...NODE_USED,
    id: 'node.general.wrong-packet',
    title: 'What comes from an RS-N with other addresses than its path has is dropped and counted.',
    clauses: ['NODE-11', 'TUN-13', 'GEN-19'],
    catches: 'A relay that speaks for other hosts; an address of the peer that the application never saw.',
    arbitrary: fc.constantFrom(...WRONG),
    boundaries: WRONG,
    async script(world, { from, to, counter }) {
      const on = await translated(world);
      const before = (await on.node.counters())[counter] ?? 0;
      const packet = between(world, from?.(on) ?? on.standsFor, to?.(on) ?? OWN[4]);
      await checkNotDelivered(world, on, () => on.far.sendData(packet), 'NODE-11, TUN-13.');
      if (world.impaired) return;
      const rose = ((await on.node.counters())[counter] ?? 0) - before;
      world.check(rose === 1, `${counter} by 1`, `by ${rose}`, 'GEN-19: counted once, by its layer.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.own-packets',
    title: 'Only packets from an own address to what stands for the peer go to its RS-N.',
    clauses: ['TUN-18'],
    catches: 'A real destination in the tunnel, which an RS-N would have to guess the meaning of.',
    async script(world) {
      const on = await translated(world);
      const { node, real, standsFor, far } = on;
      await node.packet(between(world, OWN[4], real));
      await node.packet(between(world, '127.0.0.1' as Ip, standsFor));
      await node.packet(between(world, '198.18.0.2' as Ip, standsFor));
      await checkSends(world, on, packetTo(world, on.plan), 'TUN-18.');
      world.check(dataAt(far).length === 0, 'none of them on the path', 'Data', 'TUN-18.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.two-peers',
    title: 'Paths to two general peers behind one RS-N live side by side, each with its own peer.',
    clauses: ['HO-11', 'NODE-22', 'NODE-11', 'TUN-18'],
    catches: 'Two peers taken for one since their relay is the same one; a path closed as one too many.',
    waits: 2500,
    async script(world) {
      const timers = { 'lowest-path': 1 };
      const one = await translated(world, { node: { timers } });
      const other = await translated(world, {
        node: { timers },
        name: 'RS-N again',
        plan: (dc) => {
          const plan = dc.plan();
          return { ...plan, legs: one.plan.legs };
        },
      });
      await checkFlows(world, one, 'HO-11: the first peer.');
      await checkFlows(world, other, 'HO-11: the second peer, by the same relay.');
      await world.sleep(2000);
      const closed = [one, other].filter(({ far }) => far.peer.takeNow(isUpdate) !== undefined);
      world.check(closed.length === 0, 'two paths', 'a Path Update that closes one', 'HO-11: both stay.');
      await checkFlows(world, one, 'HO-11: both stay.');
      await checkFlows(world, other, 'HO-11: both stay.');
      const packet = packetFrom(world, other.plan);
      await checkNotDelivered(world, one, () => one.far.sendData(packet), 'NODE-11: each its own.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.moved',
    title: 'A node that moves probes its path to an RS-N from its new address, and the flow goes on.',
    clauses: ['HO-01', 'HO-02', 'HO-05', 'HO-13'],
    catches: 'A new path, and so another address towards the peer, for each move.',
    async script(world) {
      exactNetwork(world);
      const on = await translated(world);
      const { dc, far } = on;
      await checkFlows(world, on, 'TUN-18.');
      await move(on, [far.peer]);
      const isProbe = ({ type, channel }: Received) =>
        type === MessageType.probeRequest && channel === far.path;
      const probe = world.came(await far.peer.take(isProbe), 'a probe from the new address', 'HO-02.');
      const size = probe.bytes.length;
      world.check(size >= LEAST, `${LEAST} bytes or more`, `${size}`, 'HO-02.');
      world.came(await dc.peer.take(isRegistrationRequest), 'a Registration Request', 'HO-02.');
      far.peer.target = probe.from;
      await checkFlows(world, on, 'HO-01: the same inner addresses.');
      checkNotAskedAgain(world, dc, 'HO-01: no other path.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.replaced',
    title: 'A lost RS-N makes the node ask for a path that replaces its own, and its flows move to that.',
    clauses: ['HO-06', 'HO-09', 'HO-19', 'NODE-20', 'NODE-22', 'HO-10'],
    catches: 'Another reason; an address that stands for two paths; a request without the peer.',
    waits: 4000,
    script: (world) => replacedBy(world, 'same'),
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.replaced-elsewhere',
    title: 'A path by another RS-N can replace one to the same general peer.',
    clauses: ['NODE-22', 'HO-06', 'HO-09'],
    catches: 'A relay taken for the peer, so that no other one may take over.',
    waits: 4000,
    script: (world) => replacedBy(world, 'another'),
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.memory',
    title: 'A packet for an address that stood for a general peer makes the node ask for that peer again.',
    clauses: ['NODE-10', 'NODE-20', 'DC-36'],
    catches: 'Flows that end with a path, though the address still stands for the same host.',
    async script(world) {
      const on = await translated(world);
      const { node, dc, plan, real, standsFor } = on;
      await close(world, on);
      const packet = packetTo(world, plan);
      await node.packet(packet);
      const requirement = "NODE-10: the general peer's real address last known for that destination.";
      const request = await directionRequest(world, dc, requirement);
      checkAsked(world, request, { kind: 2, real });
      const next = { ...dc.plan(), far: plan.far };
      const again = await farEnd(world, node, next, { name: 'RS-N again' });
      dc.answer(request, relayEnd(dc, next, again, { real, standsFor }));
      world.came(await again.peer.take(isData(packet, again)), 'the packet that was held', requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.lifetime',
    title:
      'A path to an RS-N lives idle for as long as its direction says, and is closed by a Path Update then.',
    clauses: ['TUN-08', 'TUN-17', 'DC-33'],
    catches:
      'The lifetime of other paths, which ends a quiet TCP connection; entries of a relay that nobody ends.',
    waits: 4500,
    async script(world) {
      exactNetwork(world);
      const on = await translated(world, { lifetime: 2 });
      await checkFlows(world, on, 'TUN-18.');
      const began = world.net.now();
      const isClose = (mail: Received) => isUpdate(mail) && field(mail.body, 'close') === true;
      const first = world.came(await on.far.peer.take(isClose, 4000), 'a Path Update with close', 'TUN-08.');
      const ms = Math.round(first.at - began);
      world.timely(ms >= 1900 && ms <= 3000, 'one after 2 s', `after ${ms} ms`, 'TUN-08.');
    },
  }),
];
