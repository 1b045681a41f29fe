/** The table of a NAT, in the terms of RFC 4787: how it maps, what it lets in, how long, with which ports. */
import type { Endpoint, Ip } from '../../address.ts';
import { formatEndpoint } from '../../address.ts';
import type { Instant } from '../../core.ts';
import type { Xoshiro128 } from '../xoshiro.ts';
import type { Filtering } from './sessions.ts';
import { Sessions } from './sessions.ts';

/** Endpoint-independent; address-dependent; address- and port-dependent. */
export type Mapping = 'EIM' | 'ADM' | 'APDM';

export interface NatOptions {
  readonly mapping: Mapping;
  readonly filtering: Filtering;
  /** Milliseconds that a mapping, and the permission of one remote endpoint, outlives its last packet (REQ-5). */
  readonly expiry?: number;
  /** Which packets keep it: those that go out, or those that come in too (REQ-6). */
  readonly refreshedBy?: 'out' | 'both';
  /** Two inside hosts reach each other by outside addresses, and see each other's (REQ-9). */
  readonly hairpin?: boolean;
  /** The inside port where it is free, one after the other, or any. A port below 1024 stands for one below 1024 (REQ-3). */
  readonly ports?: 'preserved' | 'next' | 'random';
}

/** RFC 4787, REQ-5 c. */
const EXPIRY = 300_000;

interface Entry {
  readonly key: string;
  readonly inside: Endpoint;
  readonly port: number;
  readonly sessions: Sessions;
}

export class NatTable {
  readonly outside: Ip;
  readonly options: Required<NatOptions>;
  private readonly random: Xoshiro128;
  private readonly byKey = new Map<string, Entry>();
  private readonly byPort = new Map<number, Entry>();
  private lastPort = 0;

  constructor(outside: Ip, options: NatOptions, random: Xoshiro128) {
    this.outside = outside;
    this.options = { expiry: EXPIRY, refreshedBy: 'out', hairpin: false, ports: 'preserved', ...options };
    this.random = random;
  }

  /** Mappings that are left. */
  size(now: Instant): number {
    for (const entry of this.byPort.values()) if (!entry.sessions.isAlive(now)) this.drop(entry);
    return this.byPort.size;
  }

  /** Where a packet from the inside seems to come from; undefined: no port is free. */
  outbound(inside: Endpoint, remote: Endpoint, now: Instant): Endpoint | undefined {
    const entry = this.entry(inside, remote, now);
    entry?.sessions.refresh(remote, now);
    return entry && { ip: this.outside, port: entry.port };
  }

  /** For whom a packet to an outside port is; undefined: it is dropped. */
  inbound(port: number, remote: Endpoint, now: Instant): Endpoint | undefined {
    const entry = this.byPort.get(port);
    if (entry === undefined || !entry.sessions.admits(remote, this.options.filtering, now)) return undefined;
    if (this.options.refreshedBy === 'both') entry.sessions.refresh(remote, now);
    return entry.inside;
  }

  /** Power was off: nothing is left. */
  reboot(): void {
    this.byKey.clear();
    this.byPort.clear();
  }

  private entry(inside: Endpoint, remote: Endpoint, now: Instant): Entry | undefined {
    const key = this.keyOf(inside, remote);
    const known = this.byKey.get(key);
    if (known?.sessions.isAlive(now)) return known;
    if (known !== undefined) this.drop(known);
    const port = this.freePort(inside.port, now);
    if (port === undefined) return undefined;
    const entry = { key, inside, port, sessions: new Sessions(this.options.expiry) };
    this.byKey.set(key, entry);
    this.byPort.set(port, entry);
    return entry;
  }

  private drop(entry: Entry): void {
    this.byKey.delete(entry.key);
    this.byPort.delete(entry.port);
  }

  private keyOf(inside: Endpoint, remote: Endpoint): string {
    const { mapping } = this.options;
    const to = mapping === 'EIM' ? '' : mapping === 'ADM' ? remote.ip : formatEndpoint(remote);
    return `${formatEndpoint(inside)} ${to}`;
  }

  private freePort(wanted: number, now: Instant): number | undefined {
    const [first, last] = wanted < 1024 ? [1, 1023] : [1024, 65_535];
    const count = last - first + 1;
    const start = this.startAt(wanted, first, count);
    for (let step = 0; step < count; step++) {
      const port = first + ((start - first + step) % count);
      const entry = this.byPort.get(port);
      if (entry?.sessions.isAlive(now)) continue;
      if (entry !== undefined) this.drop(entry);
      this.lastPort = port;
      return port;
    }
    return undefined;
  }

  private startAt(wanted: number, first: number, count: number): number {
    switch (this.options.ports) {
      case 'preserved':
        return wanted;
      case 'next':
        return Math.max(first, this.lastPort + 1);
      case 'random':
        return first + (this.random.next() % count);
    }
  }
}
