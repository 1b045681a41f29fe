/** Sections 4.5 and 5.4: how many openings a channel takes, and for how long it remembers them. */
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { exactNetwork, gone, halfOpen, newLeg, opens, RS_S, RS_S_CONFIGURED } from '../steps.ts';

/** KEY-12 */
const PER_SOURCE = 8;
const PER_CHANNEL = 64;
/** KEY-22 */
const UNCONFIRMED = 4;
/** Two and a half times what a limit lets through at once. */
const BURST = 20;
const SOURCES = 12;

/** How many message 2 came to peers and were not taken. */
function answers(peers: readonly Peer[], leg: PlayedChannel): number {
  const isAnswer = (mail: Received) => mail.channel === leg && mail.type === MessageType.openingResponse;
  return peers.reduce((sum, peer) => sum + peer.inbox.filter(isAnswer).length, 0);
}

/** GEN-29: at least n, and not more than n × (t + 1) in t seconds. */
async function checkLimit(
  world: World,
  limit: number,
  began: number,
  from: readonly Peer[],
  leg: PlayedChannel,
  fence: () => Promise<Received>,
): Promise<void> {
  const requirement = `KEY-12, GEN-29: a leg takes ${limit} new openings a second, and not more.`;
  const enough = await world.stage.until(() => (answers(from, leg) >= limit ? true : undefined));
  if (enough === undefined) {
    const actual = `${answers(from, leg)}`;
    world.stage.violated(`${limit} or more message 2`, actual, { requirement, timedOut: true });
  }
  await fence();
  const ms = world.net.now() - began;
  const most = Math.floor(limit * (ms / 1000 + 1));
  const count = answers(from, leg);
  world.check(count <= most, `${most} message 2 at most in ${Math.round(ms)} ms`, `${count}`, requirement);
}

export const OPENING_LIMIT_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.rate-source',
    title: 'Of new openings from one source a leg takes 8 a second; another source and later ones are taken.',
    clauses: ['KEY-12', 'GEN-29'],
    catches: 'No limit on Diffie-Hellman operations; one that a single source uses up for all.',
    waits: 1200,
    async script(world) {
      exactNetwork(world);
      const { rs, nodePeer, leg } = await newLeg(world);
      const other = await world.peer('A elsewhere', rs.endpoint());
      other.channels.push(leg);
      const began = world.net.now();
      for (let i = 0; i < BURST; i++) nodePeer.sendOpening(leg);
      await checkLimit(world, PER_SOURCE, began, [nodePeer], leg, async () => {
        const requirement = 'KEY-12: the limit is one of each source.';
        return world.came(await opens(other, leg), 'message 2 for another source', requirement);
      });
      await world.sleep(1200);
      const requirement = 'KEY-12: a second later the source may open again.';
      world.came(await opens(nodePeer, leg), 'message 2 for an opening a second later', requirement);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.rate-channel',
    title: 'Of new openings from all sources together a leg takes 64 a second; other legs lose nothing.',
    clauses: ['KEY-12', 'GEN-29', 'DOS-05'],
    catches: 'A limit of each source alone, that many sources get around; one of all channels together.',
    async script(world) {
      exactNetwork(world);
      const { rs, plan, leg } = await newLeg(world);
      const peers = await Promise.all(
        Array.from({ length: SOURCES }, (_, number) => world.peer(`source ${number + 1}`, rs.endpoint())),
      );
      const other = await world.node(rs, plan, 1);
      const began = world.net.now();
      for (const peer of peers) {
        peer.channels.push(leg);
        for (let i = 0; i < PER_SOURCE; i++) peer.sendOpening(leg);
      }
      await checkLimit(world, PER_CHANNEL, began, peers, leg, async () => {
        const requirement = 'DOS-05: what comes on a channel disturbs no other one.';
        return world.came(await opens(other.peer, other.leg), 'message 2 on the other leg', requirement);
      });
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.unconfirmed-bound',
    title: 'The fifth unconfirmed handshake of a leg replaces the oldest; the other four can be confirmed.',
    clauses: ['KEY-22'],
    catches: 'Unconfirmed handshakes without a bound, or fewer than four, or the newest goes.',
    async script(world) {
      const { nodePeer, leg } = await newLeg(world);
      const oldest = await halfOpen(nodePeer, leg);
      const second = await halfOpen(nodePeer, leg);
      for (let more = 2; more <= UNCONFIRMED; more++) await halfOpen(nodePeer, leg);
      await gone(world, nodePeer, leg, oldest, 'of the replaced handshake', () =>
        nodePeer.probe(leg, { keys: second }),
      );
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.unconfirmed-expiry',
    title: 'An unconfirmed handshake can be confirmed until its time is over, and not later.',
    clauses: ['KEY-22', 'GEN-38'],
    catches: 'Unconfirmed handshakes that stay, or that go at once.',
    waits: 2500,
    async script(world) {
      const { nodePeer, leg } = await newLeg(world, { timers: { unconfirmed: 1 } });
      const kept = await halfOpen(nodePeer, leg);
      await world.sleep(500);
      world.status(await nodePeer.probe(leg, { keys: kept }), 0, 'KEY-22: it is kept for its whole time.');
      const late = await halfOpen(nodePeer, leg);
      // 1 s, and the second that GEN-38 allows.
      await world.sleep(2000);
      await gone(world, nodePeer, leg, late, 'of a handshake whose time is over', () =>
        nodePeer.probe(leg, { keys: kept }),
      );
    },
  }),
];
