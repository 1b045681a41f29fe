/**
 * Many nodes and one relay on one socket, which do with a DC what real ones do, message for message: each has an
 * association of the reference, keys and all. What they lack is everything behind that: paths, tunnels, timers.
 */
import type { Endpoint } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { timersFrom } from '../../../reference/config/timers.ts';
import type { Instant, Random } from '../../../reference/core.ts';
import { Refusal } from '../../../reference/refusal.ts';
import type {
  AssociationConfig,
  AssociationEvent,
} from '../../../reference/roles/association/association.ts';
import { Association } from '../../../reference/roles/association/association.ts';
import { ANSWERS_BOUND, channelTimers } from '../../../reference/roles/settings.ts';
import { Wakeups } from '../../../reference/roles/wakeups.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { MessageType, RelayKind, Status } from '../../../reference/wire/registry.ts';
import { nameOf, RELAY, trustOf } from './population.ts';

/** What one of them may do, and be answered. */
export type Deed = 'register' | 'direct' | 'relayed';

export type Outcome = (isDone: boolean) => void;

interface Member {
  readonly number: number;
  readonly association: Association;
  outcome: Outcome | undefined;
}

const TIMERS = timersFrom({ 'registration-lifetime': 3600 });
const SCHEDULE = { tries: TIMERS['try-node-dc'], over: TIMERS['try-over-node-dc'] };
const CHANNEL = channelTimers(TIMERS, 'association');
const SUITES = [2, 1];
const INSTANCE = new Uint8Array(8).fill(1);

export class Crowd {
  private readonly local: Endpoint;
  private readonly dc: Endpoint;
  private readonly random: Random;
  private readonly send: (bytes: Uint8Array, to: Endpoint) => void;
  private readonly byContext = new Map<string, Member>();
  private readonly byNumber = new Map<number, Member>();
  private readonly wakeups = new Wakeups<Member>();

  constructor(
    local: Endpoint,
    dc: Endpoint,
    random: Random,
    send: (bytes: Uint8Array, to: Endpoint) => void,
  ) {
    this.local = local;
    this.dc = dc;
    this.random = random;
    this.send = send;
  }

  /**
   * One does something; each does one thing at a time. A node that has no keys yet gets some first.
   * @param number of a node, or the relay, which can register alone
   * @param peer the node to which a path is asked for
   */
  begin(deed: Deed, number: number, peer: number, now: Instant, outcome: Outcome): void {
    const member = this.member(number);
    if (member.outcome !== undefined) throw new Error(`${number} is at something already`);
    member.outcome = outcome;
    const message = deed === 'register' ? this.registration(number) : this.wish(deed, peer);
    this.perform(member, member.association.request(message, SCHEDULE, now), now);
  }

  receive(bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const header = readHeader(bytes);
    const member = header instanceof Refusal ? undefined : this.byContext.get(toHex(header.context));
    if (header instanceof Refusal || member === undefined) return;
    this.perform(member, member.association.receive(header, bytes, from, now), now);
  }

  /** Tries again what had no answer, and gives up what never got one. */
  tick(now: Instant): void {
    for (let member = this.wakeups.takeDue(now); member !== undefined; member = this.wakeups.takeDue(now))
      this.perform(member, member.association.tick(now), now);
  }

  private perform(member: Member, events: readonly AssociationEvent[], now: Instant): void {
    for (const event of events) {
      if (event.kind === 'send') this.send(event.bytes, event.to);
      else if (event.kind === 'request')
        this.perform(member, member.association.answer(this.answerTo(event.message), event.from, now), now);
      else if (event.kind === 'answer') this.end(member, isGood(event.message));
      else if (event.kind === 'unanswered') this.end(member, false);
    }
    this.wakeups.set(member, member.association.wakeAt());
  }

  private end(member: Member, isDone: boolean): void {
    const { outcome } = member;
    member.outcome = undefined;
    outcome?.(isDone);
  }

  private registration(number: number): Message {
    const common = { transaction: this.random(8), instance: INSTANCE, suites: SUITES };
    if (number === RELAY)
      return {
        ...common,
        type: MessageType.relayRegistrationRequest,
        endpoints: [this.local],
        kinds: [RelayKind.s],
        capacity: 1_000_000,
      };
    return {
      ...common,
      type: MessageType.registrationRequest,
      fqdn: nameOf(number),
      nodeId: fromHex(trustOf(number).self),
      localEndpoints: [this.local],
      features: [],
      lifetime: 3600,
    };
  }

  private wish(deed: Exclude<Deed, 'register'>, peer: number): Message {
    const wish = { type: MessageType.directionRequest, transaction: this.random(8), peerFqdn: nameOf(peer) };
    return deed === 'relayed' ? { ...wish, want: RelayKind.s } : wish;
  }

  /** What a node says that is directed, and a relay: yes. */
  private answerTo({ type, transaction }: Message): Message {
    const yes = { transaction, status: Status.ok };
    return type === MessageType.relayDirection
      ? { type: MessageType.directionResponse, ...yes, endpoints: [this.local] }
      : { type: MessageType.acknowledgement, ...yes };
  }

  private member(number: number): Member {
    const known = this.byNumber.get(number);
    if (known !== undefined) return known;
    const association = new Association(this.settings(number), this.random);
    association.setFamilies([4]);
    const member: Member = { number, association, outcome: undefined };
    this.byNumber.set(number, member);
    this.byContext.set(trustOf(number).id, member);
    return member;
  }

  private settings(number: number): AssociationConfig {
    const { id, secret, self, peer } = trustOf(number);
    return {
      channel: {
        kind: 'association',
        id: fromHex(id),
        secret: fromHex(secret),
        suite: 1,
        self: fromHex(self),
        peer: fromHex(peer),
        opens: 'either',
        selfRole: number === RELAY ? 'rs' : 'node',
        peerRole: 'dc',
        followsContext: false,
        addressing: 'one-a-family',
        usable: () => true,
        isProvisioned: () => true,
        timers: CHANNEL,
      },
      endpoints: [this.dc],
      answerCache: TIMERS['answer-cache'],
      answerBound: ANSWERS_BOUND,
      retryMin: Number.POSITIVE_INFINITY,
      retryMax: Number.POSITIVE_INFINITY,
    };
  }
}

function isGood(message: Message): boolean {
  return 'status' in message && message.status === Status.ok;
}
