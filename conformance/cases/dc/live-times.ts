/** Section 7.5: when a Relay Direction of a DC is live no more, by the clock alone. */
import { fromHex } from '../../../reference/bytes.ts';
import { RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { RegisteringRelay } from '../../played/registering-relay.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { offer, PEER4, wantingGeneral, wish } from './general-steps.ts';
import { relayedAbroad } from './relays.ts';
import { checkRoute, checkSame, DC_CONFIGURED, pathIdOf, situate } from './steps.ts';

const MOVED = 1;
/** How long a Relay Direction is live in these cases, from its replacement or its last sending, in seconds. */
const LIVE = 2;
/** GEN-38, and what the way and the host may take, milliseconds. */
const LATE = 1100;
/** Earlier than this much before its end a Relay Direction is live at any rate, milliseconds. */
const EARLY = 150;
/** A Path ID is the DC's, so no part of the hash. */
const TOLD = { auto: true } as const;

/** Has the relay come anew, and waits until it was told of some paths again. @returns all that it was told of */
async function anew(
  world: World,
  relay: RegisteringRelay,
  expected: readonly string[],
  requirement: string,
): Promise<string[]> {
  const before = relay.directions.length;
  await offer(relay);
  const told = () => relay.directions.slice(before).map(pathIdOf);
  const all = () => expected.every((pathId) => told().includes(pathId)) || undefined;
  world.came(await world.stage.until(all), `Relay Directions of ${expected.join(', ')} again`, requirement);
  // By the time of an answer the rest has come, too.
  world.status(await relay.peer.probe(relay.association), Status.ok);
  return told();
}

function checkNotWithdrawn(world: World, relay: RegisteringRelay, requirement: string): void {
  checkSame(world, 'withdrawals', '', relay.withdrawals.map(pathIdOf).join(), requirement);
}

export const DC_LIVE_TIME_CASES: readonly Case[] = [
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.replaced',
    title:
      'A path that was replaced is told to its relay for a while more, and then no more; it is not withdrawn.',
    clauses: ['DC-39', 'HO-06'],
    catches:
      'The old path gone with its relay before the ends are on the new one; old paths that a relay gets for a day.',
    waits: 1000 * LIVE + LATE,
    async script(world) {
      const { dc, mn, relay } = await wantingGeneral(world, { timers: { 'relay-direction-replaced': LIVE } });
      const cn = dc.node(1);
      await situate(world, cn, 'G4');
      const asked: readonly Fields[] = [
        { peerFqdn: cn.fqdn, want: RelayKind.s },
        wish(RelayKind.n, PEER4),
        wish(RelayKind.t, PEER4),
      ];
      const [old, fresh]: [string[], string[]] = [[], []];
      // It may have no relays that end tunnels.
      const isOffered = (mail: Received | undefined): boolean =>
        numberField(mail?.body, 'status') !== Status.refused;
      const first = await Promise.all(asked.map((fields) => mn.ask(fields)));
      const began = world.net.now();
      for (const [index, fields] of asked.entries()) {
        if (index > 0 && !isOffered(first[index])) continue;
        const { pathId } = checkRoute(world, first[index]);
        old.push(pathId);
        const replacing = { ...fields, replaces: fromHex(pathId), reason: MOVED };
        fresh.push(checkRoute(world, await mn.ask(replacing, TOLD)).pathId);
      }
      const replaced = world.net.now();
      const requirement =
        'DC-39: live until 40 s, as configured, have passed since both ends accepted another.';
      // If the host is quick enough to see it.
      const told = await anew(world, relay, fresh, requirement);
      if (world.net.now() - began < 1000 * LIVE - EARLY && !world.impaired)
        checkSame(world, 'the old paths', [...old].sort().join(), both(told, old), requirement);
      await world.sleep(replaced + 1000 * LIVE + LATE - world.net.now());
      const later = await anew(world, relay, fresh, 'DC-39: the new ones are live.');
      checkSame(world, 'the old paths, later', '', both(later, old), requirement);
      checkNotWithdrawn(world, relay, 'DC-39: MUST NOT because a replacing path was accepted.');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.relay.aged',
    title: 'A path is told to its relay again for a day since it was last told of it, and then no more.',
    clauses: ['DC-39'],
    catches: 'Relay Directions that pile up for ever; paths that a relay loses a day after their beginning.',
    waits: 3000 * LIVE + LATE,
    async script(world) {
      const { relay, route } = await relayedAbroad(world, { timers: { 'relay-direction-live': LIVE } });
      const own = [route.pathId];
      const requirement = 'DC-39: live until 86400 s, as configured, have passed since it was last sent.';
      let sent = world.net.now();
      // The second time it is older than that, and was sent since.
      for (const time of ['first', 'second']) {
        await world.sleep(sent + 600 * LIVE - world.net.now());
        const earliest = world.net.now();
        if (earliest + EARLY - sent > 1000 * LIVE)
          throw new Unjudged('inconclusive', 'host', 'the relay came when the time was over', true);
        await anew(world, relay, own, `${requirement} (${time} time)`);
        sent = earliest;
      }
      await world.sleep(1000 * LIVE + LATE);
      const later = await anew(world, relay, [], requirement);
      checkSame(world, 'the path, later', '', both(later, own), requirement);
      checkNotWithdrawn(world, relay, 'DC-39');
    },
  }),
];

/** What is in both lists, in order. */
function both(told: readonly string[], paths: readonly string[]): string {
  return paths
    .filter((pathId) => told.includes(pathId))
    .sort()
    .join();
}
