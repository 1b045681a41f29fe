/** Section 10.8: an NTMA between its tunnels and the system inside. What comes out of its interface is inside. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import { cut } from '../../application/icmp.ts';
import type { PacketParts } from '../../application/packets.ts';
import { udpPacket } from '../../application/packets.ts';
import type { Case, CaseInfo } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import { NODE_NAME } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { spoiled, withOptions } from '../ends/lent.ts';
import { checkIcmp } from '../node/held.ts';
import { isProbe } from '../node/route-steps.ts';
import type { OnPath } from '../node/steps.ts';
import {
  addressOf,
  checkDelivers,
  checkSends,
  close,
  directionRequest,
  farEnd,
  isData,
  NODE_USED,
  OWN,
  openPath,
  packetFrom,
  packetTo,
  registered,
  whenOpen,
} from '../node/steps.ts';
import { shownAs } from '../shown.ts';

const NTMA: Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'> = {
  ...NODE_USED,
  roles: ['ntma'],
};

const FAMILIES = [4, 6] as const;
const HOPS = [1, 2, 64, 255] as const;
/** A port that the service has, and one that clients have alike. */
const [SERVICE, CLIENT] = [80, 40_000];

/** Two clients, each with a path of its own. */
async function twoClients(world: World): Promise<readonly [OnPath, OnPath]> {
  const first = await openPath(world);
  const second = await openPath(world, { far: { name: 'C' } });
  return [first, second];
}

interface Foreign {
  readonly name: string;
  readonly version: 4 | 6;
  readonly from: (on: OnPath) => Ip;
}

const FOREIGN = shownAs<Foreign>(
  ({ name }) => name,
  [
    { name: 'a server behind the balancer', version: 4, from: () => '10.0.1.10' as Ip },
    { name: 'the balancer', version: 4, from: () => '192.168.3.102' as Ip },
    { name: 'another virtual address', version: 4, from: () => '198.18.0.2' as Ip },
    { name: 'the client itself', version: 4, from: ({ plan }) => addressOf(plan, 4) },
    { name: 'another virtual IPv6 address', version: 6, from: () => 'fd00:18::2' as Ip },
    { name: 'a public IPv6 address', version: 6, from: () => '2001:db8::80' as Ip },
  ],
);

const KINDS = ['hops', 'options', 'checksum', 'first fragment', 'last fragment'] as const;

function packetOf(kind: (typeof KINDS)[number], parts: PacketParts): Uint8Array {
  const packet = udpPacket(parts);
  switch (kind) {
    case 'hops':
      return udpPacket({ ...parts, hopLimit: 1 });
    case 'options':
      return withOptions(packet);
    case 'checksum':
      return spoiled(packet);
    case 'first fragment':
      return cut(packet)[0];
    case 'last fragment':
      return cut(packet)[1];
  }
}

export const NTMA_CASES: readonly Case[] = [
  scriptCase({
    ...NTMA,
    id: 'ntma.service.reached',
    title:
      'An NTMA registers under its NTM FQDN, and takes a path of which it knew nothing, as either end of it.',
    clauses: ['NTMA-01', 'NODE-16', 'NODE-03'],
    catches: 'A service that has to know its clients before; one that is reached only while it talks itself.',
    async script(world) {
      const { node, dc } = await registered(world);
      const mail = world.came(dc.peer.inbox.find(isRegistrationRequest), 'a Registration Request');
      const fqdn = field(mail.body, 'fqdn');
      world.check(fqdn === NODE_NAME, NODE_NAME, `${fqdn}`, 'NTMA-01: under the NTM FQDN of the service.');
      for (const part of [Part.await, Part.initiate]) {
        const plan = dc.plan();
        const name = part === Part.await ? 'client' : 'client that it opens to';
        const far = await farEnd(world, node, plan, { name });
        await dc.send(plan, { part, candidates: [far.peer.local] });
        if (part === Part.await) await far.openLeg();
        else await whenOpen(world, far);
        const on = { node, dc, plan, far };
        await checkDelivers(world, on, packetFrom(world, plan), 'NTMA-01.');
        await checkSends(world, on, packetTo(world, plan), 'NTMA-01.');
      }
    },
  }),
  propertyCase({
    ...NTMA,
    id: 'ntma.inside.unchanged',
    title: 'What a client sends comes out inside byte for byte, its hop limit too.',
    clauses: ['NTMA-02', 'NTMA-04', 'TUN-02'],
    catches: 'An NTMA that forwards as a router does, or translates as a NAT does.',
    arbitrary: fc.record({
      version: fc.constantFrom(...FAMILIES),
      hopLimit: fc.integer({ min: 1, max: 255 }),
      port: fc.integer({ min: 1, max: 65_535 }),
      size: fc.integer({ min: 0, max: 900 }),
    }),
    parameters: { values: { version: FAMILIES, hopLimit: HOPS, port: [1, CLIENT], size: [0, 900] } },
    boundaries: HOPS.flatMap((hopLimit) =>
      FAMILIES.map((version) => ({ version, hopLimit, port: CLIENT, size: 20 })),
    ),
    async script(world, { version, hopLimit, port, size }) {
      const on = await openPath(world);
      const packet = udpPacket({
        from: addressOf(on.plan, version),
        to: OWN[version],
        payload: world.random(size),
        hopLimit,
        ports: [port, SERVICE],
      });
      await checkDelivers(world, on, packet, 'NTMA-02: unchanged, the hop limit included.');
    },
  }),
  propertyCase({
    ...NTMA,
    id: 'ntma.inside.answers',
    title:
      'Two clients that use one port keep their own addresses inside, and each gets the answers to it, unchanged.',
    clauses: ['NTMA-04', 'NTMA-05', 'TUN-18'],
    catches: 'Clients behind one address; answers by the path that was used last.',
    arbitrary: fc.record({ version: fc.constantFrom(...FAMILIES), isSecondFirst: fc.boolean() }),
    boundaries: FAMILIES.map((version) => ({ version, isSecondFirst: version === 4 })),
    async script(world, { version, isSecondFirst }) {
      const clients = await twoClients(world);
      const own = OWN[version];
      for (const on of clients) {
        const packet = udpPacket({
          from: addressOf(on.plan, version),
          to: own,
          payload: world.random(20),
          ports: [CLIENT, SERVICE],
        });
        await checkDelivers(world, on, packet, 'NTMA-04: its own address and port.');
      }
      for (const on of isSecondFirst ? clients.toReversed() : clients) {
        const packet = udpPacket({
          from: own,
          to: addressOf(on.plan, version),
          payload: world.random(20),
          ports: [SERVICE, CLIENT],
        });
        await checkSends(world, on, packet, 'NTMA-05: on the path of the client that it is for.');
      }
    },
  }),
  propertyCase({
    ...NTMA,
    id: 'ntma.inside.back',
    title:
      'What the system sends goes to its client byte for byte, its hop limit too, whole or in fragments.',
    clauses: ['NTMA-05', 'TUN-18'],
    catches: 'A hop that is counted, a checksum that is mended, fragments that are put together.',
    arbitrary: fc.record({ version: fc.constantFrom(...FAMILIES), kind: fc.constantFrom(...KINDS) }),
    boundaries: FAMILIES.flatMap((version) => KINDS.map((kind) => ({ version, kind }))),
    async script(world, { version, kind }) {
      const on = await openPath(world);
      const packet = packetOf(kind, {
        from: OWN[version],
        to: addressOf(on.plan, version),
        payload: world.random(600),
        ports: [SERVICE, CLIENT],
      });
      await on.node.packet(packet);
      const isAny = ({ type }: Received) => type === MessageType.data;
      const mail = world.came(await on.far.peer.take(isAny), 'the packet in Data', 'NTMA-05.');
      const actual = toHex(mail.plaintext ?? packet.slice(0, 0));
      world.check(isData(packet, on.far)(mail), toHex(packet), actual, 'NTMA-05: unchanged.');
    },
  }),
  scriptCase({
    ...NTMA,
    id: 'ntma.client.moves',
    title:
      'A client that moves, and moves again, has the same inner source, and gets its answers where it is.',
    clauses: ['NTMA-03', 'NTMA-05', 'HO-01'],
    catches: 'Sessions that a balancer loses, as it keeps them by source address.',
    async script(world) {
      const on = await openPath(world);
      const { node, far } = on;
      await checkDelivers(world, on, packetFrom(world, on.plan));
      for (const name of ['B moved', 'B moved again']) {
        const peer = await world.peer(name, node.endpoint());
        peer.hold(far.path);
        far.moveTo(peer);
        await checkDelivers(world, on, packetFrom(world, on.plan), 'NTMA-03: the same inner source.');
        world.came(await peer.take(isProbe(far)), 'a probe there', 'HO-03.');
        world.status(await peer.probe(far.path), Status.ok);
        await world.arrived();
        await checkSends(world, on, packetTo(world, on.plan), 'NTMA-05.', peer);
        // What it asks for meanwhile, and the answers, must not overtake what comes from elsewhere. [KEY-31]
        await world.arrived();
      }
    },
  }),
  propertyCase({
    ...NTMA,
    id: 'ntma.inside.source',
    title: 'What comes from the inside from another address than one of its own is dropped and counted.',
    clauses: ['NTMA-09', 'TUN-18'],
    catches: 'Servers that answer as themselves; a system inside that speaks for another node.',
    arbitrary: fc.constantFrom(...FOREIGN),
    boundaries: FOREIGN,
    async script(world, { version, from }) {
      const on = await openPath(world);
      const to = addressOf(on.plan, version);
      const bad = udpPacket({ from: from(on), to, payload: world.random(20), ports: [SERVICE, CLIENT] });
      const before = (await on.node.counters())['dropped.source'] ?? 0;
      await on.node.packet(bad);
      await checkSends(world, on, packetTo(world, on.plan, { version }));
      const sent = on.far.peer.takeNow(isData(bad, on.far));
      world.check(sent === undefined, 'nothing of it on the path', 'it was sent', 'NTMA-09: dropped.');
      const rose = ((await on.node.counters())['dropped.source'] ?? 0) - before;
      world.check(rose === 1, 'dropped.source by 1', `by ${rose}`, 'NTMA-09: counted.');
    },
  }),
  scriptCase({
    ...NTMA,
    id: 'ntma.inside.real',
    title: 'Nothing goes from the inside to a real network, and nothing from a client to one.',
    clauses: ['NTMA-09', 'TUN-13'],
    catches: 'An NTMA that is a router between the service and the Internet.',
    async script(world) {
      const on = await openPath(world);
      const host = await world.peer('a host', on.node.endpoint());
      const { ip, port } = host.local;
      const outward = udpPacket({ from: OWN[4], to: ip, payload: world.random(20), ports: [SERVICE, port] });
      await on.node.packet(outward);
      await checkSends(world, on, packetTo(world, on.plan));
      const [from, to] = [addressOf(on.plan), '10.0.1.10' as Ip];
      const around = udpPacket({ from, to, payload: world.random(20), ports: [CLIENT, SERVICE] });
      const before = (await on.node.counters())['refused.inner-destination'] ?? 0;
      on.far.sendData(around);
      await checkDelivers(world, on, packetFrom(world, on.plan));
      const rose = ((await on.node.counters())['refused.inner-destination'] ?? 0) - before;
      if (!world.impaired) world.check(rose === 1, 'refused.inner-destination by 1', `by ${rose}`, 'TUN-13.');
      const seen = host.inbox.length;
      world.check(seen === 0, 'nothing at the host', `${seen} datagrams`, 'NTMA-09.');
      const data = on.far.peer.takeNow(isData(outward, on.far));
      world.check(data === undefined, 'nothing of it on the path', 'it was sent', 'TUN-18.');
      const asked = dcAsked(on);
      world.check(!asked, 'no question to the DC', 'one', 'NTMA-09.');
    },
  }),
  propertyCase({
    ...NTMA,
    id: 'ntma.inside.asks',
    title: 'An answer for a client whose path is gone is held, and goes on the path that the NTMA asks for.',
    clauses: ['NTMA-05', 'NODE-10', 'NODE-06'],
    catches: 'Servers that cannot go on after a client was away; an NTMA that only waits to be called.',
    arbitrary: fc.constantFrom(...FAMILIES),
    boundaries: FAMILIES,
    async script(world, version) {
      const on = await openPath(world);
      const { node, dc, plan } = on;
      await checkDelivers(world, on, packetFrom(world, plan, { version }));
      await close(world, on);
      const packet = packetTo(world, plan, { version });
      await node.packet(packet);
      const requirement = 'NTMA-05: where the client has no live path, NODE-10 applies.';
      const request = await directionRequest(world, dc, requirement);
      const name = request.body?.get(14);
      world.check(name === plan.far.fqdn, plan.far.fqdn, `${name}`, requirement);
      const next = { ...dc.plan(), far: plan.far, legs: plan.legs };
      const again = await farEnd(world, node, next, { name: 'B again' });
      dc.answer(request, dc.routeDirection(next, { part: Part.initiate, candidates: [again.peer.local] }));
      world.came(await again.peer.take(isData(packet, again)), 'the packet that was held', requirement);
    },
  }),
  scriptCase({
    ...NTMA,
    id: 'ntma.inside.unusable',
    title:
      'An answer of the DC whose schema fails ends what was asked for: the system inside is told, and nobody else.',
    clauses: ['NTMA-05', 'NODE-10', 'GEN-24', 'ERR-04', 'ERR-06'],
    catches: 'malformed in answer to an answer; packets that are held in vain; half a path.',
    async script(world) {
      const on = await openPath(world);
      const { node, dc, plan } = on;
      await close(world, on);
      const packet = packetTo(world, plan);
      await node.packet(packet);
      const request = await directionRequest(world, dc);
      const next = { ...dc.plan(), far: plan.far };
      const bad = dc.routeDirection(next, { fields: { pathSecret: undefined } });
      dc.answer(request, bad, silentFault('no path secret', 'schema'));
      const unreachable = { type: 3, code: 1 };
      await checkIcmp(world, node, packet, unreachable, 'NODE-10, ERR-06: at once, with ICMP.');
      world.status(await dc.peer.probe(dc.association), Status.ok);
    },
  }),
];

function dcAsked({ dc }: OnPath): boolean {
  return dc.peer.inbox.some(({ type }) => type === MessageType.directionRequest);
}
