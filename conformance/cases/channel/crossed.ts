/** Section 5.6: both ends open at once. */
import { compareBytes, sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { RS_S_CONFIGURED } from '../steps.ts';
import { answer, confirmingProbe, isOpening, ownOpening } from './own-opening.ts';

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
        'message 1 of the RS-S at that source',
        requirement,
      );
      world.check(sameBytes(again.bytes, first.bytes), 'the same message 1', 'another one', requirement);

      const made = answer(world, association, again.bytes);
      elsewhere.send(made.bytes, undefined, { channel: association });
      const probes = [
        await confirmingProbe(world, elsewhere, made.keys),
        await confirmingProbe(world, peer, made.keys),
      ];
      const transactions = new Set(
        probes.map(({ body }) => toHex(bytesField(body, 'transaction') ?? new Uint8Array())),
      );
      world.check(transactions.size === 2, 'a transaction of its own for each address', 'the same for both');
      const isAnswer = ({ type }: Received) => type === MessageType.openingResponse;
      const answered = [...peer.inbox, ...elsewhere.inbox].find(isAnswer);
      world.check(answered === undefined, 'no message 2 of the RS-S', 'message 2', 'KEY-06');
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
      world.check(late === undefined, 'no opening of the RS-S any more', 'message 1');
    },
  }),
];
