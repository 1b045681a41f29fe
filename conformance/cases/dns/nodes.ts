/** Sections 7.4 and 11.3: what a DC publishes of its nodes. */
import fc from 'fast-check';
import { ipToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { QTYPE, RCODE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import { nodeName } from '../../target/dc.ts';
import { OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import type { Publishing, Said } from './steps.ts';
import {
  ask,
  checkGone,
  checkNegative,
  checkPositive,
  checkSays,
  DNS,
  DNS_CONFIGURED,
  hexOf,
  KEY,
  ntmRecord,
  publishing,
  saying,
  TRANSPORTS,
} from './steps.ts';

/** DC-29: seconds. */
const LEAST = 30;

/** What is published of a node by default: who it is, and where its DC is. */
function locatorFree({ dc }: Publishing, node: RegisteringNode): Said {
  return saying([
    [KEY.nodeId, [toHex(node.nodeId)]],
    [KEY.dc, hexOf(dc.advertised ?? dc.endpoints)],
  ]);
}

const FREE = 'DNS-21, DNS-19: Node ID and the DC’s endpoints alone, unless the policy says more.';

/** The texts of A and AAAA records, as hex. */
async function addresses(world: World, from: Publishing, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const type of [QTYPE.A, QTYPE.AAAA]) {
    const { records } = await ask(world, from, name, type);
    found.push(...records.filter((record) => record.type === type).map(({ data }) => toHex(data)));
  }
  return found;
}

export const DNS_NODE_CASES: readonly Case[] = [
  propertyCase({
    ...DNS,
    id: 'dns.node.published',
    title: 'A node that registered has an NTM record, which says no more than who it is and where its DC is.',
    clauses: ['DC-08', 'DNS-21', 'DNS-19', 'DNS-25'],
    catches: 'A record that comes late or never; real or virtual addresses of a person in a public DNS.',
    arbitrary: fc.constantFrom(...TRANSPORTS),
    boundaries: TRANSPORTS,
    async script(world, transport) {
      const from = await publishing(world);
      const node = from.dc.node(0);
      await node.deregister();
      await checkGone(world, from, node.fqdn, { transport });
      await node.register();
      const record = await ntmRecord(world, from, node.fqdn, { transport });
      checkSays(world, record, locatorFree(from, node), FREE);
    },
  }),
  scriptCase({
    ...DNS,
    id: 'dns.node.withdrawn',
    title: 'A node that takes its leave is withdrawn, and another one stays.',
    clauses: ['DC-08', 'DNS-23'],
    catches: 'A record that stays when its node is gone, or a zone that is emptied.',
    async script(world) {
      const from = await publishing(world);
      const [first, second] = [from.dc.node(0), from.dc.node(1)];
      for (const node of [first, second]) {
        await node.register();
        await ntmRecord(world, from, node.fqdn);
      }
      await first.deregister();
      await checkGone(world, from, first.fqdn);
      checkNegative(world, await ask(world, from, first.fqdn, QTYPE.NTM), RCODE.nameError, OWN_ZONE);
      await ntmRecord(world, from, second.fqdn);
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.node.ended',
    title:
      'A registration that is not renewed takes its record along, whose TTL was never longer than its rest.',
    clauses: ['DC-08', 'DNS-24'],
    catches: 'A record that outlives its registration, in the zone or in a resolver’s cache.',
    waits: 4500,
    async script(world) {
      const from = await publishing(world, {}, { timers: { 'registration-lifetime-min': 3 } });
      const node = from.dc.node(0);
      await node.register({ lifetime: 3 });
      const ends = world.net.now() + 3000;
      const requirement = 'DNS-24: no longer than what is left of the registration.';
      for (const wait of [0, 1200]) {
        await world.sleep(wait);
        const { ttl } = await ntmRecord(world, from, node.fqdn);
        const left = Math.ceil((ends - world.net.now()) / 1000);
        world.check(ttl <= left, `a TTL of at most ${left} s`, `${ttl} s`, requirement);
      }
      await world.sleep(ends - world.net.now());
      await checkGone(world, from, node.fqdn);
    },
  }),
  scriptCase({
    ...DNS,
    id: 'dns.node.ttl',
    title: 'The TTL of a node’s record is at most the lifetime that was granted, whatever was asked for.',
    clauses: ['DNS-24'],
    catches: 'One TTL for all, longer than a short registration.',
    async script(world) {
      const from = await publishing(world);
      const node = from.dc.node(0);
      await node.register({ lifetime: 1 });
      const { ttl } = await ntmRecord(world, from, node.fqdn);
      const requirement = 'DNS-24: no longer than the lifetime granted.';
      world.check(ttl <= LEAST, `a TTL of at most ${LEAST} s`, `${ttl} s`, requirement);
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.node.full',
    title: 'With the policy full a record is whole, and the observed global address is answered.',
    clauses: ['DNS-21', 'DNS-22', 'DNS-19', 'DNS-24'],
    catches: 'A record with less than the policy promises, or virtual addresses told to general hosts.',
    async script(world) {
      const from = await publishing(world, { policy: 'full' });
      const node = from.dc.node(0);
      await node.register({ lifetime: LEAST });
      const record = await ntmRecord(world, from, node.fqdn);
      const { local } = node.peer;
      const expected = saying([
        [KEY.fqdn, [node.fqdn]],
        [KEY.nodeId, [toHex(node.nodeId)]],
        [KEY.real, hexOf([local])],
        [KEY.virtual, node.virtual.map(toHex)],
        [KEY.observed, hexOf([local])],
        [KEY.dc, hexOf(from.dc.endpoints)],
      ]);
      checkSays(world, record, expected, 'DNS-21: with full the record is complete.');
      const [address, ...others] = checkPositive(world, await ask(world, from, node.fqdn, QTYPE.A));
      const wanted = toHex(ipToBytes(local.ip));
      const isRight = others.length === 0 && address !== undefined && toHex(address.data) === wanted;
      world.check(
        isRight,
        wanted,
        `${address && toHex(address.data)}`,
        'DNS-22: its observed global address.',
      );
      const ttl = address?.ttl ?? 0;
      world.check(ttl <= LEAST, `a TTL of at most ${LEAST} s`, `${ttl} s`, 'DNS-24.');
      checkNegative(world, await ask(world, from, node.fqdn, QTYPE.AAAA), RCODE.ok, OWN_ZONE);
    },
  }),
  scriptCase({
    ...DNS,
    id: 'dns.node.no-address',
    title: 'A registered node has no A and no AAAA record: there is no data for a general host.',
    clauses: ['DNS-22', 'DNS-23'],
    catches: 'A virtual address in public, which a general host can do nothing with; a real one; NXDOMAIN.',
    async script(world) {
      const from = await publishing(world);
      const node = from.dc.node(0);
      await node.register();
      await ntmRecord(world, from, node.fqdn);
      for (const type of [QTYPE.A, QTYPE.AAAA])
        checkNegative(world, await ask(world, from, node.fqdn, type), RCODE.ok, OWN_ZONE);
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.node.provisioned',
    title:
      'Public addresses that are provisioned for a name are answered, whether its node is registered or not.',
    clauses: ['DNS-22', 'NTMA-07'],
    catches: 'A service that general hosts lose when its NTMA is down, or when it comes up.',
    async script(world) {
      const name = nodeName(0);
      const given = ['192.0.2.80', '192.0.2.81', '2001:db8::80'];
      const from = await publishing(world, { addresses: { [name]: given } });
      const node = from.dc.node(0);
      const expected = ['c0000250', 'c0000251', '20010db8000000000000000000000080'].join(' ');
      const requirement = 'DNS-22: the public addresses provisioned for the name.';
      for (const isThere of [false, true, false]) {
        if (isThere) {
          await node.register();
          await ntmRecord(world, from, name);
        } else {
          await node.deregister();
          await checkGone(world, from, name);
        }
        const found = (await addresses(world, from, name)).join(' ');
        world.check(found === expected, expected, found, requirement);
      }
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.node.restart',
    title: 'After its restart a DC publishes who is registered still, and nobody else.',
    clauses: ['DC-08', 'DNS-20'],
    catches: 'A zone that is empty until each node has registered anew.',
    async script(world) {
      let from = await publishing(world);
      const [there, gone] = [from.dc.node(0), from.dc.node(1)];
      await there.register();
      await gone.register();
      await ntmRecord(world, from, gone.fqdn);
      await gone.deregister();
      await checkGone(world, from, gone.fqdn);
      await from.dc.restart({ hard: true });
      from = await publishing(world);
      const record = await ntmRecord(world, from, there.fqdn);
      checkSays(world, record, locatorFree(from, there), FREE);
      await checkGone(world, from, gone.fqdn);
    },
  }),
];
