/** Each data path of an RS-S between three network namespaces, mn - rs - cn, with all mixes of families. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { T } from '../../tap.ts';
import t, { runtime } from '../../tap.ts';
import type { Started } from '../program.ts';
import { has, runIn, whyNot } from '../tun/space.ts';
import type { Sides, Status } from './network.ts';
import { aside, CN, datagram, FLOOD, inARow, MN, PATHS, ping, RS, SIZES, tell } from './network.ts';

const skip = runtime === 'node' ? whyNot() : 'as on Node';
const skipNft = skip || (has('nft') ? false : 'no nft here');
const skipDriver = skip || (has('python3') ? false : 'no python3 here, which sets features of devices');

t.test('user space', { skip }, (t) => relays(t, 'user', { kernel: 0, links: 0 }));
t.test('nft', { skip: skipNft }, (t) => relays(t, 'nft', { kernel: 2, links: 0 }));
t.test('eBPF', { skip }, (t) => relays(t, 'ebpf', { kernel: 4, links: 3 }));
t.test('eBPF, in the driver too', { skip: skipDriver }, (t) =>
  relays(t, 'xdp', { kernel: 4, links: 2, drivers: 1 }, aside),
);

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

t.test('nft: packets while paths come and go leave nothing of these', { skip: skipNft }, async (t) => {
  const { mnSpace, relay, rs, program } = await network(t, 'nft', 0);
  const ids = Array.from({ length: 64 }, (_, number) => number.toString(16).padStart(32, 'e'));
  await program('flood', mnSpace, FLOOD, RS[0], ...ids).firstLine;
  let forwarded = 0;
  for (let round = 0; round < 20; round++) {
    await tell(relay, { set: ids.map((id) => [id, FLOOD, CN[0]]) });
    await sleep(5);
    const { kernel } = await tell(relay, { remove: ids });
    forwarded = kernel?.packets ?? 0;
    t.same(runIn(rs, 'nft', 'list', 'ruleset').text.match(/0xe+[0-9a-f]+/g), null, `after round ${round}`);
  }
  t.ok(forwarded > 1000, `${forwarded} forwarded`);
});

interface Expected {
  /** Of the four paths those that the kernel forwards. */
  readonly kernel: number;
  readonly links: number;
  /** Devices whose driver has a program. */
  readonly drivers?: number;
}

async function relays(t: T, datapath: string, expected: Expected, where = inARow): Promise<void> {
  const { mn, relay, rs, status, begin } = await network(t, datapath, 0, where);
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
  t.equal(inDrivers(rs), expected.drivers ?? 0);
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
  t.equal(inDrivers(rs), 0);
  next.kill('SIGKILL');
  await next.ended;
  t.equal(await ping(mn, PATHS[0]?.id ?? '', 0, 60, 100), null, 'and nothing is forwarded');
}

/** Tables and programs in a namespace; nft needs a moment to see that its master is gone. */
async function leftOver(rs: string): Promise<string> {
  for (let i = 0; ; i++) {
    const text = has('nft') ? runIn(rs, 'nft', 'list', 'tables').text.trim() : '';
    if (text === '' || i > 500) return text;
    await sleep(20);
  }
}

/** Devices with a program in their driver, as iproute2 says it. */
function inDrivers(rs: string): number {
  return runIn(rs, 'ip', '-details', 'link', 'show').text.match(/prog\/xdp id/g)?.length ?? 0;
}

interface Network extends Sides {
  readonly relay: Started;
  status(): Promise<Status>;
  /** Another relay in the place of the first. */
  begin(datapath: string): Promise<Started>;
}

async function network(t: T, datapath: string, packetsPerSecond: number, where = inARow): Promise<Network> {
  const placed = await where(t);
  const begin = async (path: string): Promise<Started> => {
    const started = placed.program('relay', placed.rs, path, String(packetsPerSecond), ...RS);
    await started.firstLine;
    return started;
  };
  const relay = await begin(datapath);
  return { ...placed, relay, status: () => tell(relay, {}), begin };
}
