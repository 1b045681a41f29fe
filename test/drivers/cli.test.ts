import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { example } from '../config/example.ts';
import { at } from '../net/addresses.ts';
import t from '../tap.ts';
import { start } from './program.ts';

const folder = await mkdtemp(join(tmpdir(), 'ntmobile-'));
t.teardown(() => rm(folder, { recursive: true }));

const ntmobile = (...args: string[]) => start(new URL('programs/ntmobile.ts', import.meta.url), args);

async function config(change: object): Promise<string> {
  const path = join(folder, 'rs.json');
  await writeFile(path, JSON.stringify({ ...example(), ...change }));
  return path;
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

t.test('a test profile shows', async (t) => {
  const profile = { global: ['127.0.0.0/29'] };
  const plain = ntmobile('rs-s', '--config', await config({}));
  await plain.firstLine;
  const tested = ntmobile('rs-s', '--config', await config({ testProfile: profile }));
  await tested.firstLine;
  for (const program of [plain, tested]) program.kill('SIGTERM');
  t.equal((await plain.ended).err, '');
  t.match((await tested.ended).err, /^rs-s: the test profile is on: [^\n]+\n$/);
});

t.test('a mistake is one line on stderr and status 2', async (t) => {
  const taken = await udpNet().bind(at('127.0.0.1:0'), () => {});
  t.teardown(() => taken.close());
  const inUse = `127.0.0.1:${taken.local.port}`;
  const path = await config({ listen: [inUse] });
  const cases: [args: string[], line: string][] = [
    [[], 'no role given: try "ntmobile --help"'],
    [['rs-x'], "unknown command 'rs-x' (Did you mean rs-s?)"],
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
  for (const [args, line] of cases) {
    const { status, out, err } = await ntmobile(...args).ended;
    t.same([status, out, err], [2, '', `ntmobile: ${line}\n`], args.join(' '));
  }
  const broken = await ntmobile('rs-s', '--config', await config({ capacity: 0 })).ended;
  t.same(
    [broken.status, broken.err],
    [2, `ntmobile: ${path}: capacity is 0: write a whole number, 1 to 1000000\n`],
  );
});

t.test('help and version are no mistakes', async (t) => {
  const help = await ntmobile('--help').ended;
  t.same([help.status, help.err], [0, '']);
  t.match(help.out, /rs-s \[options\]/);
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
