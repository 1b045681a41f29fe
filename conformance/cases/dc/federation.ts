/** Section 8.2: what a DC tells another one, and passes on for it. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../../reference/wire/cbor-diagnostic.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body, field, isBody, listField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import { PlayedChannel } from '../../played/channel.ts';
import type { Manner } from '../../played/party.ts';
import { OTHERS, OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { abroad } from './abroad.ts';
import type { Neighbours } from './neighbours.ts';
import { direction, mnAbroad, neighbours } from './neighbours.ts';
import {
  checkRoute,
  checkSame,
  DC,
  DC_BOTH_FAMILIES,
  DC_CONFIGURED,
  endpointsOf,
  registrationIn,
  SITUATIONS,
  situate,
} from './steps.ts';

/** Keys of the registry; others are between two ends alone, and padding too. [FED-06] */
const MOST_KEY = 44;
const PADDING = 2;

/** What a body says, but for some of its keys, as text. */
function without(content: Body | undefined, keys: readonly number[]): string {
  const said = (value: CborValue): CborValue => {
    if (Array.isArray(value)) return value.map(said);
    if (!isBody(value)) return value;
    const listed = [...value].filter(([key]) => Number(key) <= MOST_KEY && key !== PADDING);
    const sorted = listed.sort(([a], [b]) => Number(a) - Number(b));
    return new Map(sorted.map(([key, inner]) => [key, said(inner)]));
  };
  const rest = [...(content ?? [])].filter(([key]) => !keys.includes(Number(key)));
  return toDiagnostic(said(new Map(rest)));
}

const NOTHING = new Uint8Array(0);
const TRANSACTION = 0;
const FOR_FQDN = 32;

interface Wrong {
  readonly status: number;
  readonly fields: (world: World, parts: Neighbours) => Promise<Fields> | Fields;
}

/** What DC_CN checks, in its order; each row is right in what comes before. [FED-12] */
const WRONG: Readonly<Record<string, Wrong>> = {
  'no for-fqdn, and a foreign peer': {
    status: Status.malformed,
    fields: (world) => ({ forFqdn: undefined, peer: mnAbroad(world, { fqdn: `mn.${OWN_ZONE}` }) }),
  },
  'a peer of the target’s zone': {
    status: Status.refused,
    fields: (world) => ({ peer: mnAbroad(world, { fqdn: `mn.${OWN_ZONE}` }) }),
  },
  'a peer of a third zone': {
    status: Status.refused,
    fields: (world) => ({ peer: mnAbroad(world, { fqdn: `mn.${OTHERS[1].zone}` }) }),
  },
  'a virtual address outside the prefixes': {
    status: Status.refused,
    fields: (world) => ({ peer: mnAbroad(world, { virtualAddresses: [Uint8Array.of(198, 18, 0, 1)] }) }),
  },
  'a foreign peer, for nobody': {
    status: Status.refused,
    fields: (world) => ({ peer: mnAbroad(world, { fqdn: 'mn.example' }), forFqdn: `nobody.${OWN_ZONE}` }),
  },
  'for nobody': { status: Status.unknownName, fields: () => ({ forFqdn: `nobody.${OWN_ZONE}` }) },
  'for a node of another zone': {
    status: Status.unknownName,
    fields: () => ({ forFqdn: `cn.${OTHERS[1].zone}` }),
  },
  'for a node that has left': {
    status: Status.notRegistered,
    async fields(_, { dc }) {
      await dc.node(1).register();
      await dc.node(1).deregister();
      return { forFqdn: dc.node(1).fqdn };
    },
  },
};

/** What CN acknowledges, and what DC_CN. */
const PASSED: readonly (readonly [Manner, number])[] = [
  [Status.ok, Status.ok],
  [Status.refused, Status.refused],
  [Status.busy, Status.busy],
  [Status.unsupported, Status.unsupported],
  ['silent', Status.noRoute],
];

export const DC_FEDERATION_CASES: readonly Case[] = [
  propertyCase({
    ...DC_BOTH_FAMILIES,
    id: 'dc.federation.information',
    title: 'Another DC is told where a node is, and in which families it is NATed.',
    clauses: ['FED-03', 'DC-28', 'DC-04'],
    catches: 'A node that its own DC takes for global and others for NATed, or the other way round.',
    arbitrary: fc.constantFrom(...SITUATIONS),
    boundaries: ['G4', 'PR', 'V6', 'V64', 'DS'],
    async script(world, situation) {
      const { other, cn } = await neighbours(world);
      await situate(world, cn, situation, 1);
      const { body: told } = world.status(await other.information(cn.fqdn), Status.ok);
      const { families, isGlobal, features } = registrationIn(world, situation, 1);
      const isNat64 = features?.includes(1) ?? false;
      const natted = isNat64 || (families.includes(4) && !isGlobal) ? '4' : '';
      checkSame(world, 'NATed families', natted, listField(told, 'nattedFamilies').join());
      const seen = families
        .flatMap((version) => cn.at(version) ?? [])
        .map(({ local }) => formatEndpoint(local));
      const told4 = endpointsOf(told, 'observedEndpoints').sort().join();
      checkSame(world, 'observed endpoints', seen.sort().join(), told4);
      checkSame(world, 'features', (features ?? []).join(), listField(told, 'features').join());
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.relay-only',
    title: 'Of a node that wants relays only other DCs are not told where it is.',
    clauses: ['FED-14'],
    level: 'SHOULD',
    catches: 'Real addresses of a node that asked not to be found, in the hands of another operator.',
    async script(world) {
      const { other, cn } = await neighbours(world);
      await cn.register({ features: [2] });
      const { body: told } = world.status(await other.information(cn.fqdn), Status.ok);
      checkSame(world, 'local endpoints', '', endpointsOf(told, 'localEndpoints').join());
      checkSame(world, 'observed endpoints', '', endpointsOf(told, 'observedEndpoints').join());
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.unknown',
    title:
      'Of names that nobody has, or that are of other zones, another DC learns nothing, and no third one is asked.',
    clauses: ['FED-03', 'FED-05'],
    catches: 'A DC that can be used to ask others; one that says not-registered of names that it never had.',
    async script(world) {
      const { other } = await neighbours(world);
      const names = [
        `nobody.${OWN_ZONE}`,
        OWN_ZONE,
        `cn.${OTHERS[1].zone}`,
        `cn.${OTHERS[0].zone}`,
        'www.example',
      ];
      for (const name of names) world.status(await other.information(name), Status.unknownName);
      checkSame(world, 'questions of the DC', 0, other.questions.length, 'FED-05: it never asks a third DC.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.passed-on',
    title:
      'A Route Direction of another DC comes to CN with the same content less for-fqdn, and is acknowledged after CN did.',
    clauses: ['FED-06', 'FED-13', 'GEN-33', 'GEN-47'],
    catches:
      'A field that is lost on the way, a transaction that is shared; DC_MN told before CN has agreed.',
    async script(world) {
      const { other, cn } = await neighbours(world);
      const endpoints = [Uint8Array.of(127, 0, 0, 8, 18, 18)];
      const leg = body({ legId: world.fresh(16), legSecret: world.fresh(32) });
      const relay = body({ kind: RelayKind.s, nodeId: world.fresh(16), endpoints, leg });
      const content = direction(world, cn.fqdn, { relay, replaces: world.fresh(16), suite: 2 });
      cn.deafTo = 1;
      const order: string[] = [];
      const stop = world.stage.transcript.onReceived(({ type }) => {
        if (type === MessageType.routeDirection) order.push('CN');
        if (type === MessageType.acknowledgement) order.push('DC_MN');
      });
      const answer = world.status(await other.direct(content), Status.ok);
      stop();
      checkSame(world, 'type of the answer', MessageType.acknowledgement, answer.type);
      const [passed] = cn.directions;
      checkSame(
        world,
        'the body',
        without(content, [TRANSACTION, FOR_FQDN]),
        without(passed?.body, [TRANSACTION]),
        'FED-06',
      );
      const isOwn =
        toDiagnostic(field(passed?.body, 'transaction') ?? null) !==
        toDiagnostic(field(content, 'transaction') ?? null);
      world.check(isOwn, 'a transaction of its own', 'that of DC_MN', 'GEN-33');
      if (!world.impaired)
        checkSame(world, 'order', 'CN CN DC_MN', order.join(' '), 'FED-13: only after CN acknowledged.');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.federation.checked',
    title:
      'A Route Direction of another DC that it may not give is answered by an error, and CN hears nothing of it.',
    clauses: ['FED-12', 'DC-26', 'FED-05', 'ERR-05'],
    catches: 'A DC that introduces nodes of others, or hands any address to CN; checks in another order.',
    arbitrary: fc.constantFrom(...Object.keys(WRONG)),
    boundaries: Object.keys(WRONG),
    async script(world, what) {
      const parts = await neighbours(world);
      const wrong = WRONG[what];
      if (wrong === undefined) return;
      const fields = await wrong.fields(world, parts);
      world.status(await parts.other.direct(direction(world, parts.cn.fqdn, fields)), wrong.status);
      for (const node of parts.dc.nodes)
        checkSame(world, `Route Directions at ${node.name}`, 0, node.directions.length);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.path-id',
    title: 'A Path ID that was directed before is taken with the same body only.',
    clauses: ['FED-12', 'GEN-10'],
    catches: 'A path that is changed under the hands of its ends, or one that cannot be repeated.',
    async script(world) {
      const { other, cn } = await neighbours(world);
      const first = direction(world, cn.fqdn);
      world.status(await other.direct(first), Status.ok);
      const again = new Map([...first, ...body({ transaction: world.fresh(8) })]);
      world.status(await other.direct(again), Status.ok, 'FED-12: or the body the same as before.');
      const before = cn.directions.length;
      const changed = new Map([
        ...first,
        ...body({ transaction: world.fresh(8), pathSecret: world.fresh(32) }),
      ]);
      world.status(await other.direct(changed), Status.refused);
      checkSame(world, 'Route Directions at CN since', before, cn.directions.length);
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.federation.acknowledged',
    title: 'The other DC is told what CN acknowledged, and no-route when CN did not.',
    clauses: ['FED-13', 'GEN-11'],
    catches: 'A status of the DC’s own in place of CN’s; silence until the other DC gives up.',
    arbitrary: fc.constantFrom(...PASSED.slice(0, -1)),
    boundaries: PASSED,
    async script(world, [manner, status]) {
      const { other, cn } = await neighbours(world);
      cn.acknowledges = manner;
      world.status(await other.direct(direction(world, cn.fqdn)), status);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.federation.access',
    title:
      'A DC on the access list gets no Node Information, and given names are not directed to given nodes.',
    clauses: ['FED-07'],
    catches: 'Lists that nobody looks at.',
    async script(world) {
      const [one, two] = [`node1.${OWN_ZONE}`, `node2.${OWN_ZONE}`];
      const access = {
        nodeInformation: ['other DC'],
        directions: [{ from: `*.${OTHERS[0].zone}`, to: one }],
      };
      const dc = await world.dc({ access });
      const other = dc.other();
      await other.attach();
      for (const node of dc.nodes) await node.register();
      world.status(await other.information(one), Status.refused);
      world.status(await other.direct(direction(world, one)), Status.refused);
      checkSame(
        world,
        'Route Directions at CN',
        0,
        dc.node(0).directions.length,
        'FED-07: CN hears nothing of it.',
      );
      world.status(await other.direct(direction(world, two)), Status.ok);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.federation.stranger',
    title: 'To a DC that it has no association with a DC is silent.',
    clauses: ['FED-04', 'GEN-20'],
    catches: 'A DC that talks to whoever knows how.',
    async script(world) {
      const { other } = await neighbours(world);
      const { own, peer } = other.association;
      const stranger = new PlayedChannel({
        kind: 'association',
        id: world.fresh(16),
        secret: world.fresh(32),
        own: { nodeId: world.fresh(16), role: own.role },
        peer,
      });
      const { message1 } = stranger.message1(world.stage.fresh);
      await world.silence({
        bad: () =>
          other.peer.send(message1, undefined, {
            intent: silentFault('no such association', 'context'),
            content: NOTHING,
          }),
        fence: () => other.peer.probe(other.association),
      });
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.federation.age',
    title:
      'Node Information that is older than it may be, or from before a wish to replace, decides nothing.',
    clauses: ['FED-09', 'FED-02'],
    catches: 'A route for where CN was, when MN asks because CN is not there any more.',
    waits: 1500,
    async script(world) {
      const dc = await world.dc({ timers: { 'node-information': 1 } });
      const [mn, other] = [dc.node(0), dc.other()];
      await other.attach();
      await situate(world, mn, 'G4');
      await dc.relay().register();
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(fqdn, abroad(world, 'G4'));
      const route = checkRoute(world, await mn.ask({ peerFqdn: fqdn }));
      checkSame(world, 'relay', undefined, route.relay?.kind);
      // CN is somewhere else now.
      other.nodes.set(fqdn, abroad(world, 'V6'));
      const replacing = await mn.ask({ peerFqdn: fqdn, replaces: world.fresh(16), reason: 1 });
      const requirement = 'FED-09: nor at all for a Direction Request with replaces that came after it.';
      checkSame(world, 'relay', RelayKind.s, checkRoute(world, replacing).relay?.kind, requirement);
      other.nodes.set(fqdn, abroad(world, 'G4'));
      await world.sleep(1300);
      const later = checkRoute(world, await mn.ask({ peerFqdn: fqdn }));
      checkSame(
        world,
        'relay',
        undefined,
        later.relay?.kind,
        'FED-09: not more than its time after it came.',
      );
    },
  }),
];
