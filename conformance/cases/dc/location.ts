/** Section 7.2: where a DC takes a node to be: its observed endpoints. */
import { formatEndpoint } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { listField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { HABITS } from '../../played/habits.ts';
import type { Place } from '../../played/party.ts';
import { checkObserved, informed } from './known.ts';
import { checkSame, DC, endpointsOf, endpointText, inside } from './steps.ts';

/** Longer than between any two tries of a probe, milliseconds. [GEN-11] */
const LAST_TRY = 1900;

const PLACES: readonly Place[] = [{ family: 4 }, { family: 6 }];

export const DC_LOCATION_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.registration.observed',
    title: 'The observed endpoint is the source of the request, whatever the body says.',
    clauses: ['DC-05'],
    catches: 'An endpoint of the body taken for the observed one: a node that could point at others.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      const told = Uint8Array.of(203, 0, 113, 9, 17, 17);
      await node.deregister();
      await node.register({
        locals: [inside(3)],
        fields: { observedEndpoint: told, observedEndpoints: [told], candidates: [told], endpoints: [told] },
      });
      const requirement = 'DC-05: it MUST be the source of the request and never come from a body.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(node.peer.local)], requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.families',
    title:
      'A node that registers over both families has an observed endpoint of each, from the request of each.',
    clauses: ['DC-05', 'DC-28'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'One observed endpoint for all; the second registration erases what the first one showed.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register({ places: PLACES });
      const both = [4, 6].flatMap((family) => node.at(family as 4 | 6)?.local ?? []).map(formatEndpoint);
      await checkObserved(
        world,
        dc.other(),
        node,
        both,
        'DC-05: of a family the source of that family’s request.',
      );
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.family-lost',
    title:
      'A family that a node no longer lists counts no longer, though it was registered over a moment ago.',
    clauses: ['DC-05'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches:
      'A node that moved to a network without IPv4, and to which others are directed by it for minutes.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register({ places: PLACES });
      const [four, six] = [node.at(4), node.at(6)];
      if (four === undefined || six === undefined) return;
      const both = [four.local, six.local].map(formatEndpoint);
      await checkObserved(world, dc.other(), node, both, 'DC-05: of both while both are listed.');
      const alone = node.registration({ locals: [six.local] }, [six]);
      world.status(
        await six.request(node.association, MessageType.registrationRequest, alone),
        Status.ok,
        'a registration that lists IPv6 alone',
      );
      const requirement =
        'DC-05: it counts no longer than until a request takes effect whose real endpoints are all of the other family.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(six.local)], requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.validated',
    title: 'The source of a registration counts only once the DC’s own probe was answered from it.',
    clauses: ['DC-05', 'KEY-30', 'KEY-31', 'KEY-32'],
    catches: 'A location that moves by a datagram whose source nobody has confirmed.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register();
      const before = node.peer;
      const moved = await node.socket({ socket: 1 });
      Object.assign(moved.habits, { answerProbes: false });
      const content = node.registration({}, [moved]);
      world.status(
        await moved.request(node.association, MessageType.registrationRequest, content),
        Status.ok,
      );
      const requirement = 'DC-05: it MUST count only once that source is valid.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(before.local)], requirement);
      // As soon as a try of the DC's probe is answered.
      Object.assign(moved.habits, { answerProbes: HABITS.answerProbes });
      while (moved.takeNow(isProbe) !== undefined);
      let probe = await moved.take(isProbe, LAST_TRY);
      if (probe === undefined) {
        // All tries were over.
        await moved.probe(node.association);
        probe = await moved.take(isProbe);
      }
      world.came(probe, 'a probing request to the new source', 'KEY-31');
      world.status(await moved.probe(node.association), Status.ok);
      const after = 'DC-05: the observed endpoint is the source of the request once it is valid.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(moved.local)], after);
      node.forgetPlaces();
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.rebound',
    title:
      'When a node’s address was replaced by another valid one the observed endpoint follows, unregistered.',
    clauses: ['DC-05', 'KEY-34', 'KEY-31'],
    catches: 'A node whose NAT changed its port and that nobody finds any more until it registers.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register();
      const moved = await node.attach({ socket: 1 });
      const requirement =
        'DC-05: when a valid address replaces another one of its family, the observed endpoint follows.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(moved.local)], requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.stale',
    title: 'A registration that is older than the last one that took effect is discarded in silence.',
    clauses: ['GEN-32'],
    catches: 'A datagram that was overtaken, or kept back by somebody, moves the node back.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.register();
      const { peer, association } = node;
      const content = node.registration({ locals: [inside(4)] }, [peer]);
      const old = association.seal(MessageType.registrationRequest, content);
      await node.register();
      await world.silence({
        bad: () =>
          peer.send(old, undefined, {
            channel: association,
            content,
            intent: silentFault('an older one', 'stale'),
          }),
        fence: () => peer.probe(association),
      });
      const { body } = await informed(world, dc.other(), node);
      const own = formatEndpoint(peer.local);
      checkSame(world, 'local endpoints', own, endpointsOf(body, 'localEndpoints').join(), 'GEN-32');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.stale-other-family',
    title:
      'An older registration over the other family still says where the node is in that family, and no more.',
    clauses: ['GEN-32', 'DC-05'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'The slower of the two registrations of a node is thrown away, and with it one of its families.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      for (const place of PLACES) await node.attach(place);
      await node.deregister();
      const { association } = node;
      const [four, six] = [node.at(4), node.at(6)];
      if (four === undefined || six === undefined) return;
      const locals = [four.local, six.local];
      node.instance = world.fresh(8);
      const slow = node.registration({ locals: [inside(8)], suites: [2, 1] }, [six]);
      const late = association.seal(MessageType.registrationRequest, slow);
      const quick = node.registration({ locals }, [four]);
      world.status(await four.request(association, MessageType.registrationRequest, quick), Status.ok);
      six.send(late, undefined, { channel: association, content: slow });
      const answer = await six.take(
        ({ type, body }) => type === MessageType.registrationResponse && body !== undefined,
      );
      const { body } = world.status(
        answer,
        Status.ok,
        'GEN-32: it is answered by the registration as it stands.',
      );
      checkSame(
        world,
        'observed endpoint',
        formatEndpoint(six.local),
        endpointText(body, 'observedEndpoint'),
      );
      const both = locals.map(formatEndpoint);
      await checkObserved(
        world,
        dc.other(),
        node,
        both,
        'DC-05: it still sets the observed endpoint of its own family.',
      );
      const told = (await informed(world, dc.other(), node)).body;
      checkSame(
        world,
        'local endpoints',
        both.join(),
        endpointsOf(told, 'localEndpoints').join(),
        'DC-05: and nothing else.',
      );
      checkSame(world, 'suites', '1', listField(told, 'suites').join(), 'DC-05: and nothing else.');
    },
  }),
];

function isProbe({ type }: Received): boolean {
  return type === MessageType.probeRequest;
}
