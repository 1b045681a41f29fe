/** Section 9.2 at an RS-N and an RS-T: Relay Directions that are taken, come again, or meet a path that is there. */
import fc from 'fast-check';
import { endpointFromBytes, ipToBytes, sameEndpoint } from '../../../reference/address.ts';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { bytesField, listField } from '../../fields.ts';
import type { EndKind, EndPlan, PlayedEndDc } from '../../played/end-dc.ts';
import type { World } from '../../world.ts';
import { opens } from '../steps.ts';
import type { OnPath } from './steps.ts';
import { checkFlows, directed, endCommon, NAMES, opened } from './steps.ts';

const NO_EFFECT = 'RS-10: without effect: the path goes on as it was.';
/** Paths that the relay of the case has room for. */
const ROOM = 3;

type Way = (dc: PlayedEndDc, plan: EndPlan) => Body;

/** The same content, otherwise written. */
const SAME: Readonly<Record<string, Way>> = {
  'nothing else': (dc, plan) => dc.relayDirection(plan),
  padding: (dc, plan) => dc.relayDirection(plan, { padding: new Uint8Array(100) }),
  'an unknown key': (dc, plan) => dc.relayDirection(plan, {}, [[0x2a2a, new Uint8Array(3)]]),
  'a key that is not listed': (dc, plan) => dc.relayDirection(plan, { fqdn: 'a.example' }),
};

/** Other content under the same Path ID. */
const OTHER: Readonly<Record<string, Way>> = {
  'another lifetime': (dc, plan) => dc.relayDirection(plan, { lifetime: 7441 }),
  'another Node ID': (dc, plan) => dc.relayDirection(plan, { nodeId: dc.peer.stage.fresh(16) }),
  'another secret': (dc, plan) => dc.relayDirection(plan, { pathSecret: dc.peer.stage.fresh(32) }),
  'other virtual addresses': (dc, plan) =>
    dc.relayDirection(plan, { virtualAddresses: dc.plan().own.map(ipToBytes) }),
  'the virtual addresses in another order': (dc, plan) =>
    dc.relayDirection(plan, { virtualAddresses: plan.own.toReversed().map(ipToBytes) }),
  'one virtual address less': (dc, plan) =>
    dc.relayDirection(plan, { virtualAddresses: plan.own.slice(0, 1).map(ipToBytes) }),
  'another general peer': (dc, plan) => dc.relayDirection(plan, { peerAddress: ipToBytes(dc.plan().real) }),
  'a path that it replaces': (dc, plan) => dc.relayDirection(plan, { replaces: dc.peer.stage.fresh(16) }),
  'all of it another': (dc, { pathId }) => dc.relayDirection({ ...dc.plan(), pathId }),
};

/** Judges that the answer says where the node reaches the relay. */
function checkEndpoints(world: World, { end }: OnPath, content: Body | undefined): void {
  const listed = listField(content, 'endpoints').map((bytes) =>
    bytes instanceof Uint8Array ? endpointFromBytes(bytes) : undefined,
  );
  const isOwn = listed.some((one) => one && end.endpoints.some((own) => sameEndpoint(own, one)));
  world.check(isOwn, 'an endpoint of the relay', `${listed.length}, none of them`, 'RS-21.');
}

/** Judges that the answer is that of before: the same address is lent. */
function checkAnswer(world: World, on: OnPath, content: Body | undefined): void {
  checkEndpoints(world, on, content);
  const { end, inside } = on;
  if (end.kind !== 'rs-t') return;
  const lent = bytesField(content, 'allocatedAddress');
  const isSame = lent !== undefined && sameBytes(lent, ipToBytes(inside));
  world.check(isSame, 'the address that is lent', 'another one', 'RS-10: answered as the first one was.');
}

export function directionCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  const unused = endCommon(role, 'unused');
  return [
    scriptCase({
      ...unused,
      id: `${role}.direction.create`,
      title: `When a Relay Direction is answered ok the ${name} awaits the path, and the answer says where.`,
      clauses: ['RS-02', 'RS-21', 'RSS-14', ...(role === 'rs-n' ? ['RSN-01'] : ['RST-09'])],
      catches: 'An answer before the path; endpoints missing, or of somebody else.',
      async script(world) {
        const on = await directed(world, { fields: { lifetime: 86_400 } });
        const { dc, node } = on;
        world.came(await opens(node.peer, node.path), 'message 2 on the path', 'RS-02.');
        for (const lifetime of [120, 1]) {
          const direction = dc.relayDirection(dc.plan(), { lifetime });
          const { body: content } = world.status(await dc.direct(direction), Status.ok);
          checkEndpoints(world, on, content);
          const lent = bytesField(content, 'allocatedAddress');
          const isLent = lent !== undefined && dc.peer.habits.pool.some((ip) => sameBytes(ip, lent));
          world.check(role === 'rs-n' || isLent, 'an address of the pool', 'none', 'RST-09.');
        }
      },
    }),
    propertyCase({
      ...used,
      id: `${role}.direction.repeat`,
      title: 'A Relay Direction with the content of a live path is answered as before and changes nothing.',
      clauses: ['RS-10', 'GEN-22'],
      catches: 'refused to a DC that repeats itself; a path that loses its keys; another address lent.',
      arbitrary: fc.constantFrom(...Object.keys(SAME)),
      boundaries: Object.keys(SAME),
      async script(world, how) {
        const on = await opened(world);
        const { dc, plan } = on;
        const answer = await dc.direct(SAME[how]?.(dc, plan) ?? dc.relayDirection(plan));
        checkAnswer(world, on, world.status(answer, Status.ok).body);
        await checkFlows(world, on, NO_EFFECT);
      },
    }),
    propertyCase({
      ...used,
      id: `${role}.direction.other-content`,
      title: 'A Relay Direction with the Path ID of a live path and other content is refused without effect.',
      clauses: ['RS-10', 'NODE-22', 'HO-06'],
      catches: 'A path that is overwritten, or compared by some of its fields only.',
      arbitrary: fc.constantFrom(...Object.keys(OTHER)),
      boundaries: Object.keys(OTHER),
      async script(world, what) {
        const on = await opened(world);
        const { dc, plan } = on;
        world.status(await dc.direct(OTHER[what]?.(dc, plan) ?? new Map()), Status.refused);
        await checkFlows(world, on, NO_EFFECT);
        world.status(await dc.direct(dc.relayDirection(plan)), Status.ok, NO_EFFECT);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.direction.other-owner`,
      title: 'What one DC directed another one can neither direct nor withdraw, even with the same content.',
      clauses: ['RS-10', 'RS-24', 'RS-01', 'RS-22'],
      catches: 'Paths that belong to whoever asks last, or to whoever knows the Path ID.',
      async script(world) {
        const on = await opened(world, { end: { dcs: 2 } });
        const [, other = on.dc] = on.end.dcs;
        world.status(await other.direct(other.relayDirection(on.plan)), Status.refused);
        const content = other.relayDirection({ ...other.plan(), pathId: on.plan.pathId });
        world.status(await other.direct(content), Status.refused);
        world.status(await other.direct(other.withdrawal(on.plan)), Status.refused, 'RS-22.');
        await checkFlows(world, on, NO_EFFECT);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.direction.owner-keys`,
      title: 'A path belongs to its association whatever keys and address that has since.',
      clauses: ['RS-24', 'RS-11'],
      catches: "An owner that is the DC's address, or the keys of the day.",
      async script(world) {
        const on = await opened(world);
        const { end, dc, plan } = on;
        const elsewhere = await world.peer('DC, elsewhere', end.endpoint());
        elsewhere.hold(dc.association);
        const failed = await elsewhere.open(dc.association);
        world.check(failed === undefined, 'the association opened from another address', `no ${failed}`);
        const request = async (content: Body) =>
          await elsewhere.request(dc.association, MessageType.relayDirection, content);
        world.status(await request(dc.relayDirection(plan)), Status.ok);
        await checkFlows(world, on, NO_EFFECT);
        world.status(await request(dc.withdrawal(plan)), Status.ok);
        // It is gone: other content is taken.
        world.status(await request(dc.relayDirection({ ...dc.plan(), pathId: plan.pathId })), Status.ok);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.direction.capacity`,
      title: 'A full table answers busy; what is in it goes on, and what is withdrawn makes room.',
      clauses: ['RS-12', 'DOS-04', 'NODE-22'],
      catches: 'A table without a bound, one that drops a path for a new one, or another status.',
      note: 'The capacity of the configuration is the number of paths that can be held.',
      async script(world) {
        const on = await opened(world, { end: { capacity: ROOM } });
        const { dc, plan } = on;
        for (let held = 1; held < ROOM; held++)
          world.status(await dc.direct(dc.relayDirection(dc.plan())), Status.ok, 'RS-12: as registered.');
        const next = dc.plan();
        world.status(await dc.direct(dc.relayDirection(next)), Status.busy);
        await checkFlows(world, on, 'RS-12: live paths go on unharmed.');
        world.status(await dc.direct(dc.relayDirection(plan)), Status.ok, 'A repeat needs no room.');
        world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
        world.status(await dc.direct(dc.relayDirection(next)), Status.ok);
      },
    }),
  ];
}
