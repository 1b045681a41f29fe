/** A whole NTMobile whose parts run behind adapters of several implementations. */
import type { Fields } from '../../adapters/cbor.ts';
import type { Ip } from '../../reference/address.ts';
import { formatEndpoint, ipFromBytes } from '../../reference/address.ts';
import type { Random } from '../../reference/core.ts';
import type { Net } from '../../reference/net/net.ts';
import { dnsQuery, QTYPE, readDnsAnswer } from '../application/dns.ts';
import type { AdapterClient } from '../target/adapter-client.ts';
import type { Configs } from './configs.ts';
import type { Mask, Part } from './masks.ts';
import { PARTS, ROLE_OF } from './masks.ts';

/** A step that did not come to what it should have. The message says which. */
export class Failed extends Error {}

/** An implementation that is there. */
export interface Present {
  readonly name: string;
  readonly client: AdapterClient;
  /** Where its roles listen, if a scenario says nothing else. */
  readonly ip: Ip;
}

export interface TroupeParts {
  readonly net: Net;
  readonly random: Random;
  readonly mask: Mask;
  readonly configs: Configs;
  readonly present: ReadonlyMap<string, Present>;
  readonly title: string;
}

interface Member {
  readonly client: AdapterClient;
  readonly instance: number;
  readonly packets: Uint8Array[];
  since: number;
}

/** How long an application waits, and how often it looks. In milliseconds. */
const PATIENCE = 10_000;
const LOOK = 100;
const AGAIN = 500;
const DNS_GIVE_UP = 15_000;
/** Below those that systems give out by themselves. */
const [FIRST_PORT, PORTS] = [20_000, 12_000];

export class Troupe {
  readonly #parts: TroupeParts;
  readonly #members = new Map<Part, Member>();
  readonly #places = new Map<Part, readonly string[]>();

  constructor(parts: TroupeParts) {
    this.#parts = parts;
  }

  /** Starts all parts of the mask, servers first. @param own what a scenario configures beside the rest */
  async start(own: Partial<Record<Part, { readonly listen?: Ip; readonly config?: Fields }>>): Promise<void> {
    const { mask, configs, present, title } = this.#parts;
    // The DCs have to know of each other before either is there.
    for (const dc of ['dc-cn', 'dc-mn'] as const) {
      const by = present.get(mask.by.get(dc) ?? '');
      if (by !== undefined) this.#places.set(dc, [formatEndpoint({ ip: by.ip, port: this.#port() })]);
    }
    for (const part of PARTS) {
      const by = present.get(mask.by.get(part) ?? '');
      if (by === undefined) continue;
      const { listen = by.ip, config = {} } = own[part] ?? {};
      const fields = configs.of(
        part,
        this.#places.get(part) ?? [formatEndpoint({ ip: listen, port: 0 })],
        this.#places,
        config,
      );
      const started = await by.client.call('start', {
        role: ROLE_OF[part],
        config: fields,
        case: `interop ${title}`,
      });
      this.#members.set(part, { client: by.client, instance: started.instance, packets: [], since: 0 });
      this.#places.set(part, started.endpoints);
    }
  }

  async end(): Promise<void> {
    for (const { client, instance } of this.#members.values()) {
      await client.call('stop', { instance, hard: true }).catch(() => undefined);
    }
    this.#members.clear();
  }

  /** What a name is for an application of a part, which asks until it has an answer. @throws Failed */
  async resolve(part: Part, name: string, type: 'A' | 'AAAA' = 'A'): Promise<Ip> {
    const { client, instance } = this.#member(part);
    const end = this.#now() + PATIENCE;
    for (let id = 1; this.#now() < end; id++) {
      const query = dnsQuery({ id, name, type: QTYPE[type] });
      const { response } = await client.call('trigger', { what: 'resolve', instance, query }, DNS_GIVE_UP);
      const answer = response && readDnsAnswer(response);
      const found = answer?.records.find((record) => record.type === QTYPE[type]);
      const ip = found && ipFromBytes(found.data);
      if (ip !== undefined) return ip;
      await this.wait(AGAIN);
    }
    throw new Failed(`${part} gets no ${type} for ${name}`);
  }

  async move(part: Part, ip: Ip): Promise<void> {
    const { client, instance } = this.#member(part);
    await client.call('trigger', { what: 'move', instance, addresses: [ip] });
  }

  /** Puts a packet into a part's interface, again until another part's gives out what is looked for. @throws Failed */
  async passes<T>(
    [from, packet]: readonly [Part, Uint8Array],
    [to, isIt]: readonly [Part, (packet: Uint8Array) => T | undefined],
  ): Promise<T> {
    const end = this.#now() + PATIENCE;
    for (let nextAt = this.#now(); this.#now() < end; await this.wait(LOOK)) {
      if (this.#now() >= nextAt) {
        nextAt = this.#now() + AGAIN;
        const { client, instance } = this.#member(from);
        await client.call('trigger', { what: 'packet', instance, packet });
      }
      for (const came of await this.#come(to)) {
        const found = isIt(came);
        if (found !== undefined) return found;
      }
    }
    throw new Failed(`no packet of ${from} comes out at ${to}`);
  }

  async counter(part: Part, name: string): Promise<number> {
    const { client, instance } = this.#member(part);
    return (await client.counters(instance))[name] ?? 0;
  }

  wait(ms: number): Promise<void> {
    const { net } = this.#parts;
    return new Promise((resolve) => net.schedule(net.now() + ms, resolve));
  }

  /** One that is hardly in use. */
  #port(): number {
    const [high = 0, low = 0] = this.#parts.random(2);
    return FIRST_PORT + (((high << 8) | low) % PORTS);
  }

  async #come(part: Part): Promise<readonly Uint8Array[]> {
    const member = this.#member(part);
    const { events } = await member.client.call('events', { instance: member.instance, since: member.since });
    for (const { number, what, packet } of events) {
      member.since = Math.max(member.since, number);
      if (what === 'packet' && packet !== undefined) member.packets.push(packet);
    }
    return member.packets.splice(0);
  }

  #member(part: Part): Member {
    const member = this.#members.get(part);
    if (member === undefined) throw new Error(`${part} does not run`);
    return member;
  }

  #now(): number {
    return this.#parts.net.now();
  }
}
