/** What a DC publishes: defaults and faults. */
import { describeConfigError, roleConfig } from '../../reference/config/schema.ts';
import t from '../tap.ts';
import { dcExample } from './example.ts';

const ZONE = 'ntmobile.one.example';
const OUTSIDE = { listen: ['192.0.2.10:53', '[2001:db8::10]:53'], nameServers: ['ns.one.example'] };
const withDns = (change: object) => ({ ...dcExample(), dns: { ...OUTSIDE, ...change } });

t.test('what is left out gets its default', (t) => {
  const parsed = roleConfig.parse(withDns({}));
  if (parsed.role !== 'dc') throw new Error('no DC');
  t.same(parsed.dns, { ...OUTSIDE, policy: 'locator-free', addresses: [] });
  const other = { server: '192.0.2.1:53', key: 'dc-one', secret: 'c2VjcmV0IG9mIDE2IGJ5dGVz' };
  t.ok(roleConfig.safeParse({ ...dcExample(), dns: { update: other } }).success, 'another server alone');
});

const address = (name: string, ...addresses: string[]) => ({ name, addresses });

const update = (secret: string) => withDns({ update: { server: '192.0.2.1:53', key: 'dc-one', secret } });
const BASE64 = 'write 16 bytes or more as base64, "openssl rand -base64 32" makes them';

const faults: [config: object, line: string][] = [
  [
    { ...dcExample(), dns: {} },
    'dns publishes nothing: add listen, or update for a server that has the zones',
  ],
  [update('not base64!'), `dns.update.secret is no base64: ${BASE64}`],
  [update('c2hvcnQ='), `dns.update.secret is too short, or cut: ${BASE64}`],
  [withDns({ nameServers: [] }), 'dns.nameServers is empty: add the names of the zones’ name servers'],
  [withDns({ policy: 'open' }), 'dns.policy is "open": write "locator-free" or "full"'],
  [
    withDns({ listen: ['192.0.2.10:53', '192.0.2.11:53'] }),
    'dns.listen[1] is a second IPv4 endpoint: keep one for each family',
  ],
  [
    withDns({ addresses: [address('www.one.example', '192.0.2.1')] }),
    'dns.addresses[0].name is in none of zones: write a name in one',
  ],
  [
    withDns({ addresses: [address(ZONE, '192.0.2.1'), address(`${ZONE}.`, '192.0.2.2')] }),
    'dns.addresses[1].name is the one of dns.addresses[0] too: write all its addresses there',
  ],
  [
    withDns({ nameServers: [`ns.${ZONE}`] }),
    'dns.nameServers[0] is in a zone of this DC: add its addresses to addresses, or nobody finds it',
  ],
  [
    withDns({ addresses: [address(ZONE, '192.0.2.1', '198.18.0.1')] }),
    'dns.addresses[0].addresses[1] is a virtual address of pools: write a public one',
  ],
];

t.test('each fault is one line: where, what, how to mend it', (t) => {
  for (const [config, line] of faults) {
    const parsed = roleConfig.safeParse(config);
    t.equal(parsed.success ? 'passes' : describeConfigError(parsed.error, 'dc.json'), `dc.json: ${line}`);
  }
});
