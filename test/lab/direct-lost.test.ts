/** Direct routes that die: how fast data is back on the relay, and when the direct one is used again. */
import { lastRoute, routes } from '../../reference/lab/measure.ts';
import t from '../tap.ts';
import { BACK, changes, gap, INTERVAL, limit, pair } from './route-pairs.ts';

for (const version of [4, 6] as const) {
  t.test(
    `a direct route that dies: back by the relay in time, and direct again later; inner IPv${version}`,
    async (t) => {
      const made = await pair('PR', 'PR', version);
      const { world } = made;
      t.equal(lastRoute(world, 0), 'direct');
      // It lived for long: the search begins as after a change.
      await world.run(1_000_000);
      t.equal(routes(world, 'alice', 0).length, 2, 'relay, then direct, and no other since');
      const since = world.now();
      limit(made, 0);
      await world.run(20_000);
      t.equal(lastRoute(world, since), 'relay');
      t.ok(gap(made, since) <= BACK, `${gap(made, since)} ms`);
      limit(made, 9999);
      const mended = world.now();
      t.ok(
        await world.run(60_000, () => lastRoute(world, mended) === 'direct'),
        'found again within a minute',
      );
      t.ok(gap(made, mended) <= 2 * INTERVAL, 'without a gap');
    },
  );
}

t.test('a route that dies each minute costs less and less: no flapping', async (t) => {
  const made = await pair('PR', 'PR');
  const { world } = made;
  const since = world.now();
  for (let minute = 0; minute < 16; minute++) {
    // As soon as it goes directly, the way is cut; a minute later it is open again.
    if (lastRoute(world, 0) === 'direct') limit(made, 0);
    await world.run(30_000);
    limit(made, 9999);
    await world.run(30_000);
  }
  t.ok(changes(made, since) <= 12, `${changes(made, since)} changes in 16 minutes`);
  t.ok(gap(made, since) <= BACK, `${gap(made, since)} ms`);
});
