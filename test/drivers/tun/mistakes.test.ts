/** What a person hears who asks for a virtual interface in a wrong way, or without what it needs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCalls } from '../../../reference/net/udp/mmsg-calls.ts';
import { nodeExample } from '../../config/example.ts';
import { NTMOBILE } from '../../programs.ts';
import type { T } from '../../tap.ts';
import t from '../../tap.ts';
import { start } from '../program.ts';
import { makeSpaces, run, whyNot } from './space.ts';

const folder = await mkdtemp(join(tmpdir(), 'mistakes-'));
t.teardown(() => rm(folder, { recursive: true }));
const file = join(folder, 'node.json');
const config = { ...nodeExample(), listen: ['127.0.0.1:0'] };
await writeFile(file, JSON.stringify(config));

const node = (args: readonly string[], space?: string) =>
  start(NTMOBILE, ['node', '--config', file, ...args], 30_000, space);

async function mistake(t: T, args: readonly string[], line: string, space?: string): Promise<void> {
  const { status, err } = await node(args, space).ended;
  t.same([status, err], [2, `ntmobile: ${line}\n`], args.join(' '));
}

t.test('flags that are of no use, or against each other', async (t) => {
  await mistake(t, ['--tun-route', 'fd00::/8'], '--tun-route is for --tun: add it, or leave this out');
  await mistake(
    t,
    ['--resolv-conf'],
    '--resolv-conf is for --tun: add it, for names lead to addresses behind the interface',
  );
  await mistake(
    t,
    ['--tun', '--ping', config.name],
    '--ping is for a node without --tun: leave one out, and use the ping of the system',
  );
  await mistake(
    t,
    ['--tun', '--tun-route', 'all'],
    '--tun-route is all: write a prefix like 198.18.0.0/15 or fd00::/8',
  );
});

const skipNames = loadCalls().missing ?? false;
t.test('a name that no interface has', { skip: skipNames }, async (t) => {
  await mistake(t, ['--tun', 'a/b'], '--tun is a/b: write 1 to 15 letters, digits, or one of _.-');
});

t.test('a name that is taken, or something else already', { skip: whyNot() }, async (t) => {
  const { host } = makeSpaces(['host'], t.teardown);
  const other = start(new URL('../programs/tun.ts', import.meta.url), [], 30_000, host);
  t.equal(await other.firstLine, 'ntm0');
  await mistake(
    t,
    ['--tun', 'ntm0'],
    '--tun: no interface ntm0 can be made: EBUSY, another program has it: name another one',
    host,
  );
  other.end();
  await other.ended;
  t.equal(run('ip', '-n', host, 'link', 'add', 'ntm7', 'type', 'veth').status, 0);
  await mistake(
    t,
    ['--tun', 'ntm7'],
    '--tun: no interface ntm7 can be made: EINVAL, there is one of that name that is no TUN: name another one',
    host,
  );
});
