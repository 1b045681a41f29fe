/** A relay of a DC under test: it registers and answers Relay Directions. No datagram of a path ever comes to it. */
import type { Endpoint } from '../../reference/address.ts';
import { endpointToBytes } from '../../reference/address.ts';
import { MessageType, RelayKind, Status } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body, bytesField, field, listField, numberField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import { Unjudged } from '../verdict.ts';
import type { Reply } from './habits.ts';
import type { Manner } from './party.ts';
import { Party } from './party.ts';

export interface RelayAnswer {
  readonly status: Manner;
  /** What it has beside, or instead of, what belongs there. */
  readonly fields?: Fields;
}

export function accepting(): RelayAnswer {
  return { status: Status.ok };
}

export class RegisteringRelay extends Party {
  instance: Uint8Array = new Uint8Array(8);
  /** What it may lend, by the last answer to its registration with status 0. [RST-09] */
  pool: readonly Uint8Array[] = [];
  /** How it answers Relay Directions, withdrawals too. */
  answers: (direction: Received) => RelayAnswer = accepting;

  /** Where it says that ends reach it. */
  get endpoints(): readonly Endpoint[] {
    return this.sockets.map(({ local }) => local);
  }

  /** A Relay Registration Request; fields given here replace those. */
  registration(fields: Fields = {}): Body {
    return body({
      transaction: this.peer.stage.fresh(8),
      instance: this.instance,
      suites: [1],
      endpoints: this.endpoints.map(endpointToBytes),
      kinds: [RelayKind.s],
      capacity: 1000,
      ...fields,
    });
  }

  /** Registers. @returns the answer */
  async request(fields: Fields = {}): Promise<Received | undefined> {
    const peer = await this.attach();
    const content = this.registration(fields);
    const answer = await peer.request(this.association, MessageType.relayRegistrationRequest, content);
    if (numberField(answer?.body, 'status') === Status.ok)
      this.pool = listField(answer?.body, 'pool').filter((one) => one instanceof Uint8Array);
    return answer;
  }

  /** The same as a step on the way; another instance if it is told so. @throws Unjudged */
  async register(
    options: { readonly anew?: boolean; readonly kinds?: readonly number[]; readonly fields?: Fields } = {},
  ): Promise<void> {
    const peer = await this.attach();
    if (options.anew !== false) this.instance = peer.stage.fresh(8);
    const kinds = options.kinds === undefined ? {} : { kinds: [...options.kinds] };
    const answer = await this.request({ ...kinds, ...options.fields });
    if (numberField(answer?.body, 'status') === Status.ok) return;
    throw new Unjudged('inconclusive', 'target', `${this.name} could not register`, answer === undefined);
  }

  /** Relay Directions of this row that were no withdrawals. */
  get directions(): Received[] {
    return this.asked(MessageType.relayDirection).filter(({ body: content }) => !isWithdrawal(content));
  }

  /** Withdrawals of this row. */
  get withdrawals(): Received[] {
    return this.asked(MessageType.relayDirection).filter(({ body: content }) => isWithdrawal(content));
  }

  protected override behave(): void {
    this.answers = accepting;
  }

  protected override isRequest({ type }: Received): boolean {
    return type === MessageType.relayDirection;
  }

  protected override answer(mail: Received): Reply | undefined {
    const { status, fields = {} } = this.answers(mail);
    if (status === 'silent') return undefined;
    const transaction = bytesField(mail.body, 'transaction');
    const isMade = status === Status.ok && !isWithdrawal(mail.body);
    const endpoints = isMade ? this.endpoints.map(endpointToBytes) : undefined;
    const isLease = isMade && numberField(mail.body, 'kind') === RelayKind.t;
    const allocatedAddress = isLease ? this.#lends(mail.body) : undefined;
    const content = body({ transaction, status, endpoints, allocatedAddress, ...fields });
    return { type: MessageType.directionResponse, content };
  }

  /** The first address of its pool that suits the general peer. */
  #lends(direction: Body | undefined): Uint8Array | undefined {
    const peer = bytesField(direction, 'peerAddress');
    return this.pool.find(({ length }) => peer === undefined || length === peer.length);
  }
}

export function isWithdrawal(content: Body | undefined): boolean {
  return field(content, 'withdraw') === true;
}
