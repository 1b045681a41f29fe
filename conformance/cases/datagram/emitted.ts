/** What an RS-S may send at all, looked at through the whole run. */
import { MAX_CONTROL_SENT } from '../../../reference/wire/header.ts';
import { isMessageType, MESSAGES, MessageType, mayCarry } from '../../../reference/wire/registry.ts';
import type { Watch } from '../../case.ts';
import { scanCase } from '../../case.ts';
import { bytesField, field } from '../../fields.ts';
import { describeReceived } from '../../observe/exchange.ts';
import type { Received } from '../../observe/received.ts';
import { Violation } from '../../verdict.ts';

const TRANSACTION_LENGTH = 8;

export const EMITTED_CASE = scanCase({
  id: 'rs-s.run.emitted',
  title:
    'Through the whole run the RS-S sends only messages that are its own to send, whole and not too large.',
  clauses: ['GEN-09', 'GEN-12', 'GEN-02'],
  level: 'MUST',
  roles: ['rs-s'],
  adapterLevel: 0,
  features: [],
  needs: [],
  isolation: 'shared',
  note: 'Bodies have to have a transaction of 8 bytes, answers a status and requests none.',
  catches:
    'A message of another role, a body without transaction, an answer without status, an oversize datagram.',
  watch: () => new EmittedWatch(),
});

class EmittedWatch implements Watch {
  judged = 0;
  violation: Violation | undefined = undefined;

  received(mail: Received, caseId: string): void {
    // What an RS-S forwards is another's; what did not open is for the case that it came in.
    if (mail.channel === undefined || mail.channel.kind === 'path' || mail.keys === undefined) return;
    if (mail.type === MessageType.openingResponse) return;
    this.judged++;
    const expected = fault(mail);
    if (expected === undefined) return;
    const requirement = 'GEN-09, GEN-12: what an RS-S sends is its own to send, whole and not too large.';
    this.violation ??= new Violation(requirement, [expected], `${describeReceived(mail)}, in ${caseId}`);
  }
}

/** What should have been instead; undefined if nothing is wrong. */
function fault({ channel, type, bytes, body }: Received): string | undefined {
  if (channel === undefined || type === undefined || !isMessageType(type)) return undefined;
  if (!mayCarry(channel.kind, type, channel.peer.role, channel.own.role)) {
    return `a type that an RS-S sends on the ${channel.kind}`;
  }
  if (bytes.length > MAX_CONTROL_SENT) return `${MAX_CONTROL_SENT} bytes at most`;
  if (bytesField(body, 'transaction')?.length !== TRANSACTION_LENGTH) return 'a transaction of 8 bytes';
  const hasStatus = field(body, 'status') !== undefined;
  // It is either, by its status. [GEN-47]
  if (type === MessageType.routeDirection) return undefined;
  const isAnswer = MESSAGES[type].use === 'answer';
  if (hasStatus === isAnswer) return undefined;
  return isAnswer ? 'a status in an answer' : 'no status in a request';
}
