/** One role of the lab on its host, run by the driver that runs it elsewhere too. */
import type { Endpoint, Ip } from '../address.ts';
import { family } from '../address.ts';
import type { HotTable, Instant, Note, Role, TunnelHotTable } from '../core.ts';
import type { Running } from '../drivers/loop.ts';
import { runRole } from '../drivers/loop.ts';
import type { LookUp } from '../drivers/resolver.ts';
import type { Host } from '../net/sim/host.ts';
import type { Store } from '../store.ts';
import { memoryStore } from '../store.ts';
import { isVirtual } from './configs.ts';

export interface Created {
  readonly role: Role;
  readonly table?: HotTable;
  readonly tunnels?: TunnelHotTable;
}

/** When virtual time begins, in milliseconds since 1970. */
const BEGIN = 1_700_000_000_000;

export class Party {
  readonly host: Host;
  readonly notes: (Note & { readonly at: Instant })[] = [];
  /** By how much its clock is wrong, in milliseconds. */
  skew = 0;
  /** How often it was started. */
  starts = 0;
  /** What its host does with a packet that came out of a tunnel. */
  onPacket: (packet: Uint8Array) => void = () => {};
  /** Asks DNS for its role; without it nothing is found. */
  lookUp: LookUp | undefined;
  private startedAt: Instant = 0;
  private readonly port: number;
  private readonly create: (listen: readonly Endpoint[]) => Created;
  private readonly store: Store = memoryStore();
  private running: Running | undefined;
  private moves: Promise<void> = Promise.resolve();

  /** @param create makes the role anew, for each start */
  constructor(host: Host, port: number, create: (listen: readonly Endpoint[]) => Created) {
    this.host = host;
    this.port = port;
    this.create = create;
    host.onAddresses = () => {
      this.moves = this.moves.then(() => this.running?.addresses(this.endpoints()));
    };
  }

  get isUp(): boolean {
    return this.running !== undefined;
  }

  /** Starts it with what it stored before. */
  async start(): Promise<void> {
    await this.moves;
    const listen = this.endpoints();
    this.starts++;
    this.startedAt = this.host.now();
    this.running = await runRole({
      ...this.create(listen),
      net: this.host,
      listen,
      store: this.store,
      wallClock: () => BEGIN + this.host.now() + this.skew,
      lookUp: this.lookUp,
      onNote: (note) => this.notes.push({ ...note, at: this.host.now() }),
      onPacket: (packet) => this.onPacket(packet),
    });
  }

  /** Power fails. */
  async kill(): Promise<void> {
    await this.moves;
    await this.running?.stop({ hard: true });
    this.running = undefined;
  }

  /** Says goodbye. */
  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  /** The virtual addresses that it has once it is registered. */
  addresses(): readonly Ip[] {
    const last = this.events('registered').at(-1)?.addresses ?? '';
    return String(last)
      .split(' ')
      .filter((text): text is Ip => text !== '');
  }

  /** A lent address where there is one for that peer; else the virtual one of its family. [RST-06] */
  addressFor(to: Ip): Ip | undefined {
    const lent = this.lent();
    const isFor = ({ peer }: (typeof lent)[number]): boolean => peer === to;
    const any = ({ peer, address }: (typeof lent)[number]): boolean =>
      peer === '' && !isVirtual(to) && family(address) === family(to);
    const found = lent.find(isFor) ?? lent.find(any);
    return found?.address ?? this.addresses().find((ip) => family(ip) === family(to));
  }

  private lent(): { readonly path: string; readonly peer: string; readonly address: Ip }[] {
    // Who loses power says nothing of an end.
    const ended = new Set(this.events('lent-address-ended', this.startedAt).map(({ path }) => path));
    return this.events('lent-address', this.startedAt).flatMap(({ path, peer, address }) =>
      ended.has(path ?? '')
        ? []
        : [{ path: String(path), peer: String(peer), address: String(address) as Ip }],
    );
  }

  packet(packet: Uint8Array): void {
    this.running?.packet(packet);
  }

  /** @throws Error if it is not up, or gives no answer. */
  query(message: Uint8Array): Promise<Uint8Array> {
    return this.running?.query(message) ?? Promise.reject(new Error('it is not up'));
  }

  counter(name: string): number {
    return this.running?.counters()[name] ?? 0;
  }

  counters(): Readonly<Record<string, number>> {
    return this.running?.counters() ?? {};
  }

  /** Details of the events of a name since an instant. */
  events(name: string, since: Instant = 0): Readonly<Record<string, string | number>>[] {
    return this.notes.flatMap((note) =>
      note.what === 'event' && note.event === name && note.at >= since ? [note.detail] : [],
    );
  }

  /** Where it can listen now: an address of each family that its host has. */
  private endpoints(): Endpoint[] {
    return ([4, 6] as const).flatMap((version) => {
      const ip = this.host.addresses.find((some) => family(some) === version);
      return ip === undefined ? [] : { ip, port: this.port };
    });
  }
}
