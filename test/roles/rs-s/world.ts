/** An RS-S with the DCs and nodes around it, each end a channel of ours, on a network without delay. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Channel } from '../../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../../reference/channel/types.ts';
import type { RsConfig, RsConfigInput } from '../../../reference/config/schema.ts';
import { rsConfig } from '../../../reference/config/schema.ts';
import type { Effect, HotTable, Instant, Role } from '../../../reference/core.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { createRsS } from '../../../reference/roles/rs-s/core.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import { configs, endpoint, seededBytes } from '../../channel/pair.ts';
import { handleLent } from '../lent.ts';

export const RS = endpoint('192.0.2.100:4330');
export const RS6 = endpoint('[2001:db8::100]:4330');
export const DC1 = endpoint('192.0.2.11:4411');
export const DC2 = endpoint('192.0.2.12:4412');
export const MN = endpoint('203.0.113.1:5000');
export const CN = endpoint('198.51.100.2:6000');
export const CN6 = endpoint('[2001:db8::2]:6000');

const RS_NODE = '05'.repeat(16);
const DC_NODES = ['a1'.repeat(16), 'a2'.repeat(16)];
export const MN_NODE = fromHex('b1'.repeat(16));
export const CN_NODE = fromHex('b2'.repeat(16));

export const CONFIG: RsConfigInput = {
  role: 'rs-s',
  nodeId: RS_NODE,
  listen: [formatEndpoint(RS), formatEndpoint(RS6)],
  capacity: 8,
  associations: [DC1, DC2].map((dc, index) => ({
    id: `c${index}`.repeat(16),
    secret: `d${index}`.repeat(32),
    peer: DC_NODES[index] ?? '',
    peerRole: 'dc' as const,
    endpoints: [formatEndpoint(dc)],
  })),
};

/** One end of a channel with the RS-S that is not the RS-S. */
export class Peer {
  readonly channel: Channel;
  at: Endpoint;
  readonly received: ChannelEvent[] = [];

  constructor(channel: Channel, at: Endpoint) {
    this.channel = channel;
    this.at = at;
  }

  /** The messages that came, in order. */
  messages(): Message[] {
    return this.received.flatMap((event) => (event.kind === 'message' ? [event.message] : []));
  }
}

export class World {
  now: Instant = 0;
  readonly config: RsConfig;
  readonly role: Role;
  readonly table: HotTable;
  readonly dcs: Peer[];
  /** Every effect of the RS-S but sends, and every datagram that it sent. */
  readonly effects: Effect[] = [];
  readonly sent: { readonly bytes: Uint8Array; readonly to: Endpoint; readonly at: Instant }[] = [];
  private readonly peers: Peer[] = [];

  constructor(change: Partial<RsConfigInput> = {}, seed = 1) {
    this.config = rsConfig.parse({ ...CONFIG, ...change });
    const created = createRsS(this.config, seededBytes(seed));
    this.role = created.role;
    this.table = created.table;
    this.dcs = this.config.associations.map(({ id, secret, peer }, index) => {
      const [, dc] = configs('association', {
        id: fromHex(id),
        secret: fromHex(secret),
        addressing: 'one-a-family',
      });
      const channel = new Channel(
        { ...dc, self: fromHex(peer), peer: fromHex(RS_NODE) },
        seededBytes(100 + index),
      );
      return this.add(new Peer(channel, index === 0 ? DC1 : DC2));
    });
  }

  /** Boots the RS-S and waits until its DCs have its registration, which they answer. */
  boot(lifetime = 120): void {
    this.perform(this.role.handle({ kind: 'start', locals: [RS, RS6] }, this.now));
    for (const dc of this.dcs) {
      for (const message of dc.messages()) {
        if (message.type !== 0x09) continue;
        this.tell(dc, { type: 0x0a, transaction: message.transaction, status: 0, lifetime });
      }
      dc.received.length = 0;
    }
  }

  /** A peer for a leg. */
  node(legId: Uint8Array, secret: Uint8Array, self: Uint8Array, at: Endpoint): Peer {
    const [node] = configs('leg', { id: legId, secret });
    return this.add(
      new Peer(new Channel({ ...node, self, peer: fromHex(RS_NODE) }, seededBytes(legId[0] ?? 0)), at),
    );
  }

  /** Opens a peer's channel with the RS-S. */
  open(peer: Peer, to: Endpoint = RS): void {
    this.act(peer, peer.channel.open([to], this.now));
  }

  /** Sends a message from a peer, sealed, to where it reaches the RS-S. */
  tell(peer: Peer, message: Message): void {
    this.act(peer, peer.channel.send(message.type, encodeBody(message), this.now));
  }

  /** A datagram arrives at the RS-S, by its hot table first. */
  arrive(bytes: Uint8Array, from: Endpoint): Effect[] {
    const to = this.table.forward(bytes, from, this.now);
    const effects: Effect[] =
      to === undefined
        ? handleLent(this.role, { kind: 'datagram', bytes, from }, this.now)
        : [{ kind: 'send', bytes, to }];
    this.perform(effects);
    return effects;
  }

  /** Time passes; everybody does what is due. */
  run(until: Instant): void {
    for (;;) {
      const next = Math.min(
        this.role.wakeAt() ?? Number.POSITIVE_INFINITY,
        ...this.peers.map((peer) => peer.channel.wakeAt()),
      );
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if ((this.role.wakeAt() ?? Number.POSITIVE_INFINITY) <= this.now)
        this.perform(this.role.handle({ kind: 'tick' }, this.now));
      for (const peer of this.peers)
        if (peer.channel.wakeAt() <= this.now) this.act(peer, peer.channel.tick(this.now));
    }
    this.now = until;
  }

  /** Layers that refused something, in order. */
  refusals(): string[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'note' && effect.note.what === 'refused' ? [effect.note.layer] : [],
    );
  }

  private add(peer: Peer): Peer {
    this.peers.push(peer);
    return peer;
  }

  private act(peer: Peer, events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send') this.arrive(event.bytes, peer.at);
      else peer.received.push(event);
    }
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'relay-set' || effect.kind === 'relay-remove') this.table.apply(effect);
      if (effect.kind === 'send') {
        this.sent.push({ bytes: effect.bytes.slice(), to: effect.to, at: this.now });
        this.deliver(effect.bytes, effect.to);
      } else {
        this.effects.push(effect);
      }
      if (effect.kind === 'relay-last-use') {
        const at = this.table.lastUse(effect.pathId);
        this.perform(
          this.role.handle({ kind: 'done', ref: effect.ref, outcome: { what: 'last-use', at } }, this.now),
        );
      }
    }
  }

  /** From the RS-S's socket of the destination's family. */
  private deliver(bytes: Uint8Array, to: Endpoint): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return;
    const from = to.ip.includes(':') ? RS6 : RS;
    for (const peer of this.peers) {
      const isHere =
        formatEndpoint(peer.at) === formatEndpoint(to) &&
        toHex(peer.channel.config.id) === toHex(header.context);
      if (isHere) this.act(peer, peer.channel.receive(header, bytes, from, this.now));
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

/** A Relay Direction for two nodes; everything in it depends on one number. */
export function direction(
  number: number,
  lifetime = 120,
): Extract<Message, { type: 0x07; legs: readonly unknown[] }> {
  const leg = (side: number, nodeId: Uint8Array) => ({
    nodeId,
    legId: new Uint8Array(16).fill(0x20 * side + number),
    legSecret: new Uint8Array(32).fill(0x20 * side + number),
  });
  const legs = [leg(1, MN_NODE), leg(2, CN_NODE)];
  return {
    type: 0x07,
    transaction: transaction(),
    pathId: new Uint8Array(16).fill(number),
    kind: 1,
    legs,
    lifetime,
  };
}

/** A datagram with a Path ID that only its ends could open. */
export function data(pathId: Uint8Array, text: string): Uint8Array {
  const bytes = new Uint8Array(44 + text.length);
  bytes.set([0x05, 0x10, 0xab, 0xcd]);
  bytes.set(pathId, 4);
  bytes.set(new TextEncoder().encode(text), 44);
  return bytes;
}
