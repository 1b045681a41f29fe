/** Sections 9.2, 9.11 and 9.12: Relay Directions that an RS-N or RS-T must not take. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes, parseIp } from '../../../reference/address.ts';
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body, Fields } from '../../fields.ts';
import { body } from '../../fields.ts';
import { answeredFault } from '../../intent.ts';
import type { EndKind, EndPlan, PlayedEndDc } from '../../played/end-dc.ts';
import { GENERAL_SIDE } from '../../target/end-under-test.ts';
import type { World } from '../../world.ts';
import { Registrations } from '../relays/registrations.ts';
import { checkFlows, directed, endCommon, NAMES, opened } from './steps.ts';

const NO_STATE = 'GEN-23: a request that fails changes no state.';
const LAST_LIFETIME = 86_400;
/** What lacks makes the whole malformed, whatever else is there. */
const NEEDED = ['nodeId', 'pathSecret', 'suite', 'virtualAddresses', 'lifetime'] as const;

/** Never a general peer unless it is configured so. [RSN-08, RST-10] */
const NO_PEERS = [
  '127.0.0.1',
  '169.254.1.1',
  '169.254.169.254',
  '224.0.0.1',
  '0.0.0.0',
  '255.255.255.255',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '::1',
  '::',
  'fe80::1',
  'ff02::1',
  'fd00::1',
  'fd00:ec2::254',
  '64:ff9b::10.1.2.3',
  '64:ff9b::169.254.169.254',
  '64:ff9b::127.0.0.1',
  `64:ff9b::${GENERAL_SIDE[4]}`,
  GENERAL_SIDE[4],
  GENERAL_SIDE[6],
] as const;

/** Of the whole Internet; nothing is ever sent there. */
const PEERS = ['8.8.8.8', '2606:4700::1111'] as const;

function ofKind(plan: EndPlan, kind: number): Fields {
  const legs: CborValue[] = plan.legs.map((leg) => body({ ...leg }));
  return kind === 1 ? { kind, legs, pathSecret: undefined } : { kind };
}

/** The path can be had afterwards: nothing was made of what failed. */
async function checkNoState(world: World, dc: PlayedEndDc, { pathId }: EndPlan): Promise<void> {
  world.status(await dc.direct(dc.relayDirection({ ...dc.plan(), pathId })), Status.ok, NO_STATE);
}

async function checkRefused(
  world: World,
  dc: PlayedEndDc,
  plan: EndPlan,
  content: Body,
  status: number,
): Promise<void> {
  world.status(await dc.direct(content), status);
  await checkNoState(world, dc, plan);
}

/** The same of what fails its schema. */
async function checkMalformed(world: World, dc: PlayedEndDc, plan: EndPlan, fields: Fields): Promise<void> {
  const intent = answeredFault(`wrong: ${Object.keys(fields).join(', ')}`, Status.malformed);
  world.status(await dc.direct(dc.relayDirection(plan, fields), { intent }), Status.malformed);
  await checkNoState(world, dc, plan);
}

/** A path of a family that the peer is of. */
function planTo(dc: PlayedEndDc, peer: string): EndPlan {
  const real = parseIp(peer) as Ip;
  return { ...dc.plan({ families: [4, real.includes(':') ? 6 : 4] }), real };
}

export function refusedCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const unused = endCommon(role, 'unused');
  const configured = endCommon(role, 'configured');
  const own = role === 'rs-n' ? 2 : 3;
  const peers = role === 'rs-n' ? 'RSN-08' : 'RST-10';
  return [
    propertyCase({
      ...unused,
      id: `${role}.direction.kind`,
      title: `A Relay Direction of a kind that an ${name} is not, assigned or not, is unsupported.`,
      clauses: ['RS-17', 'GEN-44'],
      catches: 'malformed or silence to a kind of a later version; a path of a kind that is not offered.',
      note: 'The target offers one kind. The kind is judged before the Path ID, so live paths do not matter.',
      arbitrary: fc.record({
        kind: fc.integer({ min: 0, max: 0xffff_ffff }).filter((kind) => kind !== own),
        live: fc.boolean(),
      }),
      boundaries: [
        { kind: 1, live: false },
        { kind: 5 - own, live: false },
        { kind: 5 - own, live: true },
        { kind: 0, live: false },
        { kind: 4, live: true },
        { kind: 0xffff_ffff, live: false },
      ],
      async script(world, { kind, live }) {
        const { dc } = await world.end();
        const plan = live ? await dc.relay() : dc.plan();
        const fields = { peerVirtualAddress: ipToBytes(plan.standsFor), ...ofKind(plan, kind) };
        world.status(await dc.direct(dc.relayDirection(plan, fields)), Status.unsupported);
        if (live) world.status(await dc.direct(dc.relayDirection(plan)), Status.ok);
        else await checkNoState(world, dc, plan);
      },
    }),
    propertyCase({
      ...unused,
      id: `${role}.direction.needed`,
      title: 'A Relay Direction that lacks what a path needs is malformed.',
      clauses: ['GEN-44', 'GEN-23'],
      catches: 'A path with a part that is made up.',
      arbitrary: fc.constantFrom(...NEEDED),
      boundaries: NEEDED,
      async script(world, key) {
        const { dc } = await world.end();
        const plan = dc.plan();
        await checkMalformed(world, dc, plan, { [key]: undefined });
      },
    }),
    propertyCase({
      ...unused,
      id: `${role}.direction.addresses`,
      title: 'A Relay Direction with two virtual addresses of one family is malformed.',
      clauses: ['GEN-43', 'GEN-44'],
      catches: 'A node with more addresses than a DC gives, of which one is checked.',
      arbitrary: fc.constantFrom(4, 6),
      boundaries: [4, 6],
      async script(world, version) {
        const { dc } = await world.end();
        const plan = dc.plan();
        const two = [...plan.own, ...dc.plan().own].filter((ip) => ip.includes(':') === (version === 6));
        await checkMalformed(world, dc, plan, { virtualAddresses: two.map(ipToBytes) });
      },
    }),
    scriptCase({
      ...configured,
      id: `${role}.registration.unknown-status`,
      title:
        'A registration that is answered by a status that nobody knows is tried again, as after an error.',
      clauses: ['ERR-08', 'RS-18'],
      catches: 'A relay that counts as registered by whatever is not an error that it knows.',
      waits: 1500,
      async script(world) {
        const timers = { 'register-retry-min': 0.5, 'register-retry-max': 1 };
        const { dc } = await world.end({ bare: true, timers, habits: { registrationStatus: 200 } });
        const registrations = new Registrations(world, dc.peer);
        const { at } = await registrations.next('RS-16: as soon as the association has keys.');
        await registrations.nextAfter(at, 500, 'ERR-08, RS-18: tried again as after an error.');
      },
    }),
    propertyCase({
      ...unused,
      id: `${role}.direction.lifetime`,
      title: 'A Relay Direction with lifetime 0 or over 86400 is malformed.',
      clauses: ['RSS-14', 'GEN-41'],
      catches: 'A path that ends at once or never; a lifetime that is cut to 32 bits.',
      arbitrary: fc.oneof(
        fc.integer({ min: LAST_LIFETIME + 1, max: 0xffff_ffff }),
        fc.bigInt({ min: 2n ** 32n, max: 2n ** 64n - 1n }),
      ) as fc.Arbitrary<CborValue>,
      boundaries: [0, LAST_LIFETIME + 1, 0xffff_ffff, 2 ** 32, 2n ** 63n, 2n ** 64n - 1n, -1],
      async script(world, lifetime) {
        const { dc } = await world.end();
        const plan = dc.plan();
        await checkMalformed(world, dc, plan, { lifetime });
      },
    }),
    propertyCase({
      ...unused,
      id: `${role}.direction.suite`,
      title: `A Relay Direction with a suite that the ${name} does not have is unsupported.`,
      clauses: ['KEY-45', 'RS-19'],
      catches: 'A path under another suite than its node has; one that no opening can ever open.',
      arbitrary: fc.integer({ min: 3, max: 0xffff }),
      boundaries: [2, 3, 0, 255, 0xffff],
      async script(world, suite) {
        const { dc } = await world.end({ suites: [1] });
        const plan = dc.plan();
        const content = dc.relayDirection(plan, { suite });
        await checkRefused(world, dc, plan, content, Status.unsupported);
      },
    }),
    propertyCase({
      ...configured,
      id: `${role}.direction.peer`,
      title: `An ${name} refuses general peers that are no hosts of the Internet, and its own addresses.`,
      clauses: [peers],
      catches: "A way through the relay into its own network, to its host, or to a cloud's secrets.",
      arbitrary: fc.constantFrom(...NO_PEERS),
      boundaries: NO_PEERS,
      async script(world, peer) {
        const { dc } = await world.end({ general: { allow: [] } });
        const plan = planTo(dc, peer);
        world.status(await dc.direct(dc.relayDirection(plan)), Status.refused);
        const good = { ...planTo(dc, peer.includes(':') ? PEERS[1] : PEERS[0]), pathId: plan.pathId };
        world.status(await dc.direct(dc.relayDirection(good)), Status.ok, NO_STATE);
      },
    }),
    scriptCase({
      ...configured,
      id: `${role}.direction.peer-allowed`,
      title: 'Private general peers that the configuration allows are taken, and those beside them not.',
      clauses: [peers],
      catches: 'An exception that lets in everything, or nothing.',
      async script(world) {
        const { dc } = await world.end({ general: { allow: ['10.1.0.0/16', 'fd00:1::/32'] } });
        for (const peer of ['10.1.255.1', 'fd00:1::1'])
          world.status(await dc.direct(dc.relayDirection(planTo(dc, peer))), Status.ok, `${peers}.`);
        for (const peer of ['10.2.0.1', 'fd00:2::1'])
          world.status(await dc.direct(dc.relayDirection(planTo(dc, peer))), Status.refused, `${peers}.`);
      },
    }),
    scriptCase({
      ...endCommon(role),
      id: `${role}.direction.id-in-use`,
      title: 'A Relay Direction whose Path ID is the ID of an association is refused.',
      clauses: ['RS-23', 'ERR-05'],
      catches: 'A DC that takes over the association of another by an ID that it saw.',
      async script(world) {
        const on = await opened(world, { end: { dcs: 2 } });
        const { dc, end } = on;
        for (const { association } of end.dcs) {
          const content = dc.relayDirection({ ...dc.plan(), pathId: association.id });
          world.status(await dc.direct(content), Status.refused);
        }
        for (const { peer, association } of end.dcs)
          world.status(await peer.probe(association), Status.ok, 'ERR-05: what is there stays as it is.');
        await checkFlows(world, on, 'ERR-05: what is there stays as it is.');
      },
    }),
    scriptCase({
      ...unused,
      id: `${role}.direction.association-only`,
      title: `A Relay Direction on a path is not for the ${name}: no answer and no path.`,
      clauses: ['RS-01', 'GEN-18'],
      catches: 'Messages that are taken on any channel that opens.',
      async script(world) {
        const { dc, node } = await opened(world);
        const plan = dc.plan();
        await world.silence({
          bad: () => {
            const fault = 'a Relay Direction on a path';
            const intent = { kind: 'fault', fault, layer: 'channel-type' } as const;
            node.peer.sendSealed(node.path, 0x07, dc.relayDirection(plan), { intent });
          },
          fence: () => node.peer.probe(node.path),
        });
        await checkNoState(world, dc, plan);
      },
    }),
    propertyCase({
      ...endCommon(role),
      id: `${role}.direction.misfit`,
      title:
        'A Relay Direction that replaces a path of another node or DC, or has its addresses, is refused.',
      clauses: ['RS-26', 'NODE-22'],
      catches: "A node that takes over another one's mappings, lease or address.",
      arbitrary: fc.constantFrom('node', 'owner', 'address 4', 'address 6'),
      boundaries: ['node', 'owner', 'address 4', 'address 6'],
      async script(world, what) {
        const on = await opened(world, { end: { dcs: 2 } });
        const { end, dc, plan } = on;
        const [, other = dc] = end.dcs;
        const by = what === 'owner' ? other : dc;
        const next = by.plan();
        const [, relay] = next.legs;
        const same = { ...next, own: plan.own, legs: [plan.legs[0], relay] as const };
        const version = what === 'address 4' ? 4 : 6;
        const stolen = plan.own.filter((ip) => ip.includes(':') === (version === 6));
        const content = what.startsWith('address')
          ? by.relayDirection({ ...next, own: stolen })
          : by.relayDirection(what === 'owner' ? same : next, { replaces: plan.pathId });
        world.status(await by.direct(content), Status.refused);
        await checkFlows(world, on, 'RS-26: what is there stays as it is.');
        await checkNoState(world, by, next);
      },
    }),
    scriptCase({
      ...unused,
      id: `${role}.direction.replaces-unknown`,
      title: `A \`replaces\` that an ${name} does not know is ignored.`,
      clauses: ['RS-26', 'NODE-22'],
      catches: 'No new path for a node whose relay was restarted.',
      async script(world) {
        const { node } = await directed(world, { fields: { replaces: world.fresh(16) } });
        await node.openLeg();
      },
    }),
  ];
}

export const RS_N_REFUSED_CASES: readonly Case[] = [
  propertyCase({
    ...endCommon('rs-n', 'unused'),
    id: 'rs-n.direction.peer-missing',
    title: 'A Relay Direction of kind N without a general peer, or without what stands for it, is malformed.',
    clauses: ['RSN-13'],
    catches: 'A path to nowhere, or one that leads wherever its node says.',
    arbitrary: fc.constantFrom('peerAddress', 'peerVirtualAddress', 'both'),
    boundaries: ['peerAddress', 'peerVirtualAddress', 'both'],
    async script(world, key) {
      const { dc } = await world.end();
      const plan = dc.plan();
      const all = { peerAddress: undefined, peerVirtualAddress: undefined };
      const content = dc.relayDirection(plan, key === 'both' ? all : { [key]: undefined });
      await checkRefused(world, dc, plan, content, Status.malformed);
    },
  }),
];
