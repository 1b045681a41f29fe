import type { Layer } from '../../reference/refusal.ts';
import { LAYERS } from '../../reference/refusal.ts';

/** Layers of the translator of an RS-N. */
const OF_TRANSLATOR: readonly Layer[] = ['translation', 'fragment', 'mapping', 'mapping-room'];

/**
 * Layers of section 16.11 that an RS-S does not have: GEN-32 orders requests that none is sent, and inner packets
 * are the business of tunnel ends.
 */
export const NOT_OF_RS_S: readonly Layer[] = [
  'stale',
  'inner-length',
  'inner-source',
  'inner-destination',
  ...OF_TRANSLATOR,
];

/** The layers that an RS-S has: none of them may stay unused in a long run. */
export const LAYERS_OF_RS_S: readonly Layer[] = LAYERS.filter((layer) => !NOT_OF_RS_S.includes(layer));

/** A role, or the translator that an RS-N has. */
export type FuzzedRole = 'rs-s' | 'dc' | 'node' | 'rs-n' | 'rs-t' | 'translator';

const NOT_OF_DC: readonly Layer[] = [
  'order',
  'relay-source',
  'relay-hold',
  'relay-rate',
  'inner-length',
  'inner-source',
  'inner-destination',
  ...OF_TRANSLATOR,
];
const NOT_OF_NODE: readonly Layer[] = ['stale', 'relay-source', 'relay-hold', 'relay-rate', ...OF_TRANSLATOR];
/** Rates are set in some runs only. */
const NOT_OF_RS_N: readonly Layer[] = ['stale', 'relay-source', 'relay-hold', 'relay-rate'];
const NOT_OF_RS_T: readonly Layer[] = [...NOT_OF_RS_N, 'fragment', 'mapping-room'];

/** The layers that each role has. */
export const LAYERS_OF: Readonly<Record<FuzzedRole, readonly Layer[]>> = {
  'rs-s': LAYERS_OF_RS_S,
  dc: LAYERS.filter((layer) => !NOT_OF_DC.includes(layer)),
  node: LAYERS.filter((layer) => !NOT_OF_NODE.includes(layer)),
  'rs-n': LAYERS.filter((layer) => !NOT_OF_RS_N.includes(layer)),
  'rs-t': LAYERS.filter((layer) => !NOT_OF_RS_T.includes(layer)),
  translator: ['inner-source', 'inner-destination', ...OF_TRANSLATOR],
};

/** How often each layer refused, as lines of text. */
export function histogram(refused: ReadonlyMap<Layer, number>, layers = LAYERS_OF_RS_S): string[] {
  const all = Math.max(1, ...refused.values());
  return layers.map((layer) => {
    const count = refused.get(layer) ?? 0;
    const bar = '#'.repeat(Math.ceil((40 * count) / all));
    return `${layer.padEnd(17)} ${String(count).padStart(8)}  ${bar}`.trimEnd();
  });
}

/** What a relay end refuses twice in ten thousand datagrams: it is asked for only where there are so many more. */
const RARE: readonly Layer[] = ['amplification'];
const MANY = 100_000;

/** The layers that never refused, of those that had to among so many datagrams. */
export function empty(refused: ReadonlyMap<Layer, number>, layers = LAYERS_OF_RS_S, count = MANY): Layer[] {
  const due = layers.filter((layer) => count >= MANY || !RARE.includes(layer));
  return due.filter((layer) => (refused.get(layer) ?? 0) === 0);
}
