import type { TwinEnd, TwinFinding, TwinKey } from '../twin-port.ts';
import { compare, equal } from './bytes.ts';

/** A handshake at one end (5.5). */
export interface Handshake extends TwinKey {
  readonly seen: Set<bigint>;
  readonly order: bigint;
  /** Node ID of its initiator. */
  readonly opener: Uint8Array;
  readonly message1: Uint8Array;
  readonly message2: Uint8Array;
  /** The own attempt that was outstanding when this end answered (KEY-06). */
  readonly crossed: Uint8Array | undefined;
  isConfirmed: boolean;
}

/** What one end of a channel holds. */
export interface EndState {
  readonly end: TwinEnd;
  /** Message 1 of the outstanding attempt. */
  attempt: Uint8Array | undefined;
  /** The openings that it made, as hex: what comes a second time is no new one. */
  readonly made: Set<string>;
  /** Each message 1 that came and was taken, by its hex. */
  readonly came: Map<string, Uint8Array>;
  /** Under which it opens, newest last; no two of one key ID (KEY-17). */
  handshakes: Handshake[];
  highestOrder: bigint;
}

/** So many unconfirmed handshakes a responder holds (KEY-22). */
const MOST_UNCONFIRMED = 4;

export function freshState(end: TwinEnd): EndState {
  return {
    end,
    attempt: undefined,
    made: new Set(),
    came: new Map(),
    handshakes: [],
    highestOrder: 0n,
  };
}

/** Handshakes that an end answered and that nothing confirmed yet: it answers their repeats (KEY-13). */
export function unconfirmedOnes(at: EndState): Handshake[] {
  return at.handshakes.filter((one) => !one.isConfirmed && !equal(one.opener, at.end.nodeId));
}

/** Messages 2 by which an end that opened made keys that it holds still (KEY-52). */
export function finishedBy(at: EndState): Uint8Array[] {
  return at.handshakes.filter((one) => equal(one.opener, at.end.nodeId)).map((one) => one.message2);
}

/** KEY-17 and KEY-50: a key ID that is 0 or held gives no keys. KEY-22: the fifth replaces the oldest. */
export function addHandshake(at: EndState, handshake: Handshake): void {
  if (handshake.keyId === 0 || at.handshakes.some((one) => one.keyId === handshake.keyId)) return;
  at.handshakes.push(handshake);
  const unconfirmed = unconfirmedOnes(at);
  const [oldest] = unconfirmed;
  if (unconfirmed.length > MOST_UNCONFIRMED) at.handshakes = at.handshakes.filter((one) => one !== oldest);
}

/**
 * Something opened under a handshake. KEY-06: the attempt that it crossed is dropped. On paths and legs the
 * highest order number rises (KEY-23), and what is unconfirmed and ranks lower is erased (KEY-37).
 */
export function confirm(at: EndState, handshake: Handshake, hasOrder: boolean): void {
  if (handshake.isConfirmed) return;
  handshake.isConfirmed = true;
  if (handshake.crossed !== undefined && at.attempt === handshake.crossed) at.attempt = undefined;
  if (!hasOrder) return;
  if (handshake.order > at.highestOrder) at.highestOrder = handshake.order;
  at.handshakes = at.handshakes.filter((one) => one.isConfirmed || !ranksLower(one, handshake));
}

/** On paths and legs: the lower order number, at equal ones the opening of the higher Node ID (KEY-21). */
function ranksLower(one: Handshake, than: Handshake): boolean {
  if (one.order !== than.order) return one.order < than.order;
  return compare(one.opener, than.opener) > 0;
}

/** What a finding of a sealed message means for the receiver. */
export interface Effect {
  /** Its sequence is taken (TUN-04). */
  readonly isSeen: boolean;
  /** It opened: the layers up to `channel-type` let it pass (GEN-37). */
  readonly isOpened: boolean;
}

/** What the channel does not carry moves the window alone (GEN-18); a bad body counts as opened (GEN-37). */
export function effectOf(finding: TwinFinding): Effect {
  if (finding.kind !== 'refused') return { isSeen: true, isOpened: true };
  const isOpened = finding.layer === 'encoding' || finding.layer === 'schema';
  return { isSeen: isOpened || finding.layer === 'channel-type', isOpened };
}
