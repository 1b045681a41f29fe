import type { Endpoint } from '../address.ts';
import type { Counters, Effect } from '../core.ts';
import type { Layer } from '../refusal.ts';
import { LAYERS } from '../refusal.ts';
import type { Status } from '../wire/registry.ts';
import { STATUS_NAMES } from '../wire/registry.ts';

/** The effects of one input, and the counters of all. [GEN-17] */
export class Tally {
  private effects: Effect[] = [];
  private readonly counts: Counters = {};

  constructor() {
    for (const layer of LAYERS) this.counts[`refused.${layer}`] = 0;
    for (const name of Object.values(STATUS_NAMES)) this.counts[`answered.${name}`] = 0;
  }

  add(effect: Effect): void {
    this.effects.push(effect);
  }

  send(bytes: Uint8Array, to: Endpoint): void {
    this.effects.push({ kind: 'send', bytes, to });
  }

  /** Counts a refusal and says so; the wire stays silent. */
  refuse(layer: Layer, from: Endpoint | undefined): void {
    this.count(`refused.${layer}`);
    this.effects.push({ kind: 'note', note: { what: 'refused', layer, from } });
  }

  answered(status: Status): void {
    // FED-13: one that a node made up may be passed on, and has no name.
    if (status in STATUS_NAMES) this.count(`answered.${STATUS_NAMES[status]}`);
  }

  event(event: string, detail: Readonly<Record<string, string | number>>): void {
    this.effects.push({ kind: 'note', note: { what: 'event', event, detail } });
  }

  count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  /** Takes the effects collected so far, in order. */
  take(): Effect[] {
    const effects = this.effects;
    this.effects = [];
    return effects;
  }

  counters(): Counters {
    return { ...this.counts };
  }
}
