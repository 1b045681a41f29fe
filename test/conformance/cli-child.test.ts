/** What the command line starts beside itself: the embedded reference, variants of it; and that nothing of it stays. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Report } from '../../conformance/report.ts';
import t, { runtime } from '../tap.ts';
import { cli, folder } from './terminal.ts';

const bin = fileURLToPath(new URL('../../conformance/bin.js', import.meta.url));
const runtimeArgs = { node: [], deno: ['run', '--allow-all', '--quiet'], bun: ['run'] }[runtime];

/** Bytes of a capture that a run has written for sure once its first cases are running. */
const MUCH = 100_000;

t.test('without a target the reference is tested, in another process', async (t) => {
  const file = folder(t)('report.json');
  const args = ['--depth', 'quick', 'rs-s.forward.unchanged', 'rs-s.header.magic'];
  const ran = await cli([...args, '--reporter', `json=${file}`]);
  t.same([ran.status, ran.err], [0, '']);
  const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')));
  t.equal(report.target.address, 'embedded');
  t.same(report.target.roles, ['dc', 'node', 'rs-s', 'rs-n', 'rs-t', 'ntma', 'dns', 'codec']);
  t.same(adapters(process.pid), []);
});

t.test('explain shows what goes to and fro', async (t) => {
  const ran = await cli(['explain', 'rs-s.forward.unchanged']);
  t.equal(ran.status, 0);
  t.match(ran.out, /\nCatches {5}\w/);
  t.match(ran.out, /\nWith the reference, on its first input:\n\n/);
  t.match(ran.out, /\n#\d+ +[\d.]+ .*-{5,}>.* Data/);
});

t.test('self-test: a saboteur is caught, an unknown one is a mistake', async (t) => {
  const ran = await cli(['self-test', 'nobody']);
  t.equal(ran.status, 2);
  t.equal(ran.err, 'ntm-conform: There is no variant nobody: see them with self-test --list.\n');
  const listed = await cli(['self-test', '--list']);
  const [name = ''] = /^\S+(?= {2}saboteur: .*caught by rs-s\.forward\.)/m.exec(listed.out) ?? [];
  const caught = await cli(['self-test', name]);
  t.equal(caught.status, 0);
  t.match(caught.out, new RegExp(`^TAP version 14\nok 1 - ${name}: .*: caught by rs-s\\.forward\\.`));
});

t.test('vectors', async (t) => {
  const list = await cli(['vectors']);
  t.match(list.out, /^header \(version \d+\): \d+ valid, \d+ invalid\n {4}\w/m);
  const one = await cli(['vectors', 'header.type.registration-request']);
  t.match(JSON.parse(one.out), { id: 'header.type.registration-request', result: 'valid' });
  const wrong = await cli(['vectors', 'headr']);
  t.equal(
    wrong.err,
    'ntm-conform: There is no family and no vector headr: see them with ntm-conform vectors. Did you mean header?\n',
  );
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  t.test(`${signal} leaves nothing behind`, async (t) => {
    const inFolder = folder(t);
    const [file, capture] = [inFolder('report.json'), inFolder('run.pcapng')];
    const outputs = ['--reporter', `json=${file}`, '--pcap', capture];
    const args = ['rs-s.forward.unchanged', '--runs', '1000000', ...outputs];
    const suite = spawn(process.execPath, [...runtimeArgs, bin, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.teardown(() => suite.kill('SIGKILL'));
    let out = '';
    suite.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    // Deno tells a status of 130 as the signal for which shells have that number.
    const code = new Promise((resolve) => {
      suite.once('close', (status, by) => resolve(status ?? (by === 'SIGINT' ? 130 : by)));
    });
    const adapter = await adapterOf(suite);
    // Until the run is under way Ctrl-C ends the program as it ends any.
    await isUnderWay(capture);
    suite.kill(signal);
    if (signal === 'SIGINT') {
      t.equal(await code, 130);
      t.match(out, /\nBail out! The run was cut short\.\n$/);
      t.equal(Report.parse(JSON.parse(readFileSync(file, 'utf8'))).complete, false);
    } else await code;
    t.ok(await gone(adapter), 'its adapter is gone');
  });
}

/** Processes that a process started to have adapters in them. */
function adapters(parent: number | undefined): number[] {
  const { stdout } = spawnSync('ps', ['-eo', 'ppid=,pid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const [ppid, pid] = line.trim().split(/\s+/).map(Number);
    return ppid === parent && pid !== undefined && line.includes('attached.js') ? [pid] : [];
  });
}

/** Waits until a run has sent and received much. */
async function isUnderWay(capture: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (existsSync(capture) && statSync(capture).size > MUCH) return;
    await sleep(100);
  }
  throw new Error('the run does not get under way');
}

async function adapterOf({ pid }: ChildProcess): Promise<number> {
  for (let tries = 0; tries < 300; tries++) {
    const [found] = adapters(pid);
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error('no adapter was started');
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const { status } = spawnSync('ps', ['-p', `${pid}`]);
    if (status !== 0) return true;
    await sleep(100);
  }
  return false;
}
