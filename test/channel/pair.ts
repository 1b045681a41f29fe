/** Two channels and the network between them, in virtual time. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint, parseEndpoint } from '../../reference/address.ts';
import { Channel } from '../../reference/channel/channel.ts';
import type { ChannelConfig, ChannelEvent } from '../../reference/channel/types.ts';
import type { Instant, Random } from '../../reference/core.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { Header } from '../../reference/wire/header.ts';
import { readHeader } from '../../reference/wire/header.ts';
import { lent } from '../roles/lent.ts';

export const A = endpoint('192.0.2.1:5000');
export const B = endpoint('198.51.100.2:6000');
export const C = endpoint('203.0.113.3:7000');

export function endpoint(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

/** A small deterministic generator (mulberry32); quality is no matter here. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function seededBytes(seed: number): Random {
  const next = seeded(seed);
  return (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256));
}

export const TIMERS: ChannelConfig['timers'] = {
  openingRepeat: [0, 250, 750, 1750, 3750],
  openingOver: 5000,
  probeTry: [0, 500, 1500],
  probeOver: 2500,
  unconfirmed: 10_000,
  oldKeys: 10_000,
  rekey: 3_600_000,
  rekeyOtherEnd: 15_000,
  keyLifetime: 3_660_000,
};

const LOW = new Uint8Array(16).fill(1);
const HIGH = new Uint8Array(16).fill(2);

/** Configurations of the two ends of a channel; the first end has the lower Node ID. */
export function configs(
  kind: ChannelConfig['kind'],
  change: Partial<ChannelConfig> = {},
): [ChannelConfig, ChannelConfig] {
  const shared = {
    kind,
    id: new Uint8Array(16).fill(7),
    secret: new Uint8Array(32).fill(8),
    suite: 1,
    followsContext: false,
    addressing: 'one',
    usable: () => true,
    timers: TIMERS,
    ...change,
  } as const;
  const roles =
    kind === 'association'
      ? (['rs', 'dc'] as const)
      : kind === 'leg'
        ? (['node', 'rs'] as const)
        : (['node', 'node'] as const);
  const isLeg = kind === 'leg';
  return [
    {
      ...shared,
      self: LOW,
      peer: HIGH,
      selfRole: roles[0],
      peerRole: roles[1],
      opens: isLeg ? 'self' : 'either',
    },
    {
      ...shared,
      self: HIGH,
      peer: LOW,
      selfRole: roles[1],
      peerRole: roles[0],
      opens: isLeg ? 'peer' : 'either',
    },
  ];
}

export interface Sent {
  readonly at: Instant;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** What happens to a datagram: the delays after which it arrives, none if it is lost. */
export type Fate = (sent: Sent) => readonly number[];

/** Two ends; a datagram arrives where its destination is the place that an end is at. */
export class Pair {
  now: Instant = 0;
  readonly ends: [Channel, Channel];
  readonly places: [Endpoint, Endpoint] = [A, B];
  readonly sent: Sent[] = [];
  /** All events but sends, with the end that they happened at. */
  readonly events: { readonly end: 0 | 1; readonly event: ChannelEvent }[] = [];
  fate: Fate = () => [20];
  private readonly flying: { readonly at: Instant; readonly sent: Sent }[] = [];

  constructor(kind: ChannelConfig['kind'], seed = 1, change: Partial<ChannelConfig> = {}) {
    const [first, second] = configs(kind, change);
    this.ends = [new Channel(first, seededBytes(seed)), new Channel(second, seededBytes(seed + 1))];
  }

  /** Performs what an end did. */
  perform(end: 0 | 1, events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send')
        this.send({ at: this.now, from: this.places[end], to: event.to, bytes: event.bytes });
      else this.events.push({ end, event });
    }
  }

  /** Puts a datagram on the network, an attacker's too. */
  send(sent: Sent): void {
    this.sent.push(sent);
    for (const delay of this.fate(sent)) this.flying.push({ at: this.now + delay, sent });
  }

  open(end: 0 | 1): void {
    this.perform(end, this.ends[end].open([this.places[(1 - end) as 0 | 1]], this.now));
  }

  /** Hands one datagram to an end at once. */
  deliver(end: 0 | 1, bytes: Uint8Array, from: Endpoint): void {
    this.perform(
      end,
      lent(bytes, (once) => this.ends[end].receive(read(once), once, from, this.now)),
    );
  }

  /** Runs until an instant, in the order of time. */
  run(until: Instant): void {
    for (;;) {
      this.flying.sort((a, b) => a.at - b.at);
      const arrival = this.flying[0]?.at ?? Number.POSITIVE_INFINITY;
      const next = Math.min(arrival, this.ends[0].wakeAt(), this.ends[1].wakeAt());
      if (next > until) break;
      this.now = Math.max(this.now, next);
      const datagram = arrival <= next ? this.flying.shift() : undefined;
      if (datagram === undefined) this.tick();
      else this.arrive(datagram.sent);
    }
    this.now = until;
  }

  /** Datagrams sent since a mark, as `from > to type`. */
  chart(since = 0): string[] {
    return this.sent
      .slice(since)
      .map(({ from, to, bytes }) => `${name(from)}>${name(to)} ${(bytes[1] ?? 0).toString(16)}`);
  }

  refusals(end: 0 | 1): string[] {
    return this.events.flatMap((entry) =>
      entry.end === end && entry.event.kind === 'refused' ? [entry.event.layer] : [],
    );
  }

  count(end: 0 | 1, kind: ChannelEvent['kind']): number {
    return this.events.filter((entry) => entry.end === end && entry.event.kind === kind).length;
  }

  private tick(): void {
    for (const end of [0, 1] as const) {
      if (this.ends[end].wakeAt() <= this.now) this.perform(end, this.ends[end].tick(this.now));
    }
  }

  private arrive({ from, to, bytes }: Sent): void {
    for (const end of [0, 1] as const) {
      if (formatEndpoint(this.places[end]) === formatEndpoint(to)) this.deliver(end, bytes, from);
    }
  }
}

function read(bytes: Uint8Array): Header {
  const header = readHeader(bytes);
  if (header instanceof Refusal) throw new Error(header.why);
  return header;
}

function name(place: Endpoint): string {
  return (
    { [formatEndpoint(A)]: 'A', [formatEndpoint(B)]: 'B', [formatEndpoint(C)]: 'C' }[formatEndpoint(place)] ??
    '?'
  );
}
