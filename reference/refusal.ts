/**
 * The layers that can refuse a datagram: one closed list, in the order in which they look at it.
 * Each is a counter `refused.<layer>` too. The spec's registry of refusing layers has the same list.
 */
export const LAYERS = [
  'length',
  'magic',
  'type',
  'key-id-zero',
  'context',
  'rate-source',
  'rate-opening',
  'order',
  'handshake',
  'key-id',
  'tag',
  'replay',
  'channel-type',
  'encoding',
  'transaction',
  'schema',
  'stale',
  'relay-source',
  'relay-hold',
  'relay-rate',
  'amplification',
  'inner-length',
  'inner-source',
  'inner-destination',
  'translation',
  'fragment',
  'mapping',
  'mapping-room',
] as const;

export type Layer = (typeof LAYERS)[number];

/** A wire fault as a value: which layer refused, and, for people, why. */
export class Refusal {
  readonly layer: Layer;
  readonly why: string;

  constructor(layer: Layer, why: string) {
    this.layer = layer;
    this.why = why;
  }
}
