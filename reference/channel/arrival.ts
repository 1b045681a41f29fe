/** What a message that opened is, by its body: for the role, or a probe, which ends in the channel. */
import type { Endpoint } from '../address.ts';
import { ipToBytes, isMapped } from '../address.ts';
import type { ErrorAnswer, Message, ProbeResponse } from '../wire/messages.ts';
import { decodeBody, hasBody } from '../wire/messages.ts';
import type { MessageType as Type } from '../wire/registry.ts';
import { MessageType, Status } from '../wire/registry.ts';

export type Arrival =
  | { readonly kind: 'data' }
  | { readonly kind: 'message'; readonly message: Message }
  /** A probing request with its answer, if it can have one; `isBad`: its schema fails. */
  | {
      readonly kind: 'probe';
      readonly answer: ProbeResponse | ErrorAnswer<typeof MessageType.probeResponse> | undefined;
      readonly isBad: boolean;
    }
  | {
      readonly kind: 'probe-answer';
      readonly transaction: Uint8Array;
      readonly status: number;
      readonly observed: Endpoint | undefined;
      readonly isBad: boolean;
    }
  | { readonly kind: 'bad-request'; readonly status: number; readonly transaction: Uint8Array }
  | { readonly kind: 'bad-answer'; readonly transaction: Uint8Array }
  /** Nothing that could be answered. [GEN-08] */
  | { readonly kind: 'encoding' };

/** Judges what was under the seal of a message. [GEN-46] */
export function arrivalOf(type: Type, body: Uint8Array, from: Endpoint): Arrival {
  if (!hasBody(type)) return { kind: 'data' };
  const decoded = decodeBody(type, body);
  if (!decoded.ok) {
    if (decoded.layer === 'encoding') return { kind: 'encoding' };
    const { status, transaction } = decoded;
    if (type === MessageType.probeResponse)
      return {
        kind: 'probe-answer',
        transaction,
        status: Status.malformed,
        observed: undefined,
        isBad: true,
      };
    // Whether `schema` refuses it is for who knows the transactions to say, since these come first.
    if (status === undefined) return { kind: 'bad-answer', transaction };
    if (type !== MessageType.probeRequest) return { kind: 'bad-request', status, transaction };
    return { kind: 'probe', answer: { type: MessageType.probeResponse, transaction, status }, isBad: true };
  }
  const { message } = decoded;
  if (message.type === MessageType.probeRequest)
    return { kind: 'probe', answer: answerTo(message.transaction, from), isBad: false };
  if (message.type === MessageType.probeResponse) {
    const { transaction, status } = message;
    const observed = 'observedEndpoint' in message ? message.observedEndpoint : undefined;
    return { kind: 'probe-answer', transaction, status, observed, isBad: false };
  }
  return { kind: 'message', message };
}

/** Undefined where no body can name the source, and no answer would reach it. [GEN-13] */
function answerTo(transaction: Uint8Array, from: Endpoint): ProbeResponse | undefined {
  if (from.port === 0 || isMapped(ipToBytes(from.ip))) return undefined;
  return { type: MessageType.probeResponse, transaction, status: Status.ok, observedEndpoint: from };
}
