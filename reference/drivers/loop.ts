/** The run loop of every role: what core.ts says a driver does, over any network. */
import type { Endpoint } from '../address.ts';
import { family, sameEndpoint } from '../address.ts';
import type {
  Counters,
  Effect,
  HostInterface,
  HotTable,
  Input,
  Instant,
  Note,
  Role,
  Transport,
  TunnelHotTable,
} from '../core.ts';
import type { Net, Socket } from '../net/net.ts';
import type { Store } from '../store.ts';
import { memoryStore } from '../store.ts';
import type { LookUp } from './resolver.ts';

export interface RunOptions {
  readonly role: Role;
  readonly table?: HotTable | undefined;
  readonly tunnels?: TunnelHotTable | undefined;
  readonly net: Net;
  /** At most one endpoint a family. [GEN-15] */
  readonly listen: readonly Endpoint[];
  /** Takes the role's notes. */
  readonly onNote?: ((note: Note) => void) | undefined;
  /** What the role makes durable; lost with the process if not given. It stays open. */
  readonly store?: Store | undefined;
  /** Milliseconds since 1970; the system's clock if not given. */
  readonly wallClock?: (() => number) | undefined;
  /** Takes an inner packet for the application side, which is valid during the call only. */
  readonly onPacket?: ((packet: Uint8Array) => void) | undefined;
  /** Takes what the host's virtual interface is to have. */
  readonly onInterface?: ((has: HostInterface) => void) | undefined;
  /** Asks DNS; without it nothing is found. */
  readonly lookUp?: LookUp | undefined;
}

/** A role that runs. */
export interface Running {
  /** What `listen` was bound to, with the ports that the system picked; later what the host moved to. */
  readonly local: readonly Endpoint[];
  counters(): Counters;
  /** An inner packet of an application. */
  packet(packet: Uint8Array): void;
  /**
   * A DNS query, and the answer to it. By UDP if it is not said how.
   * @throws Error if the role has none, none comes in 30 s, or the role stops.
   */
  query(message: Uint8Array, asked?: Asked): Promise<Uint8Array>;
  /**
   * The host has these addresses now and no others; what it still has stays bound. [HO-02]
   * @throws NetError if one cannot be bound; then nothing has changed.
   * @throws RangeError for two endpoints of one family.
   */
  addresses(listen: readonly Endpoint[]): Promise<void>;
  /**
   * Ends it and closes its sockets, any number of times; `hard`: as by a crash, without the role's
   * goodbye.
   */
  stop(options?: { readonly hard?: boolean }): Promise<void>;
}

/** How a query came, and whom from. */
export interface Asked {
  readonly transport: Transport;
  readonly from?: Endpoint | undefined;
}

/**
 * Binds the sockets and runs a role on them. What the role throws is a fault of the program: it goes to
 * the network's caller, which is to say that it ends the program, or a run in memory.
 * @throws NetError if an endpoint cannot be bound; no socket stays open then.
 * @throws RangeError for two endpoints of one family.
 */
export async function runRole(options: RunOptions): Promise<Running> {
  const loop = new Loop(options);
  await loop.open();
  return loop;
}

/** Longer than applications wait. */
const QUERY_OVER = 30_000;

/** Datagrams that wait for a table; more go out at once. */
const UNSETTLED_BOUND = 4096;

interface Asking {
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly forget: () => void;
}

class Loop implements Running {
  private readonly options: RunOptions;
  private readonly role: Role;
  private readonly net: Net;
  private readonly store: Store;
  private readonly inputs: Input[] = [];
  private readonly asking = new Map<number, Asking>();
  private sockets: readonly Socket[] = [];
  private lastQuery = 0;
  private unsettled = 0;
  private isHandling = false;
  private timer: { readonly at: Instant; readonly cancel: () => void } | undefined;
  private state: 'opening' | 'running' | 'stopped' = 'opening';

  constructor(options: RunOptions) {
    this.options = options;
    this.role = options.role;
    this.net = options.net;
    this.store = options.store ?? memoryStore();
  }

  async open(): Promise<void> {
    const { listen, wallClock = Date.now } = this.options;
    this.sockets = await this.bind(listen);
    try {
      const { table } = this.options;
      if (table?.open !== undefined) await table.open(this.local);
      this.state = 'running';
      this.handle({ kind: 'start', locals: this.local, wallClock: wallClock(), stored: this.store.load() });
    } catch (fault) {
      await this.stop({ hard: true });
      throw fault;
    }
  }

  get local(): readonly Endpoint[] {
    return this.sockets.map((socket) => socket.local);
  }

  counters(): Counters {
    return this.role.counters();
  }

  packet(packet: Uint8Array): void {
    if (this.state !== 'running') return;
    const sealed = this.options.tunnels?.seal(packet, this.net.now());
    if (sealed === undefined) {
      this.handle({ kind: 'packet', packet });
      return;
    }
    const { bytes, to, event, pathId } = sealed;
    this.send(bytes, to);
    if (event !== undefined) this.handle({ kind: 'path-event', pathId, event });
  }

  query(message: Uint8Array, asked: Asked = { transport: 'udp' }): Promise<Uint8Array> {
    if (this.state !== 'running') return Promise.reject(new Error('the role has stopped'));
    this.lastQuery++;
    const query = this.lastQuery;
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const forget = this.net.schedule(this.net.now() + QUERY_OVER, () =>
        this.end(query, new Error('no answer')),
      );
      this.asking.set(query, { resolve, reject, forget });
    });
    this.handle({ kind: 'query', query, message, ...asked });
    return answer;
  }

  async addresses(listen: readonly Endpoint[]): Promise<void> {
    const before = this.sockets;
    const kept = before.filter(({ local }) => listen.some((endpoint) => sameEndpoint(endpoint, local)));
    const isNew = (endpoint: Endpoint) => !kept.some(({ local }) => sameEndpoint(endpoint, local));
    const added = await this.bind(listen, isNew);
    if (this.state !== 'running') {
      await closeAll(added);
      return;
    }
    this.sockets = [...kept, ...added];
    await closeAll(before.filter((socket) => !kept.includes(socket)));
    this.handle({ kind: 'addresses', locals: this.local });
  }

  async stop({ hard = false }: { readonly hard?: boolean } = {}): Promise<void> {
    if (this.state === 'running' && !hard) this.handle({ kind: 'stop' });
    this.state = 'stopped';
    this.timer?.cancel();
    this.timer = undefined;
    for (const query of [...this.asking.keys()]) this.end(query, new Error('the role has stopped'));
    const { table } = this.options;
    if (table?.close !== undefined) await table.close();
    await closeAll(this.sockets);
  }

  /** Those that `isWanted`, or none of them. */
  private async bind(listen: readonly Endpoint[], isWanted = (_: Endpoint) => true): Promise<Socket[]> {
    const families = new Set(listen.map(({ ip }) => family(ip)));
    if (families.size < listen.length) throw new RangeError('two endpoints of one family');
    const sockets: Socket[] = [];
    try {
      for (const endpoint of listen.filter(isWanted))
        sockets.push(await this.net.bind(endpoint, (bytes, from) => this.receive(bytes, from)));
      return sockets;
    } catch (fault) {
      await closeAll(sockets);
      throw fault;
    }
  }

  private receive(bytes: Uint8Array, from: Endpoint): void {
    if (this.state !== 'running') return;
    const { table, tunnels } = this.options;
    const now = this.net.now();
    const to = table?.forward(bytes, from, now);
    const packet = to === undefined ? tunnels?.open(bytes, from, now) : undefined;
    if (to !== undefined) this.send(bytes, to);
    else if (packet !== undefined) this.options.onPacket?.(packet);
    else this.handle({ kind: 'datagram', bytes, from });
  }

  /**
   * One input and what comes of it; then the timer. What comes amid that, from an application that answers a
   * packet at once, waits its turn.
   */
  private handle(input: Input): void {
    this.inputs.push(this.isHandling ? lasting(input) : input);
    if (this.isHandling) return;
    this.isHandling = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
        // An effect that is not done takes those after it along.
        this.role.handle(next, this.net.now()).every((effect) => this.perform(effect));
      }
    } finally {
      this.isHandling = false;
      this.inputs.length = 0;
    }
    if (this.state === 'running') this.setTimer();
  }

  /** @returns whether it was done. The answer to an effect that asks comes after those beside it. */
  private perform(effect: Effect): boolean {
    switch (effect.kind) {
      case 'send':
        this.sendSettled(effect.bytes, effect.to);
        break;
      case 'deliver':
        this.options.onPacket?.(effect.packet);
        break;
      case 'dns-answer':
        this.end(effect.query, effect.message ?? new Error('no answer'));
        break;
      case 'look-up':
        this.lookUp(effect);
        break;
      case 'persist':
        return this.persist(effect);
      case 'relay-set':
      case 'relay-remove':
        needed(this.options.table, 'relay').apply(effect);
        break;
      case 'relay-last-use':
        this.lastUse(effect);
        break;
      case 'tunnel-set':
      case 'tunnel-remove':
        needed(this.options.tunnels, 'tunnel').apply(effect);
        break;
      case 'interface':
        this.options.onInterface?.(effect.has);
        break;
      case 'note':
        this.options.onNote?.(effect.note);
        break;
    }
    return true;
  }

  private end(query: number, answer: Uint8Array | Error): void {
    const asking = this.asking.get(query);
    this.asking.delete(query);
    asking?.forget();
    if (answer instanceof Error) asking?.reject(answer);
    else asking?.resolve(answer);
  }

  private persist({ ref, changes }: Extract<Effect, { kind: 'persist' }>): boolean {
    let ok = true;
    try {
      this.store.write(changes);
    } catch (error) {
      ok = false;
      const reason = error instanceof Error ? error.message : String(error);
      this.options.onNote?.({ what: 'event', event: 'store-failed', detail: { reason } });
    }
    this.inputs.push({ kind: 'done', ref, outcome: { what: 'stored', ok } });
    return ok;
  }

  private lastUse({ ref, pathId }: Extract<Effect, { kind: 'relay-last-use' }>): void {
    const table = needed(this.options.table, 'relay');
    const answer = (at: Instant | undefined): Input => ({
      kind: 'done',
      ref,
      outcome: { what: 'last-use', at },
    });
    if (table.askLastUse === undefined) this.inputs.push(answer(table.lastUse(pathId)));
    else
      void table
        .askLastUse(pathId, () => this.net.now())
        .then((at) => {
          if (this.state === 'running') this.handle(answer(at));
        });
  }

  private lookUp({ ref, message, transport, server }: Extract<Effect, { kind: 'look-up' }>): void {
    const answer = (response: Uint8Array | undefined): void => {
      if (this.state === 'running')
        this.handle({ kind: 'done', ref, outcome: { what: 'looked-up', response } });
    };
    if (this.options.lookUp === undefined) answer(undefined);
    else void this.options.lookUp(message, transport, server).then(answer);
  }

  /** Who hears of a change may count on it. [RSS-01] */
  private sendSettled(bytes: Uint8Array, to: Endpoint): void {
    const settled = this.unsettled < UNSETTLED_BOUND ? this.options.table?.settled?.() : undefined;
    if (settled === undefined) {
      this.send(bytes, to);
      return;
    }
    this.unsettled++;
    void settled.then(() => {
      this.unsettled--;
      this.send(bytes, to);
    });
  }

  /** A datagram of a family without a socket is lost, as on a host that has not got it. */
  private send(bytes: Uint8Array, to: Endpoint): void {
    const version = family(to.ip);
    this.sockets.find(({ local }) => family(local.ip) === version)?.send(bytes, to);
  }

  /** One timer; it is left alone while the role's wish is the same. */
  private setTimer(): void {
    const at = this.role.wakeAt();
    if (at === this.timer?.at) return;
    this.timer?.cancel();
    this.timer = undefined;
    if (at === undefined) return;
    const cancel = this.net.schedule(at, () => {
      this.timer = undefined;
      this.handle({ kind: 'tick' });
    });
    this.timer = { at, cancel };
  }
}

/** What waits for its turn outlasts the buffer that it came in. */
function lasting(input: Input): Input {
  if (input.kind === 'datagram') return { ...input, bytes: input.bytes.slice() };
  if (input.kind === 'query') return { ...input, message: input.message.slice() };
  return input.kind === 'packet' ? { ...input, packet: input.packet.slice() } : input;
}

function needed<Table>(table: Table | undefined, name: string): Table {
  if (table === undefined) throw new Error(`the role has a ${name} effect but no table`);
  return table;
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()));
}
