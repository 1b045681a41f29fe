/**
 * Direct routes that are found, lost, found again, or left alone, on the simulated Internet. What people report of
 * systems of this kind, and where it is shown here to be otherwise:
 *
 * | reported | here |
 * | --- | --- |
 * | enabling relays forces the relay; punching fails in one order | every pair, test/lab/pairs.test.ts |
 * | symmetric NATs: silence until a relay is configured | the same |
 * | peers of one LAN, of one carrier NAT, behind two NATs with hairpinning | test/lab/moves.test.ts, special situations |
 * | a move stops punching; the path is trusted though the network changed; up to 60 s to settle | every move, test/lab/moves.test.ts |
 * | both ends move | test/roles/world/recovery.test.ts |
 * | direct for hours, then the relay for ever | test/lab/direct-lost.test.ts |
 * | the direct route comes and goes every minute | the same |
 * | small probes come through, data does not | `a narrow direct way` |
 * | a mapping changes, and only the application notices | `a NAT that forgets` |
 * | what worked goes on when the servers are gone | `without any DC` |
 */
import { lastRoute } from '../../reference/lab/measure.ts';
import { World } from '../../reference/lab/world.ts';
import t from '../tap.ts';
import { BACK, changes, gap, INTERVAL, limit, pair } from './route-pairs.ts';

t.test('one direction of the direct way is dead: both are on the relay, and stay there', async (t) => {
  const made = await pair('PR', 'PR');
  const { world } = made;
  const since = world.now();
  const [{ gateway } = {}] = world.placeOf('alice').sites;
  if (gateway === undefined) throw new Error('no gateway');
  // What alice sends to bob's place is lost; what he sends arrives.
  const { nat } = world.placeOf('bob').sites[0]?.gateway ?? {};
  world.placeOf('bob').sites.forEach((site) => {
    site.gateway.drops = ({ ip }) => ip === gateway.nat?.outside;
  });
  t.ok(nat !== undefined);
  await world.run(120_000);
  t.equal(lastRoute(world, since), 'relay');
  t.ok(gap(made, since) <= 10_000, `${gap(made, since)} ms`);
  const later = world.now();
  await world.run(200_000);
  t.equal(changes(made, later), 0);
});

t.test(
  'a narrow direct way: small probes come through, 1280 bytes do not, and the relay carries all',
  async (t) => {
    const world = new World('1', setImmediate);
    await world.start(world.places.make('PR'), world.places.make('PR'));
    const made = { world, flow: world.flow('alice', INTERVAL) };
    limit(made, 1000);
    await world.run(300_000);
    t.equal(lastRoute(world, 0), 'relay');
    t.equal(made.flow.lost(0, world.now() - 2000), 0);
    limit(made, 9999);
    t.ok(await world.run(500_000, () => lastRoute(world, 0) === 'direct'), 'wide again, it is found');
  },
);

t.test('a NAT that forgets: other ports without a DC, within one detection', async (t) => {
  for (const kind of ['PR', 'FC'] as const) {
    const made = await pair(kind, 'PR');
    const { world } = made;
    for (const dc of ['dc1', 'dc2'] as const) await world.parties[dc].kill();
    const since = world.now();
    world.placeOf('alice').sites[0]?.gateway.reboot();
    await world.run(30_000);
    t.ok(gap(made, since) <= BACK, `${kind}: ${gap(made, since)} ms`);
    t.equal(lastRoute(world, 0), 'direct', kind);
  }
});

t.test('without any DC: a move of either end goes on by the relay, and directly again', async (t) => {
  const made = await pair('PR', 'PR');
  const { world } = made;
  for (const dc of ['dc1', 'dc2'] as const) await world.parties[dc].kill();
  for (const name of ['alice', 'bob'] as const) {
    const since = world.now();
    world.move(name, world.places.make('PR'));
    t.ok(await world.run(10_000, () => lastRoute(world, since) === 'direct'), `${name} moves`);
    t.ok(gap(made, since) <= 2 * INTERVAL, `${gap(made, since)} ms`);
  }
});

t.test('both legs are kept while data goes directly for long', async (t) => {
  const { world } = await pair('PR', 'PR');
  await world.run(1_000_000);
  const entries = ['rs1', 'rs2'].map((name) => world.parties[name as 'rs1'].counter('table.paths.size'));
  t.same(entries.sort(), [0, 1]);
});
