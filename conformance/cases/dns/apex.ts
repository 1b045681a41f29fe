/** Section 11.3: what is at the apex of a DC's zone. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { OWN_ZONE } from '../../target/dc-under-test.ts';
import {
  ask,
  checkPositive,
  checkSays,
  DNS,
  DNS_CONFIGURED,
  hexOf,
  KEY,
  ntmRecord,
  publishing,
  saying,
  serialOf,
  TRANSPORTS,
} from './steps.ts';

const HALF = 2 ** 31;

export const DNS_APEX_CASES: readonly Case[] = [
  propertyCase({
    ...DNS,
    id: 'dns.apex.dc',
    title:
      'The zone’s apex has an NTM record with the Node ID and all endpoints of the DC, with nobody registered.',
    clauses: ['DNS-20', 'DNS-19', 'DNS-25'],
    catches: 'A zone without its DC until a node is there; endpoints of one family; another encoding.',
    arbitrary: fc.constantFrom(...TRANSPORTS),
    boundaries: TRANSPORTS,
    async script(world, transport) {
      const from = await publishing(world);
      const records = checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.NTM, { transport }));
      const [record] = records;
      world.check(records.length === 1, 'one NTM record', `${records.length}`, 'DNS-20.');
      if (record === undefined) return;
      const { nodeId, endpoints, advertised = endpoints } = from.dc;
      const expected = saying([
        [KEY.nodeId, [toHex(nodeId)]],
        [KEY.dc, hexOf(advertised)],
      ]);
      checkSays(world, record, expected, 'DNS-20: its Node ID and its endpoints of both families.');
    },
  }),
  propertyCase({
    ...DNS,
    id: 'dns.apex.authority',
    title: 'The apex has the SOA and an NS record, and the answers are authoritative.',
    clauses: ['DNS-23', 'DNS-25'],
    catches: 'A zone that no resolver accepts: without SOA or NS, or without AA.',
    arbitrary: fc.constantFrom(...TRANSPORTS),
    boundaries: TRANSPORTS,
    async script(world, transport) {
      const from = await publishing(world);
      const soas = checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.SOA, { transport }));
      const isSoa = soas.length === 1 && soas[0]?.type === QTYPE.SOA && soas[0].name === OWN_ZONE;
      world.check(isSoa, `the SOA of ${OWN_ZONE}`, `${soas.length} records`);
      const servers = checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.NS, { transport }));
      const areServers = servers.length > 0 && servers.every(({ type }) => type === QTYPE.NS);
      world.check(areServers, 'NS records', `${servers.length} records`);
    },
  }),
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.apex.serial',
    title: 'The serial rises when a node registers and when it leaves, and does not go back at a restart.',
    clauses: ['DNS-23'],
    catches: 'A serial that stays, by which other servers would never notice a change, or begins anew.',
    async script(world) {
      let from = await publishing(world);
      const node = from.dc.node(0);
      const serial = async (): Promise<number> => {
        const [soa] = checkPositive(world, await ask(world, from, OWN_ZONE, QTYPE.SOA));
        if (soa === undefined) return world.stage.violated('the SOA', 'no record');
        return serialOf(soa);
      };
      const isLater = (now: number, before: number): boolean => now !== before && (now - before) >>> 0 < HALF;
      const requirement = 'DNS-23: the serial rises with each change (RFC 1982).';
      const first = await serial();
      await node.register();
      await ntmRecord(world, from, node.fqdn);
      const second = await serial();
      world.check(isLater(second, first), `a serial after ${first}`, `${second}`, requirement);
      await node.deregister();
      await world.sleep(1000);
      const third = await serial();
      world.check(isLater(third, second), `a serial after ${second}`, `${third}`, requirement);
      await from.dc.restart({ hard: true });
      from = await publishing(world);
      const last = await serial();
      const goesOn = last === third || isLater(last, third);
      world.check(goesOn, `${third} or a serial after it`, `${last}`, requirement);
    },
    waits: 1000,
  }),
];
