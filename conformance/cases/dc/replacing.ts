/** Section 8.4: paths that replace others. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { askRelayed, legsOf, wantingRelay } from './relays.ts';
import type { Route } from './steps.ts';
import { checkRoute, checkSame, DC, routeOf } from './steps.ts';

const MOVED = 1;
const RELAY_LOST = 3;
/** A Path ID is the DC's, so no part of the hash. */
const TOLD = { auto: true } as const;

export const DC_REPLACING_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.replace.anew',
    title: 'A path that replaces another one has an ID, a secret and legs of its own, and names the other.',
    clauses: ['DC-38', 'DC-23', 'DC-21', 'DC-20'],
    catches: 'The old path directed once more; a wish to replace that is lost on the way to CN.',
    arbitrary: fc.constantFrom<'known' | 'unknown'>('known', 'unknown'),
    boundaries: ['known', 'unknown'],
    async script(world, what) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const { dc, mn, cn } = relayed;
      const relay = dc.relay();
      await relay.register();
      const old = checkRoute(world, await askRelayed(relayed));
      const oldLegs = legsOf(relay.directions[0]?.body);
      const replaces = what === 'known' ? fromHex(old.pathId) : world.fresh(16);
      const fields = { peerFqdn: cn.fqdn, want: RelayKind.s, replaces, reason: MOVED };
      const own = checkRoute(world, await mn.ask(fields, TOLD));
      const other = routeOf(
        cn.directions[1] ?? cn.directions[0] ?? world.stage.violated('one at CN', 'none'),
      );
      for (const [who, route] of [
        ['MN', own],
        ['CN', other],
      ] as const)
        checkSame(world, `replaces at ${who}`, toHex(replaces), route.replaces);
      checkSame(world, 'Path ID at CN', own.pathId, other.pathId, 'DC-21');
      world.check(own.pathId !== old.pathId, 'a new Path ID', 'the old one');
      world.check(own.pathSecret !== old.pathSecret, 'a new secret', 'the old one');
      const legs = [...oldLegs, ...legsOf(relay.directions[1]?.body)];
      checkSame(world, 'Leg IDs that differ', 4, new Set(legs.map(({ legId }) => legId)).size);
      checkSame(world, 'secrets that differ', 4, new Set(legs.map(({ legSecret }) => legSecret)).size);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.replace.relay-lost',
    title: 'Who lost a relay is given another one, as long as there is one.',
    clauses: ['DC-38'],
    catches: 'The relay that does not answer any more directed again and again.',
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 2 });
      const { dc, mn, cn } = relayed;
      for (const relay of dc.relays) await relay.register();
      let route = checkRoute(world, await askRelayed(relayed));
      const again = async (from: Route) => {
        const replaces = fromHex(from.pathId);
        const fields = { peerFqdn: cn.fqdn, want: RelayKind.s, replaces, reason: RELAY_LOST };
        return checkRoute(world, await mn.ask(fields, TOLD));
      };
      // Whatever chooses relays otherwise, it would have to come out even three times.
      for (let i = 0; i < 3; i++) {
        const next = await again(route);
        checkSame(world, 'kind of the relay', RelayKind.s, next.relay?.kind);
        // The other one may not have been heard.
        const timedOut = world.impaired;
        if (next.relay?.nodeId === route.relay?.nodeId)
          world.stage.violated('another relay', 'the one that was lost', { timedOut });
        route = next;
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.replace.not-theirs',
    title: 'A path of other nodes, that the DC knows, is not replaced.',
    clauses: ['DC-32', 'DC-38'],
    catches: 'A node that ends the path of two others by naming it.',
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const { dc, mn, cn } = relayed;
      await dc.relay().register();
      const third = dc.node(2);
      await third.register();
      const { pathId } = checkRoute(world, await askRelayed(relayed));
      const replaces = fromHex(pathId);
      const before = cn.directions.length;
      for (const [asking, of] of [
        [third, cn],
        [mn, third],
      ] as const) {
        const answer = await asking.ask({ peerFqdn: of.fqdn, replaces, reason: MOVED }, TOLD);
        world.status(answer, Status.refused, 'DC-32: it is not one of these two Node IDs.');
      }
      checkSame(world, 'Route Directions at CN since', 0, cn.directions.length - before);
      checkSame(world, 'Route Directions at the third', 0, third.directions.length);
      // The other end of the path may.
      const fields = { peerFqdn: mn.fqdn, want: RelayKind.s, replaces, reason: MOVED };
      checkRoute(world, await cn.ask(fields, TOLD));
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.replace.both-ask',
    title:
      'Both ends have moved and ask at once: both paths are directed, between the places where they are now.',
    clauses: ['HO-07', 'HO-06', 'DC-38', 'DC-21'],
    catches:
      'The second request refused, as the path is replaced already; ends sent to where they have been.',
    async script(world) {
      const dc = await world.dc();
      const [mn, cn] = [dc.node(0), dc.node(1)];
      for (const node of [mn, cn]) {
        await node.deregister();
        await node.register();
      }
      const old = checkRoute(world, await mn.ask({ peerFqdn: cn.fqdn }));
      for (const node of [mn, cn]) await node.register({ places: [{ socket: 1 }], instance: node.instance });
      const heard = [mn, cn].map(({ directions }) => directions.length);
      const about = { replaces: fromHex(old.pathId), reason: MOVED };
      const answers = await Promise.all([
        mn.ask({ peerFqdn: cn.fqdn, ...about }, TOLD),
        cn.ask({ peerFqdn: mn.fqdn, ...about }, TOLD),
      ]);
      const asked = answers.map((answer) => checkRoute(world, answer, 'HO-07: both are directed.'));
      for (const [index, [node, other]] of [[mn, cn] as const, [cn, mn] as const].entries()) {
        const told = node.directions.slice(heard[index]).map(routeOf);
        const [own, others] = [asked[index], asked[1 - index]];
        const ids = told.map(({ pathId }) => pathId).join();
        checkSame(world, `the path of ${other.name} at ${node.name}`, others?.pathId, ids, 'HO-07, DC-21.');
        for (const route of [...told, ...(own === undefined ? [] : [own])]) {
          checkSame(world, 'replaces', old.pathId, route.replaces, 'DC-38.');
          const places = route.candidates.join(', ');
          const isThere = route.candidates.includes(formatEndpoint(other.peer.local));
          world.check(isThere, `${formatEndpoint(other.peer.local)}, where it is now`, places, 'HO-07.');
        }
      }
      const all = new Set([old, ...asked].map(({ pathId }) => pathId));
      checkSame(world, 'Path IDs that differ', 3, all.size, 'HO-06: each is a new path.');
    },
  }),
];
