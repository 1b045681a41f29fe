/** A node's end of its leg to the path's RS-S. */
import type { Endpoint } from '../../address.ts';
import { family } from '../../address.ts';
import { Channel } from '../../channel/channel.ts';
import type { ChannelEvent } from '../../channel/types.ts';
import { hasOpened } from '../../channel/types.ts';
import type { Instant, Random } from '../../core.ts';
import type { Header } from '../../wire/header.ts';
import { isOpening } from '../../wire/header.ts';
import { MessageType } from '../../wire/registry.ts';
import { legChannel } from './channels.ts';
import { keepAliveAfter } from './keep-alive.ts';
import type { TunnelConfig, TunnelEvent } from './types.ts';

export type LegEvent =
  | Extract<TunnelEvent, { kind: 'send' | 'refused' | 'confirmed' }>
  /** The relay answered here: messages of the path can go by it. [NODE-24] */
  | { readonly kind: 'leg-ready'; readonly endpoint: Endpoint }
  /** Nobody answered the opening. */
  | { readonly kind: 'leg-failed' };

/** NODE-24: how long the relay's own probe is waited for, in milliseconds. */
const PATIENCE = 250;

export class Leg {
  readonly channel: Channel;
  heardAt: Instant = Number.NEGATIVE_INFINITY;
  /** How the relay sees this end. [OPT-06] */
  observed: Endpoint | undefined;
  private readonly config: TunnelConfig;
  private readonly endpoints: readonly Endpoint[];
  private readonly random: Random;
  private keepAliveAt: Instant;
  /** Whether the relay has had a probe of its own answered: before that it takes nothing of the path from here. */
  private hasProbed = false;
  /** When the leg is used without that. */
  private readyAt = Number.POSITIVE_INFINITY;

  constructor(config: TunnelConfig, relay: NonNullable<TunnelConfig['relay']>, random: Random) {
    this.config = config;
    this.endpoints = relay.endpoints;
    this.random = random;
    this.channel = new Channel(legChannel(config, relay), random);
    this.keepAliveAt = config.createdAt + keepAliveAfter(random);
  }

  /** The relay's endpoint in use, once it answered there. */
  endpoint(): Endpoint | undefined {
    return this.channel.validAddress();
  }

  /** Opens it to all endpoints of the relay that the host can send to. [NODE-24, HO-18] */
  open(now: Instant): LegEvent[] {
    this.hasProbed = false;
    return this.absorb(this.channel.open(this.reachable(), now), now);
  }

  receive(header: Header, bytes: Uint8Array, from: Endpoint, now: Instant): LegEvent[] {
    const events = this.channel.receive(header, bytes, from, now);
    const opened = !isOpening(header.type) && hasOpened(events);
    if (opened) this.heardAt = now;
    const followed = this.absorb(events, now);
    if (!opened || header.type !== MessageType.probeRequest || this.hasProbed) return followed;
    this.hasProbed = true;
    return [...followed, ...this.ready(now)];
  }

  /** Asks whether the relay is there; if it does not answer the leg is opened again. [HO-10, HO-18] */
  probe(now: Instant): LegEvent[] {
    const to = this.endpoint();
    if (to === undefined || !this.channel.hasKeys()) return this.open(now);
    return this.absorb(this.channel.probe(to, now), now);
  }

  /** The host moved. @param size bytes of UDP payload of the probes. [HO-02] */
  move(size: number, now: Instant): LegEvent[] {
    const { channel } = this;
    this.observed = undefined;
    this.hasProbed = false;
    if (!channel.hasKeys()) return this.open(now);
    const to = channel.validAddress();
    const isReachable = to !== undefined && this.config.families().includes(family(to.ip));
    const events = (isReachable ? [to] : this.reachable()).flatMap((each) => channel.probe(each, now, size));
    return this.absorb(events, now);
  }

  tick(now: Instant): LegEvent[] {
    const events = this.absorb(this.channel.tick(now), now);
    if (now >= this.readyAt) events.push(...this.ready(now));
    if (now < this.keepAliveAt) return events;
    this.keepAliveAt = now + keepAliveAfter(this.random);
    return [...events, ...this.probe(now)];
  }

  wakeAt(): Instant {
    return Math.min(this.keepAliveAt, this.readyAt, this.channel.wakeAt());
  }

  private reachable(): Endpoint[] {
    const families = this.config.families();
    return this.endpoints.filter(({ ip }) => families.includes(family(ip)));
  }

  private absorb(events: readonly ChannelEvent[], now: Instant): LegEvent[] {
    return events.flatMap((event): LegEvent[] => {
      switch (event.kind) {
        case 'send':
        case 'refused':
          return [event];
        case 'confirmed':
          return [{ kind: 'confirmed', channel: 'leg' }, ...this.ready(now)];
        case 'address':
          return this.ready(now);
        case 'attempt-over':
          return [{ kind: 'leg-failed' }];
        case 'probe-over':
          // HO-18: of a valid address; others were only tried.
          return this.isUnanswered(event.endpoint) ? this.open(now) : [];
        case 'probe-answered':
          this.observed = event.observed;
          return this.hasProbed ? [] : this.ready(now);
        default:
          // Nothing else is for a leg: it carries openings and probes alone.
          return [];
      }
    });
  }

  private ready(now: Instant): LegEvent[] {
    const endpoint = this.endpoint();
    if (endpoint === undefined) return [];
    if (!this.hasProbed && now < this.readyAt) {
      this.readyAt = Math.min(this.readyAt, now + PATIENCE);
      return [];
    }
    this.readyAt = Number.POSITIVE_INFINITY;
    return [{ kind: 'leg-ready', endpoint }];
  }

  private isUnanswered(endpoint: Endpoint): boolean {
    const inUse = this.endpoint();
    return inUse === undefined || (inUse.ip === endpoint.ip && inUse.port === endpoint.port);
  }
}
