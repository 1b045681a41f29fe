import type { Ip } from '../../reference/address.ts';
import type { HostInterface } from '../../reference/core.ts';
import { changeLines, upLines } from '../../reference/host/plan.ts';
import t from '../tap.ts';

const link = { name: 'ntm0', mtu: 1400, virtual: ['198.18.0.0/15', 'fd00::/8'] };
const nothing: HostInterface = { addresses: [], routes: [] };
const [v4, other, v6, lent] = ['198.18.1.1', '198.18.1.2', 'fd00:1::1', '203.0.113.9'] as Ip[] as [
  Ip,
  Ip,
  Ip,
  Ip,
];

t.test('an interface comes up without an address of its own', (t) => {
  t.same(upLines(link), [
    'link set dev ntm0 addrgenmode none',
    'link set dev ntm0 mtu 1400 txqueuelen 1000 up',
  ]);
});

t.test('virtual prefixes lead to it in the families that it has', (t) => {
  t.same(changeLines(link, nothing, { addresses: [v4], routes: [] }), [
    'address add 198.18.1.1/32 dev ntm0',
    'route replace 198.18.0.0/15 dev ntm0 src 198.18.1.1',
  ]);
  t.same(changeLines(link, { addresses: [v4], routes: [] }, { addresses: [v4, v6], routes: [] }), [
    'address add fd00:1::1/128 dev ntm0 nodad',
    'route replace fd00::/8 dev ntm0 src fd00:1::1',
  ]);
});

t.test('a change keeps its routes all the time', (t) => {
  t.same(changeLines(link, { addresses: [v4], routes: [] }, { addresses: [other], routes: [] }), [
    'address add 198.18.1.2/32 dev ntm0',
    'route replace 198.18.0.0/15 dev ntm0 src 198.18.1.2',
    'address del 198.18.1.1/32 dev ntm0',
  ]);
  const same = { addresses: [v4, v6], routes: [{ to: '192.0.2.1/32', from: undefined }] };
  t.same(changeLines(link, same, { ...same }), []);
});

t.test('a lent address is for its peers alone, and goes with them', (t) => {
  const before = { addresses: [v4], routes: [{ to: '192.0.2.0/24', from: undefined }] };
  const after = { addresses: [v4, lent], routes: [{ to: '192.0.2.0/24', from: lent }] };
  t.same(changeLines(link, before, after), [
    'address add 203.0.113.9/32 dev ntm0',
    'route replace 192.0.2.0/24 dev ntm0 src 203.0.113.9',
  ]);
  t.same(changeLines(link, after, { addresses: [v4], routes: [] }), [
    'route del 192.0.2.0/24 dev ntm0',
    'address del 203.0.113.9/32 dev ntm0',
  ]);
});

t.test('a router has routes and no address', (t) => {
  const pool = { addresses: [], routes: [{ to: '203.0.113.9/32', from: undefined }] };
  t.same(changeLines({ ...link, virtual: [] }, nothing, pool), ['route replace 203.0.113.9/32 dev ntm0']);
});
