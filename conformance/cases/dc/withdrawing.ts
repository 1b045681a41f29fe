/** Section 8.1: directions that fail when a relay has accepted, or accepts only then. */
import { endpointToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { body, bytesField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringRelay } from '../../played/registering-relay.ts';
import { accepting } from '../../played/registering-relay.ts';
import { OTHERS } from '../../target/dc-under-test.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { abroad } from './abroad.ts';
import { PEER4, wantingGeneral, wish } from './general-steps.ts';
import { DC_CONFIGURED, pathIdOf, situate } from './steps.ts';

/** A time for an answer that comes to an end long before the tries of what the DC asks, in seconds. */
const ANSWER = 1;
const TRIES_OVER = 5;
/** What the way and the host may take, milliseconds. */
const LATE = 300;

/** Judges that a relay was told that a path is over. */
async function checkWithdrawn(world: World, relay: RegisteringRelay, pathId: string): Promise<void> {
  const withdrawal = await world.stage.until(() =>
    relay.withdrawals.find((mail) => pathIdOf(mail) === pathId),
  );
  world.came(
    withdrawal,
    `a withdrawal of path ${pathId} at the relay`,
    'DC-37: the DC MUST withdraw that part.',
  );
}

/** The relay's answer to a Relay Direction, when it pleases; a network may lose one of them. */
function accept(relay: RegisteringRelay, { body: direction }: Received): void {
  const isLease = numberField(direction, 'kind') === RelayKind.t;
  const content = body({
    transaction: bytesField(direction, 'transaction'),
    status: Status.ok,
    endpoints: relay.endpoints.map(endpointToBytes),
    allocatedAddress: isLease ? relay.pool.find(({ length }) => length === 4) : undefined,
  });
  for (let copies = 0; copies < 3; copies++)
    relay.peer.sendSealed(relay.association, MessageType.directionResponse, content, { auto: true });
}

export const DC_WITHDRAWING_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.late',
    title: 'A relay that accepts when MN has been told that there is none is told that the path is over.',
    clauses: ['DC-37', 'DC-32', 'GEN-28'],
    catches: 'Entries at relays of paths that nobody was told of, since the relay was slow.',
    waits: 1000 * ANSWER,
    async script(world) {
      const timers = { 'direction-answer': ANSWER, 'try-over-dc-rs': TRIES_OVER };
      const { dc, mn, relay } = await wantingGeneral(world, { timers });
      await situate(world, dc.node(1), 'G4');
      relay.answers = () => ({ status: 'silent' });
      const began = world.net.now();
      const asked: readonly Fields[] = [
        { peerFqdn: dc.node(1).fqdn, want: RelayKind.s },
        wish(RelayKind.n, PEER4),
        wish(RelayKind.t, PEER4),
      ];
      const answers = await Promise.all(asked.map((fields) => mn.ask(fields)));
      for (const [index, answer] of answers.entries()) {
        // It may have no relays that end tunnels.
        const isOptional = index > 0 && numberField(answer?.body, 'status') === Status.refused;
        if (!isOptional) world.status(answer, Status.noRelay, 'DC-32: none answered.');
      }
      const { directions } = relay;
      relay.answers = accepting;
      for (const direction of directions) accept(relay, direction);
      if (world.net.now() - began > 1000 * TRIES_OVER)
        throw new Unjudged('inconclusive', 'host', 'the relay answered when the tries were over', true);
      world.check(directions.length > 0, 'a Relay Direction', 'none', 'DC-18');
      for (const direction of directions) await checkWithdrawn(world, relay, pathIdOf(direction));
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.direction.cn-hangs',
    title: 'When the time is over while CN hangs MN is told no-route, and the relay’s part is withdrawn.',
    clauses: ['DC-37', 'GEN-28', 'DC-09', 'DC-32'],
    catches:
      'A DC that waits for CN longer than MN waits for it; entries at relays of paths that came to nothing.',
    waits: 1000 * ANSWER,
    async script(world) {
      const timers = {
        'direction-answer': ANSWER,
        'try-over-dc-node': TRIES_OVER,
        'try-over-dc-dc': TRIES_OVER,
      };
      const dc = await world.dc({ relays: 1, timers });
      const [mn, cn, relay, other] = [dc.node(0), dc.node(1), dc.relay(), dc.other()];
      await relay.register();
      await other.attach();
      for (const node of [mn, cn]) await situate(world, node, 'G4');
      const fqdn = `cn${toHex(world.fresh(4))}.${OTHERS[0].zone}`;
      other.nodes.set(fqdn, abroad(world, 'G4'));
      cn.acknowledges = 'silent';
      other.acknowledges = 'silent';
      const began = world.net.now();
      const asking = [cn.fqdn, fqdn].map(async (peerFqdn) => {
        const answer = await mn.ask({ peerFqdn, want: RelayKind.s });
        return { answer, took: world.net.now() - began };
      });
      for (const { answer, took } of await Promise.all(asking)) {
        world.status(answer, Status.noRoute, 'DC-32: no Acknowledgement.');
        // On a network that loses datagrams the answer may have come with a repeat.
        if (took <= 1000 * ANSWER + LATE || world.impaired) continue;
        const actual = `after ${Math.round(took)} ms`;
        world.stage.violated(`an answer within ${ANSWER} s, as configured`, actual, { timedOut: true });
      }
      world.check(relay.directions.length > 0, 'a Relay Direction', 'none', 'DC-18');
      for (const direction of relay.directions) await checkWithdrawn(world, relay, pathIdOf(direction));
    },
  }),
];
