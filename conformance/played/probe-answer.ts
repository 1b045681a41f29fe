import { endpointToBytes } from '../../reference/address.ts';
import type { Body } from '../fields.ts';
import { body, bytesField } from '../fields.ts';
import type { Received } from '../observe/received.ts';

/** The answer to a probing request, as it has to be. */
export function probeAnswer(request: Received): Body {
  return body({
    transaction: bytesField(request.body, 'transaction'),
    status: 0,
    observedEndpoint: endpointToBytes(request.from),
  });
}
