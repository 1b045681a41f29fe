/** Bodies written by hand, byte for byte, and how they are sent. */
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { encodeCbor } from '../../../reference/wire/cbor.ts';
import { answerTypeOf, MessageType } from '../../../reference/wire/registry.ts';
import { bytesField } from '../../fields.ts';
import type { Intent } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PathPlan, PlayedDc } from '../../played/dc.ts';
import type { World } from '../../world.ts';

export const REQUESTS = ['probe', 'direction'] as const;
export type RequestName = (typeof REQUESTS)[number];

/** What a body is put together from: hex. */
export interface Parts {
  /** Entries after the transaction. */
  readonly rest: string;
  /** How many entries there are, the transaction among them. */
  readonly count: number;
  /** 8 bytes. */
  readonly transaction: string;
}

export interface RawRequest {
  readonly type: number;
  readonly plan: PathPlan;
  readonly transaction: Uint8Array;
  readonly parts: Parts;
}

/** A request that is right in all, taken apart. */
export function rawRequest(world: World, dc: PlayedDc, name: RequestName): RawRequest {
  const plan = dc.plan();
  const transaction = world.fresh(8);
  const content = name === 'probe' ? [] : [...dc.relayDirection(plan, { transaction })].slice(1);
  // RFC 8949, 4.2.1: in the order of the encoded keys.
  const entries = content
    .map(([key, value]) => [toHex(encodeCbor(key)), toHex(encodeCbor(value))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    type: name === 'probe' ? MessageType.probeRequest : dc.directionType,
    plan,
    transaction,
    parts: { rest: entries.flat().join(''), count: 1 + entries.length, transaction: toHex(transaction) },
  };
}

/** The head of a map of so many entries, at most 23. */
export function mapHead(entries: number): string {
  return (0xa0 + entries).toString(16);
}

/** The right body with one more entry at its end, or whatever stands there. */
export function withTail({ rest, count, transaction }: Parts, tail: string): string {
  return `${mapHead(count + 1)}0048${transaction}${rest}${tail}`;
}

export function bytesOf(hex: string): Uint8Array {
  return fromHex(hex.replaceAll(' ', ''));
}

/** Seals and sends a body as it stands. The hash knows it by its intent and length. */
export function sendRaw(dc: PlayedDc, { type, transaction }: RawRequest, hex: string, intent: Intent): void {
  const { peer, association } = dc;
  const label = `${type === MessageType.probeRequest ? 'probing request' : 'direction'}: ${hex}`;
  const answer = answerTypeOf(type as typeof MessageType.probeRequest);
  if (answer !== undefined && (intent.kind !== 'fault' || intent.status !== undefined)) {
    peer.stage.explainer.allowAnswer(answer, association.id, transaction);
  }
  const bytes = association.seal(type, bytesOf(hex));
  peer.send(bytes, undefined, { channel: association, intent, label });
}

/** Takes the answer to it. */
export function takeAnswer(dc: PlayedDc, { type, transaction }: RawRequest): Promise<Received | undefined> {
  const own = toHex(transaction);
  return dc.peer.take((mail) => {
    const came = bytesField(mail.body, 'transaction');
    return mail.channel === dc.association && mail.type !== type && came !== undefined && toHex(came) === own;
  });
}

/**
 * A good request of the same kind: the answer shows that nothing came of the one before. A
 * direction has the same path but other legs, so that an entry of the first would be in its way.
 */
export function goodOne(dc: PlayedDc, { type, plan }: RawRequest): Promise<Received | undefined> {
  if (type === MessageType.probeRequest) return dc.peer.probe(dc.association);
  return dc.direct(dc.relayDirection({ ...dc.plan(), pathId: plan.pathId }));
}
