/** Two ends of a path on a network in virtual time, each with its Tunnel Table, and an RS-S that a played DC directs. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { family } from '../../../reference/address.ts';
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Channel } from '../../../reference/channel/channel.ts';
import type { ChannelEvent } from '../../../reference/channel/types.ts';
import { rsConfig } from '../../../reference/config/schema.ts';
import type { TimerSettings } from '../../../reference/config/timers.ts';
import { timersFrom } from '../../../reference/config/timers.ts';
import type { Instant } from '../../../reference/core.ts';
import type { MakeAead } from '../../../reference/crypto/aead.ts';
import { NO_TEST_PROFILE } from '../../../reference/locator.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { createRsS } from '../../../reference/roles/rs-s/core.ts';
import { TunnelTable } from '../../../reference/roles/tunnel/table.ts';
import type { TunnelConfig, TunnelEvent } from '../../../reference/roles/tunnel/tunnel.ts';
import { Tunnel } from '../../../reference/roles/tunnel/tunnel.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { encodeBody } from '../../../reference/wire/messages.ts';
import { configs, endpoint, seededBytes } from '../../channel/pair.ts';
import { lent } from '../lent.ts';
import type { Party } from '../node/sim.ts';
import { RoleParty, Sim } from '../node/sim.ts';
import { udpPacket } from './packets.ts';

export const A = endpoint('203.0.113.1:5000');
export const A6 = endpoint('[2001:db8:1::1]:5000');
export const B = endpoint('198.51.100.2:6000');
export const B6 = endpoint('[2001:db8:2::2]:6000');
export const RELAY = endpoint('192.0.2.100:4330');
export const RELAY6 = endpoint('[2001:db8::100]:4330');
const DC = endpoint('192.0.2.11:4411');

export const PATH = new Uint8Array(16).fill(0x70);
const LEGS = [0x71, 0x72].map((byte) => new Uint8Array(16).fill(byte)) as [Uint8Array, Uint8Array];
const NODES = ['01', '02'].map((byte) => fromHex(byte.repeat(16))) as [Uint8Array, Uint8Array];
const RELAY_NODE = '05'.repeat(16);
const SECRET = new Uint8Array(32).fill(0x33);
export const VIRTUAL = [
  { 4: '198.18.0.1', 6: 'fd00:1::1' },
  { 4: '198.18.0.2', 6: 'fd00:1::2' },
] as unknown as readonly [Record<4 | 6, Ip>, Record<4 | 6, Ip>];

/** With its peer's addresses as a list. */
interface EndConfig extends TunnelConfig {
  readonly peerAddresses: readonly Ip[];
}

/** One end, run as a node and its driver would. */
export class End implements Party {
  locals: readonly Endpoint[];
  readonly tunnel: Tunnel;
  readonly delivered: Uint8Array[] = [];
  readonly events: (TunnelEvent & { readonly at: Instant })[] = [];
  /** Packets that went and came without the tunnel's having to look. */
  readonly short = { sealed: 0, opened: 0 };
  private readonly sim: Sim;
  private readonly config: EndConfig;
  private readonly table = new TunnelTable();

  constructor(sim: Sim, config: EndConfig, locals: readonly Endpoint[], seed: number) {
    this.sim = sim;
    this.locals = locals;
    this.config = config;
    this.tunnel = new Tunnel({ ...config, families: () => this.families() }, seededBytes(seed));
    sim.add(this);
  }

  start(): void {
    this.perform(this.tunnel.start(this.sim.now));
  }

  /** An application's packet; `false`: the path can't take it. */
  packet(packet: Uint8Array): boolean {
    return lent(packet, (once) => this.take(once));
  }

  private take(packet: Uint8Array): boolean {
    const sealed = this.table.seal(packet, this.sim.now);
    if (sealed === undefined) {
      if (!this.tunnel.isUp) return false;
      this.perform(this.tunnel.send(packet, this.sim.now));
      return true;
    }
    this.short.sealed++;
    this.transmit(sealed.bytes, sealed.to);
    if (sealed.event !== undefined) this.perform(this.tunnel.pathEvent(sealed.event, this.sim.now));
    return true;
  }

  receive(bytes: Uint8Array, from: Endpoint): void {
    lent(bytes, (once) => this.open(once, from));
  }

  private open(bytes: Uint8Array, from: Endpoint): void {
    const packet = this.table.open(bytes, from, this.sim.now);
    if (packet !== undefined) {
      this.short.opened++;
      this.delivered.push(packet.slice());
      return;
    }
    const header = readHeader(bytes);
    if (header instanceof Refusal) throw new Error(header.why);
    const { contexts } = this.tunnel;
    const which = { [contexts.path]: 'path', [contexts.leg ?? '']: 'leg' }[toHex(header.context)];
    if (which === undefined) throw new Error('a context of somebody else');
    this.perform(this.tunnel.receive(which as 'path' | 'leg', header, bytes, from, this.sim.now));
  }

  close(): void {
    this.perform(this.tunnel.close(this.sim.now));
  }

  move(locals: readonly Endpoint[]): void {
    this.locals = locals;
    this.perform(this.tunnel.addresses(this.sim.now));
  }

  wakeAt(): Instant {
    return this.tunnel.wakeAt();
  }

  tick(): void {
    this.perform(this.tunnel.tick(this.sim.now));
  }

  /** Events of a kind, with their instants. */
  of<K extends TunnelEvent['kind']>(
    kind: K,
  ): (Extract<TunnelEvent, { kind: K }> & { readonly at: Instant })[] {
    return this.events.filter((event) => event.kind === kind) as never;
  }

  refusals(): string[] {
    return this.of('refused').map(({ layer }) => layer);
  }

  private families(): (4 | 6)[] {
    return [...new Set(this.locals.map(({ ip }) => family(ip)))];
  }

  private perform(events: readonly TunnelEvent[]): void {
    const pathId = this.tunnel.contexts.path;
    for (const event of events) {
      if (event.kind === 'send') this.transmit(event.bytes, event.to);
      else this.events.push({ ...event, at: this.sim.now });
      if (event.kind === 'deliver' || event.kind === 'icmp') this.delivered.push(event.packet.slice());
      if (event.kind === 'gone') this.table.apply({ kind: 'tunnel-remove', pathId });
    }
    if (!this.tunnel.isUp) return;
    const path = { pathId, destinations: this.config.peerAddresses, carrier: this.tunnel.carrier };
    this.table.apply({ kind: 'tunnel-set', path });
  }

  private transmit(bytes: Uint8Array, to: Endpoint): void {
    const from = this.locals.find((local) => family(local.ip) === family(to.ip));
    if (from !== undefined) this.sim.send(bytes, from, to);
  }
}

/** How a path is directed. */
export interface Plan {
  /** Of the first end. */
  readonly part?: 'initiate' | 'await' | 'both';
  /** Where each end is said to be. */
  readonly candidates?: readonly [readonly Endpoint[], readonly Endpoint[]];
  readonly relay?: boolean;
  /** Nothing goes but by the relay. [OPT-05] */
  readonly isRelayOnly?: boolean;
  readonly suite?: 1 | 2;
  readonly aeads?: MakeAead;
  readonly timers?: TimerSettings;
  readonly isNatted?: boolean;
  readonly lifetime?: number;
  readonly locals?: readonly [readonly Endpoint[], readonly Endpoint[]];
}

const PARTS = { initiate: 'await', await: 'initiate', both: 'both' } as const;

export class World {
  readonly sim = new Sim();
  readonly ends: readonly [End, End];

  /** The path is directed at 0; both ends begin. */
  constructor(plan: Plan = {}, seed = 1) {
    const { part = 'initiate', candidates, relay = false, suite = 1, isNatted = false } = plan;
    const locals = plan.locals ?? [[A], [B]];
    if (relay) bootRelay(this.sim);
    const made: End[] = [];
    const end = (which: 0 | 1): End => {
      const [own, peer] = [VIRTUAL[which], VIRTUAL[(1 - which) as 0 | 1]];
      const config: EndConfig = {
        pathId: PATH,
        secret: SECRET,
        suite,
        aeads: plan.aeads,
        part: which === 0 ? part : PARTS[part],
        self: NODES[which],
        peer: NODES[(1 - which) as 0 | 1],
        peerRole: 'node',
        own: [own[4], own[6]],
        peerAddresses: [peer[4], peer[6]],
        candidates: candidates?.[1 - which] ?? (relay ? [] : (locals[1 - which] ?? [])),
        isRelayOnly: plan.isRelayOnly ?? false,
        relay: relay
          ? {
              nodeId: fromHex(RELAY_NODE),
              endpoints: [RELAY, RELAY6],
              legId: LEGS[which],
              legSecret: legSecret(which),
            }
          : undefined,
        lifetime: plan.lifetime ?? 300_000,
        isNatted: () => isNatted,
        families: () => [4, 6],
        places: () => ({ real: made[which]?.locals ?? [], observed: [] }),
        rules: {
          profile: NO_TEST_PROFILE,
          usable: (endpoint) => !locals[which]?.includes(endpoint),
          isVirtual: (ip) => Object.values(own).includes(ip) || Object.values(peer).includes(ip),
          isRelay: () => false,
          nat64: undefined,
        },
        timers: timersFrom(plan.timers),
        createdAt: this.sim.now,
      };
      const one = new End(this.sim, config, locals[which] ?? [], 10 * seed + which);
      made.push(one);
      return one;
    };
    this.ends = [end(0), end(1)];
    for (const each of this.ends) each.start();
  }

  run(time: number): void {
    this.sim.run(this.sim.now + time);
  }

  /** Sends a packet from an end to the other one; its payload is a number. */
  say(
    from: 0 | 1,
    number: number,
    options: { readonly version?: 4 | 6; readonly size?: number } = {},
  ): boolean {
    const { version = 4, size = 100 } = options;
    const [own, other] = [VIRTUAL[from], VIRTUAL[(1 - from) as 0 | 1]];
    return this.ends[from].packet(udpPacket(own[version], other[version], number, { size }));
  }

  /** Types of the datagrams since a mark, as `A>B 10`. */
  chart(since = 0): string[] {
    return this.sim.sent
      .slice(since)
      .map(
        ({ from, to, bytes }) => `${name(from)}>${name(to)} ${(bytes[1] ?? 0).toString(16).padStart(2, '0')}`,
      );
  }
}

function name({ ip }: Endpoint): string {
  const known = {
    [A.ip]: 'A',
    [A6.ip]: 'A6',
    [B.ip]: 'B',
    [B6.ip]: 'B6',
    [RELAY.ip]: 'R',
    [RELAY6.ip]: 'R6',
  };
  return known[ip] ?? ip;
}

function legSecret(which: 0 | 1): Uint8Array {
  return new Uint8Array(32).fill(0x40 + which);
}

/** Boots an RS-S, and has its DC direct the path to it. */
function bootRelay(sim: Sim): void {
  const association = { id: 'c0'.repeat(16), secret: 'd0'.repeat(32), peer: 'a1'.repeat(16) };
  const input = {
    role: 'rs-s' as const,
    nodeId: RELAY_NODE,
    listen: ['192.0.2.100:4330', '[2001:db8::100]:4330'],
    capacity: 8,
    associations: [{ ...association, peerRole: 'dc' as const, endpoints: ['192.0.2.11:4411'] }],
  };
  const relay = new RoleParty(sim, createRsS(rsConfig.parse(input), seededBytes(7)), [RELAY, RELAY6]);
  const [, config] = configs('association', {
    id: fromHex(association.id),
    secret: fromHex(association.secret),
    addressing: 'one-a-family',
  });
  const channel = new Channel(
    { ...config, self: fromHex(association.peer), peer: fromHex(RELAY_NODE) },
    seededBytes(8),
  );
  const dc = new PlayedDc(sim, channel);
  relay.start();
  sim.run(1000);
  dc.tell({
    type: 0x07,
    transaction: new Uint8Array(8).fill(9),
    pathId: PATH,
    kind: 1,
    legs: [0, 1].map((which) => ({
      nodeId: NODES[which as 0 | 1],
      legId: LEGS[which as 0 | 1],
      legSecret: legSecret(which as 0 | 1),
    })),
    lifetime: 300,
  } as Message);
  sim.run(1100);
}

/** A DC as far as a relay needs one. */
class PlayedDc implements Party {
  readonly locals = [DC];
  private readonly sim: Sim;
  private readonly channel: Channel;

  constructor(sim: Sim, channel: Channel) {
    this.sim = sim;
    this.channel = channel;
    sim.add(this);
  }

  tell(message: Message): void {
    this.perform(this.channel.send(message.type, encodeBody(message), this.sim.now));
  }

  receive(bytes: Uint8Array, from: Endpoint): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) throw new Error(header.why);
    this.perform(this.channel.receive(header, bytes, from, this.sim.now));
  }

  wakeAt(): Instant {
    return this.channel.wakeAt();
  }

  tick(): void {
    this.perform(this.channel.tick(this.sim.now));
  }

  private perform(events: readonly ChannelEvent[]): void {
    for (const event of events) {
      if (event.kind === 'send') this.sim.send(event.bytes, DC, event.to);
      if (event.kind !== 'message' || event.message.type !== 0x09) continue;
      this.tell({ type: 0x0a, transaction: event.message.transaction, status: 0, lifetime: 86_400 });
    }
  }
}
