/** NODE-20: which policy a general peer has. */
import type { Ip } from '../../../reference/address.ts';
import type { GeneralConfig } from '../../../reference/config/policy.ts';
import { NO_TEST_PROFILE, parsePrefix } from '../../../reference/locator.ts';
import { nodeGoal, translatedGoal, transparentGoal } from '../../../reference/roles/node/goal.ts';
import { policyFor } from '../../../reference/roles/node/policy.ts';
import t from '../../tap.ts';

const ip = (text: string): Ip => text as Ip;
const config: GeneralConfig = {
  policy: 'rs-n',
  destinations: [
    { to: '198.51.100.7/32', policy: 'rs-t' },
    { to: '198.51.100.0/24', policy: 'bypass' },
    { to: 'www.example', policy: 'rs-t' },
    { to: '*.example', policy: 'bypass' },
    { to: '2001:db8::/32', policy: 'rs-t' },
  ],
  lease: false,
};
const LINK = parsePrefix('192.168.7.0/24');
const links = LINK ? [LINK] : [];
const policy = (address: string, name?: string) =>
  policyFor({ name, address: ip(address) }, config, { profile: NO_TEST_PROFILE, links });

t.test('the first destination that fits decides, else the default', (t) => {
  t.equal(policy('203.0.113.1'), 'rs-n');
  t.equal(policy('198.51.100.7'), 'rs-t');
  t.equal(policy('198.51.100.8'), 'bypass');
  t.equal(policy('203.0.113.1', 'www.example'), 'rs-t');
  t.equal(policy('203.0.113.1', 'a.b.example'), 'bypass');
  t.equal(policy('203.0.113.1', 'example'), 'rs-n', 'a zone is not below itself');
  t.equal(policy('203.0.113.1', 'anexample'), 'rs-n');
  t.equal(policy('198.51.100.8', 'www.example'), 'bypass', 'in their order');
  t.equal(policy('2001:db8::1'), 'rs-t');
});

t.test('what no host elsewhere has is no general peer’s address', (t) => {
  const none = [
    '0.0.0.0',
    '127.0.0.1',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
  ];
  for (const address of none) t.equal(policy(address), 'bypass', address);
  t.equal(policy('10.0.0.1'), 'rs-n', 'a private one can be');
  const loopback = parsePrefix('127.0.0.1/32');
  const profile = { global: loopback ? [loopback] : [], private: [] };
  t.equal(
    policyFor({ name: undefined, address: ip('127.0.0.1') }, config, { profile, links }),
    'rs-n',
    'in a test',
  );
  t.equal(policy('192.168.7.9'), 'bypass', 'a neighbour');
  t.equal(policy('192.168.8.9'), 'rs-n');
});

t.test('what a Direction Request says of each goal', (t) => {
  const node = nodeGoal('bob.ntmobile.two.example');
  t.same(node.asked, { peerFqdn: 'bob.ntmobile.two.example' });
  t.same(translatedGoal(ip('192.0.2.1')).asked, { peerAddress: '192.0.2.1', want: 2 });
  t.same(transparentGoal(ip('192.0.2.1')).asked, { peerAddress: '192.0.2.1', want: 3 });
  t.same(transparentGoal().asked, { want: 3 });
  const keys = [node, translatedGoal(ip('192.0.2.1')), transparentGoal(ip('192.0.2.1')), transparentGoal()];
  t.equal(new Set(keys.map(({ key }) => key)).size, 4, 'each is another one');
});
