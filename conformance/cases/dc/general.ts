/** Sections 8.3 and 8.4: what a DC directs for a path to a general peer, to the relay and to the node. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { family, formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { isIn, parsePrefix } from '../../../reference/locator.ts';
import { MessageType, Part, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { field, numberField } from '../../fields.ts';
import { POOLS } from '../../target/dc-under-test.ts';
import { virtualOf } from './addresses.ts';
import type { GeneralRoute } from './general-steps.ts';
import {
  entryOf,
  generalRoute,
  offer,
  PEER4,
  PEER6,
  RELAY_END_LIFETIME,
  toldOf,
  wantingGeneral,
  wish,
} from './general-steps.ts';
import { addressTexts, checkSame, DC, DC_CONFIGURED, hexField, situate } from './steps.ts';

interface Asked {
  readonly kind: number;
  readonly peer: string | undefined;
  /** What the node and the relay have, and the highest of both. [DC-33] */
  readonly suites: {
    readonly node: readonly number[];
    readonly relay: readonly number[];
    readonly common: number;
  };
}

/** Whom a direction of a type tells of a path to a general peer. */
const DIRECTED: ReadonlyMap<number | undefined, string> = new Map([
  [MessageType.relayDirection, 'relay'],
  [MessageType.routeDirection, 'MN'],
]);
const SUITES: readonly Asked['suites'][] = [
  { node: [1], relay: [1], common: 1 },
  { node: [1, 2], relay: [2, 1], common: 2 },
  { node: [2, 1], relay: [1], common: 1 },
  { node: [1, 2, 40], relay: [1, 40], common: 40 },
];
const KINDS_AND_PEERS = [
  { kind: RelayKind.n, peer: PEER4 },
  { kind: RelayKind.n, peer: PEER6 },
  { kind: RelayKind.t, peer: PEER4 },
  { kind: RelayKind.t, peer: PEER6 },
  { kind: RelayKind.t, peer: undefined },
] as const;
const ASKED: readonly Asked[] = KINDS_AND_PEERS.flatMap((one) =>
  SUITES.map((suites) => ({ ...one, suites })),
);

/** What both ends have to be told, as far as the case knows it beforehand. */
function expectedEntry(
  route: GeneralRoute,
  { kind, peer, suites }: Asked,
  node: { readonly id: string; readonly virtual: string },
) {
  return [
    `path: ${route.pathId}`,
    `secret: ${route.pathSecret}`,
    `kind: ${kind}`,
    `suite: ${suites.common}`,
    `lifetime: ${RELAY_END_LIFETIME}`,
    `node: ${node.id}`,
    `virtual: ${node.virtual}`,
    `peer: ${peer ?? '-'}`,
    `stands for it: ${route.standsFor === '' ? '-' : route.standsFor}`,
    'replaces: -',
    'legs: none',
  ].join(', ');
}

export const DC_GENERAL_CASES: readonly Case[] = [
  propertyCase<Asked>({
    ...DC,
    id: 'dc.general.directed',
    title:
      'Relay and node are told of one path: each as it has to be told, with nothing missing and nothing more.',
    clauses: ['DC-16', 'DC-17', 'DC-22', 'DC-23', 'DC-33', 'DC-10'],
    catches:
      'A relay that does not know the secret, the node or the peer; a node that waits to be called; legs, or a peer map.',
    arbitrary: fc.constantFrom(...ASKED),
    boundaries: KINDS_AND_PEERS.map((one, index) => ({
      ...one,
      suites: SUITES[index % SUITES.length] ?? { node: [1], relay: [1], common: 1 },
    })),
    async script(world, asked) {
      const { kind, peer, suites } = asked;
      const { mn, relay } = await wantingGeneral(world);
      await offer(relay, { suites: [...suites.relay] });
      await situate(world, mn, 'G4', 0, { suites: suites.node });
      const route = generalRoute(world, await mn.ask(wish(kind, peer)));
      const direction = toldOf(relay, route);
      const node = { id: toHex(mn.nodeId), virtual: listed(mn.virtual) };
      checkSame(world, 'Relay Direction', expectedEntry(route, asked, node), entryOf(direction), 'DC-22');
      const { body } = route.mail;
      checkSame(world, 'part', Part.initiate, route.part, 'DC-10');
      checkSame(world, 'suite', suites.common, route.suite, 'DC-33');
      checkSame(world, 'lifetime', RELAY_END_LIFETIME, route.lifetime, 'DC-33');
      checkSame(world, 'kind of the relay', kind, route.relay?.kind);
      checkSame(world, 'Node ID of the relay', toHex(relay.nodeId), route.relay?.nodeId, 'DC-22');
      checkSame(
        world,
        'endpoints of the relay',
        relay.endpoints.map(formatEndpoint).join(' '),
        route.relay?.endpoints.join(' '),
      );
      checkSame(world, 'leg', '', route.relay?.legId, 'DC-22: no leg.');
      checkSame(world, 'general peer', peer ?? '', route.peerAddress, 'DC-22');
      for (const name of ['peer', 'candidates', 'forFqdn', 'replaces'] as const)
        checkSame(world, name, undefined, field(body, name), 'DC-22');
      checkSame(
        world,
        'an address that stands for the peer',
        kind === RelayKind.n,
        route.standsFor !== '',
        'DC-22',
      );
      const lent = kind === RelayKind.t ? lentBy(relay.pool, peer) : '';
      checkSame(world, 'lent address', lent, route.lent, 'DC-17: the lent address that the RS-T allocated.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.general.order',
    title: 'The node is directed only when the relay has answered.',
    clauses: ['DC-18', 'DC-21', 'GEN-11'],
    catches: 'A node that opens the path at a relay which does not know it yet.',
    waits: 2000,
    async script(world) {
      const { mn, relay } = await wantingGeneral(world);
      for (const kind of [RelayKind.n, RelayKind.t]) {
        relay.deafTo = 1;
        const seen: { readonly who: string; readonly pathId: string }[] = [];
        const stop = world.stage.transcript.onReceived(({ type, body }) => {
          const who = DIRECTED.get(type);
          if (who !== undefined) seen.push({ who, pathId: hexField(body, 'pathId') });
        });
        const { pathId } = generalRoute(world, await mn.ask(wish(kind, PEER4)));
        stop();
        // A repeated request that met its answer on the way is answered again, amid the next path.
        const ofIt = seen.filter((direction) => direction.pathId === pathId).map(({ who }) => who);
        if (!world.impaired) checkSame(world, 'directions', 'relay relay MN', ofIt.join(' '), 'DC-18');
      }
    },
  }),
  propertyCase<{ readonly pools: readonly string[]; readonly peer: string }>({
    ...DC_CONFIGURED,
    id: 'dc.general.family',
    title: 'What stands for the peer is of the peer’s family where the node has that one, else of the other.',
    clauses: ['DC-22'],
    catches: 'An application that asks for IPv4 and is given IPv6; no path where the node lacks the family.',
    arbitrary: fc.constantFrom(...families()),
    boundaries: families(),
    async script(world, { pools, peer }) {
      const { mn } = await wantingGeneral(world, { pools });
      // DC-02: it may have given the node one family only, of those that it has.
      const families = addressTexts(mn.virtual).map((ip) => family(ip as Ip));
      const own = family(peer as Ip);
      const wanted = families.includes(own) ? own : families[0];
      const { standsFor } = generalRoute(world, await mn.ask(wish(RelayKind.n, peer)));
      checkSame(world, 'family', wanted, family(standsFor as Ip), 'DC-22');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.general.address',
    title: 'One real address has one virtual address, whoever asks; no other peer and no node has that one.',
    clauses: ['DC-36', 'DC-22', 'DC-01'],
    catches: 'An address for each path; one address for two peers; one that some node has.',
    async script(world) {
      const { dc, mn } = await wantingGeneral(world);
      const second = dc.node(1);
      await situate(world, second, 'G4');
      const ask = async (node: typeof mn, peer: string) =>
        generalRoute(world, await node.ask(wish(RelayKind.n, peer))).standsFor;
      const first = await ask(mn, PEER4);
      checkSame(world, 'what stands for it again', first, await ask(mn, PEER4), 'DC-36');
      checkSame(world, 'what stands for it at another node', first, await ask(second, PEER4), 'DC-36');
      const all = [
        first,
        await ask(second, PEER6),
        await ask(mn, '198.51.100.8'),
        await ask(second, '198.51.100.9'),
      ];
      await dc.node(2).register();
      for (const node of [mn, second, dc.node(2)]) all.push(...virtualOf(node).split(' '));
      world.check(new Set(all).size === all.length, 'an address for each', all.join(', '), 'DC-36, DC-01');
      const prefixes = POOLS.flatMap((text) => parsePrefix(text) ?? []);
      const strange = all.filter((ip) => !prefixes.some((prefix) => isIn(ip as Ip, prefix)));
      checkSame(
        world,
        'addresses that are not of the pool',
        '',
        strange.join(' '),
        'DC-36: from the DC’s pool.',
      );
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.kept',
    title: 'What stands for a peer outlives the path and a restart; nobody is given it meanwhile.',
    clauses: ['DC-36', 'DC-25'],
    catches: 'An address that is free as soon as a node leaves; promises in memory only.',
    async script(world) {
      const { dc, mn, relay } = await wantingGeneral(world);
      const ask = async (peer: string) =>
        generalRoute(world, await mn.ask(wish(RelayKind.n, peer))).standsFor;
      const [four, six] = [await ask(PEER4), await ask(PEER6)];
      // Its Relay Directions are live no more.
      await mn.deregister();
      await dc.node(1).register();
      await situate(world, mn, 'G4');
      const other = await ask('198.51.100.8');
      world.check(other !== four, 'another address for another peer', other, 'DC-36: for 7440 s more.');
      await dc.restart({ hard: true });
      await dc.node(2).register();
      await offer(relay);
      await situate(world, mn, 'G4');
      const later = await ask('198.51.100.9');
      const again = [await ask(PEER4), await ask(PEER6), await ask('198.51.100.8')];
      checkSame(world, 'after a restart', [four, six, other].join(' '), again.join(' '), 'DC-25');
      const all = [
        ...again,
        later,
        ...[mn, dc.node(1), dc.node(2)].flatMap((node) => virtualOf(node).split(' ')),
      ];
      world.check(new Set(all).size === all.length, 'an address for each', all.join(', '), 'DC-36, DC-25');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.general.pool-empty',
    title:
      'When no virtual address is left the answer is pool-empty; what was given goes on, and a relay hears nothing.',
    clauses: ['DC-32', 'DC-36', 'DC-02'],
    catches: 'An address that stands for two peers, or is taken from a node.',
    async script(world) {
      const { dc, mn, relay } = await wantingGeneral(world, { pools: ['198.18.7.0/29'] });
      const given = new Map<string, string>();
      const peers = Array.from({ length: 9 }, (_, index) => `198.51.100.${20 + index}`);
      let refused = 0;
      for (const peer of peers) {
        const before = relay.directions.length;
        const answer = await mn.ask(wish(RelayKind.n, peer));
        if (numberField(answer?.body, 'status') === Status.poolEmpty) {
          refused++;
          checkSame(world, 'Relay Directions', before, relay.directions.length);
        } else given.set(peer, generalRoute(world, answer).standsFor);
      }
      world.check(refused > 0, 'pool-empty for some', 'addresses for all', 'DC-32');
      const all = [...given.values(), virtualOf(mn)];
      world.check(new Set(all).size === all.length, 'an address for each', all.join(', '), 'DC-36');
      for (const [peer, ip] of given) {
        const again = generalRoute(world, await mn.ask(wish(RelayKind.n, peer)));
        checkSame(world, `what stands for ${peer}`, ip, again.standsFor, 'DC-36');
      }
      // A node that comes now may have none of them.
      const [answer] = await dc.node(1).request();
      world.status(answer, Status.poolEmpty, 'DC-36: not used for anything else.');
    },
  }),
];

function families() {
  return [
    { pools: ['198.18.0.0/24'], peer: PEER6 },
    { pools: ['fd00:1::/64'], peer: PEER4 },
    { pools: POOLS, peer: PEER4 },
    { pools: POOLS, peer: PEER6 },
  ];
}

/** What the played RS-T lends for a path to a peer. */
function lentBy(pool: readonly Uint8Array[], peer: string | undefined): string {
  const fits = pool.find(({ length }) => peer === undefined || (length === 16) === peer.includes(':'));
  return fits === undefined ? '' : listed([fits]);
}

function listed(addresses: readonly Uint8Array[]): string {
  return addressTexts(addresses).join(' ');
}
