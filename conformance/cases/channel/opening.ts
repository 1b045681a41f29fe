/** Section 5: how a channel is opened. */

import { OPENING_LENGTH } from '../../../reference/wire/header.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { answersHeader } from '../../played/channel.ts';

export const OPENING_CASES: readonly Case[] = [
  scriptCase({
    id: 'rs-s.opening.association',
    title: 'The DC opens the association: message 2 has the header of message 1 and verifies.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'own',
    catches: 'Another label, prologue or order of Node IDs in the handshake; a payload in message 2.',
    async script(world) {
      const rs = await world.rs({ bare: true });
      const [dc] = rs.dcs;
      if (dc === undefined) return;
      // An answer is due even to a DC that the RS-S could open to itself: its Node ID is the lower one.
      const { peer, association } = dc;
      const attempt = peer.sendOpening(association);
      const answer = world.came(await peer.take((mail) => mail.attempt === attempt), 'message 2');
      world.check(
        answer.bytes.length === OPENING_LENGTH,
        `${OPENING_LENGTH} bytes`,
        `${answer.bytes.length} bytes`,
      );
      world.check(
        answersHeader(attempt.message1, answer.bytes),
        'the header of message 1 but for the type',
        'another header',
      );
      const { keys } = answer;
      world.check(keys !== undefined, 'a message 2 that verifies', answer.fault ?? 'one that does not');
      if (keys === undefined) return;
      const requirement = 'The confirming probe under the new keys is answered.';
      world.status(await peer.probe(association, { keys }), 0, requirement);
    },
  }),
];
