/** Sections 5.5 and 5.7: keys as time goes by. Each case has short timers in the configuration. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedDc } from '../../played/dc.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { RequestOptions } from '../../played/peer.ts';
import type { RoleName } from '../../roles.ts';
import type { RsOptions } from '../../target/target.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import type { Associated } from '../steps.ts';
import {
  associated,
  current,
  exactNetwork,
  gone,
  halfOpen,
  openLeg,
  opens,
  RS_S_CONFIGURED,
} from '../steps.ts';

const isOpening = ({ type }: Received) => type === MessageType.openingRequest;

/** So old may keys be, of those that are old after a second; milliseconds. */
const STILL_YOUNG = 900;

/** KEY-05, here fewer. */
const MESSAGES = 20;

/** An association that the RS-S opened, at its start. @throws Unjudged if it did not, or too late */
async function openedByRs(world: World, timers: RsOptions['timers']): Promise<Associated> {
  const on = await associated(world, { bare: true, opens: true, ...(timers && { timers }) });
  const { rs, peer, association } = on;
  const began = world.net.now();
  await rs.provoke?.();
  const isOpen = () => (association.current?.confirmed === true ? true : undefined);
  if ((await peer.stage.until(isOpen)) === undefined || association.current?.initiator) {
    throw new Unjudged('inconclusive', 'target', 'the target did not open its association', true);
  }
  // When this is answered the RS-S has taken our answer to its own probe.
  world.status(await peer.probe(association), 0);
  if (world.impaired) inTime(world, began, STILL_YOUNG);
  return on;
}

/** @throws Unjudged if so much time went by that the point of the case is missed. */
export function inTime(world: World, began: number, ms: number): void {
  if (world.net.now() - began <= ms) return;
  throw new Unjudged('inconclusive', 'host', `a step that has ${ms} ms took longer`, true);
}

/** @throws Unjudged if the keys were renewed early, by a message that was lost and came again when they were old. */
function notYet(world: World, association: PlayedChannel, before: PlayedKeys): void {
  if (!world.impaired || current(association) === before) return;
  throw new Unjudged('inconclusive', 'host', 'a repeat was the next message', true);
}

/** Makes the RS-S send a message that is due: the answer to a Relay Direction. */
async function direct(world: World, dc: PlayedDc, options: RequestOptions = {}): Promise<Received> {
  const answer = await dc.direct(dc.relayDirection(dc.plan()), options);
  return world.status(answer, Status.ok);
}

/** Of the channel that stands for a leg where another role is judged. */
const REKEY: Partial<Record<RoleName, string>> = {
  node: 'path-rekey',
  ntma: 'path-rekey',
  'rs-n': 'path-rekey',
  'rs-t': 'path-rekey',
  dc: 'association-rekey',
};

export const KEY_TIME_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.old-erased',
    title: 'Keys that were replaced open nothing any more when their time is over.',
    clauses: ['KEY-07', 'GEN-38'],
    catches: 'Old keys that are kept until the next handshake, or for ever.',
    waits: 2500,
    async script(world) {
      const { nodePeer, leg } = await openLeg(world, { timers: { 'old-keys': 1 } });
      const before = current(leg);
      const after = await halfOpen(nodePeer, leg);
      world.status(await nodePeer.probe(leg, { keys: after }), 0);
      await world.sleep(500);
      world.status(await nodePeer.probe(leg, { keys: before }), 0, 'KEY-07: they receive all that time.');
      // 1 s in all, and the second that GEN-38 allows.
      await world.sleep(1600);
      await gone(world, nodePeer, leg, before, 'that were replaced', () => nodePeer.probe(leg));
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.rekey',
    title:
      'When the keys of an association that it opened are old, the RS-S opens it anew with its next message.',
    clauses: ['KEY-05', 'KEY-26', 'KEY-21'],
    catches: 'Keys that are never renewed; a message that waits for the new keys.',
    waits: 1300,
    async script(world) {
      const { dc, peer, association } = await openedByRs(world, { 'association-rekey': 1 });
      const before = current(association);
      await world.sleep(1200);
      notYet(world, association, before);
      // By the time of a repeat there are new keys.
      const due = await direct(world, dc, { repeats: [] });
      const requirement = 'KEY-05: the message goes under the keys that there are.';
      world.check(due.keys === before, 'an answer under the keys that there were', 'another', requirement);
      world.came(await peer.take(isOpening), 'message 1 of the target');
      const renewed = await peer.stage.until(() => (current(association) === before ? undefined : true));
      world.check(renewed === true, 'a confirming probe under the new keys', 'none');
      const next = world.status(await peer.probe(association), 0);
      const inUse = 'KEY-21: from the confirmation on it sends under the new keys.';
      world.check(next.keys === current(association), 'an answer under the new keys', 'another', inUse);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.rekey-messages',
    title:
      'An RS-S that sealed as many messages as it may under its key opens the association anew, whoever opened it.',
    clauses: ['KEY-05', 'KEY-26'],
    catches: 'Keys that are renewed by their age alone.',
    async script(world) {
      exactNetwork(world);
      const { peer, association } = await associated(world, { timers: { 'rekey-messages': MESSAGES } });
      const before = current(association);
      for (let i = 0; i <= MESSAGES && current(association) === before; i++)
        world.status(await peer.probe(association, { keys: before }), Status.ok);
      const requirement = `KEY-05: the first message due after ${MESSAGES} makes it open.`;
      const isRenewed = () => (current(association) === before ? undefined : true);
      const renewed = (await peer.stage.until(isRenewed)) === true;
      if (!renewed)
        world.stage.violated('a new opening of the target', 'none', { requirement, timedOut: true });
      const { initiator } = current(association);
      world.check(!initiator, 'an opening of the target', 'keys of another one', requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.rekey-other-end',
    title: 'When the DC opened the association, the RS-S opens it anew only 15 s after the keys are old.',
    clauses: ['KEY-26', 'KEY-05'],
    catches: 'Both ends open at the same moment, or the responder never does.',
    waits: 4800,
    async script(world) {
      const timers = { 'association-rekey': 1, 'rekey-other-end': 3 };
      const began = world.net.now();
      const { dc, peer } = await associated(world, { timers, silentStart: true });
      await world.sleep(1500);
      await direct(world, dc);
      world.status(await peer.probe(dc.association), 0);
      inTime(world, began, 4000);
      const early = peer.inbox.find(isOpening);
      world.check(early === undefined, 'no opening of the target yet', 'message 1');
      await world.sleep(2800);
      await direct(world, dc);
      world.came(await peer.take(isOpening), 'message 1 of the target');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.initiator-waits',
    title: 'While its confirming probe is unanswered an RS-S goes on under the keys that it has.',
    clauses: ['KEY-46', 'KEY-48', 'KEY-11'],
    catches: 'New keys are used before the other end is known to have them; old ones are given up for them.',
    waits: 1300,
    async script(world) {
      const { dc, peer, association } = await openedByRs(world, { 'association-rekey': 1 });
      const before = current(association);
      await world.sleep(1200);
      notYet(world, association, before);
      Object.assign(peer.habits, { answerProbes: false, probeBack: false });
      // A repeat would go under the new keys, and confirm them.
      await direct(world, dc, { repeats: [] });
      const probe = await peer.take(({ type, keys }) => type === MessageType.probeRequest && keys !== before);
      world.came(probe, 'the confirming probe under the new keys');
      const dated = dc.direct(dc.relayDirection(dc.plan()), { keys: before });
      const answer = world.status(await dated, Status.ok);
      world.check(answer.keys === before, 'an answer under the confirmed keys', 'one under others');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.erased',
    title: 'Keys that are older than they may be open nothing; the leg opens anew with the same secret.',
    clauses: ['KEY-25', 'KEY-08', 'GEN-38'],
    catches: 'Keys that live for ever when nobody renews them; a secret that goes with the keys.',
    waits: 3500,
    async script(world) {
      const timers = {
        [REKEY[world.role] ?? 'leg-rekey']: 1,
        'key-lifetime-extra': 1,
      };
      const { nodePeer, leg } = await openLeg(world, { timers });
      const keys = current(leg);
      const began = world.net.now();
      await world.sleep(1300);
      const answer = await nodePeer.probe(leg);
      inTime(world, began, 1800);
      world.status(answer, 0, 'KEY-25: until then they are good.');
      // 2 s in all, and the second that GEN-38 allows.
      await world.sleep(1900);
      await gone(world, nodePeer, leg, keys, 'that are too old', () => opens(nodePeer, leg));
      world.status(await nodePeer.probe(leg), 0);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.node-only',
    title: 'An RS-S never opens a leg: not when its keys are old, nor when a message is due without keys.',
    clauses: ['KEY-28', 'KEY-26', 'KEY-27'],
    catches: 'The rules for associations applied to legs, which only the node may open.',
    waits: 5500,
    async script(world) {
      const timers = { 'leg-rekey': 1, 'rekey-other-end': 1, 'key-lifetime-extra': 2 };
      const { rs, dc, nodePeer, leg } = await openLeg(world, { timers });
      const elsewhere = await world.peer('A elsewhere', rs.endpoint());
      elsewhere.channels.push(leg);
      elsewhere.habits.answerProbes = false;
      await world.sleep(2200);
      // Messages are due, and the keys are old: an answer, and probes to a nominated address that stay unanswered.
      world.status(await nodePeer.probe(leg), 0);
      world.status(await elsewhere.probe(leg), 0);
      await world.sleep(3000);
      world.status(await dc.peer.probe(dc.association), 0);
      const opened = [...nodePeer.inbox, ...elsewhere.inbox].find(isOpening);
      world.check(opened === undefined, 'no opening of the leg by the target', 'message 1 on the leg');
    },
  }),
];
