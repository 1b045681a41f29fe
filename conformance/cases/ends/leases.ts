/** Section 9.12: the pool of an RS-T and its leases. */
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { EndTestOptions } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath } from './steps.ts';
import { checkBack, checkFlows, directAs, endCommon, opened } from './steps.ts';

const T = endCommon('rs-t');
const TWO = ['192.0.2.1', '192.0.2.2'];

/** The answer to a direction of another node. */
async function asks(world: World, options: EndTestOptions): Promise<Received | undefined> {
  const { dc } = await world.end(options);
  return await dc.direct(dc.relayDirection(dc.plan()));
}

/** The path replaced, by one of the same node. */
async function replaced(world: World, on: OnPath, real: Ip = on.plan.real): Promise<OnPath> {
  const { pathId, pathSecret } = on.dc.plan();
  const plan = { ...on.plan, pathId, pathSecret, real };
  const fields = { replaces: on.plan.pathId, peerAddress: ipToBytes(real) };
  const next = await directAs(world, on.end, on.dc, plan, { fields, node: { name: 'A, again' } });
  await next.node.openLeg();
  return next;
}

export const RS_T_LEASE_CASES: readonly Case[] = [
  scriptCase({
    ...T,
    id: 'rs-t.pool.empty',
    title: 'When no address of the pool is free the answer is pool-empty; each belongs to one node.',
    clauses: ['RST-09', 'RST-04', 'RS-12'],
    catches: 'One address for two nodes; an address that the DC did not give; another status.',
    async script(world) {
      const end = { pool: TWO };
      const one = await opened(world, { end });
      const two = await opened(world, { end, node: { name: 'B' } });
      const lent = [one.inside, two.inside].map(String).sort().join(' ');
      world.check(lent === TWO.join(' '), TWO.join(' '), lent, 'RST-09, RST-04.');
      world.status(await asks(world, end), Status.poolEmpty, 'RST-09.');
      await checkFlows(world, one, 'Leases go on unharmed.');
      await checkFlows(world, two, 'Leases go on unharmed.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.pool.latest',
    title: 'What the latest Relay Registration Response no longer has is not lent any more.',
    clauses: ['RST-09', 'RS-16'],
    catches: 'A pool that only grows: an address that the DC has given to another relay.',
    waits: 2000,
    async script(world) {
      exactNetwork(world);
      const end = { pool: TWO, habits: { registrationLifetime: 2 } };
      const { dc } = await world.end(end);
      const pool = [ipToBytes('192.0.2.77' as Ip)];
      Object.assign(dc.peer.habits, { pool });
      while (dc.peer.takeNow(({ type }) => type === MessageType.relayRegistrationRequest) !== undefined);
      const isAsked = ({ type }: Received) => type === MessageType.relayRegistrationRequest;
      world.came(await dc.peer.take(isAsked), 'a Relay Registration Request', 'RS-16.');
      world.status(await dc.peer.probe(dc.association), Status.ok);
      const on = await opened(world, { end });
      world.check(on.inside === '192.0.2.77', '192.0.2.77', on.inside, 'RST-09: the latest.');
    },
  }),
  scriptCase({
    ...T,
    adapterLevel: 3,
    id: 'rs-t.lease.quarantine',
    title: 'An address whose lease has ended is lent to another node after 120 s, and not before.',
    clauses: ['RST-05', 'RST-09'],
    catches: "A node that gets another one's calls.",
    async script(world) {
      exactNetwork(world);
      const end = { pool: TWO.slice(0, 1) };
      const on = await opened(world, { end });
      await checkFlows(world, on, 'The path works.');
      world.status(await on.dc.direct(on.dc.withdrawal(on.plan)), Status.ok);
      world.status(await asks(world, end), Status.poolEmpty, 'RST-05: 120 s.');
      await on.end.forward(110_000);
      await world.sleep(20);
      world.status(await asks(world, end), Status.poolEmpty, 'RST-05: 120 s.');
      await on.end.forward(15_000);
      await world.sleep(20);
      world.status(await asks(world, end), Status.ok, 'RST-05: its time is over.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.lease.replaced',
    title: 'A replacing path keeps the only address of the pool.',
    clauses: ['RST-05', 'HO-06', 'RST-09'],
    catches:
      'A node that loses its address, and its flows, since none is free for the moment of a replacement.',
    async script(world) {
      const end = { pool: TWO.slice(0, 1) };
      const on = await opened(world, { end });
      const flow = await checkFlows(world, on, 'The path works.');
      const next = await replaced(world, on);
      world.check(next.inside === on.inside, on.inside, next.inside, 'RST-05: it takes it over.');
      await checkBack(world, next, flow, 'HO-06.');
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
    },
  }),
  scriptCase({
    ...T,
    adapterLevel: 3,
    id: 'rs-t.lease.taken-over',
    title:
      'What a replacing path has taken over stays lent when nothing is left of the path that it replaced.',
    clauses: ['RST-05', 'HO-06', 'RST-04'],
    catches: "An address that is lent to another node while the first one's flows go on.",
    async script(world) {
      exactNetwork(world);
      const end = { pool: TWO.slice(0, 1) };
      const on = await opened(world, { end });
      const flow = await checkFlows(world, on, 'The path works.');
      const next = await replaced(world, on);
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
      await on.end.forward(15_000);
      await world.sleep(20);
      await checkBack(world, next, flow, 'RST-05: it has it still.');
      world.status(await asks(world, end), Status.poolEmpty, 'RST-04: it has it still.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.lease.other-family',
    title: 'A replacing path to a peer of the other family gets an address of that family.',
    clauses: ['RST-05', 'RST-09', 'HO-06'],
    catches: 'An address that is kept though no packet to the peer can come from it.',
    async script(world) {
      const on = await opened(world);
      await checkFlows(world, on, 'The path works.');
      const { real } = on.dc.plan({ families: [6, 6] });
      const next = await replaced(world, on, real);
      world.check(next.inside.includes(':'), 'an IPv6 address', next.inside, 'RST-05, DC-17.');
      await checkFlows(world, next, 'HO-06.');
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
    },
  }),
];
