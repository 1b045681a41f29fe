import type { Endpoint } from '../../address.ts';
import { sameEndpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import { Channel } from '../../channel/channel.ts';
import type { ChannelConfig, ChannelEvent } from '../../channel/types.ts';
import { hasOpened } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import { isOpening } from '../../wire/header.ts';
import type { RelayDirectionS } from '../../wire/messages.ts';
import { Status } from '../../wire/registry.ts';
import type { Association } from '../association/association.ts';
import type { PathRates } from '../relay/rates.ts';
import type { Tally } from '../tally.ts';
import { Wakeups } from '../wakeups.ts';
import type { Entry, Leg } from './entry.ts';
import {
  bytesOf,
  contentOf,
  dropHeld,
  hold,
  legAt,
  otherLeg,
  relayPath,
  wakeAtOf,
  withinRates,
} from './entry.ts';

/** RSS-03: held datagrams of all paths together, and the longest that is held. */
const HELD_BOUND = 4096;
const HELD_SIZE = 1500;

export interface EntriesConfig {
  readonly capacity: number;
  /** Milliseconds that a datagram is held for a leg. [RSS-03] */
  readonly holdTime: number;
  /** Of a path; what was held counts when it is sent on. [RS-14] */
  readonly rates: PathRates;
  /** All of a leg's channel but what its Relay Direction says. */
  readonly leg: Omit<ChannelConfig, 'id' | 'secret' | 'peer' | 'usable'>;
  /** Whether an endpoint can be a node's at all. */
  readonly usable: (endpoint: Endpoint) => boolean;
  /** Whether a context is taken by something other than an entry or a leg. */
  readonly isTaken: (context: string) => boolean;
}

/** The Relay Table's control side: entries, their legs, and what of them the hot table gets. */
export class Entries {
  private readonly config: EntriesConfig;
  private readonly tally: Tally;
  private readonly random: Random;
  private readonly paths = new Map<string, Entry>();
  private readonly legs = new Map<string, Leg>();
  private readonly wakeups = new Wakeups<Entry>();
  /** Entries whose last use was asked for, by the reference of the question. */
  private readonly asked = new Map<number, Entry>();
  private lastRef = 0;
  private held = 0;

  constructor(config: EntriesConfig, tally: Tally, random: Random) {
    this.config = config;
    this.tally = tally;
    this.random = random;
  }

  /** What a context names: a path, a leg, or nothing here. */
  find(context: string): Entry | Leg | undefined {
    return this.paths.get(context) ?? this.legs.get(context);
  }

  sizes(): {
    readonly paths: number;
    readonly legs: number;
    readonly held: number;
    readonly handshakes: number;
  } {
    let handshakes = 0;
    for (const leg of this.legs.values()) handshakes += leg.channel.unconfirmedCount();
    return { paths: this.paths.size, legs: this.legs.size, held: this.held, handshakes };
  }

  heldBound(): number {
    return HELD_BOUND;
  }

  /** A Relay Direction that is not a withdrawal. [RS-02, RS-10, RS-12] */
  direct(direction: RelayDirectionS, owner: Association, now: Instant): Status {
    const pathId = toHex(direction.pathId);
    const content = contentOf(direction);
    const known = this.paths.get(pathId);
    if (known !== undefined) {
      return known.owner === owner && known.content === content ? Status.ok : Status.refused;
    }
    const contexts = [pathId, ...direction.legs.map((leg) => toHex(leg.legId))];
    const isTaken = (id: string): boolean => this.find(id) !== undefined || this.config.isTaken(id);
    if (new Set(contexts).size < contexts.length || contexts.some(isTaken)) return Status.refused;
    if (this.paths.size >= this.config.capacity) return Status.busy;

    const lifetime = direction.lifetime * 1000;
    const entry: Entry = {
      is: 'path',
      pathId,
      owner,
      content,
      lifetime,
      legs: [],
      refreshedAt: now,
      held: [],
    };
    for (const { nodeId, legId, legSecret } of direction.legs) {
      const config: ChannelConfig = {
        ...this.config.leg,
        id: legId,
        secret: legSecret,
        peer: nodeId,
        usable: (endpoint) => this.config.usable(endpoint) && !this.isOther(leg, endpoint),
      };
      const leg: Leg = {
        is: 'leg',
        id: toHex(legId),
        channel: new Channel(config, this.random),
        entry,
        endpoint: undefined,
      };
      entry.legs.push(leg);
      this.legs.set(leg.id, leg);
    }
    this.paths.set(pathId, entry);
    this.wake(entry);
    return Status.ok;
  }

  /** A withdrawal; what is not there is gone already. [RS-11] */
  withdraw(pathId: string, owner: Association): Status {
    const entry = this.paths.get(pathId);
    if (entry === undefined) return Status.ok;
    if (entry.owner !== owner) return Status.refused;
    this.remove(entry);
    return Status.ok;
  }

  /** A datagram with the Path ID of an entry that the hot table did not forward. [RS-06, RSS-03, RSS-08] */
  receiveRelayed(entry: Entry, bytes: Uint8Array, from: Endpoint, now: Instant): void {
    const leg = legAt(entry, from);
    if (leg === undefined) return this.tally.refuse('relay-source', from);
    const other = otherLeg(leg);
    // Both legs are valid, so the hot table knows the path: it was over its rate. [RS-14]
    if (other?.endpoint !== undefined) return this.tally.refuse('relay-rate', from);
    if (bytes.length > HELD_SIZE || this.held >= this.heldBound())
      return this.tally.refuse('relay-hold', from);
    entry.refreshedAt = now;
    const replaced = hold(entry, bytes, now + this.config.holdTime);
    this.held += 1 - replaced;
    this.tally.count('relay.held');
    this.refuseHeld(replaced);
    this.wake(entry);
  }

  /** A datagram with a Leg ID. */
  receiveOnLeg(
    leg: Leg,
    header: Header,
    bytes: Uint8Array,
    from: Endpoint,
    now: Instant,
  ): readonly ChannelEvent[] {
    const events = leg.channel.receive(header, bytes, from, now);
    if (!isOpening(header.type) && hasOpened(events)) leg.entry.refreshedAt = now;
    this.perform(leg, events, now);
    this.wake(leg.entry);
    return events;
  }

  tick(now: Instant): void {
    for (;;) {
      const entry = this.wakeups.takeDue(now);
      if (entry === undefined) return;
      for (const leg of entry.legs) this.perform(leg, leg.channel.tick(now), now);
      const dropped = dropHeld(entry, now);
      this.held -= dropped;
      this.refuseHeld(dropped);
      if (now >= entry.refreshedAt + entry.lifetime) this.askLastUse(entry);
      else this.wake(entry);
    }
  }

  /** The hot table's answer to when a path was last used. [RS-08] */
  answerLastUse(ref: number, lastUse: Instant | undefined, now: Instant): void {
    const entry = this.asked.get(ref);
    this.asked.delete(ref);
    if (entry === undefined || this.paths.get(entry.pathId) !== entry) return;
    entry.refreshedAt = Math.max(entry.refreshedAt, lastUse ?? entry.refreshedAt);
    if (now >= entry.refreshedAt + entry.lifetime) this.remove(entry);
    else this.wake(entry);
  }

  wakeAt(): Instant | undefined {
    return this.wakeups.next();
  }

  private wake(entry: Entry): void {
    this.wakeups.set(entry, wakeAtOf(entry));
  }

  private isOther(leg: Leg, endpoint: Endpoint): boolean {
    const other = otherLeg(leg)?.endpoint;
    return other !== undefined && sameEndpoint(other, endpoint);
  }

  private askLastUse(entry: Entry): void {
    const ref = ++this.lastRef;
    this.asked.set(ref, entry);
    this.tally.add({ kind: 'relay-last-use', ref, pathId: entry.pathId });
  }

  private perform(leg: Leg, events: readonly ChannelEvent[], now: Instant): void {
    for (const event of events) {
      switch (event.kind) {
        case 'send':
          this.tally.send(event.bytes, event.to);
          break;
        case 'refused':
          this.tally.refuse(event.layer, event.from);
          break;
        case 'confirmed':
          this.tally.count('opened.leg');
          break;
        case 'address':
          this.moveLeg(leg, event.endpoint, now);
          break;
        default:
          // A leg carries nothing but probing messages, and is opened by the node. [GEN-18]
          break;
      }
    }
  }

  /** The leg's address is valid: the one way in which a Tunnel IP and Port get into the table. [RS-03, RS-04] */
  private moveLeg(leg: Leg, endpoint: Endpoint, now: Instant): void {
    const { entry } = leg;
    leg.endpoint = endpoint;
    const path = relayPath(entry);
    if (path === undefined) return;
    const fresh = entry.held.filter((held) => held.until > now);
    this.refuseHeld(entry.held.length - fresh.length);
    this.held -= entry.held.length;
    entry.held = [];
    const sent = withinRates(fresh, this.config.rates);
    const used = { packets: sent.length, bytes: bytesOf(sent), at: now };
    this.tally.add({ kind: 'relay-set', path: sent.length > 0 ? { ...path, used } : path });
    for (const held of fresh) if (!sent.includes(held)) this.tally.refuse('relay-rate', undefined);
    for (const { bytes } of sent) {
      this.tally.count('relay.packets');
      this.tally.count('relay.bytes', bytes.length);
      this.tally.send(bytes, endpoint);
    }
  }

  private remove(entry: Entry): void {
    this.tally.add({ kind: 'relay-remove', pathId: entry.pathId });
    this.refuseHeld(entry.held.length);
    this.held -= entry.held.length;
    entry.held = [];
    this.paths.delete(entry.pathId);
    for (const leg of entry.legs) this.legs.delete(leg.id);
    this.wakeups.delete(entry);
  }

  private refuseHeld(count: number): void {
    for (let i = 0; i < count; i++) this.tally.refuse('relay-hold', undefined);
  }
}
