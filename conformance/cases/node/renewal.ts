/** Section 5.7 at a node: what makes it open its association, its legs and its paths again. */
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { inTime } from '../channel/key-times.ts';
import { current, exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import {
  checkSends,
  directedPath,
  directionRequest,
  isOpeningOf,
  LATE,
  NODE,
  NODE_USED,
  openPath,
  packetTo,
} from './steps.ts';

/** KEY-05, here fewer. */
const MESSAGES = 20;
/** Here: when keys are old, and how much longer the other end waits; milliseconds. */
const OLD = 1000;
const OTHER_END = 3000;

/** What it was asked so far is not what the case waits for. */
export function forgetOpenings(peer: Peer, channel: PlayedChannel): void {
  while (peer.takeNow(isOpeningOf(channel)) !== undefined);
}

/** Judges that the target has new keys of a channel by an opening of its own, and answers under them. */
export async function checkRenewed(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  requirement: string,
): Promise<void> {
  const opening = await peer.take(isOpeningOf(channel));
  const { header } = world.came(opening, `message 1 of the ${channel.kind}`, requirement);
  world.check(header?.sequence === 2n, 'order number 2', `${header?.sequence}`, 'KEY-24: one more.');
  const isNew = () => current(channel).order === 2n || undefined;
  world.check((await peer.stage.until(isNew)) === true, 'new keys that are confirmed', 'none', requirement);
  const next = world.status(await peer.probe(channel), Status.ok);
  world.check(next.keys === current(channel), 'an answer under the new keys', 'another', 'KEY-21.');
}

export const NODE_RENEWAL_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.association.unanswered',
    title: 'A node whose Direction Request stays unanswered opens its association again.',
    clauses: ['KEY-27', 'GEN-11'],
    catches: 'A node that goes on asking under keys that its DC has lost, until its next registration.',
    waits: 2500,
    async script(world) {
      exactNetwork(world);
      const timers = { 'opening-over': 1, 'try-over-node-dc': 1 };
      const { node, dc, plan } = await directedPath(world, { node: { timers } });
      const { peer, association } = dc;
      forgetOpenings(peer, association);
      await node.packet(packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-19: it asks for another path.', 2000);
      const requirement = 'KEY-27: its request stayed unanswered by all addresses of its DC, so it opens.';
      const opening = await peer.take(isOpeningOf(association), 1000 + 2 * LATE);
      const { at } = world.came(opening, 'message 1 of the association', requirement);
      const ms = Math.round(at - request.at);
      world.timely(ms >= 1000 - LATE, 'after 1 s, when the request is over', `after ${ms} ms`, requirement);
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.leg.rekey',
    title: 'When the keys of a leg are old its node opens it anew with the next message, be it an answer.',
    clauses: ['KEY-05', 'KEY-26', 'KEY-24', 'KEY-21'],
    catches: 'A leg whose keys run out after an hour, and with them whatever goes by the relay.',
    waits: OLD + 200,
    async script(world) {
      exactNetwork(world);
      const { dc, plan, relay } = await withRelay(world, { timers: { 'leg-rekey': OLD / 1000 } });
      const { peer, leg } = relay;
      await dc.send(plan, { part: 2, relay });
      const isOpen = () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      const before = current(leg);
      world.status(await peer.probe(leg), Status.ok);
      forgetOpenings(peer, leg);
      await world.sleep(OLD + 200);
      const due = world.status(await peer.probe(leg, { repeats: [] }), Status.ok);
      const requirement = 'KEY-05: the answer goes under the keys that there are, and the node opens.';
      world.check(due.keys === before, 'an answer under the keys that there were', 'another', requirement);
      await checkRenewed(world, peer, leg, requirement);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.rekey-messages',
    title:
      'A node that sealed as many messages of suite 2 as it may opens the path anew, though its peer opened it.',
    clauses: ['KEY-05', 'KEY-26', 'KEY-24'],
    features: ['suite-2'],
    catches: 'The bound of suite 1, 2^60 messages, for suite 2, whose keys are good for 2^28.',
    async script(world) {
      exactNetwork(world);
      const timers = { 'rekey-messages-suite-2': MESSAGES };
      const { far } = await openPath(world, { node: { timers }, plan: { suite: 2 } });
      const { peer, path } = far;
      const before = current(path);
      forgetOpenings(peer, path);
      for (let i = 0; i <= MESSAGES && current(path) === before; i++)
        world.status(await peer.probe(path, { keys: before }), Status.ok);
      await checkRenewed(world, peer, path, `KEY-05: the first message due after ${MESSAGES} makes it open.`);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.rekey-other-end',
    title:
      'When its peer opened a path and does not open it anew, the node does with what it sends 15 s after the keys are old.',
    clauses: ['KEY-26', 'KEY-05', 'KEY-24', 'KEY-21'],
    catches: 'Two ends that open at each renewal; data that ends with keys which one end alone may renew.',
    waits: OLD + OTHER_END + 1000,
    async script(world) {
      exactNetwork(world);
      const timers = { 'path-rekey': OLD / 1000, 'rekey-other-end': OTHER_END / 1000 };
      const began = world.net.now();
      const on = await openPath(world, { node: { timers } });
      const { peer, path } = on.far;
      const opened = world.net.now();
      await world.sleep(OLD + 500);
      await checkSends(world, on, packetTo(world, on.plan));
      world.status(await peer.probe(path), Status.ok);
      inTime(world, began, OLD + OTHER_END - LATE);
      const early = peer.inbox.find(isOpeningOf(path));
      const requirement = 'KEY-26: the other end opens if it has something to send 15 s later.';
      world.check(early === undefined, 'no opening of the node yet', 'message 1 of the path', requirement);
      await world.sleep(opened + OLD + OTHER_END + 200 - world.net.now());
      await checkSends(
        world,
        on,
        packetTo(world, on.plan),
        'KEY-05: data goes on under the keys that there are.',
      );
      await checkRenewed(world, peer, path, requirement);
    },
  }),
];
