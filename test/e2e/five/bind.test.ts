/** A DC that publishes into a BIND 9, by DNS UPDATE with TSIG. [DNS-26] */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { toHex } from '../../../reference/bytes.ts';
import { decodeNtmRecord } from '../../../reference/dns/record.ts';
import { folder } from '../../conformance/terminal.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import { Parties } from './parties.ts';

const ZONE = 'ntmobile.one.example';
const SECRET = 'dGhpcnR5LXR3byBieXRlcyBvZiBhIHRlc3Qgc2VjcmV0IQ==';

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const missing = [...(has('named', '-v') ? [] : ['named']), ...(has('dig', '-v') ? [] : ['dig'])].join(
  ' and ',
);

/** A port of loopback that nobody listens at over TCP. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Starts a BIND 9 that has the zone, and a record in it that a DC left behind. @returns its port */
async function startNamed(t: T): Promise<number> {
  const file = folder(t);
  const port = await freePort();
  writeFileSync(
    file('named.conf'),
    `options {
  directory "${file('')}";
  pid-file "${file('named.pid')}";
  session-keyfile none;
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  notify no;
  dnssec-validation no;
};
controls { };
key "dc-one" { algorithm hmac-sha256; secret "${SECRET}"; };
zone "${ZONE}" { type primary; file "zone.db"; allow-update { key "dc-one"; }; };
`,
  );
  writeFileSync(
    file('zone.db'),
    `$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 5
@ NS ns
ns A 127.0.0.1
alice TYPE65330 \\# 1 A0
www A 192.0.2.7
`,
  );
  const named = spawn('named', ['-g', '-c', file('named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 240_000,
  });
  t.teardown(
    () =>
      new Promise<void>((resolve) => {
        named.once('close', () => resolve());
        named.kill('SIGTERM');
      }),
  );
  await new Promise<void>((resolve, reject) => {
    let log = '';
    named.stderr.on('data', (data) => {
      log += String(data);
      if (/\brunning$/m.test(log)) resolve();
    });
    named.once('close', () => reject(new Error(log)));
  });
  return port;
}

t.test('a DC and a BIND 9', { skip: missing !== '' && `${missing} is not installed` }, async (t) => {
  const port = await startNamed(t);
  const dig = (name: string, type: string): string =>
    spawnSync('dig', ['@127.0.0.1', '-p', `${port}`, '+time=2', '+tries=3', '+norecurse', name, type], {
      encoding: 'utf8',
    }).stdout;
  /** What NTM records there are: Node ID and TTL. */
  const records = (name: string): { nodeId: string; ttl: number }[] =>
    [...dig(name, 'TYPE65330').matchAll(/\s(\d+)\s+IN\s+TYPE65330\s+\\# \d+ ([0-9A-F ]+)/g)].flatMap(
      ([, ttl = '', hex = '']) => {
        const bytes = hex.replaceAll(' ', '').match(/../g) ?? [];
        const record = decodeNtmRecord(Uint8Array.from(bytes, (two) => Number.parseInt(two, 16)));
        return [{ nodeId: record ? toHex(record.nodeId) : 'unread', ttl: Number(ttl) }];
      },
    );
  const until = async (isSo: () => boolean): Promise<boolean> => {
    for (const end = Date.now() + 15_000; Date.now() < end; ) {
      if (isSo()) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  };
  const parties = await Parties.create(t);
  let [dc, alice] = ['', ''];
  const change = (secret: string): void =>
    parties.change('dc-one', (config) => {
      dc = Reflect.get(config, 'nodeId');
      Reflect.set(config, 'dns', { update: { server: `127.0.0.1:${port}`, key: 'dc-one', secret } });
    });
  parties.change('alice', (config) => {
    alice = Reflect.get(config, 'nodeId');
  });
  const name = `alice.${ZONE}`;

  t.same(records(name), [{ nodeId: 'unread', ttl: 60 }], 'what a DC left behind');
  change('YW5vdGhlciBzZWNyZXQgb2YgMzIgYnl0ZXMgb3IgbW9yZQ==');
  await parties.start('dc-one');
  await new Promise((resolve) => setTimeout(resolve, 500));
  const refused = await parties.end('dc-one', 'SIGTERM');
  t.match(refused.err, /dns-update-failed/, 'without the key it says so');
  t.same(records(ZONE), [], 'and nothing has changed');

  change(SECRET);
  await parties.start('dc-one');
  t.ok(await until(() => records(ZONE)[0]?.nodeId === dc), 'the DC is at the apex');
  t.ok(await until(() => records(name).length === 0), 'what was left behind is gone');
  await parties.start('alice');
  t.ok(await until(() => records(name)[0]?.nodeId === alice), 'a node that registered');
  const [record] = records(name);
  t.ok(record !== undefined && record.ttl > 0 && record.ttl <= 60, 'for no longer than its registration');
  await parties.end('dc-one', 'SIGKILL');
  await parties.start('dc-one');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  t.equal(records(name)[0]?.nodeId, alice, 'after a crash of the DC it is there');
  await parties.end('alice', 'SIGTERM');
  t.ok(await until(() => records(name).length === 0), 'a node that took its leave');
  t.match(dig(`www.${ZONE}`, 'A'), /192\.0\.2\.7/, 'what others put there stays');
  t.equal((await parties.end('dc-one', 'SIGTERM')).err.includes('dns-update-failed'), false);
});
