/** Section 9.2: Relay Directions that are taken, come again, or meet an entry that is there. */
import fc from 'fast-check';
import { endpointFromBytes, sameEndpoint } from '../../../reference/address.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body, listField } from '../../fields.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { bound, withTwoDcs } from '../nodes.ts';
import { checkForwarded, checkGone } from '../relayed.ts';
import { associated, opens, RS_S, RS_S_CONFIGURED } from '../steps.ts';

const NO_EFFECT = 'RS-10: without effect: the entry goes on as it was.';
/** Entries that the relay of the case has room for. */
const ROOM = 3;

/** The same content, otherwise written. */
const SAME: Readonly<Record<string, (dc: PlayedDc, plan: PathPlan) => Body>> = {
  'nothing else': (dc, plan) => dc.relayDirection(plan),
  padding: (dc, plan) => dc.relayDirection(plan, { padding: new Uint8Array(100) }),
  'an unknown key': (dc, plan) => dc.relayDirection(plan, {}, [[0x2a2a, new Uint8Array(3)]]),
  'a key that is not listed': (dc, plan) => dc.relayDirection(plan, { suite: 2, fqdn: 'a.example' }),
  'an unknown key in a leg': (dc, plan) => withLegs(dc, plan, (leg) => new Map([...leg, [0x7f00, 'x']])),
  'a key in a leg that is not listed': (dc, plan) =>
    withLegs(dc, plan, (leg) => new Map([...leg, ...body({ capacity: 1 })])),
};

/** Other content under the same Path ID. */
const OTHER: Readonly<Record<string, (dc: PlayedDc, plan: PathPlan) => Body>> = {
  'another lifetime': (dc, plan) => dc.relayDirection(plan, { lifetime: 121 }),
  'another Node ID': (dc, plan) => changed(dc, plan, { nodeId: dc.peer.stage.fresh(16) }),
  'another Leg ID': (dc, plan) => changed(dc, plan, { legId: dc.peer.stage.fresh(16) }),
  'another secret': (dc, plan) => changed(dc, plan, { legSecret: dc.peer.stage.fresh(32) }),
  'the legs in another order': (dc, plan) => {
    const [first, second] = plan.legs;
    return dc.relayDirection({ ...plan, legs: [second, first] });
  },
  'all of it another': (dc, { pathId }) => dc.relayDirection({ ...dc.plan(), pathId }),
};

function withLegs(dc: PlayedDc, plan: PathPlan, change: (leg: Body) => Body): Body {
  const right = dc.relayDirection(plan);
  const legs: CborValue[] = listField(right, 'legs').map((leg) => change(leg as Body));
  return new Map([...right, ...body({ legs })]);
}

/** The second leg with one field another. */
function changed(dc: PlayedDc, plan: PathPlan, fields: Fields): Body {
  let at = 0;
  return withLegs(dc, plan, (leg) => (at++ === 1 ? new Map([...leg, ...body(fields)]) : leg));
}

export const DIRECTION_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.create',
    title: 'When a Relay Direction is answered ok the entry is there, and the answer says where.',
    clauses: ['RS-02', 'RS-21', 'RS-05', 'RSS-14'],
    catches: 'An answer before the entry; endpoints missing, or of somebody else.',
    async script(world) {
      const { rs, dc } = await associated(world);
      for (const lifetime of [120, 1, 86_400]) {
        const plan = dc.plan();
        const answer = world.status(await dc.direct(dc.relayDirection(plan, { lifetime })), Status.ok);
        const a = await world.node(rs, plan, 0);
        const b = await world.node(rs, plan, 1);
        const [first, second] = [opens(a.peer, a.leg), opens(b.peer, b.leg)];
        world.came(await first, 'message 2 on the first leg');
        world.came(await second, 'message 2 on the second leg');
        const listed = listField(answer.body, 'endpoints').map((bytes) =>
          bytes instanceof Uint8Array ? endpointFromBytes(bytes) : undefined,
        );
        const reached = listed.some(
          (endpoint) => endpoint !== undefined && rs.endpoints.some((own) => sameEndpoint(own, endpoint)),
        );
        const requirement = 'RS-21: the answer carries the endpoints at which the ends reach the relay.';
        world.check(
          reached,
          'an endpoint of the RS-S',
          `${listed.length} endpoints, none of them`,
          requirement,
        );
      }
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.repeat',
    title: 'A Relay Direction with the content of a live entry is answered ok and changes nothing.',
    clauses: ['RS-10', 'GEN-22'],
    catches:
      'refused to a DC that repeats itself; legs that lose keys and addresses; padding in the content.',
    arbitrary: fc.constantFrom(...Object.keys(SAME)),
    boundaries: Object.keys(SAME),
    async script(world, how) {
      const { dc, plan, a, b } = await bound(world);
      const answer = await dc.direct(SAME[how]?.(dc, plan) ?? dc.relayDirection(plan));
      const { body: content } = world.status(answer, Status.ok);
      const requirement = 'RS-10: answered as the first one was.';
      world.check(listField(content, 'endpoints').length > 0, 'endpoints', 'none', requirement);
      world.status(await a.peer.probe(a.leg), Status.ok, NO_EFFECT);
      await checkForwarded(world, a, b, NO_EFFECT);
      await checkForwarded(world, b, a, NO_EFFECT);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.other-content',
    title: 'A Relay Direction with the Path ID of a live entry and other content is refused without effect.',
    clauses: ['RS-10'],
    catches: 'An entry that is overwritten, or compared by some of its fields only.',
    arbitrary: fc.constantFrom(...Object.keys(OTHER)),
    boundaries: Object.keys(OTHER),
    async script(world, what) {
      const { dc, plan, a, b } = await bound(world);
      const other = OTHER[what]?.(dc, plan) ?? dc.relayDirection(plan);
      world.status(await dc.direct(other), Status.refused);
      await checkForwarded(world, a, b, NO_EFFECT);
      await checkForwarded(world, b, a, NO_EFFECT);
      world.status(await dc.direct(dc.relayDirection(plan)), Status.ok, NO_EFFECT);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.other-owner',
    title: 'A Relay Direction for an entry that another DC made is refused, even with the same content.',
    clauses: ['RS-10', 'RS-24', 'RS-01'],
    catches: 'Entries that belong to whoever asks last.',
    async script(world) {
      const { other } = await withTwoDcs(world);
      const { plan, a, b } = await bound(world, { dcs: 2 });
      world.status(await other.direct(other.relayDirection(plan)), Status.refused);
      const content = other.relayDirection({ ...other.plan(), pathId: plan.pathId });
      world.status(await other.direct(content), Status.refused);
      await checkForwarded(world, a, b, NO_EFFECT);
      await checkForwarded(world, b, a, NO_EFFECT);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.owner-keys',
    title: 'An entry belongs to its association whatever keys and address that has since.',
    clauses: ['RS-24', 'RS-11'],
    catches: "An owner that is the DC's address, or the keys of the day.",
    waits: 1100,
    async script(world) {
      const { rs, dc, plan, a, b } = await bound(world);
      const elsewhere = await world.peer('DC, elsewhere', rs.endpoint());
      elsewhere.hold(dc.association);
      const failed = await elsewhere.open(dc.association);
      world.check(failed === undefined, 'the association opened from another address', `no ${failed}`);
      const request = async (content: Body) => await elsewhere.request(dc.association, 0x07, content);
      world.status(await request(dc.relayDirection(plan)), Status.ok);
      await checkForwarded(world, a, b, NO_EFFECT);
      world.status(await request(dc.withdrawal(plan)), Status.ok);
      await world.sleep(1100);
      await checkGone(world, { a, b }, () => elsewhere.probe(dc.association));
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.direction.capacity',
    title: 'A full Relay Table answers busy; what is in it goes on, and what is withdrawn makes room.',
    clauses: ['RS-12', 'DOS-04'],
    catches: 'A table without a bound, one that drops an entry for a new one, or another status.',
    note: 'The capacity of the configuration is the number of entries that can be held.',
    async script(world) {
      const { dc, plan, a, b } = await bound(world, { capacity: ROOM });
      for (let held = 1; held < ROOM; held++) {
        const requirement = 'RS-12: a relay holds as many entries as the capacity that it registered.';
        world.status(await dc.direct(dc.relayDirection(dc.plan())), Status.ok, requirement);
      }
      const next = dc.plan();
      world.status(await dc.direct(dc.relayDirection(next)), Status.busy);
      await checkForwarded(world, a, b, 'RS-12: live entries go on unharmed.');
      world.status(await dc.direct(dc.relayDirection(plan)), Status.ok, 'A repeat needs no room.');
      world.status(await dc.direct(dc.withdrawal(plan)), Status.ok);
      world.status(await dc.direct(dc.relayDirection(next)), Status.ok);
    },
  }),
];
