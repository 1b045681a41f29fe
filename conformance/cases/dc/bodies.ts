/** Section 6.1 at a DC: schemas, unknown and critical keys, and errors, of every kind of request. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { Body, FieldName, Fields } from '../../fields.ts';
import { body, field, isBody } from '../../fields.ts';
import { answeredFault, silentFault } from '../../intent.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { checkKeys } from '../messages/shape.ts';
import { informed } from './known.ts';
import type { Asked } from './requests.ts';
import { ASKED, allAround, mnAbroad, requestOf, sent } from './requests.ts';
import { checkSame, DC, endpointsOf } from './steps.ts';

/** First of the critical keys. [GEN-07] */
const CRITICAL = 0x8000;

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}

const ENDPOINT = Uint8Array.of(192, 0, 2, 1, 17, 17);
const PORT_0 = Uint8Array.of(192, 0, 2, 1, 0, 0);
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1, 17, 17);
const ADDRESS = Uint8Array.of(198, 19, 0, 5);
const BEYOND = 4_294_967_296;

/** What a field must not be; of some there is nothing that only the registry forbids. */
const WRONG: Readonly<Partial<Record<FieldName, readonly CborValue[]>>> = {
  fqdn: ['', 'A.example', 'a.example.', 7],
  nodeId: [bytes(15), 'text'],
  instance: [bytes(7), bytes(9)],
  localEndpoints: [new Array(9).fill(ENDPOINT), [PORT_0], [MAPPED], ENDPOINT],
  features: [[-1], [BEYOND], 1],
  suites: [[], ['1']],
  lifetime: [-1, BEYOND, '120'],
  peerFqdn: ['node..example', bytes(4)],
  want: ['S', -1],
  pathId: [bytes(15), bytes(17)],
  pathSecret: [bytes(31), bytes(33)],
  suite: ['1', -1],
  part: [0, 4],
  peer: [[], body({ nodeId: bytes(15) })],
  candidates: [new Array(9).fill(ENDPOINT), [PORT_0]],
  forFqdn: ['', 'a b'],
  endpoints: [[], [PORT_0], new Array(9).fill(ENDPOINT)],
  kinds: [[], 1],
  capacity: [-1, 'many'],
};

/** Which fields of a request have to be there. */
const NEEDED: Readonly<Record<Asked, readonly FieldName[]>> = {
  registration: ['fqdn', 'nodeId', 'instance', 'localEndpoints', 'features', 'suites', 'lifetime'],
  direction: [],
  information: ['fqdn'],
  route: ['pathId', 'pathSecret', 'suite', 'part', 'peer', 'lifetime'],
  'relay registration': ['instance', 'suites', 'endpoints', 'kinds', 'capacity'],
};
const OPTIONAL: Readonly<Record<Asked, readonly FieldName[]>> = {
  registration: [],
  direction: ['peerFqdn', 'want'],
  information: [],
  route: ['candidates', 'forFqdn'],
  'relay registration': [],
};

interface Broken {
  readonly request: Asked;
  readonly fault: string;
  readonly fields: Fields;
}

/** What no type says: keys that go together, and numbers that are too small or too great where they stand. */
const TOGETHER: readonly Broken[] = [
  { request: 'route', fault: 'lifetime 0', fields: { lifetime: 0 } },
  { request: 'route', fault: 'a lifetime of more than a day', fields: { lifetime: 86_401 } },
  {
    request: 'route',
    fault: 'an RS-S without a leg',
    fields: { relay: body({ kind: 1, nodeId: bytes(16), endpoints: [ENDPOINT] }) },
  },
  {
    request: 'route',
    fault: 'two virtual addresses of one family',
    fields: {
      peer: body({
        nodeId: bytes(16),
        instance: bytes(8),
        fqdn: 'mn.ntmobile.two.example',
        virtualAddresses: [ADDRESS, Uint8Array.of(198, 19, 0, 6)],
      }),
    },
  },
  { request: 'registration', fault: 'not listed and of another type', fields: { padding: 'text' } },
  { request: 'relay registration', fault: 'a status that is text', fields: { status: 'ok' } },
];

const BROKEN: readonly Broken[] = [
  ...ASKED.flatMap((request) => [
    ...NEEDED[request].map((name) => ({ request, fault: `no ${name}`, fields: { [name]: undefined } })),
    ...[...NEEDED[request], ...OPTIONAL[request]].flatMap((name) =>
      (WRONG[name] ?? []).map((value, index) => ({
        request,
        fault: `${name}, wrong in way ${index + 1}`,
        fields: { [name]: value },
      })),
    ),
  ]),
  ...TOGETHER,
].map((row) => ({
  ...row,
  [fc.toStringMethod]: () => JSON.stringify(`${row.request}: ${row.fault}`),
}));

/** Of each kind of request one field that is missing, and one that is wrong. */
const SOME = BROKEN.filter(({ request, fault }, index) => {
  const what = fault.startsWith('no ');
  const first = BROKEN.findIndex((row) => row.request === request && row.fault.startsWith('no ') === what);
  return index === first || TOGETHER.some((row) => row.request === request && row.fault === fault);
});

/** Judges that nobody was directed, and that the node is where it was. */
async function checkUnchanged(world: World, dc: DcUnderTest): Promise<void> {
  const requirement = 'A request that fails changes no state.';
  for (const node of dc.nodes)
    checkSame(world, `Route Directions at ${node.name}`, 0, node.directions.length, requirement);
  const { body: told } = await informed(world, dc.other(), dc.node(0));
  const own = formatEndpoint(dc.node(0).peer.local);
  checkSame(world, 'local endpoints', own, endpointsOf(told, 'localEndpoints').join(), requirement);
}

/** A request with one entry more, in the body or, where there is one, in the map of the peer. */
function withEntry(content: Body, key: CborValue, value: CborValue, isInner: boolean): Body {
  const peer = field(content, 'peer');
  if (!isInner || !isBody(peer)) return new Map([...content, [key, value]]);
  return new Map([...content, ...body({ peer: new Map([...peer, [key, value]]) })]);
}

interface Extra {
  readonly request: Asked;
  readonly key: number;
  readonly isInner: boolean;
}

function extras(from: number, to: number): fc.Arbitrary<Extra> {
  return fc.record({
    request: fc.constantFrom(...ASKED),
    key: fc.integer({ min: from, max: to }),
    isInner: fc.boolean(),
  });
}

/** One that the DC answers by an error, of each kind; the status stands beside it. */
const ERRORS: readonly (readonly [Asked, Fields, number])[] = [
  ['registration', { fqdn: 'nobody.ntmobile.one.example' }, Status.refused],
  ['registration', { suites: [] }, Status.malformed],
  ['direction', { peerFqdn: 'nobody.ntmobile.one.example' }, Status.unknownName],
  ['direction', { want: 9 }, Status.unsupported],
  ['information', { fqdn: 'nobody.ntmobile.one.example' }, Status.unknownName],
  ['route', { forFqdn: 'nobody.ntmobile.one.example' }, Status.unknownName],
  ['route', { pathId: undefined }, Status.malformed],
  ['relay registration', { capacity: undefined }, Status.malformed],
];

export const DC_BODY_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.body.malformed',
    title: 'A request of any kind with one field that is missing or not as registered is answered malformed.',
    clauses: ['GEN-23', 'GEN-22', 'GEN-13', 'GEN-31', 'GEN-41', 'GEN-42', 'GEN-43', 'GEN-44', 'GEN-45'],
    catches: 'A field that is not checked, or only where it is used; silence where an answer is due.',
    arbitrary: fc.constantFrom(...BROKEN),
    boundaries: SOME,
    async script(world, { request: kind, fault, fields }) {
      const dc = await allAround(world);
      const request = requestOf(world, dc, kind, fields);
      const intent = answeredFault(`${kind}: ${fault}`, Status.malformed);
      const answer = world.status(await sent(request, request.content, intent), Status.malformed);
      checkSame(world, 'type of the answer', request.of.answer, answer.type, 'ERR-07');
      await checkUnchanged(world, dc);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.body.unknown-ignored',
    title: 'Unknown keys below 0x8000 are ignored in every kind of request, and in its maps.',
    clauses: ['GEN-07', 'GEN-21'],
    catches: 'A closed schema, at one kind of request or in the map of the peer.',
    arbitrary: extras(45, CRITICAL - 1),
    boundaries: ASKED.map((request, index) => ({ request, key: CRITICAL - 1, isInner: index % 2 === 1 })),
    async script(world, { request: kind, key, isInner }) {
      const dc = await allAround(world);
      const request = requestOf(world, dc, kind);
      const content = withEntry(request.content, key, world.random(4), isInner);
      world.status(await sent(request, content), Status.ok);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.body.critical',
    title: 'A request of any kind with an unknown key from 0x8000 up is unsupported and has no effect.',
    clauses: ['GEN-07', 'GEN-23'],
    catches: 'Critical keys ignored at one kind of request, in the map of the peer above all.',
    arbitrary: extras(CRITICAL, BEYOND - 1),
    boundaries: [
      ...ASKED.map((request) => ({ request, key: CRITICAL, isInner: false })),
      { request: 'route' as const, key: 0xffff, isInner: true },
    ],
    async script(world, { request: kind, key, isInner }) {
      const dc = await allAround(world);
      const request = requestOf(world, dc, kind);
      const content = withEntry(request.content, key, 0, isInner);
      const intent = answeredFault(`${kind}: critical key ${key}`, Status.unsupported);
      world.status(await sent(request, content, intent), Status.unsupported);
      await checkUnchanged(world, dc);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.error.shape',
    title: 'An error has the type of its answer, and nothing but transaction and status.',
    clauses: ['ERR-07', 'ERR-02', 'ERR-01', 'ERR-05'],
    catches: 'A reason, a name or addresses in an error; an error of another type, or outside the channel.',
    arbitrary: fc.constantFrom(...ERRORS),
    boundaries: ERRORS,
    async script(world, [kind, fields, status]) {
      const dc = await allAround(world);
      const request = requestOf(world, dc, kind, fields);
      const intent = status === Status.malformed ? answeredFault(`a ${kind}`, status) : undefined;
      const answer = world.status(await sent(request, request.content, intent), status);
      checkSame(world, 'type of the answer', request.of.answer, answer.type);
      checkKeys(world, answer, ['transaction', 'status']);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.channel-type',
    title: 'A message of a type that this kind of party does not send to a DC gets no answer.',
    clauses: ['GEN-18', 'FED-05'],
    catches: 'A relay that asks where nodes are, a node that directs others, a DC that registers as a node.',
    arbitrary: fc.constantFrom(...notTheirs()),
    boundaries: notTheirs().filter(([kind, from]) => kind !== 'information' || from === 'relay registration'),
    async script(world, [kind, from]) {
      const dc = await allAround(world);
      const { of, content } = requestOf(world, dc, kind, kind === 'route' ? { peer: mnAbroad(world) } : {});
      const { party, peer } = requestOf(world, dc, from);
      const intent = silentFault(`${kind} by ${party.name}`, 'channel-type');
      await world.silence({
        bad: () => peer.sendSealed(party.association, of.type, content, { intent }),
        fence: () => peer.probe(party.association),
      });
      await checkUnchanged(world, dc);
    },
  }),
];

/** A kind of request, and another one whose sender may not send the first. */
function notTheirs(): (readonly [Asked, Asked])[] {
  const senders: Readonly<Record<Asked, string>> = {
    registration: 'node',
    direction: 'node',
    information: 'dc',
    route: 'dc',
    'relay registration': 'rs',
  };
  return ASKED.flatMap((kind) =>
    (['direction', 'information', 'relay registration'] as const)
      .filter((from) => senders[from] !== senders[kind])
      .map((from) => [kind, from] as const),
  );
}
