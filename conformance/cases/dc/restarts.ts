/** Sections 7.3 and 7.5: what a DC keeps when it is started again, and whom it opens to. */
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { Party } from '../../played/party.ts';
import type { World } from '../../world.ts';
import { checkUnique, virtualOf } from './addresses.ts';
import { checkObserved } from './known.ts';
import { askRelayed, wantingRelay } from './relays.ts';
import { checkSame, DC_CONFIGURED } from './steps.ts';

/** Each message 1 once, however often it was repeated. */
function openings({ association, sockets }: Party): Received[] {
  const all = sockets.flatMap(({ inbox }) =>
    inbox.filter(({ type, channel }) => type === MessageType.openingRequest && channel === association),
  );
  return [...new Map(all.map((mail) => [toHex(mail.bytes), mail])).values()];
}

/** Judges that a DC that was started again opened an association, once, and takes what comes under its keys. */
async function checkReopened(world: World, party: Party): Promise<void> {
  const requirement = 'DC-43: when it starts, a DC opens its associations with those that are registered.';
  const isConfirmed = () => party.association.current?.confirmed || undefined;
  await world.stage.until(isConfirmed);
  checkSame(world, `openings at ${party.name}`, 1, openings(party).length, requirement);
  checkSame(world, `keys confirmed at ${party.name}`, true, await world.stage.until(isConfirmed), 'KEY-11');
  const [peer] = party.sockets;
  world.status(await peer?.probe(party.association), Status.ok);
}

export const DC_RESTART_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.restart.promises',
    title: 'A DC that was killed and started again keeps what it promised.',
    clauses: ['DC-25', 'DC-03', 'DC-01'],
    catches: 'Promises in memory only, or written after the answer has gone.',
    async script(world) {
      const dc = await world.dc({ nodes: 4 });
      const [first, second, left, late] = [dc.node(0), dc.node(1), dc.node(2), dc.node(3)];
      await left.register();
      await left.deregister();
      await first.register();
      await second.register();
      const before = [virtualOf(first), virtualOf(second)];
      await dc.restart({ hard: true });
      // In another order, and somebody new first.
      await late.register();
      await second.register();
      await first.register();
      checkSame(
        world,
        'virtual addresses',
        before.join(', '),
        [virtualOf(first), virtualOf(second)].join(', '),
      );
      checkUnique(world, [first, second, late]);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.restart.location',
    title: 'A DC that was started again knows where its nodes are, and opens the association towards there.',
    clauses: ['DC-25', 'KEY-09'],
    catches: 'A DC that has to wait until each of its nodes comes back by itself.',
    async script(world) {
      const dc = await world.dc();
      const [away, asking] = [dc.node(0), dc.node(1)];
      await away.register();
      await asking.register();
      const place = away.peer;
      await dc.restart({ hard: true });
      await checkObserved(
        world,
        dc.other(),
        away,
        [formatEndpoint(place.local)],
        'DC-25: the stored location is not lost.',
      );
      await asking.attach();
      const answer = await asking.ask({ peerFqdn: away.fqdn });
      const opened = place.inbox.some(({ type }) => type === MessageType.openingRequest);
      world.check(opened, 'an opening of the DC at the stored location', 'none');
      world.status(answer, Status.ok, 'DC-25: a restart loses no stored location.');
      checkSame(world, 'Route Directions at the node', 1, away.directions.length);
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.restart.opens',
    title:
      'A DC that was started again opens its associations with the nodes and relays that are registered.',
    clauses: ['DC-43', 'DC-25', 'KEY-09', 'KEY-11'],
    catches: 'Nodes whose first requests after a restart of their DC go under keys that it has lost.',
    async script(world) {
      const dc = await world.dc({ nodes: 4, relays: 2 });
      const [first, second, left, never] = [dc.node(0), dc.node(1), dc.node(2), dc.node(3)];
      const [relay, unused] = [dc.relay(0), dc.relay(1)];
      for (const node of [first, second, left]) await node.register();
      await left.deregister();
      await never.attach();
      await relay.register();
      await unused.attach();
      await dc.restart({ hard: true });
      for (const party of [relay, first, second]) await checkReopened(world, party);
      for (const party of [left, never, unused])
        checkSame(
          world,
          `openings at ${party.name}`,
          0,
          openings(party).length,
          'DC-43: those that are registered.',
        );
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.restart.relays',
    title: 'A DC that was started again directs the relays that were registered.',
    clauses: ['DC-25', 'DC-40'],
    catches: 'Paths that need a relay and get none until each relay has registered again.',
    async script(world) {
      const relayed = await wantingRelay(world);
      const { dc, mn } = relayed;
      const relay = dc.relay();
      await relay.register();
      await dc.restart({ hard: true });
      await mn.attach();
      const answer = await askRelayed(relayed);
      world.status(answer, Status.ok, 'DC-25: a restart loses no Relay Registration.');
      checkSame(world, 'Relay Directions at the relay', 1, relay.directions.length);
    },
  }),
];
