/** A network in virtual time on which roles and played ends run, with loss, delay, duplicates, and NATs. */
import type { Endpoint } from '../../../reference/address.ts';
import { family, formatEndpoint, sameEndpoint } from '../../../reference/address.ts';
import type {
  Effect,
  HostInterface,
  HotTable,
  Input,
  Instant,
  Note,
  Role,
  Transport,
  TunnelHotTable,
} from '../../../reference/core.ts';
import { endpoint } from '../../channel/pair.ts';
import { handleLent, lent } from '../lent.ts';

/** When virtual time began, in milliseconds since 1970. */
const WALL_CLOCK = 1_700_000_000_000;

/** Something that has addresses on the network. */
export interface Party {
  locals: readonly Endpoint[];
  receive(bytes: Uint8Array, from: Endpoint, to: Endpoint): void;
  wakeAt(): Instant;
  tick(): void;
}

export interface Sent {
  readonly at: Instant;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly bytes: Uint8Array;
}

/** The delays after which a datagram arrives: none if it is lost, two if it comes twice. */
export type Fate = (sent: Sent) => readonly number[];

export class Sim {
  now: Instant = 0;
  readonly sent: Sent[] = [];
  fate: Fate = () => [10];
  private readonly parties = new Set<Party>();
  private readonly nats: Nat[] = [];
  private readonly flying: (Sent & { readonly arrives: Instant })[] = [];

  add(party: Party): void {
    this.parties.add(party);
    if (party instanceof Nat) this.nats.push(party);
  }

  remove(party: Party): void {
    this.parties.delete(party);
  }

  send(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const nat = this.nats.find((some) => some.isInside(from) && !some.isInside(to));
    const sent = { at: this.now, from: nat?.translate(from, to) ?? from, to, bytes: bytes.slice() };
    this.sent.push(sent);
    for (const delay of this.fate(sent)) this.flying.push({ ...sent, arrives: this.now + delay });
  }

  /** Runs until an instant, or until something is so. */
  run(until: Instant, isDone: () => boolean = () => false): boolean {
    for (let steps = 0; !isDone(); steps++) {
      if (steps > 1_000_000) throw new Error('it never comes to rest');
      this.flying.sort((a, b) => a.arrives - b.arrives);
      const arrival = this.flying[0]?.arrives ?? Number.POSITIVE_INFINITY;
      const wake = Math.min(...[...this.parties].map((party) => party.wakeAt()));
      const next = Math.min(arrival, wake);
      if (next > until) {
        this.now = until;
        return isDone();
      }
      this.now = Math.max(this.now, next);
      const datagram = arrival <= next ? this.flying.shift() : undefined;
      if (datagram !== undefined) this.arrive(datagram);
      else for (const party of this.parties) if (party.wakeAt() <= this.now) party.tick();
    }
    return true;
  }

  /** Hands a datagram to who is there, as a NAT does for its inside. */
  deliver(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    for (const party of this.parties) {
      if (party.locals.some((local) => sameEndpoint(local, to))) return party.receive(bytes, from, to);
    }
  }

  /** What is for the inside of a NAT comes from there, or is lost. */
  private arrive({ bytes, from, to }: Sent): void {
    const nat = this.nats.find((some) => some.isInside(to));
    if (nat === undefined || nat.isInside(from)) this.deliver(bytes, from, to);
  }
}

/** A role with its tables, as its driver would run it. */
export class RoleParty implements Party {
  locals: readonly Endpoint[];
  readonly role: Role;
  readonly delivered: Uint8Array[] = [];
  readonly answers: { readonly query: number; readonly message: Uint8Array }[] = [];
  readonly notes: (Note & { readonly at: Instant })[] = [];
  /** What DNS says, if anything. */
  lookUp: (message: Uint8Array, transport?: Transport) => Uint8Array | undefined = () => undefined;
  /** Milliseconds that DNS takes for it. */
  dnsTime = 0;
  /** What the host does with a packet that came out. */
  onPacket: (packet: Uint8Array) => void = () => {};
  /** What the host's virtual interface has. */
  host: HostInterface = { addresses: [], routes: [] };
  /** Dead: nothing that it does has an effect any more. */
  isDead = false;
  private readonly arrived: Uint8Array[] = [];
  /** What DNS is still to say, the earliest first. */
  private readonly due: { readonly at: Instant; readonly input: Input }[] = [];
  /** What lasts over a restart. */
  readonly stored: Map<string, Uint8Array>;
  private readonly sim: Sim;
  private readonly table: HotTable | undefined;
  private readonly tunnels: TunnelHotTable | undefined;

  constructor(
    sim: Sim,
    created: { readonly role: Role; readonly table?: HotTable; readonly tunnels?: TunnelHotTable },
    locals: readonly Endpoint[],
    stored = new Map<string, Uint8Array>(),
  ) {
    this.sim = sim;
    this.stored = stored;
    this.role = created.role;
    this.table = created.table;
    this.tunnels = created.tunnels;
    this.locals = locals;
    sim.add(this);
  }

  start(): void {
    this.handle({
      kind: 'start',
      locals: this.locals,
      wallClock: WALL_CLOCK + this.sim.now,
      stored: new Map(this.stored),
    });
  }

  /** The host has other addresses now. */
  move(locals: readonly Endpoint[], links?: readonly string[]): void {
    this.locals = locals;
    this.handle({ kind: 'addresses', locals, ...(links && { links }) });
  }

  /** An application sends a packet. */
  packet(packet: Uint8Array): void {
    const sealed = lent(packet, (once) => this.tunnels?.seal(once, this.sim.now));
    if (sealed === undefined) return this.handle({ kind: 'packet', packet });
    this.send(sealed.bytes, sealed.to);
    if (sealed.event !== undefined)
      this.handle({ kind: 'path-event', pathId: sealed.pathId, event: sealed.event });
  }

  receive(bytes: Uint8Array, from: Endpoint): void {
    const to = this.table?.forward(bytes, from, this.sim.now);
    if (to !== undefined) return this.send(bytes, to);
    const packet = lent(bytes, (once) => this.tunnels?.open(once, from, this.sim.now));
    if (packet === undefined) return this.handle({ kind: 'datagram', bytes, from });
    this.deliver(packet.slice());
    this.giveOut();
  }

  wakeAt(): Instant {
    const [next] = this.due;
    const at = next !== undefined && !this.isDead ? next.at : Number.POSITIVE_INFINITY;
    return Math.min(at, this.role.wakeAt() ?? Number.POSITIVE_INFINITY);
  }

  tick(): void {
    const later = this.due.findIndex(({ at }) => at > this.sim.now);
    for (const { input } of this.due.splice(0, later < 0 ? this.due.length : later)) this.handle(input);
    this.handle({ kind: 'tick' });
  }

  /** One input and what comes of it; the answers to effects come after the rest of them. */
  handle(input: Input): void {
    const inputs: Input[] = [input];
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      for (const effect of handleLent(this.role, next, this.sim.now)) {
        const answer = this.isDead ? undefined : this.perform(effect);
        if (answer !== undefined) inputs.push(answer);
      }
    }
    this.giveOut();
  }

  /** Power fails: what is still to be done is not. */
  kill(): void {
    this.isDead = true;
    this.sim.remove(this);
  }

  /** Names of the events that were noted, with their details. */
  events(name?: string): Readonly<Record<string, string | number>>[] {
    return this.notes.flatMap((note) =>
      note.what === 'event' && (name === undefined || note.event === name) ? [note.detail] : [],
    );
  }

  refusals(): string[] {
    return this.notes.flatMap((note) => (note.what === 'refused' ? [note.layer] : []));
  }

  private send(bytes: Uint8Array, to: Endpoint): void {
    const from = this.locals.find((local) => family(local.ip) === family(to.ip));
    if (from !== undefined) this.sim.send(bytes, from, to);
  }

  private deliver(packet: Uint8Array): void {
    this.delivered.push(packet);
    this.arrived.push(packet);
  }

  /** What the host has to say to what came out, once all effects are performed. */
  private giveOut(): void {
    for (let packet = this.arrived.shift(); packet !== undefined; packet = this.arrived.shift())
      if (!this.isDead) this.onPacket(packet);
  }

  private perform(effect: Effect): Input | undefined {
    const { now } = this.sim;
    switch (effect.kind) {
      case 'send':
        this.send(effect.bytes, effect.to);
        break;
      case 'deliver':
        this.deliver(effect.packet.slice());
        break;
      case 'dns-answer':
        if (effect.message !== undefined) this.answers.push({ query: effect.query, message: effect.message });
        break;
      case 'look-up': {
        const outcome = {
          what: 'looked-up',
          response: this.lookUp(effect.message, effect.transport),
        } as const;
        const input: Input = { kind: 'done', ref: effect.ref, outcome };
        if (this.dnsTime === 0) return input;
        this.due.push({ at: now + this.dnsTime, input });
        this.due.sort((one, other) => one.at - other.at);
        break;
      }
      case 'persist':
        for (const [key, value] of effect.changes) {
          if (value === undefined) this.stored.delete(key);
          else this.stored.set(key, value.slice());
        }
        return { kind: 'done', ref: effect.ref, outcome: { what: 'stored', ok: true } };
      case 'relay-set':
      case 'relay-remove':
        this.table?.apply(effect);
        break;
      case 'relay-last-use': {
        const outcome = { what: 'last-use', at: this.table?.lastUse(effect.pathId) } as const;
        return { kind: 'done', ref: effect.ref, outcome };
      }
      case 'tunnel-set':
      case 'tunnel-remove':
        this.tunnels?.apply(effect);
        break;
      case 'interface':
        this.host = effect.has;
        break;
      case 'note':
        this.notes.push({ ...effect.note, at: now });
        break;
      default:
        throw new Error(`nothing here performs ${effect satisfies never}`);
    }
    return undefined;
  }
}

/**
 * A NAT that maps each inside endpoint to one port of its own, and lets in only what comes from where something
 * went to: "PR" of the table of situations.
 */
export class Nat implements Party {
  locals: readonly Endpoint[] = [];
  private readonly sim: Sim;
  private readonly outside: Endpoint['ip'];
  private readonly inside: string;
  private readonly mappings = new Map<string, { readonly inner: Endpoint; readonly outer: Endpoint }>();
  private readonly opened = new Set<string>();

  /** @param inside the beginning of the addresses behind it. */
  constructor(sim: Sim, inside: string, outside: string) {
    this.sim = sim;
    this.inside = inside;
    this.outside = endpoint(`${outside}:1`).ip;
    sim.add(this);
  }

  isInside({ ip }: Endpoint): boolean {
    return ip.startsWith(this.inside);
  }

  /** What a datagram from the inside looks like outside. */
  translate(from: Endpoint, to: Endpoint): Endpoint {
    const key = formatEndpoint(from);
    let mapping = this.mappings.get(key);
    if (mapping === undefined) {
      mapping = { inner: from, outer: { ip: this.outside, port: 40_000 + this.mappings.size } };
      this.mappings.set(key, mapping);
      this.locals = [...this.mappings.values()].map(({ outer }) => outer);
    }
    this.opened.add(`${formatEndpoint(mapping.outer)} ${formatEndpoint(to)}`);
    return mapping.outer;
  }

  /** Forgets all mappings: whoever sends again gets other ports. */
  rebind(): void {
    const { size } = this.mappings;
    for (const [key, { inner }] of [...this.mappings]) {
      this.mappings.delete(key);
      this.mappings.set(`gone ${size} ${key}`, { inner, outer: endpoint('0.0.0.0:0') });
    }
    this.opened.clear();
  }

  receive(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    if (!this.opened.has(`${formatEndpoint(to)} ${formatEndpoint(from)}`)) return;
    for (const { inner, outer } of this.mappings.values()) {
      if (sameEndpoint(outer, to)) this.sim.deliver(bytes, from, inner);
    }
  }

  wakeAt(): Instant {
    return Number.POSITIVE_INFINITY;
  }

  tick(): void {}
}
