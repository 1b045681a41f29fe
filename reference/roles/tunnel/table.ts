import type { Endpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Carrier, Effect, Instant, Sealed, TunnelHotTable } from '../../core.ts';
import { readInner } from '../../packet/inner.ts';
import { Refusal } from '../../refusal.ts';
import { MAGIC } from '../../wire/header.ts';
import { MessageType } from '../../wire/registry.ts';

interface Entry {
  readonly pathId: string;
  readonly destinations: readonly string[];
  readonly carrier: Carrier;
}

const SHORTEST = 44;
const CONTEXT = 4;
const ID_LENGTH = 16;

function hasContext(bytes: Uint8Array, context: Uint8Array): boolean {
  for (let index = 0; index < ID_LENGTH; index++) if (bytes[CONTEXT + index] !== context[index]) return false;
  return true;
}

/** The Tunnel Table: which path a packet goes by, and which path Data came by. All else is the role's to look at. */
export class TunnelTable implements TunnelHotTable {
  private readonly paths = new Map<string, Entry>();
  private readonly destinations = new Map<string, Entry>();
  private latest: { readonly context: Uint8Array; readonly entry: Entry } | undefined;

  /** Paths in it. */
  get size(): number {
    return this.paths.size;
  }

  seal(packet: Uint8Array, now: Instant): (Sealed & { readonly pathId: string }) | undefined {
    const inner = readInner(packet);
    if (inner instanceof Refusal) return undefined;
    const entry = this.destinations.get(inner.destination);
    if (entry === undefined) return undefined;
    const sealed = entry.carrier.seal(inner.packet, now);
    if (sealed === undefined) return undefined;
    const { bytes, to, event } = sealed;
    return { bytes, to, event, pathId: entry.pathId };
  }

  open(bytes: Uint8Array, from: Endpoint, now: Instant): Uint8Array | undefined {
    if (bytes.length < SHORTEST || bytes[0] !== MAGIC || bytes[1] !== MessageType.data) return undefined;
    return this.entryOf(bytes)?.carrier.open(bytes, from, now);
  }

  /** The path of a Data message: mostly that of the one before it. */
  private entryOf(bytes: Uint8Array): Entry | undefined {
    const { latest } = this;
    if (latest !== undefined && hasContext(bytes, latest.context)) return latest.entry;
    const context = bytes.slice(CONTEXT, CONTEXT + ID_LENGTH);
    const entry = this.paths.get(toHex(context));
    if (entry !== undefined) this.latest = { context, entry };
    return entry;
  }

  /** Performs the effects that concern the table. An address that two paths claim is the later one's. */
  apply(effect: Extract<Effect, { kind: 'tunnel-set' | 'tunnel-remove' }>): void {
    this.latest = undefined;
    const pathId = effect.kind === 'tunnel-set' ? effect.path.pathId : effect.pathId;
    const before = this.paths.get(pathId);
    for (const destination of before?.destinations ?? []) {
      if (this.destinations.get(destination) === before) this.destinations.delete(destination);
    }
    this.paths.delete(pathId);
    if (effect.kind === 'tunnel-remove') return;
    const { destinations, carrier } = effect.path;
    const entry = { pathId, destinations, carrier };
    this.paths.set(pathId, entry);
    for (const destination of destinations) this.destinations.set(destination, entry);
  }
}
