/** Section 9.12: which addresses an RS-T lends, to whom, and until when. */
import type { Ip } from '../../../reference/address.ts';
import { ipFromBytes, ipToBytes } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { udpPacket } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { EndTestOptions } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import type { OnPath } from './steps.ts';
import { checkBack, checkFlows, checkNotIn, directAs, endCommon, opened } from './steps.ts';

const T = endCommon('rs-t');
const TWO = ['192.0.2.1', '192.0.2.2'];

/** The status of a direction of another node. */
async function asks(world: World, options: EndTestOptions): Promise<Received | undefined> {
  const { dc } = await world.end(options);
  return await dc.direct(dc.relayDirection(dc.plan()));
}

function checkLatest(world: World, { inside }: OnPath): void {
  const isLatest = inside === '192.0.2.77' || inside === '192.0.2.78';
  world.check(isLatest, 'an address of the latest pool', inside, 'RST-09: the latest.');
}

/** Another path of the same node, which its DC has told to replace the one that there is; to the same peer if not told. */
async function replacing(world: World, on: OnPath, name: string, real: Ip = on.plan.real): Promise<OnPath> {
  const { pathId, pathSecret } = on.dc.plan();
  const plan = { ...on.plan, pathId, pathSecret, real };
  const fields = { replaces: on.plan.pathId, peerAddress: ipToBytes(real) };
  return await directAs(world, on.end, on.dc, plan, { fields, node: { name } });
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
    id: 'rs-t.pool.family',
    title: 'For a peer of a family of which the pool has no address the answer is pool-empty.',
    clauses: ['RST-09'],
    catches: 'A lease by which its node can send nothing to the peer.',
    async script(world) {
      const end = { pool: TWO };
      const { dc } = await world.end(end);
      const six = dc.relayDirection(dc.plan({ families: [6, 6] }));
      world.status(await dc.direct(six), Status.poolEmpty, 'RST-09: of the family of the peer.');
      await checkFlows(world, await opened(world, { end }), 'RST-09.');
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.pool.each',
    title: 'Each DC has addresses of its own pool lent, and of no other.',
    clauses: ['RST-09'],
    catches: 'One pool for all DCs: an address whose DC knows nothing of it.',
    async script(world) {
      const end = { dcs: 2 } as const;
      const { dcs } = await world.end(end);
      for (const dc of dcs) {
        const { inside } = await opened(world, { end, dc });
        const isOwn = dc.peer.habits.pool.some((ip) => ipFromBytes(ip) === inside);
        world.check(isOwn, 'an address of its pool', inside, 'RST-09: the pool of the DC that asks.');
      }
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.pool.latest',
    title:
      'What the latest Relay Registration Response no longer has is not lent any more, and what is lent stays.',
    clauses: ['RST-09', 'RST-05', 'RS-16'],
    catches:
      'A pool that only grows: an address that the DC has given to another relay. Flows that end as it shrinks.',
    waits: 2000,
    async script(world) {
      exactNetwork(world);
      const end = { pool: TWO, habits: { registrationLifetime: 2 } };
      const { dc } = await world.end(end);
      const before = await opened(world, { end, node: { name: 'B' } });
      const flow = await checkFlows(world, before, 'The path works.');
      const pool = ['192.0.2.77', '192.0.2.78'].map((ip) => ipToBytes(ip as Ip));
      Object.assign(dc.peer.habits, { pool });
      while (dc.peer.takeNow(({ type }) => type === MessageType.relayRegistrationRequest) !== undefined);
      const isAsked = ({ type }: Received) => type === MessageType.relayRegistrationRequest;
      world.came(await dc.peer.take(isAsked), 'a Relay Registration Request', 'RS-16.');
      world.status(await dc.peer.probe(dc.association), Status.ok);
      const on = await opened(world, { end });
      checkLatest(world, on);
      await checkBack(world, before, flow, 'RST-05: a lease goes on though its address has left the pool.');
      const next = await replacing(world, before, 'B, again');
      checkLatest(world, next);
      await next.node.openLeg();
      await checkFlows(world, next, 'RST-05: another address.');
      await before.node.peer.take(({ type }) => type === MessageType.pathUpdate);
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
      const next = await replacing(world, on, 'A, again');
      await next.node.openLeg();
      world.check(next.inside === on.inside, on.inside, next.inside, 'RST-05: it takes it over.');
      await checkBack(world, next, flow, 'HO-06.');
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
    },
  }),
  scriptCase({
    ...T,
    id: 'rs-t.lease.not-replaced',
    title: 'A lease stays with whichever of a path and its replacement is left.',
    clauses: ['RST-05', 'HO-06', 'RS-11', 'RST-04'],
    catches: 'A lease that ends with a replacement that came to nothing, or with the path that it replaces.',
    async script(world) {
      const end = { pool: TWO.slice(0, 1) };
      const on = await opened(world, { end });
      await checkFlows(world, on, 'The path works.');
      const never = await replacing(world, on, 'A, never');
      world.status(await on.dc.direct(on.dc.withdrawal(never.plan)), Status.ok);
      world.status(await asks(world, end), Status.poolEmpty, 'RST-05: it is lent still.');
      const flow = await checkFlows(world, on, 'HO-06: the old one goes on.');
      const next = await replacing(world, on, 'A, again');
      world.status(await on.dc.direct(on.dc.withdrawal(on.plan)), Status.ok);
      world.status(await asks(world, end), Status.poolEmpty, 'RST-05: the replacing path has it.');
      await next.node.openLeg();
      world.check(next.inside === on.inside, on.inside, next.inside, 'RST-05: it takes it over.');
      await checkBack(world, next, flow, 'HO-06.');
    },
  }),
  scriptCase({
    ...T,
    adapterLevel: 3,
    id: 'rs-t.lease.anew',
    title: 'The node that gets an address of a closed path after its time gets no calls of the one before.',
    clauses: ['RST-05', 'RST-08', 'TUN-17'],
    catches: 'A quarantine for withdrawn paths alone; peers let in because another node has sent to them.',
    async script(world) {
      exactNetwork(world);
      const end = { pool: TWO.slice(0, 1), general: { inbound: 'answers' } } as const;
      const fields = { peerAddress: undefined };
      const on = await opened(world, { end, fields });
      const flow = await checkFlows(world, on, 'The path works.');
      const { path, peer } = on.node;
      const content = body({ transaction: world.fresh(8), close: true });
      world.status(await peer.request(path, MessageType.pathUpdate, content), Status.ok);
      for (const ms of [12_000, 103_000]) {
        await on.end.forward(ms);
        await world.sleep(20);
        world.status(await asks(world, end), Status.poolEmpty, 'RST-05: 120 s.');
      }
      await on.end.forward(20_000);
      await world.sleep(20);
      const next = await opened(world, { end, fields, node: { name: 'B' } });
      const good = await checkFlows(world, next, 'RST-05: its time is over.');
      const { to: from, ports } = flow;
      const call = udpPacket({
        from,
        to: next.inside,
        ports: [ports[1], ports[0]],
        payload: world.fresh(16),
      });
      await checkNotIn(world, next, [call], good, 'RST-08: this node has not sent there.');
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
      const next = await replacing(world, on, 'A, again');
      await next.node.openLeg();
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
      const next = await replacing(world, on, 'A, again', real);
      await next.node.openLeg();
      world.check(next.inside.includes(':'), 'an IPv6 address', next.inside, 'RST-05, DC-17.');
      await checkFlows(world, next, 'HO-06.');
      await on.node.peer.take(({ type }) => type === MessageType.pathUpdate);
    },
  }),
];
