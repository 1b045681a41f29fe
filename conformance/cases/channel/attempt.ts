/** Sections 5.4 and 5.5: how an RS-S opens its association. */
import fc from 'fast-check';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { World } from '../../world.ts';
import { retryTimers } from '../relays/registrations.ts';
import { exactNetwork, RS_S_CONFIGURED } from '../steps.ts';
import { answer, confirmingProbe, isOpening, MUTE, mute, ownOpening, SILENT } from './own-opening.ts';
import { SPOILED, spoil } from './spoiled.ts';

/** KEY-16, GEN-11: milliseconds. */
const OPENING_REPEATS = [0, 250, 750, 1750, 3750];
const OPENING_OVER = 5000;
const PROBE_TRIES = [0, 500, 1500];
const PROBE_OVER = 2500;
/** GEN-38, and as much again for the way and the host. */
const LATE = 200;

/** Judges when things came, counted from the first of them: each when it is due, and nothing else. */
function checkTimes(world: World, mails: readonly Received[], due: readonly number[], jitter: number): void {
  const [first] = mails;
  const times = mails.map(({ at }) => Math.round(at - (first?.at ?? at)));
  const isDue = (time: number, ms: number) =>
    time >= ms * (1 - jitter) - LATE && time <= ms * (1 + jitter) + LATE;
  const expected = `one at ${due.join(', ')} ms`;
  const actual = `at ${times.join(', ')} ms`;
  const isMissing = due.some((ms) => !times.some((time) => isDue(time, ms)));
  if (isMissing) world.stage.violated(expected, actual, { timedOut: true });
  const isRight = times.every((time) => due.some((ms) => isDue(time, ms)));
  // A network that copies datagrams makes two of one.
  const isOnce = world.impaired || times.length === due.length;
  world.check(isRight && isOnce, expected, actual);
}

export const ATTEMPT_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.attempt.repeats',
    title: 'An RS-S opens its association at start, repeats message 1 as it is, gives up, and begins anew.',
    clauses: ['KEY-16', 'KEY-43', 'KEY-24', 'KEY-09'],
    catches: 'Other intervals, a new key in each repeat, the same key in the next attempt.',
    waits: 7000,
    async script(world) {
      const timers = retryTimers(world, 1, 60);
      const { rs, peer, association, first } = await ownOpening(world, { timers });
      world.check(first.header?.sequence === 0n, 'order number 0', `${first.header?.sequence}`);
      await world.sleep(first.at + OPENING_OVER - LATE - world.net.now());
      // Repeats are the same bytes, as copies made by a network are, which a peer passes over. DC-43: others are opened too.
      const isRepeat = (mail: Received) => isOpening(mail) && mail.channel === association;
      const repeats = world.stage.transcript.entries.flatMap((entry) =>
        entry.kind === 'received' && isRepeat(entry.received) && entry.received.at >= first.at
          ? [entry.received]
          : [],
      );
      const isSame = repeats.every(({ bytes }) => sameBytes(bytes, first.bytes));
      world.check(isSame, 'the same message 1 each time', 'another one');
      checkTimes(world, repeats, OPENING_REPEATS, 0);
      if (rs.provoke !== undefined) {
        await world.sleep(2 * LATE);
        await rs.provoke();
      }
      const next = await peer.take((mail) => isOpening(mail) && !sameBytes(mail.bytes, first.bytes), 2500);
      const requirement = 'RS-18, KEY-16: the next attempt has a new ephemeral key.';
      world.came(next, 'another message 1 after the first attempt is over', requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.attempt.confirming-probe',
    title: 'On message 2 an RS-S sends its confirming probe, and repeats it with the tries of probes.',
    clauses: ['KEY-11', 'GEN-11', 'GEN-10', 'TUN-03'],
    catches: 'No confirming probe, or a single one; a repeat under a sequence number that was used.',
    waits: 2800,
    async script(world) {
      const habits = { ...SILENT, answerProbes: false };
      const { peer, association, first: own } = await ownOpening(world, { habits });
      const made = answer(world, association, own.bytes);
      peer.send(made.bytes, undefined, { channel: association });
      const first = await confirmingProbe(world, peer, made.keys);
      await world.sleep(first.at + PROBE_OVER + LATE - world.net.now());
      const isProbe = ({ type, keys }: Received) => type === MessageType.probeRequest && keys === made.keys;
      const tries = [first, ...peer.inbox.filter(isProbe)];
      const transactions = new Set(
        tries.map(({ body }) => toHex(bytesField(body, 'transaction') ?? new Uint8Array())),
      );
      world.check(transactions.size === 1, 'one transaction', `${transactions.size} transactions`);
      const sequences = new Set(tries.map(({ header }) => header?.sequence));
      world.check(sequences.size === tries.length, 'a new sequence number each time', 'one that was used');
      if (!sequences.has(0n)) {
        const actual = [...sequences].join(', ');
        world.stage.violated('sequence numbers from 0', actual, { timedOut: world.impaired });
      }
      checkTimes(world, tries, PROBE_TRIES, 0.1);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.attempt.unconfirmed',
    title: 'When nothing answers its confirming probe an RS-S opens anew, and keeps the keys that it has.',
    clauses: ['KEY-48', 'KEY-27', 'GEN-11'],
    catches: 'An end that waits for ever for keys that the other one does not have; keys erased too soon.',
    waits: 1.1 * PROBE_OVER + LATE,
    async script(world) {
      exactNetwork(world);
      const { peer, association, first: own } = await ownOpening(world, { habits: MUTE });
      mute(peer);
      const made = answer(world, association, own.bytes);
      peer.send(made.bytes, undefined, { channel: association });
      const first = await confirmingProbe(world, peer, made.keys);
      const latest = first.at + 1.1 * PROBE_OVER + LATE;
      const isNew = (mail: Received) => isOpening(mail) && !sameBytes(mail.bytes, own.bytes);
      const requirement = 'KEY-48: a confirming probe stayed unanswered, so it opens again.';
      const mail = await peer.take(isNew, latest - world.net.now());
      const { at } = world.came(mail, 'another message 1 once the probe is over', requirement);
      const earliest = 0.9 * PROBE_OVER - LATE;
      const after = Math.round(at - first.at);
      world.timely(after >= earliest, `one after ${PROBE_OVER} ms`, `after ${after} ms`, requirement);
      const kept = 'KEY-48: it does not erase keys.';
      world.status(await peer.probe(association, { keys: made.keys }), 0, kept);
    },
  }),
  propertyCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.attempt.failed-message-2',
    title: 'A message 2 that fails leaves the attempt as it was: the right one is taken afterwards.',
    clauses: ['KEY-13', 'KEY-38', 'KEY-19'],
    catches:
      'An attempt that anybody can end; a header, tag or zero secret of message 2 that is not checked.',
    arbitrary: fc.constantFrom(...SPOILED),
    boundaries: SPOILED,
    async script(world, what) {
      const { peer, association, first } = await ownOpening(world);
      const { bytes: message1 } = first;
      const right = answer(world, association, message1);
      const channel = association;
      peer.send(spoil(what, association, message1, right.bytes), undefined, {
        channel,
        intent: silentFault(`message 2: ${what}`, what === 'a key ID' ? 'key-id-zero' : 'handshake'),
      });
      peer.send(right.bytes, undefined, { channel });
      await confirmingProbe(world, peer, right.keys);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.attempt.message-2-again',
    title: 'A message 2 that comes again, from elsewhere too, changes nothing and is counted nowhere.',
    clauses: ['KEY-52', 'KEY-13', 'GEN-19'],
    catches: 'A fault counted at every start of an end with two families; keys that a copy makes anew.',
    async script(world) {
      exactNetwork(world);
      const { rs, peer, association, first } = await ownOpening(world);
      const made = answer(world, association, first.bytes);
      const elsewhere = await world.peer('DC elsewhere', rs.endpoint());
      peer.send(made.bytes, undefined, { channel: association });
      // Once before the keys are confirmed, and after.
      peer.send(made.bytes, undefined, { channel: association });
      await confirmingProbe(world, peer, made.keys);
      world.status(await peer.probe(association, { keys: made.keys }), 0);
      for (const from of [peer, elsewhere]) from.send(made.bytes, undefined, { channel: association });
      world.status(await peer.probe(association, { keys: made.keys }), 0);
      const refused = Object.entries(await rs.counters()).filter(
        ([name, count]) => name.startsWith('refused.') && count > 0,
      );
      const rose = refused.map(([name, count]) => `${name} ${count}`).join(', ');
      world.check(rose === '', 'nothing refused', rose, 'KEY-52: no layer refuses it.');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.reflected',
    title: "An RS-S's own message 1 that comes back to it gets no answer.",
    clauses: ['KEY-02', 'KEY-24'],
    catches: 'Node IDs in an order of their own in the prologue, so that an end answers itself.',
    async script(world) {
      // The end with the lower Node ID would not answer an opening that crosses its own.
      const { peer, association, first } = await ownOpening(world, { dcNodeId: 'lower' });
      const { bytes } = first;
      const intent = silentFault("the target's own message 1", 'handshake');
      await world.silence({
        bad: () => peer.send(bytes, undefined, { channel: association, intent }),
        fence: () => peer.message2(peer.sendOpening(association)),
      });
    },
  }),
];
