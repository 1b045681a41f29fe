/** Keeps another server's zone as a DC's own would be, by DNS UPDATE. [DNS-26] */
import type { Endpoint } from '../../../address.ts';
import { toHex } from '../../../bytes.ts';
import type { Instant } from '../../../core.ts';
import type { TsigKey } from '../../../dns/update/tsig.ts';
import { sign, verify } from '../../../dns/update/tsig.ts';
import type { Replacement } from '../../../dns/update/update.ts';
import { PUBLISHED_TYPES, updateMessage } from '../../../dns/update/update.ts';
import { labelsOf } from '../../../dns/zone/names.ts';
import type { Zone, ZoneRecord } from '../../../dns/zone/zone.ts';
import { Wakeups } from '../../wakeups.ts';
import type { Ledger } from '../ledger.ts';
import type { Dc } from '../parts.ts';

/** What was ever put at a name is durable under this and the name: a byte for each type. */
const KEY = 'dns/at/';
/** Names that one message changes. */
const BATCH = 64;
/** Milliseconds after which what failed is tried again: the first one, doubling, and the last one. */
const [RETRY, RETRY_MOST] = [1000, 60_000];
const RCODE = 15;

interface Name {
  readonly name: string;
  readonly apex: string;
  readonly zone: Zone;
  /** Types that the server may have there. */
  readonly types: Set<number>;
  /** What it was told last, and has or is about to have; undefined if that is not known. */
  told: { readonly content: string; readonly ttl: number } | undefined;
}

export interface UpdatesOf {
  readonly dc: Pick<Dc, 'lookUp' | 'random' | 'tally'>;
  readonly ledger: Ledger;
  readonly server: Endpoint;
  readonly key: TsigKey;
}

export class Updates {
  private readonly parts: UpdatesOf;
  private readonly names = new Map<string, Name>();
  private readonly pending = new Set<Name>();
  /** When a TTL becomes longer than what is left of a registration. */
  private readonly wakeups = new Wakeups<Name>();
  private isAsking = false;
  private failures = 0;
  private retryAt: Instant = Number.NEGATIVE_INFINITY;
  /** What an instant lacks to milliseconds since 1970. */
  private epoch = 0;

  constructor(parts: UpdatesOf) {
    this.parts = parts;
  }

  /** @returns names at which something was put before, to be looked at. */
  start(stored: ReadonlyMap<string, Uint8Array>, wallClock: number, now: Instant): readonly string[] {
    this.epoch = wallClock - now;
    return [...stored.keys()].filter((key) => key.startsWith(KEY)).map((key) => key.slice(KEY.length));
  }

  /** Something may have changed at a name of a zone; what is known of it for the first time is told in any case. */
  look(apex: string, zone: Zone, name: string, stored?: Uint8Array): void {
    const known = this.names.get(name);
    const found = known ?? { name, apex, zone, types: new Set([PUBLISHED_TYPES[0] ?? 0]), told: undefined };
    for (const index of stored ?? []) found.types.add(PUBLISHED_TYPES[index] ?? 0);
    this.names.set(name, found);
    this.pending.add(found);
  }

  /** What was put at a name, as it was stored. */
  static storedAt(stored: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array | undefined {
    return stored.get(KEY + name);
  }

  tick(now: Instant): void {
    for (let name = this.wakeups.takeDue(now); name !== undefined; name = this.wakeups.takeDue(now))
      this.pending.add(name);
  }

  wakeAt(): Instant {
    const retry = this.pending.size > 0 && !this.isAsking ? this.retryAt : Number.POSITIVE_INFINITY;
    return Math.min(retry, this.wakeups.next() ?? Number.POSITIVE_INFINITY);
  }

  /** Tells the server what has changed, one message at a time, so that none overtakes another. */
  flush(now: Instant): void {
    if (this.isAsking || now < this.retryAt) return;
    const batch = this.take(now);
    const [first] = batch;
    if (first === undefined) return;
    const { dc, key, server } = this.parts;
    const id = dc.random(2);
    const replacements = batch.map(({ replacement }) => replacement);
    const request = updateMessage(first.name.apex, replacements, ((id[0] ?? 0) << 8) | (id[1] ?? 0));
    const { message, mac } = sign(request, key, this.seconds(now));
    this.isAsking = true;
    const then = (response: Uint8Array | undefined, later: Instant): void => {
      this.isAsking = false;
      const fault = this.faultOf(response, mac, later);
      if (fault === undefined) this.succeeded(batch);
      else this.failed(batch, fault, later);
      this.flush(later);
    };
    dc.lookUp(message, then, { transport: 'tcp', server });
  }

  /** Names of one zone that are to be told. */
  private take(now: Instant): { readonly name: Name; readonly replacement: Replacement }[] {
    const batch: { name: Name; replacement: Replacement }[] = [];
    for (const name of this.pending) {
      const apex = batch[0]?.name.apex ?? name.apex;
      if (name.apex !== apex) continue;
      if (batch.length === BATCH) break;
      this.pending.delete(name);
      const replacement = this.replacementOf(name, now);
      if (replacement !== undefined) batch.push({ name, replacement });
    }
    return batch;
  }

  /** What to tell of a name; undefined if the server has it so. */
  private replacementOf(name: Name, now: Instant): Replacement | undefined {
    const there = name.zone.at(labelsOf(name.name), now).filter(({ type }) => PUBLISHED_TYPES.includes(type));
    const left = Math.min(...there.map(({ until }) => ((until ?? Number.POSITIVE_INFINITY) - now) / 1000));
    // A quarter of what is left, so that one who renews in time needs no other.
    const ttl = Math.floor(Math.min(...there.map((record) => record.ttl), left / 4));
    const content = there.map(({ type, data }) => `${type} ${toHex(data)}`).join('\n');
    const { told } = name;
    const isSame = told !== undefined && told.content === content;
    const kept =
      isSame && (there.length === 0 || (told.ttl <= left && told.ttl >= ttl / 2)) ? told : undefined;
    this.watch(name, left, kept?.ttl ?? ttl, now);
    if (kept !== undefined) return undefined;
    name.told = { content, ttl };
    for (const { type } of there) name.types.add(type);
    this.store(name, there);
    return { name: name.name, types: [...name.types], records: there.map((record) => ({ ...record, ttl })) };
  }

  private watch(name: Name, left: number, ttl: number, now: Instant): void {
    const isOver = !Number.isFinite(left) || ttl === 0;
    this.wakeups.set(name, isOver ? Number.POSITIVE_INFINITY : now + 1000 * (left - ttl) + 1);
  }

  private store(name: Name, there: readonly ZoneRecord[]): void {
    if (there.length === 0) return;
    const indices = [...name.types].map((type) => PUBLISHED_TYPES.indexOf(type)).sort();
    this.parts.ledger.set(KEY + name.name, Uint8Array.from(indices));
  }

  private succeeded(batch: readonly { readonly name: Name; readonly replacement: Replacement }[]): void {
    this.failures = 0;
    for (const { name, replacement } of batch)
      if (replacement.records.length === 0) this.parts.ledger.set(KEY + name.name, undefined);
  }

  private failed(batch: readonly { readonly name: Name }[], reason: string, now: Instant): void {
    this.retryAt = now + Math.min(RETRY_MOST, RETRY * 2 ** this.failures);
    this.failures++;
    this.parts.dc.tally.event('dns-update-failed', { zone: batch[0]?.name.apex ?? '', reason });
    for (const { name } of batch) {
      name.told = undefined;
      this.pending.add(name);
    }
  }

  private faultOf(response: Uint8Array | undefined, mac: Uint8Array, now: Instant): string | undefined {
    if (response === undefined) return 'no answer';
    const fault = verify(response, this.parts.key, mac, this.seconds(now));
    if (fault !== undefined) return fault;
    const rcode = (response[3] ?? 0) & RCODE;
    return rcode === 0 ? undefined : `RCODE ${rcode}`;
  }

  private seconds(now: Instant): number {
    return Math.floor((this.epoch + now) / 1000);
  }
}
