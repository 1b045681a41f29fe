/** An RS-S that tests play: legs are channels of ours, and what comes by one valid leg goes out by the other. */
import type { Endpoint } from '../../../reference/address.ts';
import { family, sameEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { Channel } from '../../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../../reference/channel/types.ts';
import type { Instant } from '../../../reference/core.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import { configs, seededBytes } from '../../channel/pair.ts';
import type { Party, Sim } from './sim.ts';

export interface Leg {
  readonly legId: Uint8Array;
  readonly legSecret: Uint8Array;
}

interface Row {
  readonly node: Uint8Array;
  readonly leg: Leg;
  channel: Channel;
}

export class PlayedRelay implements Party {
  readonly nodeId: Uint8Array;
  locals: readonly Endpoint[];
  isDeaf = false;
  private readonly sim: Sim;
  private readonly rows = new Map<string, Row>();
  /** By Path ID: the Leg IDs of its two legs. */
  private readonly paths = new Map<string, readonly [string, string]>();
  private starts = 0;

  constructor(sim: Sim, nodeId: Uint8Array, locals: readonly Endpoint[]) {
    this.sim = sim;
    this.nodeId = nodeId;
    this.locals = locals;
    sim.add(this);
  }

  /** Takes a path between two nodes. */
  direct(pathId: Uint8Array, ends: readonly [[Uint8Array, Leg], [Uint8Array, Leg]]): void {
    for (const [node, leg] of ends)
      this.rows.set(toHex(leg.legId), { node, leg, channel: this.makeChannel(node, leg) });
    this.paths.set(toHex(pathId), [toHex(ends[0][1].legId), toHex(ends[1][1].legId)]);
  }

  /** The keys of all legs are gone; its DC has told it the paths again. */
  restart(): void {
    for (const row of this.rows.values()) row.channel = this.makeChannel(row.node, row.leg);
  }

  /** It knows no path any more. */
  forget(): void {
    this.rows.clear();
    this.paths.clear();
  }

  receive(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const header = readHeader(bytes);
    if (this.isDeaf || header instanceof Refusal) return;
    const context = toHex(header.context);
    const row = this.rows.get(context);
    if (row !== undefined) {
      this.perform(row.channel.receive(header, bytes, from, this.sim.now), to);
      return;
    }
    const legs = this.paths.get(context)?.map((id) => this.addressOf(id));
    const [first, second] = legs ?? [];
    if (first === undefined || second === undefined) return;
    if (sameEndpoint(first, from)) this.send(bytes, second);
    else if (sameEndpoint(second, from)) this.send(bytes, first);
  }

  wakeAt(): Instant {
    return Math.min(Number.POSITIVE_INFINITY, ...[...this.rows.values()].map((row) => row.channel.wakeAt()));
  }

  tick(): void {
    for (const { channel } of this.rows.values()) this.perform(channel.tick(this.sim.now));
  }

  private addressOf(leg: string): Endpoint | undefined {
    return this.rows.get(leg)?.channel.knownAddresses()[0];
  }

  private makeChannel(node: Uint8Array, { legId, legSecret }: Leg): Channel {
    const [, relay] = configs('leg', { id: legId, secret: legSecret });
    return new Channel({ ...relay, self: this.nodeId, peer: node }, seededBytes(2000 + ++this.starts));
  }

  private perform(events: readonly ChannelEvent[], at?: Endpoint): void {
    for (const event of events) if (event.kind === 'send') this.send(event.bytes, event.to, at);
  }

  private send(bytes: Uint8Array, to: Endpoint, at?: Endpoint): void {
    if (this.isDeaf) return;
    const own = this.locals.filter(({ ip }) => family(ip) === family(to.ip));
    const from = own.find((local) => local === at) ?? own[0];
    if (from !== undefined) this.sim.send(bytes, from, to);
  }
}
