/** Section 5: the replay window, and nonces. */
import fc from 'fast-check';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case, Watch } from '../../case.ts';
import { propertyCase, scanCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { Violation } from '../../verdict.ts';

export const REPLAY_CASES: readonly Case[] = [
  propertyCase({
    id: 'rs-s.replay.probe',
    title:
      'A probing request that was answered is not answered again when the same datagram comes once more.',
    clauses: ['TUN-04'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'No replay window, or one that forgets at a word boundary.',
    arbitrary: fc.integer({ min: 0, max: 200 }),
    boundaries: [0, 1, 31, 32, 63, 64],
    async script(world, later) {
      const { dc } = await world.rs();
      const { peer, association } = dc;
      const content = body({ transaction: world.fresh(8) });
      const once = peer.sendSealed(association, MessageType.probeRequest, content);
      const answer = await peer.take(
        ({ type, channel }) => type === MessageType.probeResponse && channel === association,
      );
      world.status(answer, 0);
      // Numbers that are left out push the window on without a datagram.
      if (association.current !== undefined) association.current.next += BigInt(later);
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
  scanCase({
    id: 'rs-s.run.nonces',
    title: 'Through the whole run no sequence number is used twice under one key.',
    clauses: ['TUN-03'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches:
      'A counter that starts again, a repeated datagram, one counter for each type, keys that come again.',
    watch: () => new NonceWatch(),
  }),
];

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
    else if (toHex(before) !== toHex(bytes)) {
      this.violation ??= new Violation(
        'TUN-03: a sequence number is never used twice under one key.',
        ['another sequence number for each datagram sealed'],
        `sequence ${header.sequence} under key ID ${keys.keyId} of the ${channel?.kind} twice, in ${caseId}`,
      );
    }
  }
}
