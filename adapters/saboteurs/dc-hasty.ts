/** Faults of a DC that does not wait for what others have to say. */
import { toHex } from '../../reference/bytes.ts';
import type { AssociationEvent } from '../../reference/roles/association/association.ts';
import { Association } from '../../reference/roles/association/association.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { MessageType, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace } from '../reference/variant.ts';

type Fields = Readonly<Record<string, unknown>>;

export const DC_HASTY: readonly Saboteur[] = [
  {
    name: 'dc-believes-cn',
    title: 'answers MN, or another DC, as soon as CN was directed',
    clause: 'DC-21',
    caughtBy: 'dc.relay.order',
    patch: () =>
      answering(({ type }, { config }) => {
        if (type !== MessageType.routeDirection || config.channel.peerRole !== 'node') return undefined;
        return { type: MessageType.acknowledgement, status: Status.ok };
      }),
  },
  {
    name: 'dc-believes-dcs',
    title: 'takes it that the DC of CN has passed a direction on as soon as it was sent there',
    clause: 'DC-21',
    caughtBy: 'dc.direction.dc-cn-refuses',
    patch: () =>
      answering(({ type }, { config }) => {
        if (type !== MessageType.routeDirection || config.channel.peerRole !== 'dc') return undefined;
        return { type: MessageType.acknowledgement, status: Status.ok };
      }),
  },
  {
    name: 'dc-stale-information',
    title: 'goes by what it was once told of a node of another DC',
    clause: 'FED-09',
    caughtBy: 'dc.federation.age',
    patch: () => {
      /** Names by the transactions of questions about them. */
      const asked = new Map<string, string>();
      const told = new Map<string, Fields>();
      answering(({ type, transaction, ...fields }) => {
        if (type !== MessageType.nodeInformationRequest) return undefined;
        const { fqdn } = fields as { readonly fqdn: string };
        asked.set(toHex(transaction), fqdn);
        return told.get(fqdn);
      });
      replace(Association.prototype, 'receive', (original) => (self, ...args) => {
        const events = original(self, ...args) as readonly AssociationEvent[];
        for (const event of events) {
          const fqdn = event.kind === 'answer' ? asked.get(toHex(event.message.transaction)) : undefined;
          if (fqdn === undefined || event.kind !== 'answer') continue;
          const { status } = event.message as { readonly status?: number };
          if (status === Status.ok) told.set(fqdn, event.message as Fields);
        }
        return events;
      });
    },
  },
];

/** Has some requests answered by the DC itself, at once; they go out all the same. */
function answering(make: (message: Message, self: Association) => Fields | undefined): void {
  replace(Association.prototype, 'request', (original) => (self, request, ...rest) => {
    const events = original(self, request, ...rest) as readonly AssociationEvent[];
    const { transaction } = request as Message;
    const answer = make(request as Message, self as Association);
    if (answer === undefined) return events;
    return [...events, { kind: 'answer', message: { ...answer, transaction } }];
  });
}
