/**
 * Unmodified programs of two hosts through NTMobile: two DCs, a relay and two nodes as processes of their own, in network
 * namespaces. Each program of a host knows the name of the other and nothing else.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dcConfigOf, fqdn, nodeConfigOf, relayConfigOf } from '../../../reference/lab/configs.ts';
import t from '../../tap.ts';
import { makeNetwork } from './network.ts';
import { begin, folderFor, giveResolvConf, until, whyNotWith } from './parties.ts';
import { runIn } from './space.ts';

const skip = whyNotWith('ping', 'getent', 'curl', 'python3');
const SOCKETS = {
  alice: ['192.0.2.101:4330', '[2001:db8::a1]:4330'],
  bob: ['192.0.2.102:4330', '[2001:db8::b1]:4330'],
};
const PLACES = {
  dc1: ['192.0.2.11/24', '2001:db8::d1/64'],
  dc2: ['192.0.2.12/24', '2001:db8::d2/64'],
  rs1: ['192.0.2.51/24', '2001:db8::e1/64'],
  alice: ['192.0.2.101/24', '2001:db8::a1/64'],
  bob: ['192.0.2.102/24', '2001:db8::b1/64'],
};
const BEFORE = 'options timeout:2\n';

t.test('programs reach another node by its name', { skip }, async (t) => {
  const spaces = makeNetwork(PLACES, t.teardown);
  const node = (name: 'alice' | 'bob') =>
    begin(t, spaces[name], nodeConfigOf(name, SOCKETS[name], false), '--tun', '--resolv-conf');
  const files = (['alice', 'bob'] as const).map((name) => giveResolvConf(t, spaces[name], BEFORE));
  const servers = [
    begin(t, spaces.dc1, dcConfigOf('dc1')),
    begin(t, spaces.dc2, dcConfigOf('dc2')),
    begin(t, spaces.rs1, relayConfigOf('rs1')),
  ];
  const [alice, other] = [node('alice'), node('bob')];
  for (const { firstLine } of [...servers, alice, other]) await firstLine;
  const show = ['ip', '-br', 'address', 'show', 'dev', 'ntm0'];
  for (const space of [spaces.alice, spaces.bob]) await until(space, show, '198.18.');
  const bob = fqdn('bob');

  const found = runIn(spaces.alice, 'getent', 'ahostsv4', bob);
  t.match(found.text, /^198\.18\.2\.\d+ /, 'the resolver of the C library finds it');
  for (const version of ['-4', '-6']) {
    const { status, text } = runIn(
      spaces.alice,
      'ping',
      '-n',
      version,
      '-c',
      '3',
      '-i',
      '0.1',
      '-W',
      '3',
      bob,
    );
    t.equal(status, 0, text);
  }

  const served = folderFor(t);
  // No two places of it look the same.
  const bytes = Buffer.alloc(4 * 500_000);
  for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
  writeFileSync(join(served, 'bytes'), bytes);
  const server = spawn('ip', [
    ...['netns', 'exec', spaces.bob, 'python3', '-m', 'http.server', '8080'],
    ...['--bind', '0.0.0.0', '--directory', served],
  ]);
  t.teardown(() => server.kill('SIGKILL'));
  const got = join(served, 'got');
  const { status, text } = runIn(
    spaces.alice,
    ...[
      'curl',
      '-sS',
      '-4',
      '--max-time',
      '20',
      '--retry',
      '20',
      '--retry-delay',
      '1',
      '--retry-connrefused',
    ],
    ...['-o', got, `http://${bob}:8080/bytes`],
  );
  t.equal(status, 0, text);
  t.ok(bytes.equals(readFileSync(got)), 'a download by another program, byte for byte');

  const line = runIn(spaces.bob, 'ping', '-n', '-c', '1', '-W', '3', fqdn('alice')).text;
  t.match(line, /1 received/, 'and the other way');

  alice.kill('SIGTERM');
  other.kill('SIGKILL');
  t.equal((await alice.ended).status, 0);
  await other.ended;
  const [orderly = '', crashed = ''] = files.map((file) => readFileSync(file, 'utf8'));
  t.equal(orderly, BEFORE, 'the DNS server of the host is who it was');
  t.match(crashed, /^nameserver 127\.0\.0\.43$/m, 'a crash leaves it');
  for (const space of [spaces.alice, spaces.bob])
    t.equal(runIn(space, 'ip', 'link', 'show', 'ntm0').status, 1, 'the interface is gone');
});
