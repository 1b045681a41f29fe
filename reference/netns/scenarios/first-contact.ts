import type { Kind } from '../../lab/netns/sites.ts';
import { isSituation } from '../../lab/netns/sites.ts';
import { Places } from '../../lab/places.ts';
import { possible } from '../../lab/possible.ts';
import { Internet } from '../../net/sim/internet.ts';
import { routesTo } from '../cast.ts';
import type { Scenario } from '../stage.ts';
import { ping, replies, startPing } from '../traffic.ts';

/** OPT-02: a search for a direct route is over by then, in milliseconds, on a busy machine too. */
const SETTLED = 20_000;
const LATE = 60_000;

export const firstContact: Scenario = {
  title: 'Alice pings bob by his name; what is found, is found',
  programs: ['ping'],
  members: [
    { name: 'alice', dc: 'dc1' },
    { name: 'bob', dc: 'dc2' },
  ],
  isQuick: true,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    const kinds = [choice.alice ?? 'PR', choice.bob ?? 'PR'] as const;
    await cast.servers();
    const [alice, bob] = await Promise.all([
      cast.node('alice', await ground.site(kinds[0])),
      cast.node('bob', await ground.site(kinds[1])),
    ]);
    stage.remark(`alice is at ${kinds[0]}, bob at ${kinds[1]}; alice pings ${bob.fqdn}`);
    const can = routePossible(...kinds);
    if (can === undefined) {
      // A DC cannot know of a firewall: the first try may fail, and a relay comes after it.
      const traffic = startPing(ground, 'alice', bob.fqdn);
      const isAnswered = await stage.until(() => replies(traffic) >= 3, LATE);
      stage.expect('pings are answered in the end', isAnswered, routesTo(alice, bob).join(', '));
      return;
    }
    const { sent, received } = await ping(ground, 'alice', bob.fqdn, 5);
    stage.expect(
      'pings are answered from the first on',
      sent > 0 && sent === received,
      `${received} of ${sent}`,
    );
    const routes = (): string[] => routesTo(alice, bob);
    stage.expect(`the first route is ${can.first}`, routes()[0] === can.first, routes().join(', '));
    const last = can.direct ? 'direct' : 'relay';
    const traffic = startPing(ground, 'alice', bob.fqdn);
    await stage.until(() => routes().at(-1) === last && routesTo(bob, alice).at(-1) === last, SETTLED);
    await stage.until(() => replies(traffic) > 0, SETTLED);
    await traffic.stop();
    stage.expect(
      `the last route is ${last}, of both`,
      [alice, bob].every((node) => {
        const other = node === alice ? bob : alice;
        return routesTo(node, other).at(-1) === last;
      }),
      routes().join(', '),
    );
  },
};

/** What a pair of kinds can have, as in the simulated laboratory; undefined: it has no such kind. */
export function routePossible(
  row: Kind,
  column: Kind,
): { readonly first: string; readonly direct: boolean } | undefined {
  if (!isSituation(row) || !isSituation(column)) return undefined;
  const places = new Places(new Internet('', () => {}));
  return possible(places.make(row), places.make(column), false);
}
