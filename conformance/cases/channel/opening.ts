/** Section 5.2: how a channel is opened. */
import fc from 'fast-check';
import { OPENING_LENGTH } from '../../../reference/wire/header.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { Attempt, PlayedChannel } from '../../played/channel.ts';
import { answersHeader } from '../../played/channel.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { associated, newLeg, RS_S, RS_S_CONFIGURED } from '../steps.ts';

const MAX_U64 = (1n << 64n) - 1n;

/** Judges message 2 of an attempt, all that can be seen of it. @returns the keys that both ends have now */
function checkMessage2(world: World, attempt: Attempt, mail: Received | undefined): PlayedKeys {
  const { bytes, keys, fault } = world.came(mail, 'message 2');
  world.check(bytes.length === OPENING_LENGTH, `${OPENING_LENGTH} bytes`, `${bytes.length} bytes`);
  world.check(
    answersHeader(attempt.message1, bytes),
    'the header of message 1 but for the type',
    'another header',
    'KEY-38: the header of message 2 is that of message 1 byte for byte but for the type.',
  );
  if (keys === undefined)
    return world.stage.violated('a message 2 that verifies', fault ?? 'one that does not');
  world.check(keys.keyId !== 0, 'a key ID other than 0', 'key ID 0', 'KEY-17: 0 names no keys.');
  return keys;
}

async function checkConfirms(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  keys: PlayedKeys,
): Promise<void> {
  const requirement = 'The confirming probe under the new keys is answered under them.';
  const answer = world.status(await peer.probe(channel, { keys }), 0, requirement);
  world.check(answer.keys === keys, 'an answer under the new keys', 'one under others', requirement);
}

export const OPENING_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.association',
    title: 'The DC opens the association: message 2 has the header of message 1 and verifies.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03', 'KEY-38', 'KEY-45'],
    isolation: 'own',
    catches: 'Another label, prologue or order of Node IDs in the handshake; a payload in message 2.',
    async script(world) {
      // An answer is due even to a DC that the RS-S could open to itself: its Node ID is the lower one.
      const { peer, association } = await associated(world, { bare: true, dcNodeId: 'lower' });
      const attempt = peer.sendOpening(association);
      const mail = await peer.take((candidate) => candidate.attempt === attempt);
      await checkConfirms(world, peer, association, checkMessage2(world, attempt, mail));
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.opening.leg',
    title: 'A node opens its leg: message 2 verifies, and a probe under the new keys is answered under them.',
    clauses: ['KEY-01', 'KEY-02', 'KEY-03', 'KEY-15', 'KEY-17', 'KEY-45', 'TUN-02', 'RS-05'],
    catches: 'The labels of associations used on legs, keys of the wrong direction, another nonce or key ID.',
    async script(world) {
      const { nodePeer, leg } = await newLeg(world);
      const attempt = nodePeer.sendOpening(leg);
      const mail = await nodePeer.take((candidate) => candidate.attempt === attempt);
      await checkConfirms(world, nodePeer, leg, checkMessage2(world, attempt, mail));
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.opening.header-echo',
    title: 'Whatever the order number of message 1, message 2 has the same header but for the type.',
    clauses: ['KEY-38', 'KEY-23'],
    catches: 'An order number of 32 bits or a signed one; an own counter in the header of message 2.',
    arbitrary: fc.bigInt({ min: 1n, max: MAX_U64 }),
    boundaries: [
      1n,
      2n,
      255n,
      256n,
      0xffff_ffffn,
      0x1_0000_0000n,
      (1n << 53n) + 1n,
      (1n << 63n) - 1n,
      1n << 63n,
      MAX_U64,
    ],
    async script(world, order) {
      const { nodePeer, leg } = await newLeg(world);
      const attempt = nodePeer.sendOpening(leg, { order });
      const mail = await nodePeer.take((candidate) => candidate.attempt === attempt);
      await checkConfirms(world, nodePeer, leg, checkMessage2(world, attempt, mail));
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.opening.association-order',
    title: 'On an association the order number of an opening is not checked, but echoed.',
    clauses: ['KEY-51', 'KEY-02', 'KEY-38'],
    catches: 'The rule for paths and legs applied to associations, which have no order.',
    async script(world) {
      const { peer, association } = await associated(world);
      for (const order of [7n, MAX_U64, 0n, 7n]) {
        const attempt = peer.sendOpening(association, { order });
        const mail = await peer.take((candidate) => candidate.attempt === attempt);
        await checkConfirms(world, peer, association, checkMessage2(world, attempt, mail));
      }
    },
  }),
];
