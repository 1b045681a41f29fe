/** A tester that is found elsewhere than where it is bound. */
import { provision } from '../../conformance/identities.ts';
import { outsideNet } from '../../conformance/target/outside.ts';
import { connect } from '../../conformance/target/way.ts';
import type { Ip } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { Net } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import t from '../tap.ts';
import { endpoint } from './bench.ts';
import { cli, target } from './terminal.ts';

const BEHIND = ['--source', '0.0.0.0', '--advertise'];

t.test('sockets are bound inside, and known by where they are outside', async (t) => {
  const net = outsideNet(udpNet(), [{ outside: endpoint('192.0.2.9:0'), inside: endpoint('0.0.0.0:0') }]);
  const heard: string[] = [];
  const [told, tell] = arrival();
  const own = await net.bind(endpoint('192.0.2.9:0'), (bytes) => {
    heard.push(`own ${bytes[0]}`);
    tell();
  });
  const [toldOther, tellOther] = arrival();
  const other = await net.bind(endpoint('127.0.0.1:0'), (_, from) => {
    heard.push(`other from ${from.ip}, ${from.port === own.local.port ? 'the same port' : 'another port'}`);
    tellOther();
  });
  t.equal(own.local.ip, '192.0.2.9');
  own.send(Uint8Array.of(1), own.local);
  await told;
  own.send(Uint8Array.of(2), other.local);
  await toldOther;
  t.same(heard, ['own 1', 'other from 127.0.0.1, the same port']);
  await Promise.all([own.close(), other.close()]);
});

t.test('a target without an adapter finds the DCs where its configuration has them', async (t) => {
  const bound: string[] = [];
  const net: Net = {
    now: () => 0,
    schedule: () => () => {},
    bind(local) {
      bound.push(formatEndpoint(local));
      return Promise.resolve({ local, send: () => {}, close: () => Promise.resolve() });
    },
  };
  const at = endpoint('203.0.113.1:4330');
  const config = provision('rs-s', {
    listen: [at],
    dcs: [[endpoint('192.0.2.9:4401')], [endpoint('192.0.2.9:4402')]],
  });
  const own = '10.0.0.5' as Ip;
  const around = { at, name: '', sources: [own], own, has: new Set<never>(), config };
  const random = (length: number) => new Uint8Array(length);
  await connect({ ...around, listen: [endpoint('10.0.0.5:5501'), endpoint('10.0.0.5:4402')] }, net, random);
  await connect({ ...around, listen: [] }, net, random);
  t.same(bound, ['10.0.0.5:5501', '10.0.0.5:4402', '192.0.2.9:4401', '192.0.2.9:4402']);
});

t.test('bound to all addresses, found at one of them', async (t) => {
  const at = ['--target', await target(t)];
  const cases = ['rs-s.probe.answer', 'rs-s.forward.unchanged', 'node.registration.*', '--depth', 'quick'];
  const good = await cli([...at, ...BEHIND, '127.0.0.1', ...cases]);
  t.same([good.status, good.err], [0, '']);
  t.match(good.out, 'ok 1 - node.registration.');
  const alone = await cli([...at, '--advertise', '127.0.0.1', 'rs-s.probe.answer', '--depth', 'quick']);
  t.same([alone.status, alone.err], [0, '']);
});

t.test('what is not so is found out, and told on the way back too', async (t) => {
  const at = ['--target', await target(t)];
  const { status, out } = await cli(
    [...at, ...BEHIND, '127.0.0.3', 'rs-s.probe.answer', '--depth', 'quick'],
    {
      isTerminal: true,
    },
  );
  t.equal(status, 1);
  t.match(out, / --source 0\.0\.0\.0 --advertise 127\.0\.0\.3 --replay /);
  const asked = await cli(['doctor', ...at, ...BEHIND, '127.0.0.3']);
  t.match(
    asked.out,
    /sees the tester at 127\.0\.0\.1:(\d+)\n.*why: "the tester is at 127\.0\.0\.3:\1: there is a NAT/s,
  );
});

t.test('what cannot be meant gets one line', async (t) => {
  for (const [args, what] of [
    [['--source', '0.0.0.0'], '--source 0.0.0.0 is every address of this machine: say with --advertise'],
    [['--advertise', '::1', '--source', '127.0.0.1'], '--advertise says how the target sees each address'],
    [['--advertise', '192.0.2.1,192.0.2.1'], '--advertise names 192.0.2.1 twice'],
    [['--advertise', '192.0.2.1,192.0.2.2'], '--advertise has several addresses for 0.0.0.0'],
    [['--advertise', 'example.org'], '--advertise example.org is no address'],
  ] as const) {
    const { status, out, err } = await cli(['--target', '127.0.0.1:9', ...args]);
    t.same([status, out], [2, '']);
    t.match(err, `ntm-conform: ${what}`);
  }
});

function arrival(): [Promise<void>, () => void] {
  let arrived = () => {};
  const promise = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  return [promise, arrived];
}
