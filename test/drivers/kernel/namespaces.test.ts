/** Each data path of an RS-S between three network namespaces, mn - rs - cn, with all mixes of families. */
import type { T } from '../../tap.ts';
import t, { runtime } from '../../tap.ts';
import type { Started } from '../program.ts';
import { start } from '../program.ts';
import { has, makeSpaces, run, runIn, whyNot } from '../tun/space.ts';

const RS = ['10.0.0.1:4330', '[fd00::1]:4330'] as const;
const MN = ['10.0.1.2:5000', '[fd01::2]:5000', '10.0.1.2:5001'] as const;
const CN = ['10.0.2.2:5000', '[fd02::2]:5000'] as const;
const PATHS = [0, 1].flatMap((mn) => [0, 1].map((cn) => ({ id: `0${mn}${cn}`.padEnd(32, 'f'), mn, cn })));
const SIZES = [44, 45, 1200];
const skip = runtime === 'node' ? whyNot() : 'as on Node';

interface Status {
  readonly kernel?: {
    readonly paths: number;
    readonly packets: number;
    readonly bytes: number;
    readonly refused: number;
  };
  readonly packets: number;
  readonly seen: number;
  readonly idle: number | null;
  readonly links: number;
}

t.test('user space', { skip }, (t) => relays(t, 'user', { kernel: 0, links: 0 }));
t.test('nft', { skip: skip || (has('nft') ? false : 'no nft here') }, (t) =>
  relays(t, 'nft', { kernel: 2, links: 0 }),
);
t.test('eBPF', { skip }, (t) => relays(t, 'ebpf', { kernel: 4, links: 3 }));

t.test('eBPF holds paths to their rates, with what user space forwards of them', { skip }, async (t) => {
  const { mn, relay, status } = await network(t, 'ebpf', 5);
  const id = PATHS[0]?.id ?? '';
  await tell(relay, { set: [[id, MN[0], CN[0]]] });
  let came = 0;
  const begun = performance.now();
  // There is room for the first two in any case.
  for (let i = 0; i < 12; i++) if ((await ping(mn, id, 0, 60, i < 2 ? 2000 : 40)) !== null) came++;
  const { kernel } = await status();
  // One second of datagrams at once, and what the time of sending and a second more give; there and back count.
  const most = 5 * (2 + (performance.now() - begun) / 1000);
  t.ok(came >= 2 && came <= most / 2, `${came} answers`);
  t.ok((kernel?.refused ?? 0) > 0 && (kernel?.packets ?? 0) <= most, JSON.stringify(kernel));
});

async function relays(
  t: T,
  datapath: string,
  expected: { readonly kernel: number; readonly links: number },
): Promise<void> {
  const { mn, relay, rs, status, begin } = await network(t, datapath, 0);
  const set = PATHS.map(({ id, mn, cn }) => [id, MN[mn], CN[cn]]);
  await tell(relay, { set });
  for (const { id, mn: by, cn } of PATHS)
    for (const size of SIZES) {
      const answer = await ping(mn, id, by, size, 2000);
      t.same(
        answer,
        { by, bytes: datagram(id, size), from: RS[by] },
        `${MN[by]} to ${CN[cn]}, ${size} bytes`,
      );
    }
  const all = 2 * SIZES.length * PATHS.length;
  const inKernel = (all * expected.kernel) / PATHS.length;
  const before = await status();
  t.equal(before.kernel?.packets ?? 0, inKernel, 'forwarded by the kernel');
  t.equal(before.packets, all - inKernel, 'forwarded by the process');
  const bytes = SIZES.reduce((sum, size) => sum + size, 0) * 2 * expected.kernel;
  t.equal(before.kernel?.bytes ?? 0, bytes, 'bytes of payload');
  t.equal(before.seen, 0);
  t.equal(before.links, expected.links);
  const { idle } = await tell(relay, { lastUse: PATHS[0]?.id });
  t.ok(idle !== null && idle >= 0 && idle < 10_000, `idle for ${idle} ms`);

  t.equal(await ping(mn, '77'.repeat(16), 0, 60, 100), null, 'an unknown path');
  t.equal(await ping(mn, PATHS[0]?.id ?? '', 2, 60, 100), null, 'a wrong source');
  t.equal((await status()).seen, 2, 'these reach the role');

  await tell(relay, { set: [[PATHS[0]?.id, MN[2], CN[0]]] });
  const moved = await ping(mn, PATHS[0]?.id ?? '', 2, 60, 2000);
  t.same(moved, { by: 2, bytes: datagram(PATHS[0]?.id ?? '', 60), from: RS[0] }, 'a leg that moved');
  const removed = await tell(relay, { remove: PATHS.map(({ id }) => id) });
  t.equal(removed.kernel?.paths ?? 0, 0);
  t.equal(await ping(mn, PATHS[3]?.id ?? '', 1, 60, 100), null, 'a path that was withdrawn');
  t.equal((await status()).seen, 3);

  await tell(relay, { set });
  relay.kill('SIGKILL');
  await relay.ended;
  t.equal(await leftOver(rs), '', 'no table is left of it after its death');
  const next = await begin('user');
  t.equal((await tell(next, {})).links, 0, 'and no program');
  next.kill('SIGKILL');
  await next.ended;
  t.equal(await ping(mn, PATHS[0]?.id ?? '', 0, 60, 100), null, 'and nothing is forwarded');
}

/** Tables and programs in a namespace; nft needs a moment to see that its master is gone. */
async function leftOver(rs: string): Promise<string> {
  for (let i = 0; ; i++) {
    const text = has('nft') ? runIn(rs, 'nft', 'list', 'tables').text.trim() : '';
    if (text === '' || i > 500) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface Network {
  readonly rs: string;
  readonly mn: Started;
  readonly relay: Started;
  status(): Promise<Status>;
  /** Another relay in the place of the first. */
  begin(datapath: string): Promise<Started>;
}

async function network(t: T, datapath: string, packetsPerSecond: number): Promise<Network> {
  const { mn, rs, cn } = makeSpaces(['mn', 'rs', 'cn'], t.teardown);
  for (const [space, peer, number] of [
    [mn, 'mn', 1],
    [cn, 'cn', 2],
  ] as const) {
    must(run('ip', 'link', 'add', 'eth0', 'netns', space, 'type', 'veth', 'peer', 'name', peer, 'netns', rs));
    give(space, 'eth0', `10.0.${number}.2/24`, `fd0${number}::2/64`);
    give(rs, peer, `10.0.${number}.1/24`, `fd0${number}::1/64`);
    must(runIn(space, 'ip', 'route', 'add', 'default', 'via', `10.0.${number}.1`));
    must(runIn(space, 'ip', 'route', 'add', 'default', 'via', `fd0${number}::1`));
  }
  give(rs, 'lo', '10.0.0.1/32', 'fd00::1/128');
  must(runIn(rs, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'));
  const program = (name: string, space: string, ...args: string[]): Started => {
    const started = start(new URL(`./programs/${name}.ts`, import.meta.url), args, 60_000, space);
    t.teardown(async () => {
      started.kill('SIGKILL');
      await started.ended;
    });
    return started;
  };
  const near = program('end', mn, 'send', ...MN);
  const far = program('end', cn, 'echo', ...CN);
  const begin = async (path: string): Promise<Started> => {
    const started = program('relay', rs, path, String(packetsPerSecond), ...RS);
    await started.firstLine;
    return started;
  };
  const relay = await begin(datapath);
  for (const { firstLine } of [near, far]) await firstLine;
  return { rs, mn: near, relay, status: () => tell(relay, {}), begin };
}

function give(space: string, device: string, ...addresses: readonly string[]): void {
  for (const address of addresses)
    must(
      runIn(
        space,
        'ip',
        'address',
        'add',
        address,
        'dev',
        device,
        ...(address.includes(':') ? ['nodad'] : []),
      ),
    );
  must(runIn(space, 'ip', 'link', 'set', device, 'up'));
}

function must({ status, text }: ReturnType<typeof run>): void {
  if (status !== 0) throw new Error(text);
}

async function tell(relay: Started, what: unknown): Promise<Status> {
  return JSON.parse(await relay.tell(what)) as Status;
}

/** Sends a datagram of that many bytes by a socket of MN, and what comes back. */
async function ping(mn: Started, id: string, by: number, size: number, wait: number): Promise<unknown> {
  return JSON.parse(await mn.tell({ by, to: RS[by % 2], bytes: datagram(id, size), wait }));
}

function datagram(id: string, size: number): string {
  return `05100000${id}`.padEnd(2 * size, 'a7');
}
