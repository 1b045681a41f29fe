/** Cases of an RS-S against one with another data path: an adapter in a process of its own. */
import process from 'node:process';
import { Bpf } from '../../reference/drivers/kernel/bpf.ts';
import { missingFor } from '../../reference/net/udp/udp.ts';
import { start } from '../drivers/program.ts';
import { NTMOBILE } from '../programs.ts';
import t, { runtime } from '../tap.ts';
import { cli } from './terminal.ts';

/** What a data path has part in; in the long form all. */
const PATTERNS = process.env.NTM_LONG === undefined ? ['rs-s.forward.*', 'rs-s.run.*', 'rs-s.entry.*'] : [];
const LEAST = PATTERNS.length > 0 ? 20 : 150;
/** The status of a run in which a busy host left something open; it is tried again. */
const INCONCLUSIVE = 3;
const TRIES = 3;
const skip = missingFor('mmsg') ?? (runtime === 'bun' ? false : 'on Bun');

t.test('an adapter with --datapath mmsg passes', { skip }, async (t) => {
  const args = ['adapter', '--listen', '127.0.0.1:0', '--datapath', 'mmsg'];
  const adapter = start(NTMOBILE, args, 900_000);
  t.teardown(() => adapter.kill('SIGKILL'));
  const [, at = ''] = /^adapter ready on (.+)$/.exec(await adapter.firstLine) ?? [];
  const run = () => cli([...PATTERNS, '--role', 'rs-s', '--depth', 'quick', '--target', at]);
  let ran = await run();
  for (let tries = 1; tries < TRIES && ran.status === INCONCLUSIVE; tries++) ran = await run();
  const bad = ran.out.split('\n').filter((line) => line.startsWith('not ok'));
  t.equal(ran.status, 0, bad.join('; '));
  const passed = Number(/cases?: (\d+) passed/.exec(ran.out)?.[1]);
  t.ok(passed >= LEAST, `${passed} cases passed`);
  adapter.kill('SIGTERM');
  t.equal((await adapter.ended).err, '', 'it is what it forwards with');
});

t.test(
  'an adapter with --datapath ebpf claims the kernel, and its counters show it',
  {
    skip: Bpf.find().missing ?? (runtime === 'bun' ? false : 'on Bun'),
  },
  async (t) => {
    const adapter = start(NTMOBILE, ['adapter', '--listen', '127.0.0.1:0', '--datapath', 'ebpf'], 120_000);
    t.teardown(() => adapter.kill('SIGKILL'));
    const [, at = ''] = /^adapter ready on (.+)$/.exec(await adapter.firstLine) ?? [];
    const run = () => cli(['rs-s.forward.counted', 'rs-s.forward.kernel', '--target', at]);
    let ran = await run();
    for (let tries = 1; tries < TRIES && ran.status === INCONCLUSIVE; tries++) ran = await run();
    t.match(ran.out, /^# 2 cases: 2 passed in /m);
  },
);
