/** Section 6.1: schemas, unknown keys, critical keys. */
import fc from 'fast-check';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Body, FieldName, Fields } from '../../fields.ts';
import { body, listField } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import { associated, RS_S } from '../steps.ts';
import { BROKEN } from './broken.ts';

/** First of the critical keys. [GEN-07] */
const CRITICAL = 0x8000;
const TOP = 2n ** 64n - 1n;

/** Where an entry is put. */
const PLACES = ['body', 'leg'] as const;
type Place = (typeof PLACES)[number];

/** A Relay Direction with one entry more, in the body or in its first leg. */
function directionWith(
  dc: PlayedDc,
  plan: PathPlan,
  place: Place,
  entry: readonly [CborValue, CborValue],
): Body {
  const right = dc.relayDirection(plan);
  if (place === 'body') return new Map([...right, entry]);
  const [first, ...others] = listField(right, 'legs');
  const leg = new Map([...(first as Body), entry]);
  return new Map([...right, ...body({ legs: [leg, ...others] })]);
}

/** Whatever a later version could put under a key that nobody knows yet. */
const anyValue: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.nat(),
    fc.bigInt({ min: -(2n ** 64n), max: TOP }),
    fc.boolean(),
    fc.constant(null),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 0xffff }), tie('value')), {
        maxLength: 3,
        selector: ([key]) => key,
      })
      .map((entries) => new Map<CborValue, CborValue>(entries)),
  ),
})).value;

function isUnknown(key: number): boolean {
  return key > 44;
}

/** Of the registry, right in type, and not listed for a Relay Direction of an RS-S nor for a leg. */
const NOT_LISTED: readonly (readonly [FieldName, CborValue])[] = [
  ['fqdn', 'node.one.example'],
  ['instance', new Uint8Array(8)],
  ['status', 0],
  ['padding', Uint8Array.of(1, 2, 3)],
  ['observedEndpoint', Uint8Array.of(192, 0, 2, 1, 1, 1)],
  ['virtualAddresses', []],
  ['peerAddress', Uint8Array.of(0, 0, 0, 0)],
  ['replaces', new Uint8Array(16)],
  ['suite', 4_294_967_295],
  ['features', [1, 1]],
];

interface Critical {
  readonly key: CborValue;
  readonly place: Place;
  /** Something else that is wrong too. */
  readonly also?: Fields;
}

const CRITICALS: readonly Critical[] = [
  { key: CRITICAL, place: 'body' },
  { key: CRITICAL, place: 'leg' },
  { key: 0xffff, place: 'body' },
  { key: 0x10000, place: 'leg' },
  { key: 0x100000000, place: 'body' },
  { key: TOP, place: 'body' },
  { key: TOP, place: 'leg' },
  { key: CRITICAL, place: 'body', also: { lifetime: 0 } },
  { key: CRITICAL, place: 'body', also: { pathId: undefined } },
  { key: CRITICAL, place: 'body', also: { kind: 'S' } },
];

export const SCHEMA_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.malformed',
    title: 'A Relay Direction with one field that is missing or not as registered is answered malformed.',
    clauses: ['GEN-23', 'GEN-22', 'GEN-13', 'GEN-31', 'ERR-01', 'GEN-42'],
    catches: 'A field that is not checked, a mapped address or port 0 taken, silence where an answer is due.',
    arbitrary: fc.constantFrom(...BROKEN),
    boundaries: BROKEN,
    async script(world, { fault, fields }) {
      const { dc } = await associated(world);
      const plan = dc.plan();
      const intent = answeredFault(fault, Status.malformed);
      const answer = await dc.direct(dc.relayDirection(plan, fields), { intent });
      world.status(answer, Status.malformed);
      const other = { ...dc.plan(), pathId: plan.pathId };
      const requirement = 'A request that fails changes no state.';
      world.status(await dc.direct(dc.relayDirection(other)), Status.ok, requirement);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.unknown-ignored',
    title: 'Unknown keys below 0x8000 are ignored whatever they hold, in the body and in its maps.',
    clauses: ['GEN-07', 'GEN-30'],
    catches: 'A closed schema; critical keys looked for below unknown ones; integers cut to 53 bits.',
    arbitrary: fc.record({
      key: fc.integer({ min: 45, max: CRITICAL - 1 }).filter(isUnknown),
      value: anyValue,
      place: fc.constantFrom(...PLACES),
    }),
    boundaries: [
      { key: CRITICAL - 1, value: null, place: 'body' },
      { key: 0x7eff, value: TOP, place: 'leg' },
      { key: 45, value: -(2n ** 64n), place: 'body' },
      { key: 0x0a0a, value: '', place: 'body' },
      { key: 0x7f00, value: new Map<CborValue, CborValue>([[CRITICAL, 0]]), place: 'body' },
      { key: 0x7a7a, value: [[[[[[[]]]]]]], place: 'body' },
      { key: 0x7a7a, value: [[[[[]]]]], place: 'leg' },
      { key: 100, value: '\ufeff\u0000\uffff', place: 'leg' },
    ],
    async script(world, { key, value, place }) {
      const { dc } = await associated(world);
      const content = directionWith(dc, dc.plan(), place, [key, value]);
      world.status(await dc.direct(content), Status.ok);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.not-listed',
    title: 'A key of the registry that a body does not list is ignored if its type is right.',
    clauses: ['GEN-22', 'GEN-43'],
    catches: 'Keys of other bodies taken, or refused; padding that has to be zero.',
    arbitrary: fc.constantFrom(...NOT_LISTED),
    boundaries: NOT_LISTED,
    async script(world, [name, value]) {
      const { dc } = await associated(world);
      const fields: Fields = { [name]: value };
      world.status(await dc.direct(dc.relayDirection(dc.plan(), fields)), Status.ok);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.body.critical',
    title: 'A request with an unknown key from 0x8000 up is answered unsupported and has no effect.',
    clauses: ['GEN-07', 'GEN-23'],
    catches: 'Critical keys ignored, in inner maps above all; malformed where the rest is wrong too.',
    arbitrary: fc.record({
      key: fc.oneof(
        fc.integer({ min: CRITICAL, max: 0xffff_ffff }),
        fc.bigInt({ min: 2n ** 53n, max: TOP }),
      ) as fc.Arbitrary<CborValue>,
      place: fc.constantFrom(...PLACES),
    }) as fc.Arbitrary<Critical>,
    boundaries: CRITICALS,
    async script(world, { key, place, also }) {
      const { dc } = await associated(world);
      const plan = dc.plan();
      const right = directionWith(dc, plan, place, [key, 0]);
      const content = new Map([...right, ...body(also ?? {})]);
      for (const [name, value] of Object.entries(also ?? {})) {
        if (value === undefined) dropField(content, name as FieldName);
      }
      const intent = answeredFault(`critical key ${key} in the ${place}`, Status.unsupported);
      world.status(await dc.direct(content, { intent }), Status.unsupported);
      const other = { ...dc.plan(), pathId: plan.pathId };
      const requirement = 'A request that fails changes no state.';
      world.status(await dc.direct(dc.relayDirection(other)), Status.ok, requirement);
    },
  }),
];

function dropField(content: Map<CborValue, CborValue>, name: FieldName): void {
  for (const key of body({ [name]: 0 }).keys()) content.delete(key);
}
