/**
 * Compares the data paths of an RS-S with plain forwarding, side by side, in three network namespaces: time inside
 * the relay, round trip, datagrams a second. As root:
 * `node --import ./test/typescript.js test/bench/relay.ts [PINGS] [SECONDS]` prints a table in Markdown.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSpaces, run, runIn } from '../drivers/tun/space.ts';
import { timesInside } from './capture.ts';

const [pings = '1000', seconds = '2'] = process.argv.slice(2);
const MN = ['10.0.1.2', '5000'] as const;
const CN = ['10.0.2.2', '5000'] as const;
const RS = ['10.0.1.1', '4330'] as const;
const SIZE = '100';

interface Row {
  readonly name: string;
  readonly inside: number;
  readonly roundTrip: number;
  readonly perSecond: number;
}

const undo: (() => void)[] = [];
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
undo.push(() => rmSync(folder, { recursive: true }));
const { mn, rs, cn } = makeSpaces(['mn', 'rs', 'cn'], (body) => void undo.push(body));
const tool = join(folder, 'datagrams');

try {
  must('gcc', '-O2', '-o', tool, new URL('programs/datagrams.c', import.meta.url).pathname);
  for (const [space, peer, number] of [
    [mn, 'mn', 1],
    [cn, 'cn', 2],
  ] as const) {
    must('ip', 'link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', peer, 'netns', rs);
    for (const [where, device, host] of [
      [space, 'eth0', 2],
      [rs, peer, 1],
    ] as const) {
      must('ip', '-n', where, 'address', 'add', `10.0.${number}.${host}/24`, 'dev', device);
      must('ip', '-n', where, 'link', 'set', device, 'up');
    }
    must('ip', '-n', space, 'route', 'add', 'default', 'via', `10.0.${number}.1`);
  }
  must('ip', 'netns', 'exec', rs, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  const rows = [await measure('plain forwarding', CN)];
  for (const datapath of ['user', 'nft', 'ebpf']) rows.push(await relayed(datapath));
  print(rows);
} finally {
  for (const body of undo.reverse()) body();
}

async function relayed(datapath: string): Promise<Row> {
  const program = new URL('../drivers/kernel/programs/relay.ts', import.meta.url).pathname;
  const relay = spawn(
    'ip',
    ['netns', 'exec', rs, process.execPath, ...process.execArgv, program, datapath, '0', RS.join(':')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface(relay.stdout)[Symbol.asyncIterator]();
  await lines.next();
  relay.stdin.write(`${JSON.stringify({ set: [['bb'.repeat(16), MN.join(':'), CN.join(':')]] })}\n`);
  await lines.next();
  const row = await measure(datapath, RS);
  relay.kill('SIGKILL');
  await once(relay, 'close');
  return row;
}

async function measure(name: string, to: readonly [string, string]): Promise<Row> {
  const echo = await begin(cn, 'echo', ...CN);
  const file = join(folder, 'capture');
  const capture = spawn(
    'ip',
    [
      'netns',
      'exec',
      rs,
      'tcpdump',
      '-i',
      'any',
      '--time-stamp-precision=nano',
      '-s',
      '128',
      '-w',
      file,
      'udp',
    ],
    { stdio: 'ignore' },
  );
  await sleep(1000);
  await ping(to, '100');
  await ping(to, pings);
  await sleep(300);
  capture.kill('SIGINT');
  await once(capture, 'close');
  const times = timesInside(file, MN[0]);
  const { median } = await ping(to, pings);
  echo.kill('SIGKILL');
  must(
    'ip',
    'netns',
    'exec',
    cn,
    'nft',
    'add table ip sink; add chain ip sink in { type filter hook prerouting priority raw; policy drop; }',
  );
  const before = arrived();
  const { seconds: took } = await send(to);
  const perSecond = (arrived() - before) / took;
  must('ip', 'netns', 'exec', cn, 'nft', 'delete table ip sink');
  return { name, inside: times[times.length >> 1] ?? Number.NaN, roundTrip: median ?? Number.NaN, perSecond };
}

async function ping(to: readonly [string, string], count: string): Promise<{ readonly median?: number }> {
  return JSON.parse(await (await begin(mn, 'ping', ...MN, ...to, SIZE, count)).line);
}

async function send(to: readonly [string, string]): Promise<{ readonly seconds: number }> {
  return JSON.parse(await (await begin(mn, 'send', ...MN, ...to, SIZE, seconds)).line);
}

/** Packets that came to CN, dropped there at once. */
function arrived(): number {
  return Number(runIn(cn, 'cat', '/sys/class/net/eth0/statistics/rx_packets').text);
}

async function begin(space: string, ...args: readonly string[]) {
  const child = spawn('ip', ['netns', 'exec', space, tool, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await lines.next();
  const line = lines.next().then(({ value }) => value as string);
  return { line, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

function must(program: string, ...args: readonly string[]): void {
  const { status, text } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${text}`);
}

function print(rows: readonly Row[]): void {
  const plain = rows.find(({ name }) => name === 'plain forwarding') as Row;
  const user = rows.find(({ name }) => name === 'user') as Row;
  console.log(
    `Linux ${spawnSync('uname', ['-r']).stdout.toString().trim()}, Node ${process.version}, ${pings} pings\n`,
  );
  console.log(
    '| data path | inside, us | times plain | user is times this | round trip, us | thousand a second |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const { name, inside, roundTrip, perSecond } of rows)
    console.log(
      `| ${name} | ${inside.toFixed(2)} | ${(inside / plain.inside).toFixed(2)} | ${(user.inside / inside).toFixed(1)} ` +
        `| ${roundTrip.toFixed(1)} | ${(perSecond / 1000).toFixed(0)} |`,
    );
}
