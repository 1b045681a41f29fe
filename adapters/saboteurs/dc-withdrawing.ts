/** Faults of a DC whose directions fail when a relay has taken its part. */
import { toHex } from '../../reference/bytes.ts';
import type { AssociationEvent } from '../../reference/roles/association/association.ts';
import { Association } from '../../reference/roles/association/association.ts';
import { Direction } from '../../reference/roles/dc/direction/direction.ts';
import { RelayDirections } from '../../reference/roles/dc/relay-directions.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { MessageType, Status } from '../../reference/wire/registry.ts';
import type { Saboteur } from '../reference/variant.ts';
import { replace, setField } from '../reference/variant.ts';

export const DC_WITHDRAWING: readonly Saboteur[] = [
  {
    name: 'dc-forgets-slow-relays',
    title: 'leaves at a relay what that one accepted when the direction was over already',
    clause: 'DC-37',
    caughtBy: 'dc.relay.late',
    patch() {
      const unused = new Set<string>();
      replace(RelayDirections.prototype, 'remove', (original) => (self, pathId, ...rest) => {
        if ((self as RelayDirections).get(pathId as string) === undefined) unused.add(pathId as string);
        return original(self, pathId, ...rest);
      });
      replace(Association.prototype, 'request', (original) => (self, message, ...rest) => {
        const { pathId } = message as { readonly pathId?: Uint8Array };
        const isLeft = 'withdraw' in (message as object) && pathId !== undefined && unused.has(toHex(pathId));
        return isLeft ? [] : original(self, message, ...rest);
      });
    },
  },
  {
    name: 'dc-forgets-relays-in-time',
    title: 'leaves at the relay what it has when the time of a direction is over',
    clause: 'DC-37',
    caughtBy: 'dc.direction.cn-hangs',
    patch: () =>
      replace(Direction.prototype, 'expire', (original) => (self, ...args) => {
        setField(self, 'prepared', undefined);
        return original(self, ...args);
      }),
  },
  {
    name: 'dc-waits-for-cn',
    title: 'gives CN all the time that its tries take, whatever MN has left',
    clause: 'GEN-28',
    caughtBy: 'dc.direction.cn-hangs',
    patch: () =>
      replace(Direction.prototype, 'direct', (original) => (self, ...args) => {
        setField(self, 'deadline', Number.POSITIVE_INFINITY);
        return original(self, ...args);
      }),
  },
  {
    name: 'dc-leaves-what-is-of-no-use',
    title: 'takes an answer of a relay without endpoints for a refusal, and leaves the path there',
    clause: 'DC-41',
    caughtBy: 'dc.relay.second',
    patch: () => refusing((message) => 'legs' in message),
  },
  {
    name: 'dc-general-leaves-what-is-of-no-use',
    title: 'does the same with a relay that ends tunnels',
    clause: 'DC-41',
    caughtBy: 'dc.general.second',
    patch: () => refusing((message) => 'kind' in message && !('legs' in message)),
  },
];

/** Has answers with status 0 and without endpoints, to some Relay Directions, be errors. */
function refusing(concerns: (direction: object) => boolean): void {
  const asked = new Set<string>();
  replace(Association.prototype, 'request', (original) => (self, message, ...rest) => {
    const { type, transaction } = message as Message;
    const isDirection = type === MessageType.relayDirection && !('withdraw' in (message as object));
    if (isDirection && concerns(message as object)) asked.add(toHex(transaction));
    return original(self, message, ...rest);
  });
  replace(Association.prototype, 'receive', (original) => (self, ...args) => {
    const events = original(self, ...args) as readonly AssociationEvent[];
    return events.map((event) => {
      if (event.kind !== 'answer' || !asked.has(toHex(event.message.transaction))) return event;
      if ('endpoints' in event.message && event.message.endpoints !== undefined) return event;
      const { type, transaction } = event.message;
      return { ...event, message: { type, transaction, status: Status.unsupported } };
    });
  });
}
