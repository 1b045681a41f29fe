/** The kernel's tables behind their interface: what they hold, over many lives of paths, and the loopback. */
import { readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import type { RelayPath } from '../../../reference/core.ts';
import { Bpf } from '../../../reference/drivers/kernel/bpf.ts';
import { hotTable } from '../../../reference/drivers/kernel/datapath.ts';
import { openEbpf } from '../../../reference/drivers/kernel/ebpf.ts';
import { openNft } from '../../../reference/drivers/kernel/nft.ts';
import { udpNet } from '../../../reference/net/udp/udp.ts';
import type { KernelTable } from '../../../reference/roles/relay/kernel-table.ts';
import type { PathRates } from '../../../reference/roles/relay/rates.ts';
import { RelayTable } from '../../../reference/roles/relay/table.ts';
import t from '../../tap.ts';
import { has, run, whyNot } from '../tun/space.ts';
import { attached } from './attached.ts';

const at = (text: string): Endpoint => parseEndpoint(text) as Endpoint;
const skip = whyNot();
const noNft = skip || (has('nft') ? false : 'no nft here');
const NO_RATES = { packetsPerSecond: undefined, bytesPerSecond: undefined };
/** Of a documentation prefix: nothing comes for it. */
const OWN = [at('192.0.2.51:4330')];

function options(capacity: number) {
  return { own: OWN, rates: NO_RATES, capacity, tell: (line: string) => void told.push(line) };
}

const told: string[] = [];

/** Descriptors of maps, programs and links that this process has. */
function open(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('anon_inode:bpf');
    } catch {
      return false;
    }
  }).length;
}

function path(number: number, moved = false): RelayPath {
  const pathId = number.toString(16).padStart(32, '0');
  return { pathId, ends: [at(`198.51.100.1:${moved ? 2000 : 1000}`), at('203.0.113.1:3000')] };
}

/** Paths that appear, move and go, some of them at any time. */
async function live(table: KernelTable, cycles: number): Promise<void> {
  for (let i = 0; i < cycles; i++) {
    table.set(path(i));
    table.set(path(i, true));
    if (i >= 50) table.remove(path(i - 50).pathId);
    if (i % 500 === 0) await table.idle(path(i).pathId);
  }
}

t.test('eBPF: 10,000 lives of paths leave nothing', { skip }, async (t) => {
  const before = attached();
  const table = openEbpf(Bpf.find().found as Bpf, options(100));
  t.ok(attached() > before);
  const descriptors = open();
  await live(table, 10_000);
  t.equal(table.totals().paths, 50);
  for (let i = 9950; i < 10_000; i++) table.remove(path(i).pathId);
  t.same(table.totals(), { paths: 0, capacity: 100, packets: 0, bytes: 0, refused: 0 });
  for (let i = 0; i < 100; i++) t.ok(table.set(path(i)), 'there is room for as many as before');
  t.notOk(table.set(path(100)), 'and for no more');
  t.equal(open(), descriptors);
  t.ok(descriptors > 2);
  await table.close();
  t.equal(attached(), before);
  t.equal(open(), 0);
});

t.test('nft: lives of paths leave nothing', { skip: noNft }, async (t) => {
  const table = await openNft(options(100));
  const name = /ntmobile_\d+_\d+/.exec(run('nft', 'list', 'tables').text)?.[0] ?? '';
  await live(table, 1000);
  t.equal(await table.idle(path(999).pathId), undefined, 'nothing came by one that is there');
  const elements = () =>
    run('nft', 'list', 'table', 'inet', name).text.match(/0x[0-9a-f]+ \. 198\.51\.100\.1 \. 2000/g);
  t.equal(elements()?.length, 100, 'two maps');
  for (let i = 950; i < 1000; i++) table.remove(path(i).pathId);
  await table.refresh?.();
  t.same(table.totals(), { paths: 0, capacity: 100, packets: 0, bytes: 0, refused: 0 });
  t.equal(elements(), null);
  t.equal(run('nft', 'list', 'set', 'inet', name, 'live').text.match(/expires/), null, 'nor their last use');
  t.same(told, []);
  await table.close();
  t.notOk(run('nft', 'list', 'tables').text.includes(name));
});

t.test('nft: what ends on this host the process forwards, which is said once', { skip: noNft }, async (t) => {
  const lines: string[] = [];
  const table = await openNft({ ...options(10), tell: (line) => void lines.push(line) });
  t.teardown(() => table.close());
  const local = (number: number): RelayPath => ({
    ...path(number),
    ends: [at('127.0.0.1:1000'), at('203.0.113.1:3000')],
  });
  t.same(
    [1, 2].map((number) => table.set(local(number))),
    [false, false],
  );
  t.ok(table.set(path(3)));
  t.notOk(table.set(local(3)), 'one that moves here');
  await table.settled?.();
  t.equal(table.totals().paths, 0);
  t.same(lines, ['a path ends at 127.0.0.1, on this host, where nft cannot forward: the process does']);
});

t.test(
  'eBPF forwards between programs of its own host, by the loopback, beside another relay',
  { skip },
  async (t) => {
    const net = udpNet();
    const came: string[] = [];
    const note = (name: string) => (bytes: Uint8Array, from: Endpoint) =>
      void came.push(`${name} ${toHex(bytes)} from ${from.ip}:${from.port}`);
    const ip = at('127.0.0.1:0');
    const [relay, a, b] = [
      await net.bind(ip, note('relay')),
      await net.bind(ip, note('a')),
      await net.bind(at('[::1]:0'), note('b')),
    ];
    const relay6 = await net.bind(at('[::1]:0'), note('relay'));
    t.teardown(() => Promise.all([relay, relay6, a, b].map((socket) => socket.close())));
    const table = new RelayTable(NO_RATES);
    const other = openEbpf(Bpf.find().found as Bpf, options(10));
    t.teardown(() => other.close());
    const hot = hotTable(table, 'ebpf', { rates: NO_RATES, capacity: 10, tell: () => {} });
    await hot.open?.([relay.local, relay6.local]);
    t.teardown(() => hot.close?.());
    const pathId = '3c'.repeat(16);
    hot.apply({ kind: 'relay-set', path: { pathId, ends: [a.local, b.local] } });
    const bytes = `05100000${pathId}`.padEnd(120, '7');
    a.send(fromHex(bytes), relay.local);
    for (let i = 0; came.length === 0 && i < 1000; i++) await sleep(10);
    t.same(came, [`b ${bytes} from ::1:${relay6.local.port}`]);
    t.equal(table.offload?.totals().packets, 1);
    t.ok((await hot.askLastUse?.(pathId, () => net.now())) !== undefined);
  },
);

t.test('what is not to be had is told in one line, and the process forwards', async (t) => {
  const lines: string[] = [];
  const table = new RelayTable(NO_RATES);
  const open = async (datapath: 'auto' | 'nft', rates: PathRates, ...own: string[]): Promise<void> => {
    const tell = (line: string): void => void lines.push(line);
    await hotTable(table, datapath, { rates, capacity: 1, tell }).open?.(own.map(at));
  };
  await open('auto', NO_RATES, '0.0.0.0:4330');
  await open('auto', NO_RATES, '192.0.2.51:4330', '[::]:4330');
  await open('nft', { ...NO_RATES, packetsPerSecond: 1 }, '192.0.2.51:4330');
  await open('nft', NO_RATES, '127.0.0.1:4330', '[::1]:4330');
  t.same(lines, [
    'forwards in user space: it listens on 0.0.0.0, and the kernel needs the address itself',
    'forwards in user space: it listens on ::, and the kernel needs the address itself',
    'forwards in user space: nft: it cannot hold paths to the rates that are configured',
    'forwards in user space: nft: it cannot forward on the loopback, where this relay listens',
  ]);
  t.equal(table.offload, undefined);
  t.equal(hotTable(table, 'user', { rates: NO_RATES, capacity: 1, tell: () => {} }), table);
});
