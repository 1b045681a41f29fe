/**
 * Compares what an RS-S forwards in user space with coturn, datagrams of 100 bytes of one path: as root, with coturn,
 * `node --import ./test/typescript.js test/bench/turn.ts [ROUNDS]` prints datagrams for each second of the relay's
 * processor time. What the relay sends is parted before its device, as it would be for one that cannot do that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeSpaces, run, runIn } from '../drivers/tun/space.ts';

const rounds = Number(process.argv[2] ?? 3);
const SECONDS = 2;
/** Of processor time in /proc/PID/stat: USER_HZ. */
const TICKS = 100;
const [MN, CN] = ['10.0.1.2:5000', '10.0.2.2:5000'];
const NODE = [process.execPath, '--import', './test/typescript.js'];
const BUN = ['node_modules/.bin/bun'];
const path = (program: string) => new URL(`programs/${program}.ts`, import.meta.url).pathname;

interface Relay {
  readonly name: string;
  readonly command: readonly string[];
  readonly at: string;
  /** How the datagrams begin. */
  readonly head: string;
  readonly before?: () => void;
}

const relay = (name: string, runtime: readonly string[], backend: string): Relay => ({
  name: `RS-S, ${name}`,
  command: [...runtime, path('relay'), backend, '10.0.1.1:4330', MN, CN],
  at: '10.0.1.1:4330',
  head: '05000000aabb',
});

const undo: (() => void)[] = [];
const { mn, rs, cn } = makeSpaces(['mn', 'rs', 'cn'], (body) => void undo.push(body));

const coturn: Relay = {
  name: 'coturn, a channel',
  command: [
    ...['turnserver', '-n', '--no-auth', '--no-tls', '--no-dtls', '--no-cli', '--relay-threads=1'],
    ...['--no-stdout-log', '--log-file=/dev/null', '--pidfile=', '--userdb=/dev/null'],
    ...['--listening-ip=10.0.1.1', '--relay-ip=10.0.2.1'],
  ],
  at: '10.0.1.1:3478',
  head: '40000060',
  before: () => must('ip', 'netns', 'exec', mn, ...NODE, path('turn'), MN, '10.0.1.1:3478', CN),
};

function must(program: string, ...args: readonly string[]): void {
  const { status, text } = run(program, ...args);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${text}`);
}

function received(): number {
  return Number(runIn(cn, 'cat', '/sys/class/net/eth0/statistics/rx_packets').text);
}

/** Seconds of processor time, of its own and of the kernel for it. */
function used(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function measure({ command, at, head, before }: Relay): Promise<number> {
  const inside = ['netns', 'exec', rs, 'taskset', '-c', '1', ...command];
  const child = spawn('ip', inside, { stdio: 'ignore' });
  try {
    await sleep(3000);
    before?.();
    const [packets, time] = [received(), used(child.pid ?? 0)];
    const flood = [...BUN, path('flood'), MN, at, String(SECONDS), head];
    must('ip', 'netns', 'exec', mn, 'taskset', '-c', '0', ...flood);
    return (received() - packets) / (used(child.pid ?? 0) - time);
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

try {
  for (const [space, peer, number] of [
    [mn, 'mn', 1],
    [cn, 'cn', 2],
  ] as const) {
    must('ip', 'link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', peer, 'netns', rs);
    must('ip', '-n', space, 'address', 'add', `10.0.${number}.2/24`, 'dev', 'eth0');
    must('ip', '-n', rs, 'address', 'add', `10.0.${number}.1/24`, 'dev', peer);
    must('ip', '-n', space, 'link', 'set', 'eth0', 'up');
    must('ip', '-n', rs, 'link', 'set', peer, 'up', 'gso_max_segs', '1');
  }
  // The far end takes nothing, and nobody tells the relay so.
  must(
    'ip',
    'netns',
    'exec',
    cn,
    'nft',
    'add table inet bench; add chain inet bench in { type filter hook prerouting priority raw; policy accept; udp dport 5000 drop; }',
  );
  const relays = [
    coturn,
    relay('node:dgram on Node', NODE, 'dgram'),
    relay('mmsg on Node', NODE, 'mmsg'),
    relay('Bun.udpSocket', BUN, 'bun'),
    relay('mmsg on Bun', BUN, 'mmsg'),
  ];
  process.stdout.write('| relay | datagrams a second of its processor, of each round |\n| --- | --- |\n');
  const results = relays.map((): number[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, each] of relays.entries()) results[index]?.push(Math.round(await measure(each)));
  for (const [index, each] of relays.entries())
    process.stdout.write(`| ${each.name} | ${results[index]?.join(', ')} |\n`);
} finally {
  for (const body of undo.reverse()) body();
}
