/** Implementations mixed by role, in virtual time. */
import type { Implementation } from '../../adapters/kit/implementation.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import { referenceAdapter } from '../../adapters/reference.ts';
import type { Mask } from '../../conformance/interop/masks.ts';
import { masksOf } from '../../conformance/interop/masks.ts';
import { runInterop } from '../../conformance/interop/run.ts';
import { SCENARIOS } from '../../conformance/interop/scenarios.ts';
import { seededRandom } from '../../conformance/random.ts';
import { AdapterClient } from '../../conformance/target/adapter-client.ts';
import type { Effect } from '../../reference/core.ts';
import type { MemoryNet } from '../../reference/net/memory/memory.ts';
import { endpoint, ip, memoryNet } from '../conformance/bench.ts';
import t from '../tap.ts';

const FIVE = ['dc-cn', 'dc-mn', 'rs-s', 'cn', 'mn'] as const;

t.test('masks: each alone, and with each other one in what that one can', (t) => {
  const names = (masks: readonly Mask[]): string[] => masks.map(({ name }) => name);
  const whole = { name: 'A', roles: new Set(['dc', 'node', 'rs-s']) };
  const relay = { name: 'B', roles: new Set(['rs-s', 'codec']) };
  t.same(names(masksOf(FIVE, [whole])), ['all by A']);
  t.same(names(masksOf(FIVE, [whole, relay])), ['all by A', 'rs-s by B, else A']);
  const other = { name: 'C', roles: new Set(['node', 'rs-s']) };
  t.same(names(masksOf(FIVE, [whole, other])), [
    'all by A',
    'rs-s by C, else A',
    'cn by C, else A',
    'mn by C, else A',
    'rs-s, cn, mn by C, else A',
  ]);
  const directors = { name: 'D', roles: new Set(['dc']) };
  t.same(names(masksOf(FIVE, [other, directors])), [
    'dc-cn, dc-mn by D, else C',
    'rs-s, cn, mn by C, else D',
  ]);
  t.same(names(masksOf(FIVE, [relay])), []);
});

/** Serves implementations, and connects to them. */
async function presentOn(net: MemoryNet, implementations: readonly Implementation[]) {
  return await Promise.all(
    implementations.map(async (implementation, index) => {
      const adapter = endpoint(`127.0.0.1:${4400 + index}`);
      await serveAdapter({ net, listen: adapter, implementation });
      const local = endpoint('127.0.0.1:0');
      const client = await AdapterClient.connect({
        net,
        adapter,
        local,
        random: seededRandom(`tester ${index}`),
      });
      return { name: implementation.name, client, ip: ip('127.0.0.1') };
    }),
  );
}

async function played(
  implementations: (net: MemoryNet) => readonly Implementation[],
  only: readonly string[] = [],
) {
  const net = memoryNet('interop');
  return await net.run(
    presentOn(net, implementations(net)).then((present) =>
      runInterop({ net, random: seededRandom('interop'), present, own: ip('127.0.0.1'), only }),
    ),
  );
}

const named = (net: MemoryNet, name: string, roles?: readonly string[]): Implementation => {
  const reference = referenceAdapter({
    net,
    name,
    random: seededRandom(name),
    wallClock: () => 1_700_000_000_000,
  });
  return roles === undefined ? reference : { ...reference, roles: [...roles] };
};

t.test('the reference with itself: every scenario', async (t) => {
  const { cells, scenarios } = await played((net) => [named(net, 'one')]);
  t.same(
    scenarios.map(({ name }) => name),
    SCENARIOS.map(({ name }) => name),
  );
  for (const { scenario, mask, verdict, reason } of cells)
    t.same([verdict, reason], ['pass', null], `${scenario}: ${mask}`);
  t.equal(cells.length, SCENARIOS.length, 'each was played');
});

t.test('a relay that loses what it is to forward fails where it is, and nowhere else', async (t) => {
  const { cells } = await played(
    (net) => {
      const lossy = referenceAdapter({
        net,
        name: 'lossy',
        random: seededRandom('lossy'),
        wrap: (created) => ({
          ...created,
          role: {
            handle: (input, now) =>
              created.role.handle(input, now).filter((effect: Effect) => effect.kind !== 'relay-set'),
            wakeAt: () => created.role.wakeAt(),
            counters: () => created.role.counters(),
          },
        }),
      });
      return [named(net, 'good'), { ...lossy, roles: ['rs-s'] }];
    },
    ['direct', 'relay'],
  );
  const verdicts = cells.map(({ scenario, mask, verdict }) => `${scenario}: ${mask}: ${verdict}`);
  t.same(verdicts, [
    'direct: all by good: pass',
    'relay: all by good: pass',
    'relay: rs-s by lossy, else good: fail',
  ]);
});
