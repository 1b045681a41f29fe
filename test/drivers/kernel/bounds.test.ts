/** Of how many relays at once the kernel forwards, and at which devices. */
import { setTimeout as sleep } from 'node:timers/promises';
import t, { runtime } from '../../tap.ts';
import { start } from '../program.ts';
import { has, makeSpaces, run, runIn, whyNot } from '../tun/space.ts';

const skip = runtime === 'deno' ? 'as on Node' : whyNot();
const OWN = '192.0.2.51';
const many = new URL('programs/many.ts', import.meta.url);

const BOUNDS = [
  // BPF_MPROG_MAX of the kernel, less one.
  { datapath: 'ebpf', most: 63, why: 'ebpf: a device has as many programs as it takes' },
  { datapath: 'nft', most: 32, why: 'nft: this process has 32 tables, which is the most' },
] as const;

for (const { datapath, most, why } of BOUNDS) {
  const missing = datapath === 'nft' && !has('nft') ? 'no nft here' : false;
  t.test(`${datapath}: relays beyond ${most} forward in user space`, { skip: skip || missing }, async (t) => {
    const { host } = makeSpaces(['host'], t.teardown);
    runIn(host, 'ip', 'address', 'add', `${OWN}/32`, 'dev', 'lo');
    runIn(host, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    const { status, out, err } = await start(many, [datapath, `${most + 2}`, OWN], 120_000, host).ended;
    t.equal(status, 0, err);
    const [first, second] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as string[]);
    const within = Array.from({ length: most }, () => `forwards in the kernel by ${datapath}`);
    const beyond = `forwards in user space: ${why}`;
    t.same(first, [...within, beyond, beyond]);
    t.same(second, [`forwards in the kernel by ${datapath}`], 'one that ends makes room');
  });
}

t.test(
  'a driver takes one relay, the loopback has none, and the others go by eBPF alone',
  { skip },
  async (t) => {
    const { host } = makeSpaces(['host'], t.teardown);
    runIn(host, 'ip', 'address', 'add', `${OWN}/32`, 'dev', 'lo');
    runIn(host, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    const said = async (count: string) => {
      const { out, err } = await start(many, ['xdp', count, OWN], 120_000, host).ended;
      t.equal(err, '');
      return out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as string[]);
    };
    const alone = 'forwards in the kernel by ebpf';
    const [without] = await said('1');
    t.same(without, ['no driver forwards by itself: there is no device', alone]);
    run('ip', '-n', host, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two');
    const both = 'forwards in the kernel by xdp';
    const [first, second] = await said('2');
    t.match(first?.[1], /^no driver forwards by itself: (one|two) \(EBUSY\), (one|two) \(EBUSY\)$/);
    t.same([first?.[0], first?.[2], first?.length], [both, alone, 3]);
    t.same(second, [both], 'one that ends makes room');
  },
);

t.test('eBPF: devices that come later have the program, those that go cost nothing', { skip }, async (t) => {
  const { host } = makeSpaces(['host'], t.teardown);
  runIn(host, 'ip', 'address', 'add', `${OWN}/32`, 'dev', 'lo');
  const relay = start(
    new URL('programs/relay.ts', import.meta.url),
    ['ebpf', '0', `${OWN}:4330`],
    60_000,
    host,
  );
  t.teardown(async () => {
    relay.kill('SIGKILL');
    await relay.ended;
  });
  await relay.firstLine;
  const links = async () => (JSON.parse(await relay.tell({})) as { readonly links: number }).links;
  const become = async (count: number): Promise<number> => {
    for (let tries = 0; tries < 400 && (await links()) !== count; tries++) await sleep(50);
    return await links();
  };
  t.equal(await links(), 1, 'the loopback');
  for (let round = 0; round < 2; round++) {
    run('ip', '-n', host, 'link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two');
    t.equal(await become(3), 3, 'two more');
    run('ip', '-n', host, 'link', 'del', 'one');
    t.equal(await become(1), 1, 'and gone again');
  }
  // Asked each time: on a busy host a process may be missing from what it says, or one be there that has just ended.
  const open = () => {
    const pids = run('ip', 'netns', 'pids', host).text.split('\n').filter(Boolean);
    return pids.flatMap((pid) => run('ls', '-l', `/proc/${pid}/fd`).text.match(/bpf[_-]link/g) ?? []).length;
  };
  for (let tries = 0; tries < 400 && open() !== 1; tries++) await sleep(50);
  t.equal(open(), 1, 'one descriptor is left');
});
