/** Sections 9.2 and 9.5: Relay Directions that an RS-S must not take. */
import fc from 'fast-check';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';
import type { LegPlan, PathPlan, PlayedDc } from '../../played/dc.ts';
import type { World } from '../../world.ts';
import { bound } from '../nodes.ts';
import { checkForwarded } from '../relayed.ts';
import { associated, RS_S } from '../steps.ts';

const LAST_LIFETIME = 86_400;
const NO_STATE = 'GEN-23: a request that fails changes no state.';

/** What an RS-N or RS-T would need beside what an RS-S does. */
function tunnelEnd({ pathSecret }: PathPlan): Fields {
  return {
    nodeId: new Uint8Array(16).fill(7),
    pathSecret,
    suite: 1,
    virtualAddresses: [],
    peerAddress: new Uint8Array(4).fill(9),
    peerVirtualAddress: new Uint8Array(4).fill(10),
  };
}

/** The path can be had afterwards: no entry was made of what failed. */
async function checkNoState(world: World, dc: PlayedDc, { pathId }: PathPlan): Promise<void> {
  const other = { ...dc.plan(), pathId };
  world.status(await dc.direct(dc.relayDirection(other)), Status.ok, NO_STATE);
}

async function checkMalformed(world: World, fault: string, content: (dc: PlayedDc, plan: PathPlan) => Body) {
  const { dc } = await associated(world);
  const plan = dc.plan();
  const intent = answeredFault(fault, Status.malformed);
  world.status(await dc.direct(content(dc, plan), { intent }), Status.malformed);
  await checkNoState(world, dc, plan);
}

function legsOf(first: LegPlan, second: LegPlan): CborValue[] {
  return [body({ ...first }), body({ ...second })];
}

const TWINS: Readonly<Record<string, (plan: PathPlan) => CborValue[]>> = {
  'two legs of one Node ID': ({ legs: [a, b] }) => legsOf(a, { ...b, nodeId: a.nodeId }),
  'two legs with one Leg ID': ({ legs: [a, b] }) => legsOf(a, { ...b, legId: a.legId }),
  'two legs with one secret': ({ legs: [a, b] }) => legsOf(a, { ...b, legSecret: a.legSecret }),
  'the same leg twice': ({ legs: [a] }) => legsOf(a, a),
  'the Path ID as first Leg ID': ({ legs: [a, b], pathId }) => legsOf({ ...a, legId: pathId }, b),
  'the Path ID as second Leg ID': ({ legs: [a, b], pathId }) => legsOf(a, { ...b, legId: pathId }),
};

/** Where an ID is in use, and what it is used for once more. */
const IN_USE = ['leg', 'path', 'association', 'association of another DC'] as const;
const USED_AS = ['path', 'first leg', 'second leg'] as const;

interface Clash {
  readonly of: (typeof IN_USE)[number];
  readonly as: (typeof USED_AS)[number];
}

/** A Path ID that is one already is another case. */
const allows = ({ of, as }: Clash) => !(of === 'path' && as === 'path');

export const REFUSED_DIRECTION_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.kind',
    title: 'A Relay Direction of a kind that an RS-S is not, assigned or not, is unsupported.',
    clauses: ['RS-17', 'GEN-44'],
    catches: 'malformed or silence to a kind of a later version; an entry of a kind that is not offered.',
    note: 'The target is an RS-S alone. The kind is judged before the Path ID, so live entries do not matter.',
    arbitrary: fc.record({
      kind: fc.integer({ min: 0, max: 0xffff_ffff }).filter((kind) => kind !== 1),
      live: fc.boolean(),
    }),
    boundaries: [
      { kind: 2, live: false },
      { kind: 3, live: false },
      { kind: 0, live: false },
      { kind: 4, live: true },
      { kind: 255, live: false },
      { kind: 0xffff_ffff, live: false },
      { kind: 3, live: true },
    ],
    async script(world, { kind, live }) {
      const { dc } = await associated(world);
      const plan = live ? await dc.relay() : dc.plan();
      const fields: Fields = { kind, ...(kind === 2 || kind === 3 ? tunnelEnd(plan) : {}) };
      world.status(await dc.direct(dc.relayDirection(plan, fields)), Status.unsupported);
      if (live) world.status(await dc.direct(dc.relayDirection(plan)), Status.ok);
      else await checkNoState(world, dc, plan);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.kind-alone',
    title: 'Of a kind that is not assigned no other key is asked for: it is unsupported, not malformed.',
    clauses: ['RS-17'],
    catches: 'The schema of one kind held against all.',
    arbitrary: fc.integer({ min: 4, max: 0xffff_ffff }),
    boundaries: [4, 0xffff_ffff],
    async script(world, kind) {
      const { dc } = await associated(world);
      const { pathId } = dc.plan();
      const content = body({ transaction: world.fresh(8), pathId, kind });
      world.status(await dc.direct(content), Status.unsupported);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.legs',
    title: 'A Relay Direction whose legs are not two different ones is malformed.',
    clauses: ['RSS-13', 'GEN-44'],
    catches: 'An entry that joins a node with itself, or keys of one leg that open the other.',
    arbitrary: fc.constantFrom(...Object.keys(TWINS)),
    boundaries: Object.keys(TWINS),
    script: (world, fault) =>
      checkMalformed(world, fault, (dc, plan) => dc.relayDirection(plan, { legs: TWINS[fault]?.(plan) })),
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.path-secret',
    title: 'A Relay Direction that gives an RS-S the secret of the path is malformed.',
    clauses: ['RSS-04'],
    catches: 'A path secret that is taken, or ignored: then the DC never learns that it told it.',
    arbitrary: fc.record({ length: fc.integer({ min: 0, max: 64 }) }),
    boundaries: [{ length: 32 }, { length: 0 }],
    script: (world, { length }) => {
      const pathSecret = world.random(length);
      return checkMalformed(world, `a path secret of ${length} bytes`, (dc, plan) =>
        dc.relayDirection(plan, { pathSecret }),
      );
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.lifetime',
    title: 'A Relay Direction with lifetime 0 or over 86400 is malformed.',
    clauses: ['RSS-14', 'GEN-41'],
    catches: 'An entry that ends at once or never; a lifetime that is cut to 32 bits.',
    arbitrary: fc.oneof(
      fc.integer({ min: LAST_LIFETIME + 1, max: 0xffff_ffff }),
      fc.bigInt({ min: 2n ** 32n, max: 2n ** 64n - 1n }),
    ) as fc.Arbitrary<CborValue>,
    boundaries: [0, LAST_LIFETIME + 1, 0xffff_ffff, 2 ** 32, 2 ** 32 + 120, 2n ** 63n, 2n ** 64n - 1n, -1],
    script: (world, lifetime) =>
      checkMalformed(world, `lifetime ${lifetime}`, (dc, plan) => dc.relayDirection(plan, { lifetime })),
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.direction.id-in-use',
    title: 'A Relay Direction with an ID that the relay has already is refused, whatever it has it for.',
    clauses: ['RS-23', 'ERR-05'],
    catches: 'A DC that takes over the leg or the association of another by an ID that it saw.',
    arbitrary: fc
      .record<Clash>({ of: fc.constantFrom(...IN_USE), as: fc.constantFrom(...USED_AS) })
      .filter(allows),
    parameters: { values: { of: IN_USE, as: USED_AS }, allows },
    boundaries: [
      { of: 'leg', as: 'second leg' },
      { of: 'leg', as: 'path' },
      { of: 'path', as: 'first leg' },
      { of: 'association', as: 'path' },
      { of: 'association of another DC', as: 'second leg' },
    ],
    async script(world, { of, as }) {
      const { rs, dc, plan, a, b } = await bound(world, { dcs: 2 });
      const [, other = dc] = rs.dcs;
      const ids: Record<Clash['of'], Uint8Array> = {
        leg: plan.legs[0].legId,
        path: plan.pathId,
        association: dc.association.id,
        'association of another DC': other.association.id,
      };
      const id = ids[of];
      const next = dc.plan();
      const [first, second] = next.legs;
      const clash: Record<Clash['as'], PathPlan> = {
        path: { ...next, pathId: id },
        'first leg': { ...next, legs: [{ ...first, legId: id }, second] },
        'second leg': { ...next, legs: [first, { ...second, legId: id }] },
      };
      world.status(await dc.direct(dc.relayDirection(clash[as])), Status.refused);
      await checkForwarded(world, a, b, 'ERR-05: what is there stays as it is.');
      world.status(await other.peer.probe(other.association), Status.ok);
      // All that was free in it is free still.
      if (as !== 'path') world.status(await dc.direct(dc.relayDirection(next)), Status.ok, NO_STATE);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.direction.association-only',
    title: 'A Relay Direction on a leg is not for the RS-S: no answer and no entry.',
    clauses: ['RS-01', 'GEN-18'],
    catches: 'Messages that are taken on any channel that opens.',
    async script(world) {
      const { dc, a } = await bound(world);
      const plan = dc.plan();
      await world.silence({
        bad: () => {
          const intent = {
            kind: 'fault',
            fault: 'a Relay Direction on a leg',
            layer: 'channel-type',
          } as const;
          a.peer.sendSealed(a.leg, 0x07, dc.relayDirection(plan), { intent });
        },
        fence: () => a.peer.probe(a.leg),
      });
      await checkNoState(world, dc, plan);
    },
  }),
];
