/** The instances that run, each with the tester it belongs to and the events not yet asked past. */
import { formatEndpoint } from '../../reference/address.ts';
import type { RequestFields, ResultInput } from '../contract.ts';
import type { Happening, Implementation, Instance } from './implementation.ts';
import { NotImplementedError } from './implementation.ts';

/** Events of an instance kept for the tester; the oldest is lost first. */
const EVENTS_KEPT = 4096;
const EVENTS_PER_PAGE = 32;
/** A tester unheard of for so long (milliseconds) is taken for gone when its instances' room is wanted. */
const TESTER_GONE = 300_000;

interface Running {
  readonly tester: string;
  readonly instance: Instance;
  readonly events: ResultInput<'events'>['events'];
  /** When the tester was last heard of. */
  heard: number;
}

export class Instances {
  readonly #implementation: Implementation;
  readonly #bound: number;
  readonly #running = new Map<number, Running>();
  /** Names of stores, with the tester that each belongs to. */
  readonly #stores = new Map<string, string>();
  readonly #starting = new Set<{ readonly tester: string; ended: boolean }>();
  #last = 0;

  constructor(implementation: Implementation, bound: number) {
    this.#implementation = implementation;
    this.#bound = bound;
  }

  /** Notes that a tester lives. */
  heard(tester: string, now: number): void {
    for (const running of this.#running.values()) {
      if (running.tester === tester) running.heard = now;
    }
  }

  /** Starts one instance. @throws Error if the bound is reached and nobody has left. */
  async start(tester: string, request: RequestFields<'start'>, now: number): Promise<ResultInput<'start'>> {
    const start = this.#implementation.start?.bind(this.#implementation);
    if (start === undefined || !this.#implementation.roles.includes(request.role)) {
      throw new NotImplementedError(`role ${request.role}`);
    }
    if (this.#full()) await this.#endOfGone(now);
    if (this.#full()) throw new Error(`${this.#bound} instances run already`);
    const starting = { tester, ended: false };
    this.#starting.add(starting);
    try {
      const events: Running['events'] = [];
      const store = request.store === undefined ? undefined : `${tester} ${request.store}`;
      if (store !== undefined) this.#stores.set(store, tester);
      const instance = await start({ ...request, store, emit: keeper(events) });
      if (starting.ended) {
        await instance.stop(true);
        throw new Error('reset before it had started');
      }
      this.#last++;
      this.#running.set(this.#last, { tester, instance, events, heard: now });
      const { endpoints, dns } = instance;
      return {
        instance: this.#last,
        endpoints: endpoints.map(formatEndpoint),
        ...(dns && { dns: dns.map(formatEndpoint) }),
      };
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** An instance of this tester. @throws Error if it has none of that number. */
  get(tester: string, number: number): Instance {
    return this.#find(tester, number).instance;
  }

  async stop(tester: string, { instance, hard }: RequestFields<'stop'>): Promise<void> {
    const found = this.get(tester, instance);
    this.#running.delete(instance);
    await found.stop(hard);
  }

  /** Ends all of one tester, or of all, and forgets what they kept. @returns how many. */
  async reset(tester?: string): Promise<number> {
    const ours = (of: { readonly tester: string }): boolean => tester === undefined || of.tester === tester;
    for (const starting of this.#starting) starting.ended ||= ours(starting);
    const ended = [...this.#running].filter(([, running]) => ours(running));
    for (const [number] of ended) this.#running.delete(number);
    await Promise.all(ended.map(([, { instance }]) => instance.stop(true)));
    for (const [store] of [...this.#stores].filter(([, owner]) => ours({ tester: owner }))) {
      this.#stores.delete(store);
      this.#implementation.forget?.(store);
    }
    return ended.length;
  }

  events(tester: string, { instance, since }: RequestFields<'events'>): ResultInput<'events'> {
    const { events } = this.#find(tester, instance);
    const asked = events.findIndex((event) => event.number > since);
    events.splice(0, asked === -1 ? events.length : asked);
    return { events: events.slice(0, EVENTS_PER_PAGE), more: events.length > EVENTS_PER_PAGE };
  }

  #find(tester: string, number: number): Running {
    const running = this.#running.get(number);
    if (running?.tester !== tester) throw new Error(`no instance ${number}`);
    return running;
  }

  #full(): boolean {
    return this.#running.size + this.#starting.size >= this.#bound;
  }

  async #endOfGone(now: number): Promise<void> {
    const gone = [...this.#running.values()].filter(({ heard }) => now - heard >= TESTER_GONE);
    for (const { tester } of gone) await this.reset(tester);
  }
}

function keeper(events: Running['events']): (event: Happening) => void {
  let number = 0;
  return (event) => {
    number++;
    events.push({ ...event, number } as Running['events'][number]);
    if (events.length > EVENTS_KEPT) events.shift();
  };
}
