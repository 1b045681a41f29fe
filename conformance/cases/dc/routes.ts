/** Section 8.3: which route a DC decides on. What is expected comes from the spec's tables. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { Part, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case, ParametersOf } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { bytesField, field, numberField } from '../../fields.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { TableRow } from '../../spec-tables.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { abroad, candidatesAbroad } from './abroad.ts';
import type { Route, Situation } from './steps.ts';
import {
  addressTexts,
  asSet,
  checkRoute,
  checkSame,
  DC,
  DC_BOTH_FAMILIES,
  inside,
  registrationIn,
  routeOf,
  SITUATIONS,
  situate,
} from './steps.ts';

const WISHES = ['MN is relay-only', 'CN is relay-only', 'want 1', 'reason 2'] as const;

interface PairOf {
  readonly mn: Situation;
  readonly cn: Situation;
}

const PAIRS: ParametersOf<PairOf> = { values: { mn: SITUATIONS, cn: SITUATIONS } };
const situation = fc.constantFrom(...SITUATIONS);
const anyPair = fc.record({ mn: situation, cn: situation });

/** One pair of each kind that the rules tell apart; the others are drawn. */
const KINDS: readonly PairOf[] = [
  { mn: 'G4', cn: 'G4' },
  { mn: 'G4', cn: 'PR' },
  { mn: 'SY', cn: 'G4' },
  { mn: 'FC', cn: 'CS' },
  { mn: 'G4', cn: 'V6' },
  { mn: 'V6', cn: 'RC' },
  { mn: 'V6', cn: 'V6' },
  { mn: 'DS', cn: 'V64' },
  { mn: 'V64', cn: 'G4' },
  { mn: 'G4', cn: 'V64' },
  { mn: 'V64', cn: 'CE' },
  { mn: 'DS', cn: 'DS' },
  { mn: 'G4', cn: 'DS' },
  { mn: 'DS', cn: 'V6' },
];

const PARTS: Readonly<Record<string, number>> = {
  initiate: Part.initiate,
  await: Part.await,
  both: Part.both,
};

/** The row of the table for a pair. */
function expectedOf(world: World, { mn, cn }: PairOf): TableRow {
  const row = world.table('routes').find((candidate) => candidate.MN === mn && candidate.CN === cn);
  if (row === undefined) throw new Error(`the spec has no row for ${mn} and ${cn}`);
  return row;
}

/** The clause that a rule of the table stands for. */
function requirementOf(world: World, rule: string | undefined): string {
  const row = world.table('route-rules').find((candidate) => candidate.rule === rule);
  return `${row?.clause ?? 'DC-10'}: ${row?.condition ?? ''}`;
}

/** Judges one end's direction by a row of the table. */
function checkEnd(
  world: World,
  row: TableRow,
  route: Route,
  part: string | undefined,
  candidates: string,
  who: string,
): void {
  const requirement = requirementOf(world, row.rule);
  checkSame(world, `part of ${who}`, PARTS[part ?? ''], route.part, requirement);
  const kind = row.relay === '-' ? undefined : RelayKind.s;
  checkSame(world, `relay of ${who}`, kind, route.relay?.kind, requirement);
  const wanted = row.candidates === '-' ? '' : candidates;
  checkSame(world, `candidates of ${who}`, wanted, asSet(route.candidates), `DC-35, ${requirement}`);
}

/** The endpoints of a node of the DC that the other end of a direct path is given. [DC-35] */
function candidatesOf(world: World, node: RegisteringNode, its: Situation, row: TableRow): string {
  const version = row.candidates === '6' ? 6 : 4;
  const { families } = registrationIn(world, its, 0);
  if (!families.includes(version)) return '';
  const socket = node.at(version);
  return socket === undefined ? '' : formatEndpoint(socket.local);
}

export const DC_ROUTE_CASES: readonly Case[] = [
  propertyCase({
    ...DC_BOTH_FAMILIES,
    id: 'dc.route.pairs',
    title: 'For two nodes of one DC the route is that of the pair table, for both ends.',
    clauses: ['DC-10', 'DC-11', 'DC-12', 'DC-13', 'DC-14', 'DC-28', 'DC-35', 'FED-10', 'DC-21'],
    catches:
      'A rule that is missing or in the wrong place; the wrong end that initiates; private candidates.',
    arbitrary: anyPair,
    boundaries: KINDS,
    parameters: PAIRS,
    async script(world, pair) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await dc.relay().register();
      await situate(world, mn, pair.mn, 0);
      await situate(world, cn, pair.cn, 1);
      const row = expectedOf(world, pair);
      const own = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }), requirementOf(world, row.rule));
      const [direction] = cn.directions;
      if (direction === undefined) return world.stage.violated('a Route Direction at CN', 'none');
      checkEnd(world, row, own, row['MN part'], candidatesOf(world, cn, pair.cn, row), 'MN');
      const other = routeOf(direction);
      checkEnd(world, row, other, row['CN part'], candidatesOf(world, mn, pair.mn, row), 'CN');
    },
  }),
  propertyCase({
    ...DC_BOTH_FAMILIES,
    id: 'dc.route.pairs-abroad',
    title: 'For a node of another DC the route is decided by what that DC tells, as the pair table has it.',
    clauses: ['DC-10', 'DC-11', 'DC-12', 'DC-13', 'DC-14', 'DC-28', 'FED-02', 'FED-06', 'FED-11'],
    catches: 'A decision by what the DC sees itself of the other DC; NATed families that are not believed.',
    arbitrary: anyPair,
    boundaries: KINDS,
    parameters: PAIRS,
    async script(world, pair) {
      const dc = await world.dc();
      const [mn, other] = [dc.node(0), dc.other()];
      await dc.relay().register();
      await other.attach();
      await situate(world, mn, pair.mn, 0);
      // Nobody may know it from a row before. [FED-09]
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(fqdn, abroad(world, pair.cn));
      const row = expectedOf(world, pair);
      const own = checkRoute(world, await mn.ask({ peerFqdn: fqdn }), requirementOf(world, row.rule));
      const version = row.candidates === '6' ? 6 : 4;
      const isThere = registrationIn(world, pair.cn, 0).families.includes(version);
      checkEnd(world, row, own, row['MN part'], isThere ? candidatesAbroad(version) : '', 'MN');
      const [direction] = other.directions;
      if (direction === undefined) return world.stage.violated('a Route Direction at the other DC', 'none');
      checkSame(world, 'for-fqdn', fqdn, field(direction.body, 'forFqdn'), 'FED-06');
      const end = routeOf(direction);
      checkEnd(world, row, end, row['CN part'], candidatesOf(world, mn, pair.mn, row), 'CN');
      checkSame(world, 'Node Information Requests', 1, other.questions.length, 'FED-02');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.route.relay-wanted',
    title:
      'Where an end wants no direct route, or none could be had, the path goes by a relay without candidates.',
    clauses: ['DC-27'],
    catches:
      'A node that wants not to be seen by its peers is told to them; the same direct route that just failed.',
    arbitrary: fc.constantFrom(...WISHES),
    boundaries: WISHES,
    async script(world, wish) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await dc.relay().register();
      await situate(world, mn, 'G4', 0, wish === 'MN is relay-only' ? { features: [2] } : {});
      await situate(world, cn, 'G4', 0, wish === 'CN is relay-only' ? { features: [1000, 2] } : {});
      const replaces = world.fresh(16);
      const fields = {
        'MN is relay-only': {},
        'CN is relay-only': {},
        'want 1': { want: RelayKind.s },
        'reason 2': { replaces, reason: 2 },
      }[wish];
      const own = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn, ...fields }));
      const [direction] = cn.directions;
      if (direction === undefined) return world.stage.violated('a Route Direction at CN', 'none');
      for (const [route, part] of [
        [own, Part.initiate],
        [routeOf(direction), Part.await],
      ] as const) {
        checkSame(world, 'kind of the relay', RelayKind.s, route.relay?.kind);
        checkSame(world, 'candidates', '', asSet(route.candidates));
        checkSame(world, 'part', part, route.part);
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.route.same-address',
    title:
      'Two nodes behind one NAT get each other’s local endpoints, then the observed ones, and a relay too.',
    clauses: ['DC-15', 'DC-35'],
    level: 'SHOULD',
    catches: 'Two neighbours that talk by a relay far away; the outside of the NAT tried before the inside.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await dc.relay().register();
      for (const [node, lan] of [
        [mn, 1],
        [cn, 2],
      ] as const) {
        await node.deregister();
        await node.register({ locals: [inside(lan)] });
      }
      const own = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
      const [direction] = cn.directions;
      if (direction === undefined) return world.stage.violated('a Route Direction at CN', 'none');
      for (const [route, peer, lan, part] of [
        [own, cn, 2, Part.initiate],
        [routeOf(direction), mn, 1, Part.await],
      ] as const) {
        const wanted = [inside(lan), peer.peer.local].map(formatEndpoint).join(' ');
        checkSame(
          world,
          'candidates',
          wanted,
          route.candidates.join(' '),
          'DC-35: the local ones before the observed one.',
        );
        checkSame(world, 'kind of the relay', RelayKind.s, route.relay?.kind, 'DC-15');
        checkSame(world, 'part', part, route.part, 'DC-15');
      }
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.route.suite',
    title: 'The suite is the highest that both ends have, 1 counted as there, and both are told the same.',
    clauses: ['DC-33'],
    catches: 'The first of the list, or of one end only; a suite that an end does not have.',
    arbitrary: fc.record({
      mn: fc.shuffledSubarray([1, 2, 3, 7], { minLength: 1 }),
      cn: fc.shuffledSubarray([1, 2, 3, 7], { minLength: 1 }),
    }),
    boundaries: [
      { mn: [1], cn: [1] },
      { mn: [1, 2], cn: [2, 1] },
      { mn: [2, 1], cn: [1] },
      { mn: [2], cn: [3] },
      { mn: [2, 3], cn: [3, 2] },
    ],
    async script(world, suites) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register({ suites: suites.mn });
      await cn.register({ suites: suites.cn });
      const common = suites.mn.filter((suite) => suites.cn.includes(suite));
      const expected = Math.max(1, ...common);
      const own = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
      checkSame(world, 'suite at MN', expected, own.suite);
      checkSame(world, 'suite at CN', expected, numberField(cn.directions[0]?.body, 'suite'));
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.route.both-ends',
    title: 'Both ends are told the same of the path, and each what the other is.',
    clauses: ['DC-21', 'DC-33', 'GEN-47', 'GEN-33'],
    catches: 'Two paths; the wrong peer; a status in what is a request, or none in what is an answer.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register();
      await cn.register();
      const answer = await mn.ask({ peerFqdn: cn.fqdn });
      const own = checkRoute(world, answer);
      const [direction] = cn.directions;
      if (direction === undefined) return world.stage.violated('a Route Direction at CN', 'none');
      const other = routeOf(direction);
      for (const name of ['pathId', 'pathSecret', 'suite', 'lifetime', 'replaces'] as const)
        checkSame(world, `${name} at CN`, own[name], other[name]);
      checkSame(world, 'lifetime', 300, own.lifetime, 'DC-33');
      for (const [route, peer] of [
        [own, cn],
        [other, mn],
      ] as const) {
        checkSame(world, 'Node ID of the peer', toHex(peer.nodeId), route.peer?.nodeId);
        checkSame(world, 'instance of the peer', toHex(peer.instance), route.peer?.instance);
        checkSame(world, 'name of the peer', peer.fqdn, route.peer?.fqdn);
        const virtual = asSet(addressTexts(peer.virtual));
        checkSame(world, 'virtual addresses of the peer', virtual, asSet(route.peer?.virtual ?? []));
      }
      const transactions = [answer, direction].map((mail) =>
        toHex(bytesField(mail?.body, 'transaction') ?? new Uint8Array()),
      );
      world.check(
        transactions[0] !== transactions[1],
        'a transaction of its own for CN',
        'that of MN',
        'GEN-33',
      );
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.route.fresh',
    title: 'Each path has an ID and a secret of its own.',
    clauses: ['DC-20', 'DC-23'],
    catches: 'One secret for two nodes whenever they talk; IDs that count up.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register();
      await cn.register();
      const seen = new Set<string>();
      const COUNT = 6;
      for (let i = 0; i < COUNT; i++) {
        const [from, to] = i % 2 === 0 ? [mn, cn] : [cn, mn];
        const { pathId, pathSecret } = checkRoute(world, await from.ask({ peerFqdn: to.fqdn }));
        // What two have in common is no accident: the first half of an ID, or of a secret.
        for (const part of [
          pathId.slice(0, 16),
          pathId.slice(16),
          pathSecret.slice(0, 32),
          pathSecret.slice(32),
        ])
          seen.add(part);
      }
      checkSame(world, 'halves of IDs and secrets that differ', 4 * COUNT, seen.size);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.route.unasked',
    title: 'A DC directs nobody because a node has moved or began anew.',
    clauses: ['DC-24'],
    level: 'SHOULD',
    catches: 'Directions that cross with what the nodes find out themselves.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      await mn.register();
      await cn.register();
      checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
      const before = cn.directions.length;
      await mn.register({ places: [{ socket: 1 }] });
      await cn.attach({ socket: 1 });
      await cn.deregister();
      await cn.register();
      world.status(await mn.peer.probe(mn.association), Status.ok);
      world.status(await cn.peer.probe(cn.association), Status.ok);
      checkSame(world, 'Route Directions at MN', 0, mn.directions.length);
      checkSame(world, 'Route Directions at CN since', before, cn.directions.length);
    },
  }),
];
