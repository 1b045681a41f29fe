/** One party around a DC: an association of ours, at one endpoint of each family. */
import type { Endpoint } from '../../../reference/address.ts';
import { family } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import type { DcConfig } from '../../../reference/config/dc.ts';
import type { Instant, Random } from '../../../reference/core.ts';
import type { AssociationEvent } from '../../../reference/roles/association/association.ts';
import { Association } from '../../../reference/roles/association/association.ts';
import type { Message, RegistrationResponse } from '../../../reference/wire/messages.ts';
import { TIMERS } from '../../channel/pair.ts';

export type Settings = DcConfig['associations'][number];
type Places = { readonly [Family in 4 | 6]?: Endpoint };

/** The network as a party sees it: what it sends leaves from an endpoint of its own. */
export type Out = (bytes: Uint8Array, from: Endpoint, to: Endpoint) => void;

const ONCE = { tries: [0], over: 5000 };

export class Played {
  readonly settings: Settings;
  association: Association;
  /** Where it is; a NAT that maps it anew is a change of this. */
  at: Places;
  instance: Uint8Array = new Uint8Array(8).fill(1);
  /** Requests of the DC and answers to its own, in order. */
  readonly requests: Message[] = [];
  readonly answers: Message[] = [];
  /** Datagrams that came, verified or not. */
  heard = 0;
  /** While deaf nothing gets in. */
  isDeaf = false;
  /** How a request of the DC is answered; by nothing if it says so. */
  reply: (request: Message) => Message | undefined = () => undefined;
  private readonly config: DcConfig;
  private readonly random: Random;
  private readonly dcAt: readonly Endpoint[];
  private readonly out: Out;
  private transactions = 0;

  constructor(
    config: DcConfig,
    settings: Settings,
    dcAt: readonly Endpoint[],
    at: Places,
    random: Random,
    out: Out,
  ) {
    this.config = config;
    this.settings = settings;
    this.dcAt = dcAt;
    this.at = at;
    this.random = random;
    this.out = out;
    this.association = this.fresh();
  }

  /** It starts again, without the keys that it had. */
  restart(): void {
    this.association = this.fresh();
    this.instance = this.random(8);
  }

  transaction(): Uint8Array {
    const bytes = fromHex(this.settings.peer).slice(0, 8);
    new DataView(bytes.buffer).setUint32(4, ++this.transactions);
    return bytes;
  }

  open(now: Instant): void {
    this.perform(this.association.open(now), now);
  }

  /** Sends a request once. @param by the family that it has to go by */
  ask(message: Message, now: Instant, by?: 4 | 6, least?: number): void {
    this.perform(this.association.request(message, ONCE, now, { family: by, least }), now);
  }

  /** The answer to a request of its own. */
  answerTo({ transaction }: Message): Message | undefined {
    return this.answers.find((answer) => answer.transaction.join() === transaction.join());
  }

  /** The registration of a node, with what a test changes of it. */
  registration(change: Partial<Extract<Message, { type: 0x01 }>> = {}): Extract<Message, { type: 0x01 }> {
    if (this.settings.peerRole !== 'node') throw new Error('no node');
    return {
      type: 0x01,
      transaction: this.transaction(),
      fqdn: this.settings.name,
      nodeId: fromHex(this.settings.peer),
      instance: this.instance,
      localEndpoints: Object.values(this.at),
      features: [],
      suites: [1],
      lifetime: 120,
      ...change,
    };
  }

  /** The registration of a relay, with what a test changes of it. */
  relayRegistration(
    change: Partial<Extract<Message, { type: 0x09 }>> = {},
  ): Extract<Message, { type: 0x09 }> {
    return {
      type: 0x09,
      transaction: this.transaction(),
      instance: this.instance,
      endpoints: Object.values(this.at),
      suites: [1],
      kinds: [1],
      capacity: 10,
      ...change,
    };
  }

  hear(bytes: Uint8Array, header: Parameters<Association['receive']>[0], from: Endpoint, now: Instant): void {
    this.heard++;
    if (!this.isDeaf) this.perform(this.association.receive(header, bytes, from, now), now);
  }

  tick(now: Instant): void {
    this.perform(this.association.tick(now), now);
  }

  perform(events: readonly AssociationEvent[], now: Instant): void {
    for (const event of events) {
      if (event.kind === 'send') {
        const from = this.at[family(event.to.ip)];
        if (from !== undefined) this.out(event.bytes, from, event.to);
      } else if (event.kind === 'answer') this.answers.push(event.message);
      else if (event.kind === 'request') {
        this.requests.push(event.message);
        const answer = this.reply(event.message);
        if (answer !== undefined) this.perform(this.association.answer(answer, event.from, now), now);
      }
    }
  }

  private fresh(): Association {
    const { id, secret, peer, peerRole } = this.settings;
    return new Association(
      {
        channel: {
          kind: 'association',
          id: fromHex(id),
          secret: fromHex(secret),
          suite: 1,
          self: fromHex(peer),
          peer: fromHex(this.config.nodeId),
          opens: 'either',
          selfRole: peerRole,
          peerRole: 'dc',
          followsContext: false,
          addressing: 'one-a-family',
          usable: () => true,
          timers: TIMERS,
        },
        endpoints: this.dcAt,
        answerCache: 30_000,
        answerBound: 64,
        retryMin: 5000,
        retryMax: 60_000,
      },
      this.random,
    );
  }
}

/** What a registration gave. @throws if it was not granted. */
export function granted(answer: Message | undefined): RegistrationResponse & { readonly status: 0 } {
  if (answer?.type !== 0x02 || answer.status !== 0) throw new Error(`not granted: ${JSON.stringify(answer)}`);
  return answer as RegistrationResponse & { readonly status: 0 };
}
