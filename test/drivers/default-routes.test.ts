import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { devicesIn4, devicesIn6 } from '../../reference/drivers/default-routes.ts';
import { choose } from '../../reference/drivers/host-addresses.ts';
import t from '../tap.ts';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT';
const line = (device: string, to: string, flags: string, metric: number, mask: string): string =>
  `${device}\t${to}\t0100A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0   `;

t.test('default routes of IPv4, the best one first', (t) => {
  const table = [
    HEAD,
    line('wlan0', '00000000', '0003', 600, '00000000'),
    line('eth0', '00000000', '0003', 100, '00000000'),
    line('eth0', '0000A8C0', '0001', 100, '00FFFFFF'),
    line('eth1', '00000000', '0002', 1, '00000000'),
    line('tun0', '00000000', '0001', 5, '00000080'),
    '',
  ];
  t.same(devicesIn4(table.join('\n')), ['eth0', 'wlan0']);
  t.same(devicesIn4(''), []);
});

t.test('default routes of IPv6, without those that refuse', (t) => {
  const zero = '0'.repeat(32);
  const via = 'fe80000000000000000000000000000001'.slice(0, 32);
  const table = [
    `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     eth1`,
    `${zero} 00 ${zero} 00 ${via} 00000400 00000002 00000000 00000003     eth0`,
    `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
    '',
  ];
  t.same(devicesIn6(table.join('\n')), ['eth0']);
});

const ip = (text: string): Ip => parseIp(text) as Ip;
const [LAN, OTHER, BRIDGE] = [ip('192.168.1.2'), ip('10.0.0.2'), ip('172.17.0.1')];
const own = [
  { ip: BRIDGE, device: 'docker0' },
  { ip: LAN, device: 'eth0' },
  { ip: OTHER, device: 'wlan0' },
];

t.test('an address that leads everywhere comes before one that does not', (t) => {
  t.equal(choose(own, ['eth0', 'wlan0'], undefined), LAN);
  t.equal(choose(own, ['wlan0', 'eth0'], undefined), OTHER);
  t.equal(choose(own, [], undefined), BRIDGE, 'the first one where nothing is known');
  t.equal(choose([], ['eth0'], LAN), undefined);
});

t.test('an address that is there is kept, but not for want of another that has gone for a while', (t) => {
  t.equal(choose(own, ['wlan0', 'eth0'], LAN), LAN);
  t.equal(choose(own, [], OTHER), OTHER);
  t.equal(choose(own.slice(0, 1), [], LAN), BRIDGE, 'eth0 has gone');
  t.equal(choose(own, ['eth0'], BRIDGE), LAN, 'and has come again');
});

t.test('where the other family alone leads everywhere, what leads nowhere is none', (t) => {
  t.equal(choose(own.slice(0, 1), [], undefined, ['eth0']), undefined);
  t.equal(choose(own, [], BRIDGE, ['eth0']), LAN, 'it may lead somewhere');
  t.equal(choose(own, ['wlan0'], LAN, ['eth0']), OTHER);
});
