import type { Ip } from '../../../reference/address.ts';
import { hostInterface } from '../../../reference/roles/node/host-interface.ts';
import t from '../../tap.ts';

const [v4, v6, lent, lent6, peer, other] = [
  '198.18.1.1',
  'fd00:1::1',
  '203.0.113.9',
  '2001:db8::9',
  '192.0.2.7',
  '192.0.2.8',
] as Ip[] as [Ip, Ip, Ip, Ip, Ip, Ip];
const nothing = { virtual: [v4, v6], paths: [], config: { destinations: [] }, told: [] };
const path = (lent: Ip | undefined, ...addresses: Ip[]) => ({ isLive: true, lent, addresses });

t.test('a node has its virtual addresses, and nothing else leads to it', (t) => {
  t.same(hostInterface({ ...nothing, paths: [path(undefined, '198.18.2.1' as Ip)] }), {
    addresses: [v4, v6],
    routes: [],
  });
});

t.test('a lent address is there for the peer of its path', (t) => {
  t.same(hostInterface({ ...nothing, paths: [path(lent, peer)] }), {
    addresses: [v4, v6, lent],
    routes: [{ to: '192.0.2.7/32', from: lent }],
  });
  t.same(
    hostInterface({ ...nothing, paths: [{ ...path(lent, peer), isLive: false }] }),
    { addresses: [v4, v6], routes: [] },
    'and goes with it',
  );
});

t.test('what is to go by an RS-T leads there before a path does, and by its policy alone', (t) => {
  const destinations = [
    { to: '192.0.2.0/24', policy: 'rs-t' as const },
    { to: '198.51.100.0/24', policy: 'rs-n' as const },
    { to: '203.0.113.0/24', policy: 'bypass' as const },
    { to: 'sip.example', policy: 'rs-t' as const },
  ];
  const showing = { ...nothing, config: { destinations }, told: [other] };
  t.same(hostInterface(showing).routes, [
    { to: '192.0.2.0/24', from: undefined },
    { to: '192.0.2.8/32', from: undefined },
  ]);
  t.same(
    hostInterface({ ...showing, paths: [path(lent6), path(lent)] }).routes,
    [
      { to: '192.0.2.0/24', from: lent },
      { to: '192.0.2.8/32', from: lent },
    ],
    'an address without a peer serves those of its family',
  );
  t.same(
    hostInterface({ ...showing, paths: [path(lent, other)] }).routes,
    [
      { to: '192.0.2.0/24', from: undefined },
      { to: '192.0.2.8/32', from: lent },
    ],
    'one with a peer that peer',
  );
});
