/** DNS-26: a DC that publishes into another server. */
import { toHex } from '../../../reference/bytes.ts';
import { QTYPE } from '../../application/dns.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { UpdateServer } from '../../played/update-server.ts';
import { OWN_ZONE } from '../../target/dc-under-test.ts';
import type { World } from '../../world.ts';
import { checkSays, DNS_CONFIGURED, hexOf, KEY, saying } from './steps.ts';

/** DC-08: milliseconds. */
const PUBLISHED = 1000;
/** DC-29: seconds. */
const LEAST = 30;

/** Waits until the server has as many NTM records at a name, and judges that. */
async function ntmAt(world: World, server: UpdateServer, name: string, count: 0 | 1) {
  const until = world.net.now() + PUBLISHED + world.stage.timeout;
  while (server.at(name, QTYPE.NTM).length !== count && world.net.now() < until) await world.sleep(50);
  const found = server.at(name, QTYPE.NTM);
  const requirement = 'DNS-26: the same records at the same times, by DNS UPDATE.';
  const expected = count === 1 ? `one NTM record at ${name}` : `no NTM record at ${name}`;
  world.check(found.length === count, expected, `${found.length}`, requirement);
  const [fault] = server.faults;
  world.check(fault === undefined, 'UPDATE with TSIG (hmac-sha256)', `${fault}`, 'DNS-26.');
  const [record] = found;
  return record && { ...record, name, written: name };
}

export const DNS_UPDATE_CASES: readonly Case[] = [
  scriptCase({
    ...DNS_CONFIGURED,
    id: 'dns.update.kept',
    title: 'Another server has the records of DC and nodes by signed updates, and after a restart no others.',
    clauses: ['DNS-26', 'DC-08'],
    features: ['dns-update'],
    catches: 'Updates without a signature; records that stay when their node is gone, or when the DC was.',
    async script(world) {
      const dc = await world.dc({ dns: { update: true } });
      const { updates: server } = dc;
      if (server === undefined) throw new Error('a DC without its server');
      const [node, other] = [dc.node(0), dc.node(1)];
      const where = hexOf(dc.endpoints);
      const apex = await ntmAt(world, server, OWN_ZONE, 1);
      const said = (nodeId: Uint8Array) =>
        saying([
          [KEY.nodeId, [toHex(nodeId)]],
          [KEY.dc, where],
        ]);
      if (apex !== undefined) checkSays(world, apex, said(dc.nodeId), 'DNS-26, DNS-20.');
      await node.register({ lifetime: LEAST });
      const record = await ntmAt(world, server, node.fqdn, 1);
      if (record !== undefined) {
        checkSays(world, record, said(node.nodeId), 'DNS-26, DNS-21.');
        world.check(record.ttl <= LEAST, `at most ${LEAST} s`, `${record.ttl} s`, 'DNS-26, DNS-24.');
        // What is left behind by a DC that ended amid its work.
        server.zone.set(other.fqdn, [record]);
      }
      await dc.restart({ hard: true });
      await ntmAt(world, server, other.fqdn, 0);
      await ntmAt(world, server, node.fqdn, 1);
      await node.deregister();
      await ntmAt(world, server, node.fqdn, 0);
    },
  }),
];
