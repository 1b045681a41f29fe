/** Sections 9.3 and 9.9: how long an entry lives. */
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { PlayedNode } from '../../played/node.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import type { Bound } from '../nodes.ts';
import { bound, directed } from '../nodes.ts';
import {
  checkForwarded,
  checkGone,
  checkHeld,
  checkNotForwarded,
  NOT_A_LEG,
  relay,
  sendOpaque,
  sendVainProbe,
} from '../relayed.ts';
import { opens, RS_S, RS_S_CONFIGURED } from '../steps.ts';

/** Seconds. */
const LIFETIME = 2;
/** RS-08: an entry goes within 5 s after its lifetime. */
const GONE = 1000 * (LIFETIME + 5) + 200;
/** Often enough for an entry of that lifetime. */
const OFTEN = 700;

const REFRESHED =
  'RS-08: RefreshTime is set when a datagram of the path is forwarded or held, or a leg used.';
const NOT_REFRESHED = 'RS-08: nothing else renews an entry.';

/** Does something over and over until an idle entry would have gone. */
async function keepDoing(world: World, act: () => unknown): Promise<void> {
  const end = world.net.now() + GONE;
  let last = world.net.now();
  while (world.net.now() < end) {
    await world.stage.byTheClock(async () => await act());
    await world.sleep(Math.min(OFTEN, Math.max(1, end - world.net.now())));
    const now = world.net.now();
    if (now - last > 1000 * LIFETIME) {
      throw new Unjudged('inconclusive', 'host', 'the tester came too late to keep the entries', true);
    }
    last = now;
  }
}

/** A leg's first message 1 again and again, each a new one: answered or not, it must not count. */
function openOnly({ a }: Bound): void {
  const { message1 } = a.leg.message1(a.peer.stage.fresh);
  a.peer.send(message1, undefined, { channel: a.leg });
}

export const ENTRY_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.entry.idle',
    title: 'An entry for which nothing came for its lifetime is gone, with legs, keys and path.',
    clauses: ['RS-08', 'RS-07'],
    catches: 'Entries that never end, or end by the default in place of their own lifetime.',
    waits: GONE,
    async script(world) {
      const long = await bound(world, {}, { lifetime: 120 });
      const fresh = await directed(world, {}, { lifetime: LIFETIME });
      const idle = await bound(world, {}, { lifetime: LIFETIME });
      await checkForwarded(world, idle.a, idle.b);
      await world.sleep(GONE);
      const fence = () => relay(world, long.a, long.b);
      await checkGone(world, idle, fence);
      await checkGone(world, fresh, fence);
      const requirement = 'As after a withdrawal the Path ID can be directed again, with other content.';
      const { dc, plan } = idle;
      const other = dc.relayDirection({ ...dc.plan(), pathId: plan.pathId });
      world.status(await dc.direct(other), Status.ok, requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.entry.refresh',
    title: 'What is forwarded, what is held, and what opens on a leg keep an entry beyond its lifetime.',
    clauses: ['RS-08', 'GEN-37'],
    catches: 'A lifetime that counts from the making; data, probes or held datagrams that do not count.',
    waits: GONE,
    async script(world) {
      const data = await bound(world, {}, { lifetime: LIFETIME });
      const back = await bound(world, {}, { lifetime: LIFETIME });
      const probed = await bound(world, {}, { lifetime: LIFETIME });
      const held = await directed(world, {}, { lifetime: LIFETIME });
      await held.a.openLeg();
      // Nobody says that it came: where some are lost, more are sent.
      const hold = () => {
        for (let more = world.impaired ? 2 : 0; more > 0; more--) sendOpaque(world, held.a);
        return sendOpaque(world, held.a);
      };
      hold();
      await keepDoing(world, async () => {
        hold();
        const probe = probed.a.peer.probe(probed.a.leg);
        await checkForwarded(world, data.a, data.b, REFRESHED);
        await checkForwarded(world, back.b, back.a, REFRESHED);
        world.status(await probe, Status.ok, REFRESHED);
      });
      await checkForwarded(world, probed.a, probed.b, REFRESHED);
      const last = hold();
      const failed = await held.b.peer.open(held.b.leg);
      world.check(failed === undefined, 'a leg that opens', `no ${failed}`, REFRESHED);
      await checkHeld(world, held.b, last, REFRESHED);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.entry.opening-does-not-refresh',
    title: 'Openings, repeated Relay Directions and datagrams from elsewhere do not keep an entry.',
    clauses: ['RS-08', 'RS-10', 'KEY-20'],
    catches: 'An entry that anybody who saw its Path ID, or an opening, keeps for ever.',
    waits: GONE,
    async script(world) {
      const opened = await directed(world, {}, { lifetime: LIFETIME });
      const injected = await bound(world, {}, { lifetime: LIFETIME });
      const repeated = await bound(world, {}, { lifetime: LIFETIME });
      const long = await bound(world);
      const stranger = await world.stranger(long.rs);
      const { dc, plan } = repeated;
      await keepDoing(world, async () => {
        openOnly(opened);
        sendOpaque(world, injected.a, { from: stranger, fault: NOT_A_LEG });
        world.status(await dc.direct(dc.relayDirection(plan, { lifetime: LIFETIME })), Status.ok);
      });
      const fence = () => relay(world, long.a, long.b);
      await checkGone(world, opened, fence, NOT_REFRESHED);
      await checkGone(world, injected, fence, NOT_REFRESHED);
      // After its end a repeat made a new entry, which has no keys: under the old ones nothing opens.
      await world.silence({ bad: () => sendVainProbe(repeated.a), fence, requirement: NOT_REFRESHED });
      const unbound = silentFault('a leg of a new entry', 'relay-source');
      await checkNotForwarded(world, repeated.a, unbound, fence, NOT_REFRESHED);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.restart',
    title:
      'After a restart an RS-S knows nothing; a repeated Relay Direction and new openings bring all back.',
    clauses: ['RS-15', 'RS-07', 'KEY-09'],
    catches: 'Entries, keys or addresses that survive on disk; secrets of legs that work only once.',
    async script(world) {
      for (const hard of [true, false]) {
        const { rs, dc, plan, a, b } = await bound(world);
        const direction = () => dc.relayDirection(plan);
        await checkForwarded(world, a, b);
        await rs.restart({ hard });
        await dc.associate();
        for (const { peer } of [a, b]) peer.target = rs.endpoint();
        await checkGone(world, { a, b }, () => dc.peer.probe(dc.association));
        world.status(await dc.direct(direction()), Status.ok);
        const fence = () => dc.peer.probe(dc.association);
        await checkNotForwarded(world, b, NOT_A_LEG, fence, 'RS-09: no address survives.');
        const again = [0, 1].map(
          (side) => new PlayedNode(side === 0 ? a.peer : b.peer, plan, side === 0 ? 0 : 1, rs.nodeId),
        );
        const [first = a, second = b] = again;
        world.came(await opens(first.peer, first.leg), 'message 2 on a leg of the repeated entry');
        await first.openLeg();
        await second.openLeg();
        await checkForwarded(world, first, second);
        await checkForwarded(world, second, first);
      }
    },
  }),
];
