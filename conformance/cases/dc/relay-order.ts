/** Section 6.2 at a DC: Relay Registrations that overtake each other. */
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { askRelayed, wantingRelay } from './relays.ts';
import { checkSame, DC, hexField } from './steps.ts';

export const DC_RELAY_ORDER_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.relay.stale',
    title: 'A relay registration that is older than the last one that took effect is discarded in silence.',
    clauses: ['GEN-32', 'DC-40'],
    catches:
      'A datagram that was overtaken, or kept back by somebody, brings back kinds, endpoints and instance of before.',
    async script(world) {
      const relayed = await wantingRelay(world, { relays: 1 });
      const relay = relayed.dc.relay();
      await relay.register();
      const { peer, association } = relay;
      // If it took effect there would be no relay for paths between nodes.
      const content = relay.registration({ instance: world.fresh(8), kinds: [RelayKind.n] });
      const old = association.seal(MessageType.relayRegistrationRequest, content);
      await relay.register();
      const intent = silentFault('an older one', 'stale');
      await world.silence({
        bad: () => peer.send(old, undefined, { channel: association, content, intent }),
        fence: () => peer.probe(association),
        requirement: 'GEN-32: only if it was sent later than the last one that did.',
      });
      const answer = await askRelayed(relayed);
      world.status(answer, Status.ok, 'GEN-32: what the relay registered last holds.');
      const told = relay.directions.at(-1)?.body;
      checkSame(world, 'Path ID at the relay', hexField(answer?.body, 'pathId'), hexField(told, 'pathId'));
    },
  }),
];
