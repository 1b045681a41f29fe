/** An RS-N or RS-T with two DCs and nodes around it, each end a channel of ours, on a network without delay. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { formatEndpoint, parseIp } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Channel } from '../../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../../reference/channel/types.ts';
import { rsNConfig } from '../../../reference/config/rs-n.ts';
import type { RsTConfigInput } from '../../../reference/config/rs-t.ts';
import { rsTConfig } from '../../../reference/config/rs-t.ts';
import type { Effect, Instant, Role, TunnelHotTable } from '../../../reference/core.ts';
import type { MakeAead } from '../../../reference/crypto/aead.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { createRsN } from '../../../reference/roles/rs-n/core.ts';
import { createRsT } from '../../../reference/roles/rs-t/core.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message, RelayDirectionEnd } from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import { configs, endpoint, seededBytes } from '../../channel/pair.ts';
import { handleLent } from '../lent.ts';

export const RS = endpoint('192.0.2.61:4330');
/** Of the relay on its general side. */
export const OUT = '192.0.2.71';
export const OUT6 = '2001:db8::71';
export const HOST = '192.0.2.200';
export const HOST6 = '2001:db8::200';
export const OTHER = '192.0.2.201';
/** What stands for the host. */
export const FOR = '198.18.9.9';
export const POOL = ['192.0.2.101', '192.0.2.102', '2001:db8::101'];

const RS_NODE = '05'.repeat(16);
const DCS = ['192.0.2.11:4411', '192.0.2.12:4412'].map(endpoint);
const PROFILE = { global: ['192.0.2.0/24', '203.0.113.0/24', '2001:db8::/32'] };

export const addr = (text: string): Ip => parseIp(text) as Ip;

/** One end of a channel with the relay. */
export class Far {
  readonly channel: Channel;
  readonly at: Endpoint;
  readonly received: ChannelEvent[] = [];

  constructor(channel: Channel, at: Endpoint) {
    this.channel = channel;
    this.at = at;
  }

  messages(): Message[] {
    return this.received.flatMap((event) => (event.kind === 'message' ? [event.message] : []));
  }

  /** Inner packets that came, and forgets them. */
  packets(): Uint8Array[] {
    const packets = this.received.flatMap((event) => (event.kind === 'data' ? [event.packet.slice()] : []));
    this.received.length = 0;
    return packets;
  }
}

type Change = Pick<RsTConfigInput, 'capacity' | 'limits'> & {
  readonly inbound?: 'all' | 'answers';
  readonly allow?: string[];
};

let transactions = 0;

export class World {
  now: Instant = 0;
  readonly role: Role;
  readonly tunnels: TunnelHotTable;
  readonly kind: 2 | 3;
  readonly dcs: readonly Far[];
  /** Every effect but sends. */
  readonly effects: Effect[] = [];
  private readonly all: Far[] = [];

  constructor(role: 'rs-n' | 'rs-t', { inbound, allow = [], ...change }: Change = {}, aeads?: MakeAead) {
    this.kind = role === 'rs-n' ? 2 : 3;
    const config = {
      testProfile: PROFILE,
      nodeId: RS_NODE,
      listen: [formatEndpoint(RS)],
      capacity: 3,
      associations: DCS.map((dc, index) => ({
        id: `c${index}`.repeat(16),
        secret: `d${index}`.repeat(32),
        peer: `a${index}`.repeat(16),
        peerRole: 'dc' as const,
        endpoints: [formatEndpoint(dc)],
      })),
      ...change,
    };
    const general = { addresses: [OUT, OUT6], allow };
    const created =
      role === 'rs-n'
        ? createRsN(rsNConfig.parse({ role, ...config, general }), seededBytes(1), aeads)
        : createRsT(
            rsTConfig.parse({ role, ...config, general: { ...general, inbound } }),
            seededBytes(1),
            aeads,
          );
    this.role = created.role;
    this.tunnels = created.tunnels;
    this.dcs = config.associations.map(({ id, secret, peer }, index) => {
      const [, dc] = configs('association', {
        id: fromHex(id),
        secret: fromHex(secret),
        addressing: 'one-a-family',
      });
      const ends = { ...dc, self: fromHex(peer), peer: fromHex(RS_NODE) };
      return this.add(new Channel(ends, seededBytes(100 + index)), DCS[index] ?? RS);
    });
    this.perform(this.role.handle({ kind: 'start', locals: [RS] }, this.now));
    for (const dc of this.dcs) this.lend(dc, this.kind === 3 ? POOL : undefined);
  }

  get dc(): Far {
    const [dc] = this.dcs;
    if (dc === undefined) throw new Error('there are two DCs');
    return dc;
  }

  get other(): Far {
    const [, dc] = this.dcs;
    if (dc === undefined) throw new Error('there are two DCs');
    return dc;
  }

  /** A DC answers the registration that came last. */
  lend(dc: Far, pool: readonly string[] | undefined): void {
    const request = dc.messages().findLast(({ type }) => type === 0x09);
    if (request === undefined) throw new Error('the relay has not registered');
    const { transaction } = request;
    const told = pool === undefined ? {} : { pool: pool.map(addr) };
    this.tell(dc, { type: 0x0a, transaction, status: 0, lifetime: 86_400, ...told });
    dc.received.length = 0;
  }

  /** A direction in which everything depends on two numbers. */
  direction(path: number, node: number, change: Partial<RelayDirectionEnd> = {}): RelayDirectionEnd {
    return {
      type: 0x07,
      transaction: transaction(),
      pathId: new Uint8Array(16).fill(path),
      kind: this.kind,
      nodeId: nodeId(node),
      virtualAddresses: [addr(own(node)), addr(`fd00:1::${node}`)],
      pathSecret: new Uint8Array(32).fill(path),
      suite: 1,
      lifetime: 7440,
      peerAddress: addr(HOST),
      ...(this.kind === 2 ? { peerVirtualAddress: addr(FOR) } : {}),
      ...change,
    };
  }

  /** Sends a request; the answer to it, if one came. */
  ask(dc: Far, request: Message): Message | undefined {
    const before = dc.messages().length;
    this.tell(dc, request);
    return dc.messages()[before];
  }

  /** The status of the answer, if one came. */
  status(dc: Far, request: Message): number | undefined {
    const answer = this.ask(dc, request);
    return answer !== undefined && 'status' in answer ? answer.status : undefined;
  }

  /** What the answer says that was allocated. */
  allocated(dc: Far, request: Message): string | undefined {
    const answer = this.ask(dc, request);
    return answer !== undefined && 'allocatedAddress' in answer ? answer.allocatedAddress : undefined;
  }

  /** The node of a path, which opens it. */
  node(path: number, node: number): Far {
    const [end] = configs('path', {
      id: new Uint8Array(16).fill(path),
      secret: new Uint8Array(32).fill(path),
    });
    const ends = { ...end, self: nodeId(node), peer: fromHex(RS_NODE) };
    const far = this.add(new Channel(ends, seededBytes(path)), endpoint(`203.0.113.${node}:5000`));
    this.open(far);
    return far;
  }

  /** A node opens its path, anew or not. */
  open(far: Far): void {
    this.act(far, far.channel.open([RS], this.now));
    this.act(far, far.channel.probe(RS, this.now));
  }

  tell(far: Far, message: Message): void {
    this.act(far, far.channel.send(message.type, encodeBody(message), this.now));
  }

  /** An inner packet of a node; what came out at the general side for it. */
  out(far: Far, packet: Uint8Array): Uint8Array[] {
    const before = this.effects.length;
    this.act(far, far.channel.send(0x10, packet, this.now));
    return this.delivered(before);
  }

  /** A packet of the general side; what came out there for it. */
  in(packet: Uint8Array): Uint8Array[] {
    const before = this.effects.length;
    this.perform(handleLent(this.role, { kind: 'packet', packet }, this.now));
    return this.delivered(before);
  }

  counter(name: string): number {
    return this.role.counters()[name] ?? 0;
  }

  run(duration: number): void {
    const until = this.now + duration;
    for (;;) {
      const times = [
        this.role.wakeAt() ?? Number.POSITIVE_INFINITY,
        ...this.all.map(({ channel }) => channel.wakeAt()),
      ];
      const next = Math.min(...times);
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if ((this.role.wakeAt() ?? Number.POSITIVE_INFINITY) <= this.now)
        this.perform(this.role.handle({ kind: 'tick' }, this.now));
      for (const far of this.all)
        if (far.channel.wakeAt() <= this.now) this.act(far, far.channel.tick(this.now));
    }
    this.now = until;
  }

  private delivered(since: number): Uint8Array[] {
    return this.effects.slice(since).flatMap((effect) => (effect.kind === 'deliver' ? [effect.packet] : []));
  }

  private add(channel: Channel, at: Endpoint): Far {
    const far = new Far(channel, at);
    this.all.push(far);
    return far;
  }

  private act(far: Far, events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send')
        this.perform(handleLent(this.role, { kind: 'datagram', bytes: event.bytes, from: far.at }, this.now));
      else far.received.push(event);
    }
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.deliver(effect.bytes, effect.to);
      else this.effects.push(effect);
    }
  }

  private deliver(bytes: Uint8Array, to: Endpoint): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return;
    for (const far of this.all) {
      const isHere =
        formatEndpoint(far.at) === formatEndpoint(to) &&
        toHex(far.channel.config.id) === toHex(header.context);
      if (isHere) this.act(far, far.channel.receive(header, bytes, RS, this.now));
    }
  }
}

/** The IPv4 virtual address of a node. */
export const own = (node: number): string => `198.18.0.${node}`;

export const nodeId = (node: number): Uint8Array => new Uint8Array(16).fill(0xb0 + node);

/** A fresh one. */
export function transaction(): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(4, ++transactions);
  return bytes;
}
