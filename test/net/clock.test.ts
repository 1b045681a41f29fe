import { sleepUntil } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import t from '../tap.ts';

const net = udpNet();

t.test('the clock goes on and timers never fire before their instant', async (t) => {
  const started = net.now();
  const early: number[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const until = started + 1 + i / 7;
      await sleepUntil(net, until);
      if (net.now() < until) early.push(until - net.now());
    }),
  );
  t.same(early, []);
  t.ok(net.now() >= started + 29);
  t.ok(net.now() < started + 5000);
});

t.test('a past instant comes soon but not within the call; a cancelled one does not come', async (t) => {
  const seen: string[] = [];
  net.schedule(net.now() - 5, () => seen.push('past'));
  net.schedule(net.now() - 5, () => seen.push('cancelled'))();
  net.schedule(net.now() + 5, () => seen.push('cancelled'))();
  const far = net.schedule(net.now() + 2 ** 40, () => seen.push('far'));
  t.same(seen, []);
  await sleepUntil(net, net.now() + 20);
  far();
  t.same(seen, ['past']);
});
