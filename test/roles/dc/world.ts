/** A DC with nodes, relays and another DC around it, on a network without delay, in virtual time. */
import type { Endpoint } from '../../../reference/address.ts';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import type { DcConfig, DcConfigInput } from '../../../reference/config/dc.ts';
import { dcConfig } from '../../../reference/config/dc.ts';
import type { Effect, Input, Instant, Role, Transport } from '../../../reference/core.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { createDc } from '../../../reference/roles/dc/core.ts';
import type { Dc } from '../../../reference/roles/dc/parts.ts';
import { readHeader } from '../../../reference/wire/header.ts';
import type { Message } from '../../../reference/wire/messages.ts';
import { endpoint, seededBytes } from '../../channel/pair.ts';
import { handleLent } from '../lent.ts';
import { Played } from './played.ts';

export const DC4 = endpoint('192.0.2.10:4330');
export const DC6 = endpoint('[2001:db8::10]:4330');
/** Milliseconds since 1970 at instant 0. */
export const WALL_CLOCK = 1_800_000_000_000;

const ZONE = 'ntmobile.one.example';

function id(kind: number, number: number): string {
  return (kind * 0x100 + number).toString(16).padStart(4, '0').repeat(8);
}

/** @param nodes how many, named n0, n1 and so on */
export function configFor(nodes: number, change: Partial<DcConfigInput> = {}): DcConfigInput {
  return {
    role: 'dc',
    nodeId: 'dc'.repeat(16),
    listen: [formatEndpoint(DC4), formatEndpoint(DC6)],
    zones: [ZONE],
    pools: ['198.18.0.0/24', 'fd00:1::/64'],
    associations: [
      ...Array.from({ length: nodes }, (_, number) => ({
        id: id(0xa0, number),
        secret: id(0xb0, number).repeat(2),
        peer: id(0xc0, number),
        peerRole: 'node' as const,
        name: `n${number}.${ZONE}`,
      })),
      ...[0, 1].map((number) => ({
        id: id(0xa1, number),
        secret: id(0xb1, number).repeat(2),
        peer: id(0xc1, number),
        peerRole: 'rs' as const,
        kinds: ['S' as const, 'T' as const],
        pool: [`203.0.113.${100 + number}`],
      })),
      {
        id: id(0xa2, 0),
        secret: id(0xb2, 0).repeat(2),
        peer: id(0xc2, 0),
        peerRole: 'dc',
        endpoints: ['192.0.2.20:4330'],
        zones: ['ntmobile.two.example'],
        prefixes: ['198.19.0.0/24', 'fd00:2::/64'],
      },
    ],
    ...change,
  };
}

export class World {
  now: Instant = 0;
  readonly config: DcConfig;
  role: Role;
  readonly nodes: Played[] = [];
  readonly relays: Played[] = [];
  readonly other: Played;
  /** Every effect of the DC but sends, and every datagram that it sent. */
  readonly effects: Effect[] = [];
  readonly sent: { readonly bytes: Uint8Array; readonly to: Endpoint; readonly at: Instant }[] = [];
  /** What is durable. */
  readonly stored = new Map<string, Uint8Array>();
  /** What DNS answers; `held` keeps the questions until they are answered. */
  lookUp: (query: Uint8Array) => Uint8Array | undefined | 'held' = () => undefined;
  readonly lookedUp: { readonly query: Uint8Array; readonly answer: (response?: Uint8Array) => void }[] = [];
  /** Whether a write succeeds; `held` ones are answered when `release` is called. */
  store: 'works' | 'fails' | 'held' = 'works';
  private readonly held: (() => void)[] = [];
  private readonly queue: (() => void)[] = [];
  private isDraining = false;
  private boots = 0;

  constructor(nodes = 2, change: Partial<DcConfigInput> = {}) {
    this.config = dcConfig.parse(configFor(nodes, change));
    for (const [index, settings] of this.config.associations.entries()) {
      const here =
        settings.peerRole === 'dc' ? endpoint('192.0.2.20:4330') : endpoint(`203.0.113.${index + 1}:5000`);
      const at =
        settings.peerRole === 'dc'
          ? { 4: here }
          : { 4: here, 6: endpoint(`[2001:db8:${index + 1}::1]:5000`) };
      const out = (bytes: Uint8Array, from: Endpoint, to: Endpoint) => this.toDc(bytes, from, to);
      const played = new Played(this.config, settings, [DC4, DC6], at, seededBytes(500 + index), out);
      if (settings.peerRole === 'node') this.nodes.push(played);
      else if (settings.peerRole === 'rs') this.relays.push(played);
    }
    const last = this.config.associations.at(-1);
    if (last === undefined) throw new Error('no associations');
    const out = (bytes: Uint8Array, from: Endpoint, to: Endpoint) => this.toDc(bytes, from, to);
    this.other = new Played(
      this.config,
      last,
      [DC4],
      { 4: endpoint('192.0.2.20:4330') },
      seededBytes(499),
      out,
    );
    this.role = this.boot();
    this.drain();
  }

  /** The DC ends without a word and starts again, with what the store has. */
  restart(): void {
    this.role = this.boot();
    this.drain();
  }

  node(index = 0): Played {
    return found(this.nodes[index]);
  }

  relay(index = 0): Played {
    return found(this.relays[index]);
  }

  /** Opens an association and sees to it that both ends are at rest. */
  open(played: Played): void {
    played.open(this.now);
    this.drain();
  }

  /** Sends a request and returns its answer, if it came at once. */
  ask(played: Played, message: Message, by?: 4 | 6, least?: number): Message | undefined {
    played.ask(message, this.now, by, least);
    this.drain();
    return played.answerTo(message);
  }

  /** A node registers over the families given, and has an association if it had none. @returns the last answer. */
  register(
    played: Played,
    change: Partial<Extract<Message, { type: 0x01 }>> = {},
    families: readonly (4 | 6)[] = [4, 6],
  ): Message | undefined {
    if (!played.association.channel.hasKeys()) this.open(played);
    return families.map((by) => this.ask(played, played.registration(change), by)).at(-1);
  }

  /** What directions and federation use of the DC. */
  get dc(): Dc {
    return this.role as unknown as Dc;
  }

  /** Has the DC do something as its parts would, and performs what comes of it. */
  act<T>(body: (dc: Dc) => T): T {
    const result = body(this.dc);
    this.input({ kind: 'tick' });
    this.drain();
    return result;
  }

  /** What the DC answers to a DNS query, if anything. */
  query(message: Uint8Array, transport: Transport = 'udp', from?: Endpoint): Uint8Array | undefined {
    const before = this.effects.length;
    this.input({ kind: 'query', query: 7, message, transport, from });
    const [answer] = this.effects.slice(before).filter((effect) => effect.kind === 'dns-answer');
    return answer?.message;
  }

  /** A datagram that nobody of ours sent. */
  arrive(bytes: Uint8Array, from: Endpoint): Effect[] {
    const before = this.effects.length;
    this.input({ kind: 'datagram', bytes, from });
    this.drain();
    return this.effects.slice(before);
  }

  /** The store answers what it held back. */
  release(): void {
    for (const next of this.held.splice(0)) next();
    this.drain();
  }

  /** Time passes; everybody does what is due. */
  run(duration: number): void {
    const until = this.now + duration;
    for (;;) {
      const parties = [...this.nodes, ...this.relays, this.other];
      const next = Math.min(
        this.role.wakeAt() ?? Number.POSITIVE_INFINITY,
        ...parties.map(({ association }) => association.wakeAt()),
      );
      if (next > until) break;
      this.now = Math.max(this.now, next);
      if ((this.role.wakeAt() ?? Number.POSITIVE_INFINITY) <= this.now) this.input({ kind: 'tick' });
      for (const party of parties) if (party.association.wakeAt() <= this.now) party.tick(this.now);
      this.drain();
    }
    this.now = until;
  }

  /** Layers that refused something, in order. */
  refusals(): string[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'note' && effect.note.what === 'refused' ? [effect.note.layer] : [],
    );
  }

  /** Names of the events that the DC told of. */
  events(): string[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'note' && effect.note.what === 'event' ? [effect.note.event] : [],
    );
  }

  drain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) next();
    this.isDraining = false;
  }

  private boot(): Role {
    const { role } = createDc(this.config, seededBytes(++this.boots));
    this.queue.length = 0;
    this.held.length = 0;
    const stored = new Map([...this.stored].map(([key, value]) => [key, value.slice()]));
    const start: Input = { kind: 'start', locals: [DC4, DC6], wallClock: WALL_CLOCK + this.now, stored };
    this.perform(role.handle(start, this.now));
    return role;
  }

  private input(input: Input): void {
    this.perform(handleLent(this.role, input, this.now));
  }

  private toDc(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const copy = bytes.slice();
    if (![DC4, DC6].some((own) => formatEndpoint(own) === formatEndpoint(to))) return;
    this.queue.push(() => this.input({ kind: 'datagram', bytes: copy, from }));
  }

  private perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        const { bytes, to } = effect;
        this.sent.push({ bytes: bytes.slice(), to, at: this.now });
        this.queue.push(() => this.deliver(bytes, to));
        continue;
      }
      this.effects.push(effect);
      if (effect.kind === 'look-up') this.resolve(effect);
      if (effect.kind === 'persist' && !this.persist(effect)) return;
    }
  }

  private resolve({ ref, message }: Extract<Effect, { kind: 'look-up' }>): void {
    const query = message.slice();
    const answer = (response?: Uint8Array): void => {
      this.queue.push(() => this.input({ kind: 'done', ref, outcome: { what: 'looked-up', response } }));
    };
    this.lookedUp.push({ query, answer });
    const response = this.lookUp(query);
    if (response !== 'held') answer(response);
  }

  /** @returns whether what follows is done. */
  private persist({ ref, changes }: Extract<Effect, { kind: 'persist' }>): boolean {
    const ok = this.store !== 'fails';
    const done = (): void => this.input({ kind: 'done', ref, outcome: { what: 'stored', ok } });
    if (ok)
      for (const [key, value] of changes) {
        if (value === undefined) this.stored.delete(key);
        else this.stored.set(key, value.slice());
      }
    if (this.store === 'held') this.held.push(done);
    else this.queue.push(done);
    return ok;
  }

  private deliver(bytes: Uint8Array, to: Endpoint): void {
    const header = readHeader(bytes);
    if (header instanceof Refusal) throw new Error('the DC sent what nobody can read');
    const from = to.ip.includes(':') ? DC6 : DC4;
    for (const party of [...this.nodes, ...this.relays, this.other]) {
      const isHere = Object.values(party.at).some((own) => formatEndpoint(own) === formatEndpoint(to));
      if (isHere) party.hear(bytes, header, from, this.now);
    }
  }
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such party');
  return value;
}

/** The context of a datagram, as hex. */
export function contextOf(bytes: Uint8Array): string {
  return toHex(bytes.subarray(4, 20));
}
