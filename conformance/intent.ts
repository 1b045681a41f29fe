/** What the tester means by a datagram. The twin holds each to its word. */
import type { Layer } from '../reference/refusal.ts';

/**
 * - `valid`: nothing about it is wrong; the target has to take it.
 * - `fault`: exactly one thing is wrong, and this layer has to refuse it. A status says that the
 *   refusal is an answer; without one the target has to be silent.
 * - `relayed`: bytes that an RS-S has to forward and must not look into, so nothing can be wrong with them.
 */
export type Intent =
  | { readonly kind: 'valid' }
  | { readonly kind: 'relayed' }
  | { readonly kind: 'fault'; readonly fault: string; readonly layer: Layer; readonly status?: number };

export const VALID: Intent = { kind: 'valid' };
export const RELAYED: Intent = { kind: 'relayed' };

/** A datagram with one thing wrong that has to be dropped silently. */
export function silentFault(fault: string, layer: Layer): Intent {
  return { kind: 'fault', fault, layer };
}

/** A request with one thing wrong that has to be answered by an error. */
export function answeredFault(fault: string, status: number): Intent {
  return { kind: 'fault', fault, layer: 'schema', status };
}

/** Whether an answer to it is allowed. */
export function mayBeAnswered(intent: Intent): boolean {
  return intent.kind !== 'fault' || intent.status !== undefined;
}

export function describeIntent(intent: Intent): string {
  if (intent.kind !== 'fault') return intent.kind;
  const end = intent.status === undefined ? 'silence' : `status ${intent.status}`;
  return `fault: ${intent.fault} (layer ${intent.layer}, ${end})`;
}
