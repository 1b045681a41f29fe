/**
 * Unmodified programs of two hosts through NTMobile: two DCs, a relay and two nodes as processes of their own, in network
 * namespaces. Each program of a host knows the name of the other and nothing else.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dcConfigOf, fqdn, nodeConfigOf, relayConfigOf } from '../../../reference/lab/configs.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import type { Started } from '../program.ts';
import { start } from '../program.ts';
import { makeNetwork } from './network.ts';
import { has, runIn, whyNot } from './space.ts';

const skip = whyNot() || ['ping', 'getent', 'curl', 'python3'].filter((program) => !has(program)).join(', ');
const why = typeof skip === 'string' && skip !== '' ? `not here: ${skip}` : false;
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
type Name = keyof typeof PLACES;

/** What the programs of a namespace take for /etc/resolv.conf (ip-netns(8)). */
function giveResolvConf(space: string, t: T): void {
  const folder = `/etc/netns/${space}`;
  mkdirSync(folder, { recursive: true });
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'resolv.conf');
  writeFileSync(file, BEFORE);
}

async function runAll(t: T): Promise<{ spaces: Record<Name, string>; nodes: Started[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'by-name-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const spaces = makeNetwork(PLACES, t.teardown);
  const configs = {
    dc1: dcConfigOf('dc1'),
    dc2: dcConfigOf('dc2'),
    rs1: relayConfigOf('rs1'),
    alice: nodeConfigOf('alice', SOCKETS.alice, false),
    bob: nodeConfigOf('bob', SOCKETS.bob, false),
  };
  const begin = (name: Name, ...flags: string[]): Started => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify(configs[name]));
    const url = new URL('../programs/ntmobile.ts', import.meta.url);
    const program = start(url, [configs[name].role, '--config', file, ...flags], 60_000, spaces[name]);
    t.teardown(async () => {
      program.kill('SIGKILL');
      await program.ended;
    });
    return program;
  };
  const others = (['dc1', 'dc2', 'rs1'] as const).map((name) => begin(name));
  const nodes = (['alice', 'bob'] as const).map((name) => {
    giveResolvConf(spaces[name], t);
    return begin(name, '--tun', '--resolv-conf');
  });
  for (const program of [...others, ...nodes]) await program.firstLine;
  return { spaces, nodes };
}

/** Waits until a node has its address. */
async function registered(space: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (runIn(space, 'ip', '-br', 'address', 'show', 'dev', 'ntm0').text.includes('198.18.')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('not registered in 10 s');
}

t.test('programs reach another node by its name', { skip: why }, async (t) => {
  const { spaces, nodes } = await runAll(t);
  await Promise.all([registered(spaces.alice), registered(spaces.bob)]);
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

  const served = mkdtempSync(join(tmpdir(), 'served-'));
  t.teardown(() => rmSync(served, { recursive: true }));
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

  const files = (['alice', 'bob'] as const).map((name) => `/etc/netns/${spaces[name]}/resolv.conf`);
  const [alice, other] = nodes as [Started, Started];
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
