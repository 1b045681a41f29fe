/** The hot table that has a kernel's in front of it, with a played one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../../reference/address.ts';
import { parseEndpoint } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import type { HotTable } from '../../../reference/core.ts';
import { inKernel } from '../../../reference/drivers/kernel/relay.ts';
import type { KernelTable } from '../../../reference/roles/relay/kernel-table.ts';
import type { PathRates } from '../../../reference/roles/relay/rates.ts';
import { RelayTable } from '../../../reference/roles/relay/table.ts';
import t from '../../tap.ts';

const at = (text: string): Endpoint => parseEndpoint(text) as Endpoint;
const [A, B] = [at('192.0.2.1:1'), at('192.0.2.2:2')];
const PATH = 'aa'.repeat(16);
const DATAGRAM = fromHex(`05100000${PATH}`.padEnd(120, '0'));
const NO_RATES: PathRates = { packetsPerSecond: undefined, bytesPerSecond: undefined };

async function world(played: Partial<KernelTable> = {}, rates = NO_RATES) {
  const log: string[] = [];
  const kernel: KernelTable = {
    name: 'ebpf',
    set: ({ pathId }) => log.push(`set ${pathId.slice(0, 2)}`) > 0,
    remove: (pathId) => void log.push(`remove ${pathId.slice(0, 2)}`),
    idle: () => undefined,
    totals: () => ({ paths: 0, capacity: 0, packets: 0, bytes: 0, refused: 0 }),
    close: () => void log.push('close'),
    ...played,
  };
  const table = new RelayTable(rates);
  const hot = inKernel(table, (own) => {
    log.push(`open ${own.length}`);
    return Promise.resolve(kernel);
  });
  await hot.open?.([A]);
  const set = () => hot.apply({ kind: 'relay-set', path: { pathId: PATH, ends: [A, B] } });
  return { hot, log, table, set };
}

/** A later instant than one, by more than two readings of a clock take. */
async function later(than: number): Promise<number> {
  while (performance.now() < than + 5) await sleep(1);
  return performance.now();
}

const lastUse = (hot: HotTable, ahead = 0) => hot.askLastUse?.(PATH, () => performance.now() + ahead);

t.test('both tables have a path; what the kernel leaves is forwarded by the process', async (t) => {
  const { hot, log, set } = await world();
  set();
  t.equal(hot.forward(DATAGRAM, A, 5), B);
  hot.apply({ kind: 'relay-remove', pathId: PATH });
  t.equal(hot.forward(DATAGRAM, A, 6), undefined);
  hot.apply({ kind: 'relay-remove', pathId: PATH });
  await hot.close?.();
  t.same(log, ['open 1', 'set aa', 'remove aa', 'close']);
});

t.test('a path that the kernel has no room for is not asked of it', async (t) => {
  let asked = 0;
  const { hot, set, log } = await world({ set: () => false, idle: () => ++asked });
  set();
  t.equal(hot.forward(DATAGRAM, B, 7), A);
  t.equal(await lastUse(hot), 7);
  hot.apply({ kind: 'relay-remove', pathId: PATH });
  t.same([asked, log], [0, ['open 1']]);
});

t.test('a path was last used when the later of the two forwarded', async (t) => {
  let idle: number | undefined;
  const { hot, set } = await world({ idle: () => idle });
  set();
  t.equal(await lastUse(hot), undefined);
  const now = performance.now();
  hot.forward(DATAGRAM, A, now);
  t.equal(await lastUse(hot), now);
  idle = 60_000;
  t.equal(await lastUse(hot), now);
  idle = 0;
  t.ok(((await lastUse(hot)) ?? 0) >= now);
});

t.test('what was before the clock of the role was put forward was before', async (t) => {
  let usedAt = performance.now();
  const { hot, set } = await world({ idle: () => performance.now() - usedAt });
  set();
  const before = await later(usedAt);
  const used = (await lastUse(hot, 100_000)) ?? 0;
  t.ok(used < before, 'by the clock as it was then');
  usedAt = await later(performance.now());
  t.ok(((await lastUse(hot, 100_000)) ?? 0) >= before + 100_000, 'by the clock as it is now');
});

t.test('what was used between two times that the clock was put forward was between them', async (t) => {
  let usedAt = 0;
  const { hot, set } = await world({ idle: () => performance.now() - usedAt });
  set();
  const before = performance.now();
  hot.putForward?.(before + 100_000);
  usedAt = await later(performance.now());
  await later(usedAt);
  hot.putForward?.(performance.now() + 300_000);
  const used = (await lastUse(hot, 300_000)) ?? 0;
  t.ok(used >= before + 100_000 && used < before + 200_000, `${Math.round(used - before)}`);
});

t.test('rates that the kernel keeps are charged there, others here', async (t) => {
  const rates = { packetsPerSecond: 1, bytesPerSecond: undefined };
  const verdicts = [true, true, false];
  const there = await world({ charge: () => verdicts.shift() ?? false }, rates);
  there.set();
  const sent = () => [1, 2, 3].map((now) => there.hot.forward(DATAGRAM, A, now));
  t.same(sent(), [B, B, undefined]);
  const here = await world({}, rates);
  here.set();
  t.same(
    [1, 2].map((now) => here.hot.forward(DATAGRAM, A, now)),
    [B, undefined],
  );
});
