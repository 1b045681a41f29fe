/** A DC that tests play: its end of the association is a channel of ours, what it says is the test's. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { family } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Channel } from '../../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../../reference/channel/types.ts';
import type { NodeConfig } from '../../../reference/config/node.ts';
import type { Instant } from '../../../reference/core.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type {
  DirectionRequest,
  Message,
  RegistrationRequest,
  RouteDirection,
} from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import { configs, seededBytes } from '../../channel/pair.ts';
import type { Party, Sim } from './sim.ts';

export interface Received<M extends Message = Message> {
  readonly message: M;
  readonly from: Endpoint;
  readonly at: Instant;
  /** As hex: the association's ID or an alias. */
  readonly context: string;
  /** Bytes of UDP payload. */
  readonly size: number;
}

export class PlayedDc implements Party {
  locals: readonly Endpoint[];
  channel: Channel;
  readonly received: Received[] = [];
  /** Says nothing at all. */
  isDeaf = false;
  addresses: readonly Ip[] = ['198.18.0.1', 'fd00:1::1'] as Ip[];
  lifetime = 120;
  keepAlive = 25;
  /** Given with each answer to a registration, a set each. */
  aliases: Uint8Array[][] = [];
  /** The answer to a registration; none if it gives none. */
  onRegistration: (received: Received<RegistrationRequest>) => Message | undefined = (received) =>
    this.grant(received);
  onDirection: (request: DirectionRequest, received: Received) => void = () => {};
  private readonly sim: Sim;
  private readonly config: NodeConfig;
  private starts = 0;

  constructor(sim: Sim, config: NodeConfig, locals: readonly Endpoint[]) {
    this.sim = sim;
    this.config = config;
    this.locals = locals;
    this.channel = this.makeChannel();
    sim.add(this);
  }

  /** All keys and aliases are gone. */
  restart(): void {
    this.channel = this.makeChannel();
    this.aliases = [];
  }

  /** What came of one type, in order. */
  of<T extends Message['type']>(type: T): Received<Extract<Message, { type: T }>>[] {
    return this.received.filter(({ message }) => message.type === type) as Received<
      Extract<Message, { type: T }>
    >[];
  }

  /** Sends a message to where the node is known to be. */
  tell(message: Message, to?: Endpoint): void {
    this.perform(this.channel.send(message.type, encodeBody(message), this.sim.now, to));
  }

  open(to: Endpoint): void {
    this.perform(this.channel.open([to], this.sim.now));
  }

  receive(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const header = readHeader(bytes);
    if (this.isDeaf || header instanceof Refusal || !this.isOurs(toHex(header.context))) return;
    const events = this.channel.receive(header, bytes, from, this.sim.now);
    for (const event of events) {
      if (event.kind !== 'message') continue;
      const context = toHex(header.context);
      const received = { message: event.message, from, at: this.sim.now, context, size: bytes.length };
      this.received.push(received);
      this.react(received);
    }
    this.perform(events, to);
  }

  wakeAt(): Instant {
    return this.channel.wakeAt();
  }

  tick(): void {
    this.perform(this.channel.tick(this.sim.now));
  }

  grant({ message, from }: Received<RegistrationRequest>): Message {
    const aliases = this.aliases.shift();
    return {
      type: 2,
      transaction: message.transaction,
      status: 0,
      virtualAddresses: this.addresses,
      observedEndpoint: from,
      lifetime: message.lifetime === 0 ? 0 : this.lifetime,
      keepAlive: this.keepAlive,
      ...(aliases && { aliases }),
    };
  }

  private readonly given = new Set<string>();

  private isOurs(context: string): boolean {
    return context === this.config.association.id || this.given.has(context);
  }

  private react(received: Received): void {
    const { message, from } = received;
    if (message.type === 1) {
      const answer = this.onRegistration(received as Received<RegistrationRequest>);
      if (answer?.type === 2 && 'aliases' in answer)
        for (const alias of answer.aliases ?? []) this.given.add(toHex(alias));
      if (answer !== undefined) this.tell(answer, from);
    } else if (message.type === 3) {
      this.onDirection(message, received);
    }
  }

  private makeChannel(): Channel {
    this.given?.clear();
    const { id, secret, peer } = this.config.association;
    const [, dc] = configs('association', {
      id: fromHex(id),
      secret: fromHex(secret),
      addressing: 'one-a-family',
      followsContext: true,
    });
    const ends = { self: fromHex(peer), peer: fromHex(this.config.nodeId), peerRole: 'node' } as const;
    return new Channel({ ...dc, ...ends }, seededBytes(1000 + ++this.starts));
  }

  private perform(events: readonly ChannelEvent[], at?: Endpoint): void {
    for (const event of events) {
      if (event.kind !== 'send' || this.isDeaf) continue;
      const own = this.locals.filter(({ ip }) => family(ip) === family(event.to.ip));
      const from = own.find((local) => local === at) ?? own[0];
      if (from !== undefined) this.sim.send(event.bytes, from, event.to);
    }
  }
}

let transactions = 0;

/** A fresh transaction. */
export function transaction(): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(4, ++transactions);
  return bytes;
}

/** A Route Direction; everything in it depends on one number. */
export function direction(number: number, change: Partial<RouteDirection> = {}): RouteDirection {
  return {
    type: 4,
    transaction: transaction(),
    pathId: new Uint8Array(16).fill(number),
    pathSecret: new Uint8Array(32).fill(number),
    suite: 1,
    part: 2,
    lifetime: 300,
    peer: {
      nodeId: new Uint8Array(16).fill(0xb0 + number),
      instance: new Uint8Array(8).fill(number),
      fqdn: `peer${number}.ntmobile.example`,
      virtualAddresses: [`198.18.1.${number}`, `fd00:2::${number}`] as Ip[],
    },
    ...change,
  };
}
