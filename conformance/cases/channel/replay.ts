/** Section 5: the replay window, and nonces. */
import fc from 'fast-check';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case, Watch } from '../../case.ts';
import { propertyCase, scanCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import { Violation } from '../../verdict.ts';
import { associated, current, exactNetwork, RS_S } from '../steps.ts';

/** TUN-04 */
const WINDOW = 8192;

export const REPLAY_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.replay',
    title: 'A datagram that was answered is not answered again, however many came after it.',
    clauses: ['TUN-04'],
    catches: 'No replay window, or one that forgets at a word boundary or at its own end.',
    arbitrary: fc.integer({ min: 0, max: 2 * WINDOW }),
    boundaries: [0, 1, 31, 32, 63, 64, WINDOW - 2, WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW, 2 ** 32],
    async script(world, later) {
      exactNetwork(world);
      const { peer, association } = await associated(world);
      const content = body({ transaction: world.fresh(8) });
      const once = peer.sendSealed(association, MessageType.probeRequest, content);
      world.status(await takeAnswer(peer, association), 0);
      // Numbers that are left out push the window on without a datagram.
      current(association).next += BigInt(later);
      world.status(await peer.probe(association), 0);
      await world.silence({
        bad: () => {
          const intent = silentFault(`the datagram of ${later + 1} sequence numbers before`, 'replay');
          peer.send(once, peer.target, { channel: association, content, intent });
        },
        fence: () => peer.probe(association),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.sealed.window',
    title: 'A number that was left out, less than 8192 below the highest, is taken once and not again.',
    clauses: ['TUN-04', 'TUN-03'],
    catches: 'A narrower window; one that takes what comes late twice, or that a late number moves back.',
    arbitrary: fc.integer({ min: 1, max: WINDOW - 1 }),
    boundaries: [1, 31, 32, 63, 64, 65, 2047, 2048, WINDOW - 64, WINDOW - 2, WINDOW - 1],
    async script(world, below) {
      const { peer, association } = await associated(world);
      const keys = current(association);
      // Far enough that nothing below the new highest was used.
      keys.next += BigInt(2 * WINDOW);
      const sequence = keys.next - BigInt(below);
      world.status(await peer.probe(association, { repeats: [] }), 0);
      const content = body({ transaction: world.fresh(8) });
      const late = peer.sendSealed(association, MessageType.probeRequest, content, { sequence });
      const requirement = 'TUN-04: any number above the highest minus 8192 is accepted once.';
      world.status(await takeAnswer(peer, association), 0, requirement);
      await world.silence({
        bad: () => {
          const intent = silentFault(`${below} below the highest, for the second time`, 'replay');
          peer.send(late, peer.target, { channel: association, content, intent });
        },
        fence: () => peer.probe(association),
      });
    },
  }),
  scanCase({
    ...RS_S,
    id: 'rs-s.run.nonces',
    title: 'Through the whole run no sequence number is used twice under one key.',
    clauses: ['TUN-03'],
    catches:
      'A counter that starts again, a repeated datagram, one counter for each type, keys that come again.',
    watch: () => new NonceWatch(),
  }),
];

function takeAnswer(peer: Peer, channel: PlayedChannel): Promise<Received | undefined> {
  return peer.take((mail) => mail.type === MessageType.probeResponse && mail.channel === channel);
}

/** Remembers every sequence under every key; identical copies are a matter of the network. */
class NonceWatch implements Watch {
  judged = 0;
  violation: Violation | undefined = undefined;
  readonly #seen = new Map<string, Map<bigint, Uint8Array>>();

  received({ keys, header, bytes, channel, type }: Received, caseId: string): void {
    // What an RS-S forwards was sealed by the tester.
    if (keys === undefined || header === undefined || channel?.kind === 'path') return;
    if (type === MessageType.openingResponse) return;
    this.judged++;
    const key = toHex(keys.receiveKey);
    const sequences = this.#seen.get(key) ?? new Map<bigint, Uint8Array>();
    this.#seen.set(key, sequences);
    const before = sequences.get(header.sequence);
    if (before === undefined) sequences.set(header.sequence, bytes);
    else if (!sameBytes(before, bytes)) {
      this.violation ??= new Violation(
        'TUN-03: a sequence number is never used twice under one key.',
        ['another sequence number for each datagram sealed'],
        `sequence ${header.sequence} under key ID ${keys.keyId} of the ${channel?.kind} twice, in ${caseId}`,
      );
    }
  }
}
