/** Another DC, with an association with the one under test: it tells of its nodes, and asks for those of the target. */
import { MessageType, Status } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body, bytesField, field, numberField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import type { Reply } from './habits.ts';
import type { Manner } from './party.ts';
import { Party } from './party.ts';
import type { RequestOptions } from './peer.ts';

export class OtherDc extends Party {
  /** What it tells of its nodes, by name: fields, a status, or nothing at all. */
  readonly nodes = new Map<string, Fields | Manner>();
  /** How it acknowledges Route Directions. */
  acknowledges: Manner = Status.ok;

  /** Asks for a node of the target. */
  async information(fqdn: string, options: RequestOptions = {}): Promise<Received | undefined> {
    const { peer } = this;
    const content = body({ transaction: peer.stage.fresh(8), fqdn });
    return await peer.request(this.association, MessageType.nodeInformationRequest, content, options);
  }

  /** Directs a node of the target. */
  async direct(content: Body, options: RequestOptions = {}): Promise<Received | undefined> {
    const { peer } = this;
    return await peer.request(this.association, MessageType.routeDirection, content, {
      timeout: 2500 + peer.stage.timeout,
      ...options,
    });
  }

  /** Route Directions that came in this row. */
  get directions(): Received[] {
    return this.asked(MessageType.routeDirection);
  }

  /** Node Information Requests that came in this row. */
  get questions(): Received[] {
    return this.asked(MessageType.nodeInformationRequest);
  }

  protected override behave(): void {
    this.nodes.clear();
    this.acknowledges = Status.ok;
  }

  protected override isRequest({ type, body: content }: Received): boolean {
    if (type === MessageType.nodeInformationRequest) return true;
    return type === MessageType.routeDirection && numberField(content, 'status') === undefined;
  }

  protected override answer(mail: Received): Reply | undefined {
    const transaction = bytesField(mail.body, 'transaction');
    if (mail.type === MessageType.routeDirection) {
      const status = this.acknowledges;
      if (status === 'silent') return undefined;
      return { type: MessageType.acknowledgement, content: body({ transaction, status }) };
    }
    const name = field(mail.body, 'fqdn');
    const told = typeof name === 'string' ? this.nodes.get(name) : undefined;
    if (told === 'silent') return undefined;
    const fields =
      typeof told === 'object' ? { status: Status.ok, ...told } : { status: told ?? Status.unknownName };
    return { type: MessageType.nodeInformationResponse, content: body({ transaction, ...fields }) };
  }
}
