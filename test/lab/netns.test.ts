import { gatewayRules } from '../../reference/lab/netns/rules.ts';
import { INTERNET, wayOut } from '../../reference/lab/netns/segments.ts';
import { KINDS, Sites } from '../../reference/lab/netns/sites.ts';
import { Topology } from '../../reference/lab/netns/topology.ts';
import { rootZone } from '../../reference/lab/netns/zone.ts';
import { describeSituations } from '../../reference/lab/situations.ts';
import t from '../tap.ts';

t.test('each kind of site is told in words', (t) => {
  const lines = describeSituations(KINDS);
  for (const [at, kind] of KINDS.entries()) t.match(lines[at], new RegExp(`^${kind} +[A-Za-z].+`));
  t.equal(new Set(lines).size, KINDS.length);
});

t.test('rules of a gateway say what its NAT does', (t) => {
  const rules = (mapping: 'EIM' | 'APDM', filtering: 'EIF' | 'ADF' | 'APDF'): string =>
    gatewayRules({ nat: { mapping, filtering } });
  t.match(rules('APDM', 'APDF'), 'masquerade random,fully-random');
  t.notOk(rules('EIM', 'APDF').includes('random'));
  t.notOk(rules('EIM', 'APDF').includes('dnat ip to'), 'nobody else gets in');
  t.match(rules('EIM', 'EIF'), 'udp dnat ip to udp dport map @owner');
  t.match(rules('EIM', 'ADF'), 'ip saddr . udp dport @told dnat ip to');
  t.notOk(gatewayRules({ isFirewall: true }).includes('masquerade'));
  t.throws(() => rules('APDM', 'EIF'), RangeError);
});

t.test('who is somewhere has an address of it, the same each time, and a way out', (t) => {
  const topology = new Topology((short) => `x-${short}`);
  const sites = new Sites(topology);
  for (const kind of KINDS) {
    const { site } = sites.make(kind);
    for (const version of site.versions) {
      const address = topology.lease(site.segment, 'alice', version);
      t.ok(address !== undefined && address === topology.lease(site.segment, 'alice', version), kind);
      t.ok(address !== topology.lease(site.segment, 'bob', version), kind);
    }
  }
  t.equal(wayOut('192.168.1.7'), '192.168.1.1');
  t.equal(wayOut('2001:db8:7::2'), '2001:db8:7::1');
  const lines = topology
    .plug('alice', INTERNET, ['203.0.113.9'])
    .flatMap((step) => (step.kind === 'ip' ? step.lines : []));
  t.match(lines.join('\n'), 'link add eth0 netns x-alice type veth peer name');
  t.match(lines.join('\n'), 'route add default via 203.0.113.1 dev eth0');
});

t.test('the root zone leads to the DCs, and has names of others', (t) => {
  const zone = rootZone({
    'www.example.com': ['198.51.100.12', '2001:db8::9'],
    'a.example.com': 'b.example.com',
  });
  t.match(zone, 'ntmobile.one.example. NS ns.ntmobile.one.example.\nns.ntmobile.one.example. A 192.0.2.11\n');
  t.match(zone, 'www.example.com. A 198.51.100.12\nwww.example.com. AAAA 2001:db8::9\n');
  t.match(zone, 'a.example.com. CNAME b.example.com.\n');
});
