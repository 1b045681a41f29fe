import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingFor, udpNet } from '../../reference/net/udp/udp.ts';
import { example, nodeExample } from '../config/example.ts';
import { at } from '../net/addresses.ts';
import { NTMOBILE } from '../programs.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';
import { start } from './program.ts';

const folder = await mkdtemp(join(tmpdir(), 'ntmobile-'));
t.teardown(() => rm(folder, { recursive: true }));

const ntmobile = (...args: string[]) => start(NTMOBILE, args);

async function config(change: object): Promise<string> {
  const path = join(folder, 'rs.json');
  await writeFile(path, JSON.stringify({ ...example(), ...change }));
  return path;
}

async function mistakes(t: T, cases: readonly [args: string[], line: string][]): Promise<void> {
  const ended = await Promise.all(cases.map(([args]) => ntmobile(...args).ended));
  for (const [at, [args, line]] of cases.entries()) {
    const { status, out, err } = ended[at] ?? {};
    t.same([status, out, err], [2, '', `ntmobile: ${line}\n`], args.join(' '));
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  t.test(`rs-s says where it is and ends with 0 on ${signal}`, async (t) => {
    const program = ntmobile('rs-s', '--config', await config({ listen: ['127.0.0.1:0', '[::1]:0'] }));
    t.match(await program.firstLine, /^rs-s ready on 127\.0\.0\.1:\d+, \[::1\]:\d+$/);
    program.kill(signal);
    const { status, out } = await program.ended;
    t.equal(status, 0);
    t.equal(out.split('\n').length, 2, 'one line');
  });
}

t.test(
  'ntma says where it is, and that it has no inside; a configuration of a node is none of it',
  async (t) => {
    const file = join(folder, 'ntma.json');
    const ntma = { ...nodeExample(), role: 'ntma', listen: ['127.0.0.1:0'] };
    await writeFile(file, JSON.stringify(ntma));
    const program = ntmobile('ntma', '--config', file);
    t.match(await program.firstLine, /^ntma ready on 127\.0\.0\.1:\d+$/);
    program.kill('SIGTERM');
    const { status, err } = await program.ended;
    t.equal(status, 0);
    t.match(err, /^ntma: without --tun it has no interface to its inside: [^\n]+\n/);
    await writeFile(file, JSON.stringify({ ...ntma, dns: {} }));
    t.match((await ntmobile('ntma', '--config', file).ended).err, /^ntmobile: [^\n]*dns[^\n]*\n$/);
  },
);

t.test('a test profile shows', async (t) => {
  const profile = { global: ['127.0.0.0/29'] };
  const plain = ntmobile('rs-s', '--config', await config({}));
  await plain.firstLine;
  const tested = ntmobile('rs-s', '--config', await config({ testProfile: profile }));
  await tested.firstLine;
  for (const program of [plain, tested]) program.kill('SIGTERM');
  t.equal((await plain.ended).err.includes('test profile'), false);
  t.match((await tested.ended).err, /^rs-s: the test profile is on: [^\n]+\n/);
});

t.test('--verbose logs by what a role has its sockets, and at its end what went through them', async (t) => {
  const args = ['rs-s', '--udp', 'dgram', '--config', await config({})];
  const [program, quiet] = [ntmobile(...args, '--verbose'), ntmobile(...args)];
  for (const one of [program, quiet]) {
    await one.firstLine;
    one.kill('SIGTERM');
  }
  const { err } = await program.ended;
  t.equal((await quiet.ended).err, '', 'nothing was lost, so there is nothing to tell');
  t.match(err, /^\S+ udp-open local=127\.0\.0\.1:\d+ by=dgram( room=\d+)?$/m);
  t.match(err, /^\S+ udp-close local=127\.0\.0\.1:\d+ received=0 batches=0 sent=\d+ unsent=0( dropped=0)?$/m);
  const unknown = await ntmobile('rs-s', '--udp', 'pigeon', '--config', await config({})).ended;
  t.match([unknown.status, unknown.err], [2, /^ntmobile: [^\n]*pigeon[^\n]*auto[^\n]*\n$/]);
});

t.test('a relay with --datapath mmsg has its sockets so, or says what is missing', async (t) => {
  const program = ntmobile('rs-s', '--verbose', '--datapath', 'mmsg', '--config', await config({}));
  await program.firstLine;
  program.kill('SIGTERM');
  const { err } = await program.ended;
  const missing = missingFor('mmsg');
  if (missing === undefined) t.match(err, /^\S+ udp-open local=\S+ by=mmsg room=\d+$/m);
  else t.match(err, `rs-s: forwards as with --datapath user: ${missing}\n`);
});

t.test('a mistake is one line on stderr and status 2', async (t) => {
  const taken = await udpNet().bind(at('127.0.0.1:0'), () => {});
  t.teardown(() => taken.close());
  const inUse = `127.0.0.1:${taken.local.port}`;
  const path = await config({ listen: [inUse] });
  const cases: [args: string[], line: string][] = [
    [[], 'no role given: try "ntmobile --help"'],
    [['rs-x'], "unknown command 'rs-x' (Did you mean one of rs-n, rs-s, rs-t?)"],
    [['rs-s'], "required option '--config <file>' not specified"],
    [['rs-s', '--config', '/no/such'], '/no/such: there is no such file: check the path'],
    [['rs-s', '--config', path, '--conf'], "unknown option '--conf' (Did you mean --config?)"],
    [
      ['rs-s', '--config', path],
      `${inUse} is in use by another program: stop that one or choose another port`,
    ],
    [['adapter', '--listen', '4400'], '--listen is 4400: write it like 127.0.0.1:4400 or [::1]:4400'],
    [
      ['adapter', '--listen', inUse],
      `${inUse} is in use by another program: stop that one or choose another port`,
    ],
  ];
  await mistakes(t, cases);
  const broken = await ntmobile('rs-s', '--config', await config({ capacity: 0 })).ended;
  t.same(
    [broken.status, broken.err],
    [2, `ntmobile: ${path}: capacity is 0: write a whole number, 1 to 1000000\n`],
  );
});

t.test('init writes what each role takes, once', async (t) => {
  const target = join(folder, 'five');
  const { status, out, err } = await ntmobile('init', target, '--port', '5000').ended;
  t.same([status, err], [0, '']);
  const readme = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
  const [, shown = ''] = readme.split('npx ntmobile init try\n');
  const commands = (shown.split('```')[0] ?? '').trim().split('\n');
  t.equal(commands.length, 5);
  t.same(
    out.split('\n').flatMap((line) => (line.startsWith('  ') ? [line.trim()] : [])),
    commands.map((line) => line.replaceAll('try/', `${target}/`)),
    'the five commands of the README',
  );
  const file = join(target, 'dc-one.json');
  t.equal((await stat(file)).mode & 0o077, 0, 'secrets are for their owner');
  const again = await ntmobile('init', target).ended;
  t.same(
    [again.status, again.err],
    [2, `ntmobile: ${file} is there already: remove it, or name another folder\n`],
  );
});

t.test('mistakes with dc, node and chart are one line', async (t) => {
  const target = join(folder, 'mistakes');
  t.equal((await ntmobile('init', target).ended).status, 0);
  const [dc, alice] = [join(target, 'dc-one.json'), join(target, 'alice.json')];
  const cases: [args: string[], line: string][] = [
    [['init', target, '--port', '65530'], '--port is 65530: write a whole number, 1 to 65529'],
    [['dc', '--config', alice], `${alice}: is the configuration for node: run "ntmobile node" with it`],
    [
      ['node', '--config', alice, '--ping', 'bob'],
      '--ping is bob: write the name of a node, like alice.ntmobile.example.net',
    ],
    [
      ['node', '--config', alice, '--ping', 'a.ntmobile.b', '--count', '0'],
      '--count is 0: write a whole number, 1 to 99999',
    ],
    [['node', '--config', alice, '-6'], '-6 is for --ping: add the name to ping, or leave it out'],
    [
      ['dc', '--config', dc, '--trace', join(target, 'none', 'a.trace')],
      `${join(target, 'none', 'a.trace')}: cannot be written (ENOENT): check the path and its permissions`,
    ],
    [['chart'], "missing required argument 'files'"],
    [['chart', '/no/such'], '/no/such: cannot be read (ENOENT): name files that --trace wrote'],
    [['chart', alice], `${alice}:1: is no line of a trace: name files that --trace wrote`],
  ];
  await mistakes(t, cases);
});

t.test('a DC without a store says so', async (t) => {
  const target = join(folder, 'forgetful');
  t.equal((await ntmobile('init', target).ended).status, 0);
  const file = join(target, 'dc-one.json');
  const written = JSON.parse(await readFile(file, 'utf8'));
  const { store: _, testProfile: __, ...without } = written;
  await writeFile(file, JSON.stringify({ ...without, listen: ['127.0.0.1:0'] }));
  const program = ntmobile('dc', '--config', file);
  t.match(await program.firstLine, /^dc ready on 127\.0\.0\.1:\d+$/);
  program.kill('SIGTERM');
  const { status, err } = await program.ended;
  t.equal(status, 0);
  t.match(err, /^dc: no store is configured: what it promised is forgotten when it ends\n/);
});

t.test('help and version are no mistakes', async (t) => {
  const help = await ntmobile('--help').ended;
  t.same([help.status, help.err], [0, '']);
  t.match(help.out, /^ +rs-s \[options\] +runs a relay/m);
  t.match(help.out, /^ +--version +print the version\n +--help +print this\n/m);
  const lines = help.out.split('\n').map((line) => line.length);
  t.ok(Math.max(...lines) > 80 && Math.max(...lines) <= 110, 'as wide as that of ntm-conform');
  t.match((await ntmobile('node', '--help').ended).out, /^ +--help +print this$/m);
  const version = await ntmobile('--version').ended;
  const text = await readFile(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8');
  t.same([version.status, version.out], [0, `${JSON.parse(text).version}\n`]);
});

t.test('the adapter says where it is and ends with 0', async (t) => {
  const program = ntmobile('adapter', '--listen', '127.0.0.1:0');
  t.match(await program.firstLine, /^adapter ready on 127\.0\.0\.1:\d+$/);
  program.kill('SIGTERM');
  t.equal((await program.ended).status, 0);
});
