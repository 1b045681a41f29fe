import type { Endpoint } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { Carrier, Effect, Instant, Sealed, TunnelHotTable } from '../../core.ts';
import { MAGIC } from '../../wire/header.ts';
import { MessageType } from '../../wire/registry.ts';
import type { QuickWays } from './general-side.ts';

const SHORTEST = 44;

/** The Tunnel Table of a relay that is the far end: packets are the general side's on the one hand, a path's on the other. */
export class EndTable implements TunnelHotTable {
  private readonly carriers = new Map<string, Carrier>();
  private readonly ways: QuickWays;

  constructor(ways: QuickWays) {
    this.ways = ways;
  }

  seal(packet: Uint8Array, now: Instant): (Sealed & { readonly pathId: string }) | undefined {
    const found = this.ways.quickIn(packet, now);
    const sealed = found && this.carriers.get(found.pathId)?.seal(found.packet, now);
    return found && sealed && { ...sealed, pathId: found.pathId };
  }

  open(bytes: Uint8Array, from: Endpoint, now: Instant): Uint8Array | undefined {
    if (bytes.length < SHORTEST || bytes[0] !== MAGIC || bytes[1] !== MessageType.data) return undefined;
    const pathId = toHex(bytes.subarray(4, 20));
    const pass = (packet: Uint8Array) => this.ways.quickOut(packet, pathId, now);
    return this.carriers.get(pathId)?.open(bytes, from, now, pass);
  }

  apply(effect: Extract<Effect, { kind: 'tunnel-set' | 'tunnel-remove' }>): void {
    if (effect.kind === 'tunnel-set') this.carriers.set(effect.path.pathId, effect.path.carrier);
    else this.carriers.delete(effect.pathId);
  }
}
