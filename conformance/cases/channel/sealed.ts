/** Section 5.3: sealed messages. */
import fc from 'fast-check';
import { HEADER_LENGTH } from '../../../reference/wire/header.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { associated, halfOpen, newLeg, openLeg, RS_S, withBitFlipped } from '../steps.ts';

/** Header, tag, map, transaction. */
const PROBE = HEADER_LENGTH + 16 + 11;
const MAX_U64 = (1n << 64n) - 1n;
/** The type of a probing request is 0x0d; with one bit changed it is another one, or none. [16.1] */
const OPENING_TYPES = [0x0b, 0x0c];
const LAST_TYPE = 0x11;

/** A probe, bad by one bit, and then as it should be. */
async function flipped(world: World, bit: number, layer: ReturnType<typeof layerOf>): Promise<void> {
  const { peer, association } = await associated(world);
  const content = body({ transaction: world.fresh(8) });
  const good = association.seal(MessageType.probeRequest, content);
  await world.silence({
    bad: () => {
      const intent = silentFault(`bit ${bit} of the datagram`, layer);
      peer.send(withBitFlipped(good, bit), undefined, { channel: association, intent });
    },
    fence: () => {
      peer.send(good, undefined, { channel: association, content });
      return peer.take((mail) => mail.channel === association && mail.type === MessageType.probeResponse);
    },
    requirement: 'What failed leaves nothing behind: the same datagram, unchanged, is answered.',
  });
}

/** Which layer refuses a probe of which this bit of the header is the other way. [16.11] */
function layerOf(channel: PlayedChannel | undefined, bit: number) {
  const at = bit >> 3;
  if (at === 0) return 'magic';
  if (at === 1) {
    const type = MessageType.probeRequest ^ (0x80 >> (bit & 7));
    if (OPENING_TYPES.includes(type)) return 'length';
    return type > LAST_TYPE ? 'type' : 'tag';
  }
  if (at < 4) {
    const keyId = (channel?.current?.keyId ?? 0) ^ (0x8000 >> (bit - 16));
    if (keyId === 0) return 'key-id-zero';
    return channel?.keys.some((keys) => keys.keyId === keyId) ? 'tag' : 'key-id';
  }
  return at < 20 ? 'context' : 'tag';
}

/** What the RS-S sent under these keys of its own accord, and as answers. */
function sequences(peer: Peer, keys: PlayedKeys, answers: readonly Received[]): bigint[] {
  const own = peer.inbox.filter((mail) => mail.keys === keys && mail.type === MessageType.probeRequest);
  return [...own, ...answers].sort((a, b) => a.at - b.at).map(({ header }) => header?.sequence ?? 0n);
}

export const SEALED_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.tag',
    title: 'A message of which one sealed bit was changed gets no answer; unchanged it does.',
    clauses: ['TUN-05', 'TUN-04'],
    catches: 'A tag that is not verified, or only in part; a window that moves before it is.',
    arbitrary: fc.integer({ min: 8 * HEADER_LENGTH, max: 8 * PROBE - 1 }),
    boundaries: [8 * HEADER_LENGTH, 8 * PROBE - 1, 8 * (PROBE - 16), 8 * (PROBE - 16) - 1],
    script: (world, bit) => flipped(world, bit, 'tag'),
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.header',
    title: 'A message of which one bit of the header was changed gets no answer; unchanged it does.',
    clauses: ['TUN-02', 'GEN-20'],
    catches:
      'A field of the header that is left out of the associated data; a window moved by a forged number.',
    arbitrary: fc.integer({ min: 0, max: 8 * HEADER_LENGTH - 1 }),
    // Type to another known one, key ID, context, and the ends of the sequence.
    boundaries: [8 + 6, 8 + 7, 8 + 5, 16, 31, 32, 159, 160, 191, 192, 223],
    async script(world, bit) {
      const { association } = await associated(world);
      await flipped(world, bit, layerOf(association, bit));
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.counter',
    title: 'A message may skip any number of sequence numbers, up to 2^64 - 1.',
    clauses: ['TUN-03', 'GEN-14'],
    catches: 'A counter of 32 bits, a signed one, or a bound on gaps.',
    // The opening of the leg uses the lowest numbers.
    arbitrary: fc.bigInt({ min: 16n, max: MAX_U64 }),
    boundaries: [
      16n,
      0xffff_ffffn,
      0x1_0000_0000n,
      (1n << 53n) - 1n,
      (1n << 53n) + 1n,
      (1n << 63n) - 1n,
      1n << 63n,
      MAX_U64,
    ],
    async script(world, sequence) {
      const { nodePeer, leg } = await openLeg(world);
      world.status(await nodePeer.probe(leg, { sequence, repeats: [] }), 0);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.sealed.own-counter',
    title: 'Under new keys an RS-S counts its own messages of all types together, from 0 upwards.',
    clauses: ['TUN-03'],
    catches: 'A counter for each type or address; one that does not begin at 0, or goes on from other keys.',
    async script(world) {
      const { nodePeer, leg } = await newLeg(world);
      for (const opening of [1, 2]) {
        const keys = await halfOpen(nodePeer, leg);
        const answers: Received[] = [];
        for (let i = 0; i < 4; i++) answers.push(world.status(await nodePeer.probe(leg, { keys }), 0));
        const seen = sequences(nodePeer, keys, answers).toSorted((a, b) => (a < b ? -1 : 1));
        const where = `under the keys of opening ${opening}`;
        if (seen[0] !== 0n) {
          world.stage.violated(`a first message with sequence 0 ${where}`, `${seen[0]}`, { timedOut: true });
        }
        const isOnce = new Set(seen).size === seen.length;
        world.check(isOnce, `each sequence number once ${where}`, seen.join(', '));
        while (nodePeer.inbox.length > 0) await nodePeer.take(() => true);
      }
    },
  }),
];
