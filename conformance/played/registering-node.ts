/** A node of a DC under test: it registers, asks for paths, and acknowledges what it is directed. */
import type { Endpoint } from '../../reference/address.ts';
import { endpointToBytes } from '../../reference/address.ts';
import { MessageType, Status } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body, bytesField, listField, numberField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import { describeStatus } from '../status.ts';
import { Unjudged } from '../verdict.ts';
import type { PlayedChannel } from './channel.ts';
import type { Reply } from './habits.ts';
import type { Bind, Manner, Place } from './party.ts';
import { Party } from './party.ts';
import type { Peer, RequestOptions } from './peer.ts';

export interface RegisterOptions {
  /** Where it registers from, one place for each family; IPv4 if not given. */
  readonly places?: readonly Place[];
  /** Real endpoints in the body; those of the sockets if not given. */
  readonly locals?: readonly Endpoint[] | ((peers: readonly Peer[]) => readonly Endpoint[]);
  readonly features?: readonly number[];
  readonly suites?: readonly number[];
  readonly lifetime?: number;
  readonly instance?: Uint8Array;
  readonly fields?: Fields;
}

export class RegisteringNode extends Party {
  readonly fqdn: string;
  /** That of its last registration. */
  instance: Uint8Array = new Uint8Array(8);
  /** Its virtual addresses by the last answer with status 0. */
  virtual: readonly Uint8Array[] = [];
  /** How it acknowledges directions. */
  acknowledges: Manner = Status.ok;

  constructor(name: string, fqdn: string, association: PlayedChannel, bind: Bind) {
    super(name, association, bind);
    this.fqdn = fqdn;
  }

  /** A Registration Request; fields given here replace those. */
  registration(options: RegisterOptions, peers: readonly Peer[]): Body {
    const { locals = peers.map(({ local }) => local), features = [], suites = [1], lifetime = 120 } = options;
    const endpoints = typeof locals === 'function' ? locals(peers) : locals;
    return body({
      transaction: peers[0]?.stage.fresh(8),
      fqdn: this.fqdn,
      nodeId: this.nodeId,
      instance: options.instance ?? this.instance,
      localEndpoints: endpoints.map(endpointToBytes),
      features: [...features],
      suites: [...suites],
      lifetime,
      ...options.fields,
    });
  }

  /** Registers from all its places. @returns the answers, in the order of the places */
  async request(options: RegisterOptions = {}): Promise<(Received | undefined)[]> {
    const peers: Peer[] = [];
    for (const place of options.places ?? [{}]) peers.push(await this.attach(place));
    const [first] = peers;
    if (first === undefined) throw new Error('a registration from nowhere');
    this.instance = options.instance ?? first.stage.fresh(8);
    const answers: (Received | undefined)[] = [];
    for (const peer of peers) {
      const content = this.registration(options, peers);
      const answer = await peer.request(this.association, MessageType.registrationRequest, content);
      if (numberField(answer?.body, 'status') === Status.ok) this.virtual = addressesOf(answer?.body);
      answers.push(answer);
    }
    return answers;
  }

  /** The same as a step on the way. @throws Unjudged unless all answers have status 0 */
  async register(options: RegisterOptions = {}): Promise<Received> {
    const answers = await this.request(options);
    const bad = answers.find((answer) => numberField(answer?.body, 'status') !== Status.ok);
    const [first] = answers;
    if (first !== undefined && bad === undefined && !answers.includes(undefined)) return first;
    const came = bad === undefined ? 'no answer' : describeStatus(numberField(bad.body, 'status'));
    throw new Unjudged('inconclusive', 'target', `${this.name} could not register: ${came}`, !bad);
  }

  /** Ends its registration, where it has one. @throws Unjudged */
  async deregister(): Promise<void> {
    const family = this.at(4) === undefined && this.at(6) !== undefined ? 6 : 4;
    const peer = this.at(family) ?? (await this.attach({ family }));
    const content = this.registration({ lifetime: 0 }, [peer]);
    const answer = await peer.request(this.association, MessageType.registrationRequest, content);
    if (numberField(answer?.body, 'status') === Status.ok) return;
    throw new Unjudged('inconclusive', 'target', `${this.name} could not deregister`, answer === undefined);
  }

  /** A Direction Request for a name; fields given here replace those. */
  directionRequest(fields: Fields): Body {
    return body({ transaction: this.peer.stage.fresh(8), ...fields });
  }

  /** Sends a Direction Request and waits for its answer. */
  async ask(fields: Fields, options: RequestOptions = {}): Promise<Received | undefined> {
    return await this.send(this.directionRequest(fields), options);
  }

  /** The same with a body of the case's own. */
  async send(content: Body, options: RequestOptions = {}): Promise<Received | undefined> {
    const { peer } = this;
    return await peer.request(this.association, MessageType.directionRequest, content, {
      timeout: DIRECTION_ANSWER + peer.stage.timeout,
      ...options,
    });
  }

  /** Route Directions that came as requests in this row. */
  get directions(): Received[] {
    return this.asked(MessageType.routeDirection);
  }

  protected override behave(): void {
    this.acknowledges = Status.ok;
  }

  protected override isRequest({ type, body: content }: Received): boolean {
    return type === MessageType.routeDirection && numberField(content, 'status') === undefined;
  }

  protected override answer(mail: Received): Reply | undefined {
    if (this.acknowledges === 'silent') return undefined;
    const transaction = bytesField(mail.body, 'transaction');
    return {
      type: MessageType.acknowledgement,
      content: body({ transaction, status: this.acknowledges }),
    };
  }
}

/** GEN-28, milliseconds. */
const DIRECTION_ANSWER = 4500;

/** The virtual addresses of a body. */
export function addressesOf(content: Body | undefined): Uint8Array[] {
  return listField(content, 'virtualAddresses').filter(
    (item): item is Uint8Array => item instanceof Uint8Array,
  );
}
