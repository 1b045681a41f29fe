/** Section 7.2: how long what a DC observed of a node counts, for each family by itself. */
import { formatEndpoint } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Place } from '../../played/party.ts';
import { checkObserved } from './known.ts';
import { DC_CONFIGURED } from './steps.ts';

const PLACES: readonly Place[] = [{ family: 4 }, { family: 6 }];
/** What is granted over the family that is given up, in seconds. */
const SHORT = 2;
/** GEN-38, and what the way and the host may take, milliseconds. */
const LATE = 1100;

export const DC_FAMILY_TIME_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.registration.family-expiry',
    title:
      'A family over which a node registers no more counts until the lifetime of its own last request is over.',
    clauses: ['DC-05', 'DC-28'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches:
      'A node that lost its way by one family and lists it still, and to which others are directed by it for ever.',
    waits: 1000 * SHORT + LATE,
    async script(world) {
      const dc = await world.dc({ timers: { 'registration-lifetime-min': 1 } });
      const node = dc.node(0);
      await node.deregister();
      await node.register({ places: PLACES, lifetime: SHORT });
      const [four, six] = [node.at(4), node.at(6)];
      if (four === undefined || six === undefined) throw new Error('two places, and not two peers');
      const granted = world.net.now();
      // Over IPv4 it registers on, for long, and lists both.
      const content = node.registration({}, [four, six]);
      world.status(
        await four.request(node.association, MessageType.registrationRequest, content),
        Status.ok,
        'a registration over IPv4 that lists both families',
      );
      const both = [four.local, six.local].map(formatEndpoint);
      const requirement =
        'DC-05: it counts no longer than the lifetime granted to the last request of its family.';
      // If the host is quick enough to see it.
      if (world.net.now() - granted < 500 * SHORT)
        await checkObserved(world, dc.other(), node, both, requirement);
      await world.sleep(granted + 1000 * SHORT + LATE - world.net.now());
      await checkObserved(world, dc.other(), node, [formatEndpoint(four.local)], requirement);
      node.forgetPlaces();
    },
  }),
];
