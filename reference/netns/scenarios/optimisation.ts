import { setTimeout as sleep } from 'node:timers/promises';
import { routesTo } from '../cast.ts';
import type { Scenario } from '../stage.ts';
import { replies, startPing } from '../traffic.ts';
import { firstContact } from './first-contact.ts';

/** Milliseconds until a direct route is found, on a busy machine, and for what is still under way. */
const FOUND = 25_000;
const LAST = 3000;
/** Of pings, those that a change of routes or a busy machine may take. */
const MOST_LOST = 1;

export const optimisation: Scenario = {
  title: 'Two behind NATs begin by a relay and come to a direct route while they ping',
  programs: ['ping'],
  members: firstContact.members,
  play: async (stage) => {
    const { ground, cast, choice } = stage;
    await cast.servers();
    const [alice, bob] = await Promise.all([
      cast.node('alice', await ground.site(choice.alice ?? 'RC')),
      cast.node('bob', await ground.site(choice.bob ?? 'CE')),
    ]);
    const traffic = startPing(ground, 'alice', bob.fqdn);
    stage.remark(`alice pings ${bob.fqdn}`);
    const isDirect = (): boolean =>
      [routesTo(alice, bob), routesTo(bob, alice)].every((ways) => ways.at(-1) === 'direct');
    const since = performance.now();
    const isFound = await stage.until(isDirect, FOUND);
    stage.expect('both come to a direct route', isFound, `${(performance.now() - since).toFixed(0)} ms`);
    stage.expect(
      'they began by a relay',
      routesTo(alice, bob)[0] === 'relay',
      routesTo(alice, bob).join(', '),
    );
    await sleep(LAST);
    await traffic.stop();
    const numbers = [...traffic.text.matchAll(/icmp_seq=(\d+) ttl/g)].map(([, number]) => Number(number));
    const lost = Math.max(0, ...numbers) - new Set(numbers).size;
    stage.expect(
      'no ping is lost by that',
      replies(traffic) > 0 && lost <= MOST_LOST,
      `${lost} of ${Math.max(0, ...numbers)}`,
    );
  },
};
