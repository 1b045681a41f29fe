/**
 * General hosts and a node's programs that know nothing of NTMobile: through an RS-N by name, and through an RS-T by address.
 * DC, relays and node are processes of their own, in network namespaces.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DC, nodeConfigOf, RS_T, rsNConfigOf } from '../../../reference/lab/general/configs.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import { makeNetwork } from './network.ts';
import { begin, folderFor, giveResolvConf, until, whyNotWith } from './parties.ts';
import { runIn } from './space.ts';
import { serveWeb } from './web.ts';

const skip = whyNotWith('curl', 'python3', 'named');
const PLACES = {
  dc: ['192.0.2.11/24', '2001:db8::d1/64'],
  rsn: ['192.0.2.61/24', '2001:db8::f1/64'],
  rst: ['192.0.2.63/24', '2001:db8::f3/64'],
  alice: ['192.0.2.150/24'],
  www: ['192.0.2.200/24', '192.0.2.201/24'],
};

/** The DNS of the Internet, as far as it goes here. */
function runDns(t: T, space: string): void {
  const folder = folderFor(t);
  const file = (name: string, text: string) => writeFileSync(join(folder, name), text);
  file('zone', '$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 192.0.2.200\nwww A 192.0.2.200\n');
  file(
    'named.conf',
    `options { directory "${folder}"; listen-on { 192.0.2.200; }; listen-on-v6 { none; }; recursion no; pid-file none; };
zone "example" { type primary; file "zone"; };\n`,
  );
  run(t, space, 'named', '-g', '-n', '1', '-c', join(folder, 'named.conf'));
}

function run(t: T, space: string, ...command: string[]): void {
  const child = spawn('ip', ['netns', 'exec', space, ...command], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
}

t.test('a web server sees the relay, or the address that is lent', { skip }, async (t) => {
  const spaces = makeNetwork(PLACES, t.teardown);
  const { www } = spaces;
  for (const relay of [spaces.rsn, spaces.rst])
    for (const setting of ['ipv4.ip_forward', 'ipv6.conf.all.forwarding'])
      runIn(relay, 'sysctl', '-q', '-w', `net.${setting}=1`);
  runIn(www, 'ip', 'route', 'add', '192.0.2.71', 'via', '192.0.2.61');
  for (const lent of ['192.0.2.101', '192.0.2.102'])
    runIn(www, 'ip', 'route', 'add', lent, 'via', '192.0.2.63');
  runDns(t, www);
  serveWeb(t, www, '0.0.0.0');
  giveResolvConf(t, spaces.alice, 'nameserver 192.0.2.200\noptions timeout:2\n');
  const relays = [
    begin(t, spaces.rsn, rsNConfigOf('rsn1'), '--tun'),
    begin(t, spaces.rst, RS_T, '--tun', 'lent'),
  ];
  const general = {
    destinations: [
      { to: 'www.example', policy: 'rs-n' as const },
      { to: '192.0.2.201', policy: 'rs-t' as const },
    ],
    lease: true,
  };
  for (const { firstLine } of [begin(t, spaces.dc, DC), ...relays]) await firstLine;
  await until(spaces.rst, ['ip', 'route', 'show', 'dev', 'lent'], '192.0.2.101');
  const alice = nodeConfigOf('alice', ['192.0.2.150:4330'], general);
  await begin(t, spaces.alice, alice, '--tun', '--resolv-conf').firstLine;
  await until(spaces.alice, ['ip', '-br', 'address', 'show', 'dev', 'ntm0'], '192.0.2.10');

  const get = (url: string) =>
    runIn(spaces.alice, 'curl', '-s', '--max-time', '10', '--retry', '10', '--retry-connrefused', url).text;
  t.equal(get('http://www.example/'), '192.0.2.71', 'RS-N: its own address');
  t.match(get('http://192.0.2.201/'), /^192\.0\.2\.10[12]$/, 'RS-T: the lent one');
  t.equal(get('http://192.0.2.200/'), '192.0.2.150', 'neither: the real one');

  for (const relay of relays) relay.kill('SIGTERM');
  for (const { ended } of relays) t.equal((await ended).err.includes('go no further'), false);
});
