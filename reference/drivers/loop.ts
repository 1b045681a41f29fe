/** The run loop of every role: what core.ts says a driver does, over any network. */
import type { Endpoint } from '../address.ts';
import { family } from '../address.ts';
import type { Counters, Effect, HotTable, Input, Instant, Note, Role } from '../core.ts';
import type { Net, Socket } from '../net/net.ts';

export interface RunOptions {
  readonly role: Role;
  readonly table?: HotTable | undefined;
  readonly net: Net;
  /** At most one endpoint a family. [GEN-15] */
  readonly listen: readonly Endpoint[];
  /** Takes the role's notes. */
  readonly onNote?: ((note: Note) => void) | undefined;
}

/** A role that runs. */
export interface Running {
  /** What `listen` was bound to, with the ports that the system picked. */
  readonly local: readonly Endpoint[];
  counters(): Counters;
  /**
   * Ends it and closes its sockets, any number of times; `hard`: as by a crash, without the role's
   * goodbye.
   */
  stop(options?: { readonly hard?: boolean }): Promise<void>;
}

/**
 * Binds the sockets and runs a role on them. What the role throws is a fault of the program: it goes to
 * the network's caller, which is to say that it ends the program, or a run in memory.
 * @throws NetError if an endpoint cannot be bound; no socket stays open then.
 * @throws RangeError for two endpoints of one family.
 */
export async function runRole(options: RunOptions): Promise<Running> {
  const families = new Set(options.listen.map(({ ip }) => family(ip)));
  if (families.size < options.listen.length) throw new RangeError('two endpoints of one family');
  const loop = new Loop(options);
  await loop.open(options.listen);
  return loop;
}

class Loop implements Running {
  private readonly role: Role;
  private readonly table: HotTable | undefined;
  private readonly net: Net;
  private readonly onNote: (note: Note) => void;
  private readonly sockets = new Map<4 | 6, Socket>();
  private timer: { readonly at: Instant; readonly cancel: () => void } | undefined;
  private state: 'opening' | 'running' | 'stopped' = 'opening';

  constructor({ role, table, net, onNote }: RunOptions) {
    this.role = role;
    this.table = table;
    this.net = net;
    this.onNote = onNote ?? (() => {});
  }

  async open(listen: readonly Endpoint[]): Promise<void> {
    try {
      for (const endpoint of listen) {
        const socket = await this.net.bind(endpoint, (bytes, from) => this.receive(bytes, from));
        this.sockets.set(family(endpoint.ip), socket);
      }
      this.state = 'running';
      this.handle({ kind: 'start', locals: this.local }, this.net.now());
    } catch (fault) {
      this.state = 'stopped';
      await this.closeSockets();
      throw fault;
    }
  }

  get local(): readonly Endpoint[] {
    return [...this.sockets.values()].map((socket) => socket.local);
  }

  counters(): Counters {
    return this.role.counters();
  }

  async stop({ hard = false }: { readonly hard?: boolean } = {}): Promise<void> {
    if (this.state === 'running' && !hard) this.handle({ kind: 'stop' }, this.net.now());
    this.state = 'stopped';
    this.timer?.cancel();
    this.timer = undefined;
    await this.closeSockets();
  }

  private receive(bytes: Uint8Array, from: Endpoint): void {
    if (this.state !== 'running') return;
    const now = this.net.now();
    const to = this.table?.forward(bytes, from, now);
    if (to !== undefined) this.send(bytes, to);
    else this.handle({ kind: 'datagram', bytes, from }, now);
  }

  /** One input and what comes of it; then the timer. */
  private handle(input: Input, now: Instant): void {
    const inputs: Input[] = [input];
    for (let next = inputs.shift(); next !== undefined; next = inputs.shift()) {
      for (const effect of this.role.handle(next, now)) {
        const answer = this.perform(effect);
        // The rest of these effects was decided on before the answer was known, so it comes first.
        if (answer !== undefined) inputs.push(answer);
      }
    }
    this.setTimer();
  }

  /** @returns the answer to an effect that asks. */
  private perform(effect: Effect): Input | undefined {
    switch (effect.kind) {
      case 'send':
        this.send(effect.bytes, effect.to);
        return undefined;
      case 'relay-set':
      case 'relay-remove':
        this.hotTable().apply(effect);
        return undefined;
      case 'relay-last-use':
        return {
          kind: 'done',
          ref: effect.ref,
          outcome: { what: 'last-use', at: this.hotTable().lastUse(effect.pathId) },
        };
      case 'note':
        this.onNote(effect.note);
        return undefined;
      default:
        throw new Error(`nothing here performs an effect of kind ${effect.kind}`);
    }
  }

  /** A datagram of a family without a socket is lost, as on a host that has not got it. */
  private send(bytes: Uint8Array, to: Endpoint): void {
    this.sockets.get(family(to.ip))?.send(bytes, to);
  }

  private hotTable(): HotTable {
    if (this.table === undefined) throw new Error('the role has a relay effect but no table');
    return this.table;
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
      this.handle({ kind: 'tick' }, this.net.now());
    });
    this.timer = { at, cancel };
  }

  private async closeSockets(): Promise<void> {
    await Promise.all([...this.sockets.values()].map((socket) => socket.close()));
  }
}
