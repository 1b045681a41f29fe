/** Section 5.6: both ends open at once. */
import fc from 'fast-check';
import { compareBytes, sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import { Unjudged } from '../../verdict.ts';
import { exactNetwork, halfOpen, RS_S_CONFIGURED } from '../steps.ts';
import { answer, confirmingProbe, isOpening, MUTE, mute, ownOpening } from './own-opening.ts';

/** KEY-16: from one repeat of message 1 to the next there is time enough to see what comes out of turn. */
const REPEAT = 750;
const NEXT_REPEAT = 1750;
/** GEN-38, and as much again for the way and the host. */
const LATE = 200;
/** What an answer that goes at once has to have at least, on any host. */
const AT_ONCE = 200;
/** KEY-06 */
const LEARNED = 4;

/** KEY-22 */
const UNCONFIRMED = 4;

function tooLate(): Unjudged {
  return new Unjudged('inconclusive', 'host', 'the next repeat came before all was sent', true);
}

const ENDS = ['target', 'tester'] as const;
/** Whose opening is confirmed first. */
const BOTH_OPENED = (['lower', 'higher'] as const).flatMap((dcNodeId) =>
  ENDS.map((first) => ({ dcNodeId, first })),
);
export const CROSSED_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.crossed',
    title:
      'Openings cross and the RS-S has the lower Node ID: it does not answer, but opens towards the source too.',
    clauses: ['KEY-06', 'KEY-11'],
    catches:
      'Both ends answer, and end up with other keys; an opening that is lost in a NAT is never made up for.',
    async script(world) {
      const { rs, peer, association, first } = await ownOpening(world, { dcNodeId: 'higher' });
      const elsewhere = await world.peer('DC elsewhere', rs.endpoint());
      elsewhere.channels.push(association);
      elsewhere.habits.answerOpenings = false;
      // What the target opens for can come here, too.
      elsewhere.habits.reply = peer.habits.reply;

      elsewhere.sendOpening(association);
      const requirement = 'KEY-06: it sends its own message 1 to the source of the other at once.';
      const again = world.came(
        await elsewhere.take(isOpening),
        'message 1 of the target at that source',
        requirement,
      );
      world.check(sameBytes(again.bytes, first.bytes), 'the same message 1', 'another one', requirement);

      const made = answer(world, association, again.bytes);
      elsewhere.send(made.bytes, undefined, { channel: association });
      // From now on its attempt can be over: a late copy of the other opening is one that crosses nothing.
      const until = world.impaired ? world.net.now() : Number.POSITIVE_INFINITY;
      const probes = [
        await confirmingProbe(world, elsewhere, made.keys),
        await confirmingProbe(world, peer, made.keys),
      ];
      const transactions = new Set(
        probes.map(({ body }) => toHex(bytesField(body, 'transaction') ?? new Uint8Array())),
      );
      world.check(transactions.size === 2, 'a transaction of its own for each address', 'the same for both');
      const isAnswer = ({ type, at }: Received) => type === MessageType.openingResponse && at <= until;
      const answered = [...peer.inbox, ...elsewhere.inbox].find(isAnswer);
      world.check(answered === undefined, 'no message 2 of the target', 'message 2', 'KEY-06');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.crossed-higher',
    title:
      'Openings cross and the RS-S has the higher Node ID: it answers, and its own attempt goes on until something opens.',
    clauses: ['KEY-06', 'KEY-16'],
    catches: 'An attempt that is dropped for an opening which nobody confirms; one that goes on for ever.',
    waits: 5000,
    async script(world) {
      const { peer, association, first } = await ownOpening(world, { dcNodeId: 'lower' });
      const { own, peer: other } = association;
      if (compareBytes(own.nodeId, other.nodeId) > 0) throw new Error('the DC has the higher Node ID');
      const mail = await peer.message2(peer.sendOpening(association));
      const requirement = 'KEY-06: the end with the higher Node ID answers.';
      const { keys } = world.came(mail, 'message 2', requirement);
      while (peer.inbox.some(isOpening)) await peer.take(isOpening);
      const repeat = await peer.take(isOpening, 2000);
      const goesOn = 'KEY-06: its own attempt ends only when something opened.';
      const same = world.came(repeat, 'a repeat of its own message 1', goesOn);
      world.check(sameBytes(same.bytes, first.bytes), 'the same message 1', 'another one', goesOn);
      world.status(await peer.probe(association, keys && { keys }), 0);
      while (peer.inbox.some(isOpening)) await peer.take(isOpening);
      await world.sleep(first.at + 4500 - world.net.now());
      const late = peer.inbox.find(isOpening);
      world.check(late === undefined, 'no opening of the target any more', 'message 1');
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.crossed-at-once',
    title:
      'To the source of an opening that crosses its own the RS-S sends its message 1 at once, and then with each repeat; to 4 such sources.',
    clauses: ['KEY-06', 'GEN-38', 'KEY-16'],
    catches: 'A source that waits for the next repeat; as many destinations as somebody can have sources.',
    waits: NEXT_REPEAT + LATE,
    async script(world) {
      exactNetwork(world);
      const { rs, peer, association, first } = await ownOpening(world, { dcNodeId: 'higher' });
      await world.sleep(first.at + REPEAT + LATE - world.net.now());
      const sources: Peer[] = [];
      const { reply } = peer.habits;
      for (let number = 1; number <= LEARNED + 2; number++) {
        const source = await world.peer(`source ${number}`, rs.endpoint());
        source.hold(association);
        Object.assign(source.habits, { answerOpenings: false, reply });
        sources.push(source);
        source.sendOpening(association);
        if (number > LEARNED) continue;
        const requirement = 'KEY-06: it sends its own message 1 to the source of the other at once.';
        // What waits for the next repeat comes after that time; a busy host has all of it.
        const left = first.at + NEXT_REPEAT - LATE - world.net.now();
        if (left < AT_ONCE) throw tooLate();
        const came = await source.take(isOpening, left);
        world.came(came, `message 1 at ${source.name}`, requirement);
      }
      if (world.net.now() > first.at + NEXT_REPEAT - LATE) throw tooLate();
      await world.sleep(first.at + NEXT_REPEAT + LATE - world.net.now());
      const isRepeat = (mail: Received) => isOpening(mail) && mail.at > first.at + NEXT_REPEAT - LATE;
      for (const [i, source] of sources.entries()) {
        const repeats = source.inbox.filter(isRepeat).length;
        const requirement = `KEY-06: the sources of ${LEARNED} such openings are destinations.`;
        if (i < LEARNED) world.came(source.takeNow(isRepeat), `a repeat at ${source.name}`, requirement);
        else world.check(repeats === 0, `no repeat at ${source.name}`, `${repeats}`, requirement);
      }
    },
  }),
  propertyCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.keys.crossed-rank',
    title:
      'Of two openings of both ends that were complete before either was confirmed, the one of the lower Node ID is in use in the end; the other one opens messages.',
    clauses: ['KEY-37', 'KEY-49', 'KEY-07'],
    catches:
      'The rules of paths applied to associations: a handshake erased for its rank before it was confirmed.',
    arbitrary: fc.constantFrom(...BOTH_OPENED),
    boundaries: BOTH_OPENED,
    async script(world, { dcNodeId, first }) {
      const { peer, association, ...on } = await ownOpening(world, { dcNodeId, habits: MUTE });
      mute(peer);
      const made = {} as Record<(typeof ENDS)[number], PlayedKeys>;
      const own = () => {
        const answered = answer(world, association, on.first.bytes);
        peer.send(answered.bytes, undefined, { channel: association });
        made.target = answered.keys;
        return confirmingProbe(world, peer, answered.keys);
      };
      // The end with the lower Node ID answers only when its own attempt is over.
      if (dcNodeId === 'higher') await own();
      made.tester = await halfOpen(peer, association);
      if (dcNodeId === 'lower') await own();
      const order = first === 'target' ? ENDS : ENDS.toReversed();
      const [lower] = dcNodeId === 'lower' ? ['tester' as const] : ['target' as const];
      for (const [i, end] of order.entries()) {
        const keys = made[end];
        const requirement = 'KEY-37: of associations a confirmation erases no unconfirmed handshake.';
        const mail = world.status(await peer.probe(association, { keys }), Status.ok, requirement);
        const inUse = i === 0 ? keys : made[lower];
        const ranks = 'KEY-49: of two that crossed the one of the lower Node ID ranks higher.';
        world.check(
          mail.keys === inUse,
          'an answer under the keys of higher rank',
          'under the others',
          ranks,
        );
      }
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.unconfirmed-own',
    title:
      'A handshake that the RS-S opened itself takes no place of the 4 unconfirmed ones that it answered.',
    clauses: ['KEY-22'],
    catches: 'One bound for both: an end with an opening of its own under way forgets what it has answered.',
    async script(world) {
      const { peer, association, first } = await ownOpening(world, { dcNodeId: 'higher', habits: MUTE });
      mute(peer);
      const own = answer(world, association, first.bytes);
      peer.send(own.bytes, undefined, { channel: association });
      await confirmingProbe(world, peer, own.keys);
      const oldest = await halfOpen(peer, association);
      for (let more = 1; more < UNCONFIRMED; more++) await halfOpen(peer, association);
      const requirement = `KEY-22: of those that it answered it holds ${UNCONFIRMED}.`;
      for (const keys of [oldest, own.keys])
        world.status(await peer.probe(association, { keys }), Status.ok, requirement);
    },
  }),
];
