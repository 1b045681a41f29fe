import { endpointToBytes } from '../../reference/address.ts';
import type { Body } from '../fields.ts';
import { body, bytesField, numberField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import type { Habits } from './habits.ts';
import { observed } from './probe-answer.ts';

/** The answer of a DC to a Registration Request, as its habits have it. [DC-06, DC-29] */
export function registrationAnswer(request: Received, habits: Habits): Body {
  const transaction = bytesField(request.body, 'transaction');
  const { registrationStatus: status } = habits;
  if (status !== 0) return body({ transaction, status });
  const wanted = numberField(request.body, 'lifetime') ?? 0;
  return body({
    transaction,
    status,
    virtualAddresses: [...habits.virtualAddresses],
    observedEndpoint: endpointToBytes(observed(request, habits.natted)),
    lifetime: wanted === 0 ? 0 : habits.registrationLifetime,
    keepAlive: habits.keepAlive,
    aliases: habits.aliases.length > 0 ? [...habits.aliases] : undefined,
  });
}
