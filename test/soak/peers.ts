/** The far ends of a relay's channels over real UDP: a DC, and nodes on the legs of paths. */
import type { Endpoint } from '../../reference/address.ts';
import { family, sameEndpoint } from '../../reference/address.ts';
import { fromHex, sameBytes } from '../../reference/bytes.ts';
import { Channel } from '../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../reference/channel/types.ts';
import type { Instant, Random } from '../../reference/core.ts';
import type { Socket } from '../../reference/net/net.ts';
import { Refusal } from '../../reference/refusal.ts';
import { readHeader } from '../../reference/wire/header.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { configs } from '../channel/pair.ts';
import type { Ids, Place } from './cast.ts';
import { ASSOCIATION, idsOf, nameOf, nodeId, PLACES, placesOf, RELAY } from './cast.ts';

const REGISTRATION_LIFETIME = 120;

/** One end of a channel with the relay. */
export interface Peer {
  readonly channel: Channel;
  /** By which socket it sends. */
  at: Place | 'dc';
  /** Told of all that comes for it. */
  onChange: () => void;
}

export interface Path {
  readonly number: number;
  readonly pathId: Uint8Array;
  readonly mn: Peer;
  readonly cn: Peer;
  /** The datagram that came last, and where. */
  arrived: { readonly bytes: Uint8Array; readonly at: Place | 'dc'; readonly from: Endpoint } | undefined;
  /** Told of all that comes for it. */
  onChange: () => void;
}

export class Peers {
  readonly dc: Peer;
  /** Paths whose directions wait for an answer, by transaction; then the status that came. */
  readonly asking = new Map<string, Path | number>();
  private readonly random: Random;
  private readonly now: () => Instant;
  private readonly sockets = new Map<Place | 'dc', Socket>();
  private readonly peers = new Map<string, Peer>();
  private readonly paths = new Map<string, Path>();

  constructor(random: Random, now: () => Instant) {
    this.random = random;
    this.now = now;
    const [, dc] = configs('association', {
      id: fromHex(ASSOCIATION.id),
      secret: fromHex(ASSOCIATION.secret),
      addressing: 'one-a-family',
    });
    const config = { ...dc, self: nodeId('dc'), peer: nodeId('rs') };
    this.dc = { channel: new Channel(config, random), at: 'dc', onChange: () => {} };
    this.peers.set(ASSOCIATION.id, this.dc);
  }

  /** Has a place send by that socket. */
  plug(place: Place | 'dc', socket: Socket): void {
    this.sockets.set(place, socket);
  }

  /** Makes the ends of a path. */
  add(number: number): Path {
    const { pathId, legs } = idsOf(number);
    const places = placesOf(number);
    const end = (who: 'mn' | 'cn', leg: Ids['legs'][number]): Peer => {
      const [node] = configs('leg', leg);
      const isProvisioned = ({ port }: Endpoint): boolean => port === RELAY[4].port;
      const config = { ...node, self: nodeId(who), peer: nodeId('rs'), isProvisioned };
      const channel = new Channel(config, this.random);
      const peer: Peer = { channel, at: places[who], onChange: () => path.onChange() };
      this.peers.set(nameOf(leg.id), peer);
      return peer;
    };
    const [mn, cn] = [end('mn', legs[0]), end('cn', legs[1])];
    const path: Path = { number, pathId, mn, cn, arrived: undefined, onChange: () => {} };
    this.paths.set(nameOf(pathId), path);
    return path;
  }

  drop({ pathId, mn, cn }: Path): void {
    this.paths.delete(nameOf(pathId));
    for (const { channel } of [mn, cn]) this.peers.delete(nameOf(channel.config.id));
  }

  open(peer: Peer): void {
    this.perform(peer, peer.channel.open([this.relayOf(peer)], this.now()));
  }

  /** A message under the seal, to the relay's address of the family of where the peer is. */
  tell(peer: Peer, message: Message): void {
    const to = peer === this.dc ? undefined : this.relayOf(peer);
    this.perform(peer, peer.channel.send(message.type, encodeBody(message), this.now(), to));
  }

  /** A datagram of a path, as it is. */
  send(peer: Peer, bytes: Uint8Array): void {
    this.sockets.get(peer.at)?.send(bytes, this.relayOf(peer));
  }

  /** Does what is due by now. */
  tick(): void {
    const now = this.now();
    for (const peer of this.peers.values())
      if (peer.channel.wakeAt() <= now) this.perform(peer, peer.channel.tick(now));
  }

  /** A datagram came to a place. */
  receive(bytes: Uint8Array, from: Endpoint, at: Place | 'dc'): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) return;
    const context = nameOf(header.context);
    const path = this.paths.get(context);
    if (path !== undefined) {
      path.arrived = { bytes: bytes.slice(), from, at };
      path.onChange();
    }
    const peer = this.peers.get(context);
    if (peer === undefined) return;
    this.perform(peer, peer.channel.receive(header, bytes, from, this.now()));
    peer.onChange();
  }

  private relayOf(peer: Peer): Endpoint {
    return RELAY[peer.at === 'dc' ? 4 : family(PLACES[peer.at].ip)];
  }

  private perform(peer: Peer, events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send') this.sockets.get(peer.at)?.send(event.bytes, event.to);
      if (event.kind === 'message' && peer === this.dc) this.answer(event.message);
    }
  }

  private answer(message: Message): void {
    const { dc } = this;
    if (message.type === 0x09) {
      const lifetime = REGISTRATION_LIFETIME;
      this.tell(dc, { type: 0x0a, transaction: message.transaction, status: 0, lifetime });
    } else if (message.type === 0x08) {
      const transaction = nameOf(message.transaction);
      const path = this.asking.get(transaction);
      if (typeof path !== 'object') return;
      this.asking.set(transaction, message.status);
      path.onChange();
    }
  }
}

/** Whether what came last is that datagram, unchanged, at that place, from the relay. */
export function hasCome({ arrived }: Path, bytes: Uint8Array, { at }: Peer): boolean {
  if (arrived === undefined || at === 'dc' || arrived.at !== at) return false;
  const from = RELAY[family(PLACES[at].ip)];
  return sameBytes(arrived.bytes, bytes) && sameEndpoint(arrived.from, from);
}
