/** Section 8.1: directions that fail, and with which status. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { answeredFault, VALID } from '../../intent.ts';
import type { Manner } from '../../played/party.ts';
import { accepting } from '../../played/registering-relay.ts';
import type { DcUnderTest } from '../../target/dc-under-test.ts';
import { OTHERS, OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { shownAs } from '../shown.ts';
import { abroad } from './abroad.ts';
import { checkRoute, checkSame, DC, DC_CONFIGURED, situate } from './steps.ts';

/** GEN-28, milliseconds, and what the way and the host may take. */
const ANSWER = 4500;
const LATE = 300;

/** A direction of the first node that fails at one stage, in words of the table `direction-failures`. */
interface Failure {
  readonly status: number;
  /** What it asks for, when all is prepared. */
  readonly ask: (world: World, dc: DcUnderTest) => Promise<Fields> | Fields;
}

async function registered(dc: DcUnderTest, index: number): Promise<string> {
  await dc.node(index).register();
  return dc.node(index).fqdn;
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'the requester has left': {
    status: Status.notRegistered,
    async ask(_, dc) {
      await dc.node(0).deregister();
      return { peerFqdn: await registered(dc, 1) };
    },
  },
  'the requester has left, and asks for itself': {
    status: Status.notRegistered,
    async ask(_, dc) {
      await dc.node(0).deregister();
      return { peerFqdn: dc.node(0).fqdn };
    },
  },
  'no NTM FQDN': { status: Status.unknownName, ask: () => ({ peerFqdn: 'www.one.example' }) },
  'the apex of the zone': { status: Status.unknownName, ask: () => ({ peerFqdn: OWN_ZONE }) },
  'nobody of the zone': { status: Status.unknownName, ask: () => ({ peerFqdn: `nobody.${OWN_ZONE}` }) },
  'a zone of nobody': {
    status: Status.unknownName,
    ask: () => ({ peerFqdn: 'node.ntmobile.nowhere.example' }),
  },
  'its own name': { status: Status.refused, ask: (_, dc) => ({ peerFqdn: dc.node(0).fqdn }) },
  'CN has left': {
    status: Status.notRegistered,
    async ask(_, dc) {
      await dc.node(1).register();
      await dc.node(1).deregister();
      return { peerFqdn: dc.node(1).fqdn };
    },
  },
  'no relay': {
    status: Status.noRelay,
    ask: async (_, dc) => ({ peerFqdn: await registered(dc, 1), want: RelayKind.s }),
  },
};

/** What CN, or DC_CN, acknowledges, and what MN is told. */
const ACKNOWLEDGED: readonly (readonly [Manner, number])[] = [
  [Status.unknownName, Status.unknownName],
  [Status.notRegistered, Status.notRegistered],
  [Status.refused, Status.refused],
  [Status.busy, Status.busy],
  [Status.malformed, Status.noRoute],
  [Status.unsupported, Status.noRoute],
  [Status.noRelay, Status.noRoute],
  [Status.poolEmpty, Status.noRoute],
  [Status.noRoute, Status.noRoute],
  [201, Status.noRoute],
  ['silent', Status.noRoute],
];

/** What breaks DC-26 in a Node Information Response. */
const BEYOND: Readonly<Record<string, Fields>> = {
  'an IPv4 address outside the prefixes': { virtualAddresses: [Uint8Array.of(198, 18, 0, 9)] },
  'an IPv6 address outside the prefixes': {
    virtualAddresses: [
      Uint8Array.of(198, 19, 0, 9),
      Uint8Array.of(0xfd, 0, 0, 1, ...new Array(11).fill(0), 9),
    ],
  },
};

interface Wish {
  readonly name: string;
  readonly status: number;
  readonly fields: (world: World, peerFqdn: string) => Fields;
}

const peerAddress = Uint8Array.of(192, 0, 2, 80);
const { malformed, unsupported, ok } = Status;
const WISHES: readonly Wish[] = shownAs<Wish>(
  ({ name }) => name,
  [
    { name: 'both peer keys', status: malformed, fields: (_, peerFqdn) => ({ peerFqdn, peerAddress }) },
    { name: 'a general peer by an RS-S', status: malformed, fields: () => ({ peerAddress, want: 1 }) },
    { name: 'no peer and want 1', status: malformed, fields: () => ({ want: 1 }) },
    { name: 'no peer and want 2', status: malformed, fields: () => ({ want: 2 }) },
    {
      name: 'replaces alone',
      status: malformed,
      fields: (world, peerFqdn) => ({ peerFqdn, replaces: world.fresh(16) }),
    },
    { name: 'reason alone', status: malformed, fields: (_, peerFqdn) => ({ peerFqdn, reason: 1 }) },
    { name: 'want 0', status: unsupported, fields: (_, peerFqdn) => ({ peerFqdn, want: 0 }) },
    { name: 'want 4', status: unsupported, fields: (_, peerFqdn) => ({ peerFqdn, want: 4 }) },
    {
      name: 'want 4 and nobody’s name',
      status: unsupported,
      fields: () => ({ peerFqdn: 'www.one.example', want: 4 }),
    },
    { name: 'want 4 and no peer', status: unsupported, fields: () => ({ want: 4_294_967_295 }) },
    { name: 'want 2 and a node', status: ok, fields: (_, peerFqdn) => ({ peerFqdn, want: 2 }) },
    { name: 'want 3 and a node', status: ok, fields: (_, peerFqdn) => ({ peerFqdn, want: 3 }) },
    {
      name: 'a reason that is not assigned',
      status: ok,
      fields: (world, peerFqdn) => ({ peerFqdn, replaces: world.fresh(16), reason: 99 }),
    },
  ],
);

export const DC_FAILURE_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.direction.failures',
    title: 'A direction that cannot be had is answered with the status of the first stage that fails.',
    clauses: ['DC-32', 'DC-09', 'ERR-01'],
    catches:
      'Silence, or another status: a node that asks again for what will never be, or gives up too soon.',
    arbitrary: fc.constantFrom(...Object.keys(FAILURES)),
    boundaries: Object.keys(FAILURES),
    async script(world, what) {
      const dc = await world.dc({ relays: 0 });
      const failure = FAILURES[what];
      if (failure === undefined) return;
      await registered(dc, 0);
      const fields = await failure.ask(world, dc);
      world.status(await dc.node(0).ask(fields), failure.status);
      checkSame(world, 'Route Directions at CN', 0, dc.node(1).directions.length);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.direction.cn-refuses',
    title: 'What CN acknowledges decides what MN is told.',
    clauses: ['DC-32', 'DC-21', 'FED-10', 'ERR-08', 'GEN-28'],
    catches: 'A path that MN believes in and CN does not; an error of CN’s that MN cannot do anything with.',
    arbitrary: fc.constantFrom(...ACKNOWLEDGED.slice(0, -1)),
    boundaries: ACKNOWLEDGED,
    async script(world, [manner, status]) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await registered(dc, 0);
      await registered(dc, 1);
      cn.acknowledges = manner;
      world.status(await mn.ask({ peerFqdn: cn.fqdn }), status);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.direction.dc-cn-refuses',
    title: 'What the other DC answers, or acknowledges, decides what MN is told.',
    clauses: ['DC-32', 'FED-02', 'DC-21', 'ERR-08', 'GEN-28'],
    catches: 'A status of the other DC’s that is passed on where it means something else, or lost.',
    arbitrary: fc.record({
      stage: fc.constantFrom<'information' | 'direction'>('information', 'direction'),
      answer: fc.constantFrom(...ACKNOWLEDGED.slice(0, -1)),
    }),
    boundaries: ACKNOWLEDGED.flatMap((answer) => [
      { stage: 'information' as const, answer },
      { stage: 'direction' as const, answer },
    ]),
    async script(world, { stage, answer: [manner, status] }) {
      const dc = await world.dc();
      const other = dc.other();
      await other.attach();
      await registered(dc, 0);
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(fqdn, stage === 'information' ? manner : abroad(world, 'G4'));
      if (stage === 'direction') other.acknowledges = manner;
      world.status(await dc.node(0).ask({ peerFqdn: fqdn }), status);
      if (stage === 'information') checkSame(world, 'Route Directions', 0, other.directions.length, 'FED-02');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.direction.beyond-its-prefixes',
    title: 'Node Information with a virtual address outside the other DC’s prefixes fails towards MN.',
    clauses: ['DC-26', 'DC-32'],
    catches: 'A DC that speaks for nodes of another one, and so takes over their connections.',
    arbitrary: fc.constantFrom(...Object.keys(BEYOND)),
    boundaries: Object.keys(BEYOND),
    async script(world, what) {
      const dc = await world.dc();
      const other = dc.other();
      await other.attach();
      await registered(dc, 0);
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      const fields = BEYOND[what];
      other.nodes.set(fqdn, abroad(world, 'G4', fields ? { fields } : {}));
      world.status(await dc.node(0).ask({ peerFqdn: fqdn }), Status.refused);
      checkSame(world, 'Route Directions', 0, other.directions.length);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.direction.access',
    title: 'A direction that an access list forbids is refused, and CN hears nothing of it.',
    clauses: ['FED-07', 'DC-32'],
    catches: 'Lists that are looked at for nodes of other DCs only, or after CN was told.',
    async script(world) {
      const [one, two] = [`node1.${OWN_ZONE}`, `node2.${OWN_ZONE}`];
      const dc = await world.dc({ access: { directions: [{ from: one, to: two }] } });
      for (const index of [0, 1, 2]) await registered(dc, index);
      world.status(await dc.node(0).ask({ peerFqdn: two }), Status.refused);
      checkSame(world, 'Route Directions at CN', 0, dc.node(1).directions.length);
      checkRoute(world, await dc.node(1).ask({ peerFqdn: one }), 'FED-07: from given names to given nodes.');
      checkRoute(world, await dc.node(2).ask({ peerFqdn: two }), 'FED-07: from given names to given nodes.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.direction.deadline',
    title:
      'A direction of which all stages hang is answered within 4.5 s, with the status of the last of them.',
    clauses: ['GEN-28', 'DC-09', 'DC-32', 'DC-19'],
    catches: 'A DC that takes the time of all tries together, when the node has given up long ago.',
    waits: 5000,
    async script(world) {
      const dc = await world.dc({ relays: 2 });
      const other = dc.other();
      await other.attach();
      for (const relay of dc.relays) {
        await relay.register();
        relay.answers = () => ({ status: 'silent' });
      }
      await situate(world, dc.node(0), 'G4');
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(fqdn, abroad(world, 'V6'));
      // It answers the third try, 1.5 s later; then 1.5 s for each relay that does not.
      other.deafTo = 2;
      const began = world.net.now();
      world.status(await dc.node(0).ask({ peerFqdn: fqdn }), Status.noRelay);
      const took = world.net.now() - began;
      // On a network that loses datagrams the answer may have come with a repeat.
      if (took > ANSWER + LATE && !world.impaired) {
        const actual = `after ${Math.round(took)} ms`;
        world.stage.violated('an answer within 4.5 s', actual, { timedOut: true });
      }
      for (const relay of dc.relays) relay.answers = accepting;
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.direction.at-work',
    title: 'A request that comes again while the DC is at work is not answered yet, nor begun again.',
    clauses: ['GEN-25', 'GEN-10', 'GEN-26'],
    catches: 'Two paths for one request; a node that is told of an error while the path is made.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await registered(dc, 0);
      await registered(dc, 1);
      // The second try comes 0.5 s later; until then the work is not done.
      cn.deafTo = 1;
      const content = mn.directionRequest({ peerFqdn: cn.fqdn });
      const first = mn.send(content, { repeats: [60, 120, 180] });
      const route = checkRoute(world, await first);
      checkSame(world, 'Route Directions at CN', 1, cn.directions.length);
      const again = checkRoute(world, await mn.send(content), 'GEN-10: a repeat gets the same answer.');
      checkSame(world, 'Path ID', route.pathId, again.pathId, 'GEN-10');
      checkSame(
        world,
        'Route Directions at CN',
        1,
        cn.directions.length,
        'GEN-10: it does not take effect again.',
      );
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.direction.fields',
    title:
      'Peer keys, want, replaces and reason go together as they have to; what is not assigned is unsupported.',
    clauses: ['DC-31', 'DC-42', 'GEN-23'],
    catches:
      'A request that can be read in two ways; a kind of relay that nobody knows yet taken for another one.',
    arbitrary: fc.constantFrom(...WISHES),
    boundaries: WISHES,
    async script(world, { name, fields, status }) {
      const dc = await world.dc();
      const mn = dc.node(0);
      await registered(dc, 0);
      const peerFqdn = await registered(dc, 1);
      const given = fields(world, peerFqdn);
      const intent = status === Status.malformed ? answeredFault(name, status) : VALID;
      world.status(await mn.send(mn.directionRequest(given), { intent }), status);
    },
  }),
];
