import { formatEndpoint } from '../../../reference/address.ts';
import { Firewall } from '../../../reference/net/sim/firewall.ts';
import type { NatOptions } from '../../../reference/net/sim/nat.ts';
import { NatTable } from '../../../reference/net/sim/nat.ts';
import { Xoshiro128 } from '../../../reference/net/xoshiro.ts';
import t from '../../tap.ts';
import { at, ip } from '../addresses.ts';

const INSIDE = at('10.0.0.2:5000');
const [ONE, ONE_OTHER_PORT, TWO] = [at('192.0.2.1:80'), at('192.0.2.1:81'), at('192.0.2.2:80')];

function table(options: Partial<NatOptions> = {}, seed = 'nat'): NatTable {
  const whole = { mapping: 'EIM', filtering: 'APDF', ...options } as const;
  return new NatTable(ip('203.0.113.1'), whole, new Xoshiro128(seed));
}

const portOf = (nat: NatTable, inside = INSIDE, remote = ONE, now = 0): number | undefined =>
  nat.outbound(inside, remote, now)?.port;

t.test('REQ-1: what of the remote endpoint a mapping depends on', (t) => {
  const ports = (mapping: NatOptions['mapping']) => {
    const nat = table({ mapping });
    return new Set([ONE, ONE_OTHER_PORT, TWO].map((remote) => portOf(nat, INSIDE, remote))).size;
  };
  t.equal(ports('EIM'), 1);
  t.equal(ports('ADM'), 2);
  t.equal(ports('APDM'), 3);
  const nat = table({ mapping: 'APDM' });
  t.equal(portOf(nat), portOf(nat), 'the same for the same');
});

t.test('REQ-2, REQ-3: one outside address; no port stands for two inside endpoints', (t) => {
  const nat = table();
  t.equal(formatEndpoint(nat.outbound(INSIDE, ONE, 0) ?? ONE), '203.0.113.1:5000');
  t.equal(portOf(nat, at('10.0.0.3:5000')), 5001);
  t.equal(portOf(nat, at('10.0.0.4:5001')), 5002);
});

t.test('REQ-3: ports are preserved, the next, or any; low ones stay low', (t) => {
  t.equal(portOf(table({ ports: 'preserved' })), 5000);
  t.equal(portOf(table({ ports: 'next' })), 1024);
  const any = table({ ports: 'random' });
  const ports = [1, 2, 3, 4, 5].map((host) => portOf(any, at(`10.0.0.${host}:5000`)) ?? 0);
  t.ok(ports.every((port) => port >= 1024 && port !== 5000));
  t.equal(new Set(ports).size, 5);
  for (const kind of ['preserved', 'next', 'random'] as const)
    t.ok((portOf(table({ ports: kind }), at('10.0.0.2:500')) ?? 0) < 1024);
  const low = table();
  for (let host = 1; host <= 1023; host++) portOf(low, at(`10.0.${host >> 8}.${host & 255}:99`));
  t.equal(low.outbound(at('10.9.9.9:99'), ONE, 0), undefined, 'none is left');
});

t.test('REQ-5: a mapping lasts as long as it was said, two minutes or more, and comes anew', (t) => {
  const nat = table({ expiry: 120_000, ports: 'next' });
  t.equal(portOf(nat), 1024);
  t.equal(nat.inbound(1024, ONE, 119_999), INSIDE);
  t.equal(nat.inbound(1024, ONE, 120_000), undefined);
  t.equal(nat.size(120_000), 0);
  t.equal(portOf(nat, INSIDE, ONE, 120_000), 1025);
  t.ok(table().options.expiry >= 120_000);
});

t.test('REQ-6: what goes out refreshes; what comes in, only if that was said', (t) => {
  for (const refreshedBy of ['out', 'both'] as const) {
    const nat = table({ expiry: 1000, refreshedBy });
    portOf(nat);
    portOf(nat, INSIDE, ONE, 900);
    t.equal(nat.inbound(5000, ONE, 1800), INSIDE);
    t.equal(nat.inbound(5000, ONE, 2500), refreshedBy === 'both' ? INSIDE : undefined);
  }
});

t.test('REQ-8: who is let in', (t) => {
  const admitted = (filtering: NatOptions['filtering']) => {
    const nat = table({ filtering });
    portOf(nat);
    return [ONE, ONE_OTHER_PORT, TWO].map((remote) => nat.inbound(5000, remote, 1) !== undefined);
  };
  t.same(admitted('EIF'), [true, true, true]);
  t.same(admitted('ADF'), [true, true, false]);
  t.same(admitted('APDF'), [true, false, false]);
  t.equal(table({ filtering: 'EIF' }).inbound(5000, ONE, 0), undefined, 'nobody without a mapping');
});

t.test('REQ-8: the permission of one remote endpoint goes by its own last packet', (t) => {
  const nat = table({ expiry: 1000 });
  portOf(nat, INSIDE, ONE, 0);
  portOf(nat, INSIDE, TWO, 900);
  t.equal(nat.inbound(5000, ONE, 1100), undefined);
  t.equal(nat.inbound(5000, TWO, 1100), INSIDE);
});

t.test('REQ-11: the same table does the same with the same, whatever the load', (t) => {
  const run = () => {
    const nat = table({ mapping: 'APDM', ports: 'random' });
    return Array.from({ length: 300 }, (_, host) => portOf(nat, at(`10.0.1.${host % 250}:5000`), TWO, host));
  };
  t.same(run(), run());
  const nat = table({ expiry: 400_000 });
  for (let host = 0; host < 250; host++) portOf(nat, at(`10.0.1.${host}:5000`), ONE, host);
  t.equal(portOf(nat, at('10.0.1.9:5000'), TWO, 300), portOf(nat, at('10.0.1.9:5000'), ONE, 301));
});

t.test('a NAT that lost power knows nobody', (t) => {
  const nat = table({ ports: 'next' });
  portOf(nat);
  nat.reboot();
  t.equal(nat.inbound(1024, ONE, 1), undefined);
  t.equal(portOf(nat, INSIDE, ONE, 2), 1025);
});

t.test('firewall: lets in what was asked for, until its time is over', (t) => {
  const firewall = new Firewall({ filtering: 'APDF', expiry: 1000 });
  const [inside, remote] = [at('[2001:db8:1::2]:5000'), at('[2001:db8::1]:80')];
  t.notOk(firewall.admits(inside, remote, 0));
  firewall.outbound(inside, remote, 0);
  t.ok(firewall.admits(inside, remote, 900));
  t.ok(firewall.admits(inside, remote, 1800), 'what comes in refreshes');
  t.notOk(firewall.admits(inside, at('[2001:db8::1]:81'), 1800));
  t.notOk(firewall.admits(at('[2001:db8:1::3]:5000'), remote, 1800));
  t.notOk(firewall.admits(inside, remote, 2800));
  firewall.outbound(inside, remote, 3000);
  firewall.reboot();
  t.notOk(firewall.admits(inside, remote, 3001));
});
