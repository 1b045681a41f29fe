/** Sections 9.12 and 10.1: a node that holds an address of an RS-T without a peer. */
import type { Ip } from '../../../reference/address.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { shownAs } from '../shown.ts';
import { between, checkAsked, checkNotAskedAgain, dataAt } from './general-steps.ts';
import type { Wrong } from './lent-steps.ts';
import { alone, checkDropped, checkFlows, source } from './lent-steps.ts';
import {
  addressOf,
  checkDelivers,
  checkSends,
  close,
  directionRequest,
  farEnd,
  NODE_USED,
  OWN,
  packetFrom,
  packetTo,
} from './steps.ts';

/** Where it has none: sources that no general peer can have. [NODE-11] */
const NEVER = shownAs<Wrong>(
  ({ name }) => name,
  [
    source('from what is lent', ({ lent }) => lent),
    source('from the node', () => OWN[4]),
    source('unspecified', () => '0.0.0.0' as Ip),
    source('loopback', () => '127.0.0.1' as Ip),
    source('link-local', () => '169.254.9.9' as Ip),
    source('multicast', () => '224.0.0.1' as Ip),
    { name: 'for the ordinary virtual address', to: () => OWN[4], counter: 'refused.inner-destination' },
  ],
);

export const NODE_LEASE_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.alone',
    title: 'An address that is lent without a peer serves all peers, and no packet for one asks for a path.',
    clauses: ['NODE-20', 'NODE-11', 'TUN-18', 'TUN-13', 'DC-17'],
    catches: 'A peer in the request; an address that only one peer can be reached from.',
    async script(world) {
      const on = await alone(world);
      await checkFlows(world, on, 'TUN-18, NODE-11.');
      const other = '198.51.100.7' as Ip;
      await checkFlows(world, { ...on, real: other }, 'NODE-11: any other peer.');
      await on.node.packet(between(world, OWN[4], other));
      await on.node.packet(between(world, on.lent, '224.0.0.1' as Ip));
      await checkSends(world, on, between(world, on.lent, other), 'TUN-18.');
      world.check(dataAt(on.far).length === 0, 'none of them on the path', 'Data', 'TUN-18.');
      checkNotAskedAgain(world, on.dc, 'NODE-20: the address is there.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.alone-again',
    title: 'Where a lease without a peer is ended by its relay, the node asks for another one.',
    clauses: ['NODE-20', 'RST-05', 'TUN-17'],
    catches: 'A host that cannot be reached any more, until somebody starts it again.',
    waits: 2500,
    async script(world) {
      const on = await alone(world, { 'close-receive': 1 });
      await checkFlows(world, on, 'TUN-18.');
      await close(world, on);
      const request = await directionRequest(world, on.dc, 'NODE-20: to hold a lent address.', 3000);
      checkAsked(world, request, { kind: 3, real: undefined });
      on.dc.answer(request, Status.poolEmpty);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.never-a-peer',
    title: 'By an address that is lent without a peer nothing comes from where no general peer can be.',
    clauses: ['NODE-11', 'TUN-13', 'GEN-19'],
    catches: 'The Internet speaking as the node itself, as its loopback, or as an NTM peer.',
    async script(world) {
      const on = await alone(world);
      for (const wrong of NEVER) await checkDropped(world, on, wrong);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.ordinary',
    title:
      'Beside a lent address a node keeps its ordinary ones: its other paths and its peers notice nothing.',
    clauses: ['RST-06', 'NODE-11', 'TUN-18', 'TUN-13'],
    catches: 'A lent address in place of the virtual ones; a peer’s address that an RS-T can speak as.',
    async script(world) {
      const on = await alone(world);
      const { node, dc, lent } = on;
      const plan = dc.plan();
      const far = await farEnd(world, node, plan, { name: 'B' });
      await dc.send(plan);
      await far.openLeg();
      const ordinary = { node, dc, plan, far };
      for (const version of [4, 6] as const) {
        await checkSends(world, ordinary, packetTo(world, plan, { version }), 'RST-06.');
        await checkDelivers(world, ordinary, packetFrom(world, plan, { version }), 'RST-06.');
      }
      await node.packet(between(world, lent, addressOf(plan)));
      await checkSends(world, ordinary, packetTo(world, plan), 'TUN-18.');
      world.check(dataAt(far).length === 0, 'nothing from the lent address', 'Data', 'TUN-18.');
      await checkDropped(
        world,
        on,
        source('from a peer', () => addressOf(plan)),
      );
      await checkFlows(world, on, 'RST-06: both at once.');
    },
  }),
];
