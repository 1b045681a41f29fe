/** Section 7.5: how long the Relay Directions of a DC are live. */
import fc from 'fast-check';
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { legsOf, relayedAbroad } from './relays.ts';
import { checkSame, DC, DC_CONFIGURED, hexField, pathIdOf } from './steps.ts';

/** Everything of a Relay Direction but the transaction. */
function contentOf({ body }: Received): string {
  const legs = legsOf(body).map(({ nodeId, legId, legSecret }) => `${nodeId}/${legId}/${legSecret}`);
  return [hexField(body, 'pathId'), numberField(body, 'kind'), numberField(body, 'lifetime'), ...legs].join(
    ' ',
  );
}

export const DC_LIVE_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.relay.repeated',
    title:
      'A relay that comes with a new instance is told its live Relay Directions again, with the same content.',
    clauses: ['DC-39', 'GEN-33'],
    catches: 'Paths that are gone for good when their relay was started again; old transactions, other legs.',
    async script(world) {
      const { relay, mn, route } = await relayedAbroad(world);
      const [first] = relay.directions;
      // With the instance that it has, nothing is to be told.
      await relay.register({ anew: false });
      world.status(await mn.peer.probe(mn.association), Status.ok);
      checkSame(world, 'Relay Directions of a relay that goes on', 1, relay.directions.length);
      await relay.register();
      const again = await world.stage.until(() =>
        relay.directions.find((one) => one !== first && hexField(one.body, 'pathId') === route.pathId),
      );
      const came = world.came(again, 'the Relay Direction again');
      if (first === undefined) return;
      checkSame(world, 'content', contentOf(first), contentOf(came), 'RS-15: with the same content.');
      const isNew = hexField(first.body, 'transaction') !== hexField(came.body, 'transaction');
      world.check(isNew, 'a new transaction', 'the first one');
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.relay.not-repeated',
    title: 'What was withdrawn, or is of a node that left or began anew, is not told to a relay again.',
    clauses: ['DC-39'],
    catches: 'Entries that a relay gets for ever, after everybody who needs them has gone.',
    arbitrary: fc.constantFrom<'refused' | 'deregistered' | 'new instance'>(
      'refused',
      'deregistered',
      'new instance',
    ),
    boundaries: ['refused', 'deregistered', 'new instance'],
    async script(world, why) {
      const { relay, mn, other, route, ask } = await relayedAbroad(world);
      let pathId = route.pathId;
      if (why === 'refused') {
        other.acknowledges = Status.refused;
        world.status(await ask(), Status.refused);
        pathId = hexField(relay.directions.at(-1)?.body, 'pathId');
        world.came(await world.stage.until(() => relay.withdrawals[0]), 'the withdrawal', 'DC-37');
      } else if (why === 'deregistered') await mn.deregister();
      else await mn.register();
      const before = relay.directions.filter(({ body }) => hexField(body, 'pathId') === pathId).length;
      await relay.register();
      // By the time of a second answer what the registration led to has come.
      world.status(await relay.peer.probe(relay.association), Status.ok);
      world.status(await mn.peer.probe(mn.association), Status.ok);
      const since =
        relay.directions.filter(({ body }) => hexField(body, 'pathId') === pathId).length - before;
      checkSame(world, 'Relay Directions of that path to the new instance', 0, since);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.ran-out',
    title: 'A path whose node’s registration ran out is not withdrawn, and not told to its relay again.',
    clauses: ['DC-39', 'HO-13'],
    catches:
      'Paths that die with their DC, or with a node’s way to it, though both ends and the relay are well.',
    waits: 3200,
    async script(world) {
      const { relay, mn, route } = await relayedAbroad(world, { timers: { 'registration-lifetime-min': 1 } });
      await mn.register({ lifetime: 1, instance: mn.instance });
      await world.sleep(2200);
      // By the time of an answer what led to a withdrawal has come.
      world.status(await relay.peer.probe(relay.association), Status.ok);
      const requirement = 'DC-39: MUST NOT because a registration ran out.';
      checkSame(world, 'withdrawals', '', relay.withdrawals.map(pathIdOf).join(), requirement);
      const before = relay.directions.length;
      await relay.register();
      world.status(await relay.peer.probe(relay.association), Status.ok);
      const again = relay.directions.slice(before).map(pathIdOf);
      checkSame(
        world,
        'Relay Directions of that path to the new instance',
        false,
        again.includes(route.pathId),
      );
    },
  }),
];
