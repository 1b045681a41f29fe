/** A played DC on its association with an RS. */
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { MessageType, RelayKind } from '../../reference/wire/registry.ts';
import type { Body, Fields } from '../fields.ts';
import { body, numberField } from '../fields.ts';
import type { Received } from '../observe/received.ts';
import { describeStatus, mayBeOfLoss } from '../status.ts';
import { Unjudged } from '../verdict.ts';
import type { PlayedChannel } from './channel.ts';
import type { Peer, RequestOptions } from './peer.ts';

/** One end of a relayed path as the DC gives it out. */
export interface LegPlan {
  readonly nodeId: Uint8Array;
  readonly legId: Uint8Array;
  readonly legSecret: Uint8Array;
}

/** All that a DC makes up for one path by an RS-S. */
export interface PathPlan {
  readonly pathId: Uint8Array;
  readonly pathSecret: Uint8Array;
  readonly suite: number;
  readonly legs: readonly [LegPlan, LegPlan];
}

/** How long to wait for the RS to open by itself before the DC does, milliseconds. */
const RS_OPENS_FIRST = 500;
/** Milliseconds between the tries of an opening that stays unanswered, at most, and some more. */
const RS_TRIES_AGAIN = 4500;

export class PlayedDc {
  readonly peer: Peer;
  readonly association: PlayedChannel;
  /** Whether the RS was told where this DC is, so that it opens by itself. */
  readonly rsOpens: boolean;

  constructor(peer: Peer, association: PlayedChannel, rsOpens: boolean) {
    this.peer = peer;
    this.association = association;
    this.rsOpens = rsOpens;
    if (!peer.channels.includes(association)) peer.channels.push(association);
  }

  /** The type of the messages by which it directs its peer. */
  get directionType(): number {
    return MessageType.relayDirection;
  }

  /** All sockets that it has; the first is `peer`. */
  get sockets(): readonly Peer[] {
    return [this.peer];
  }

  /**
   * Makes sure that the association is open and this DC's address valid at the RS. What it sends is no
   * part of a case: at level 0 it depends on who had the association before.
   * @throws Unjudged
   */
  async associate(): Promise<void> {
    const { peer, association } = this;
    const auto = true;
    const isOpen = () => association.current?.confirmed || undefined;
    if (!isOpen() && this.rsOpens) await peer.stage.until(isOpen, RS_OPENS_FIRST);
    // When this is answered the RS has taken our answer to its own probe.
    if (isOpen() && (await peer.probe(association, { auto })) !== undefined) return;
    const failed = await peer.open(association, { auto });
    // Whose opening crosses ours need not answer it, and tries its own again some time later. [KEY-06]
    const later = failed !== undefined && !this.rsOpens && (await peer.stage.until(isOpen, RS_TRIES_AGAIN));
    if (failed !== undefined && !later) {
      throw new Unjudged('inconclusive', 'target', `the association could not be opened: no ${failed}`, true);
    }
    if ((await peer.probe(association, { auto })) === undefined) {
      const reason = 'a probing request on the open association was not answered';
      throw new Unjudged('inconclusive', 'target', reason, true);
    }
  }

  /** Identifiers and secrets for a path of two nodes. */
  plan(parts: Partial<PathPlan> = {}): PathPlan {
    const { fresh } = this.peer.stage;
    const leg = (): LegPlan => ({ nodeId: fresh(16), legId: fresh(16), legSecret: fresh(32) });
    return { pathId: fresh(16), pathSecret: fresh(32), suite: 1, legs: [leg(), leg()], ...parts };
  }

  /** The Relay Direction of a path; fields given here replace those, undefined takes one away. */
  relayDirection(
    { pathId, legs }: PathPlan,
    fields: Fields = {},
    extra: readonly (readonly [number, CborValue])[] = [],
  ): Body {
    return body(
      {
        transaction: this.peer.stage.fresh(8),
        pathId,
        kind: RelayKind.s,
        legs: legs.map(({ nodeId, legId, legSecret }) => body({ nodeId, legId, legSecret })),
        lifetime: 120,
        ...fields,
      },
      extra,
    );
  }

  /** The Relay Direction that deletes a path. */
  withdrawal({ pathId }: Pick<PathPlan, 'pathId'>): Body {
    return body({ transaction: this.peer.stage.fresh(8), pathId, withdraw: true });
  }

  /** Sends a Relay Direction and waits for its answer. @returns undefined if none came in time. */
  direct(content: Body, options: RequestOptions = {}): Promise<Received | undefined> {
    return this.peer.request(this.association, MessageType.relayDirection, content, options);
  }

  /** Has a path relayed, as a step on the way to the point of a case. @throws Unjudged */
  async relay(plan: PathPlan = this.plan(), fields: Fields = {}): Promise<PathPlan> {
    const answer = await this.direct(this.relayDirection(plan, fields));
    const status = numberField(answer?.body, 'status');
    if (status === 0) return plan;
    const came = answer === undefined ? 'no answer' : describeStatus(status);
    throw new Unjudged(
      'inconclusive',
      'target',
      `Relay Direction was not accepted: ${came}`,
      answer === undefined || (this.peer.stage.impaired && mayBeOfLoss(status)),
    );
  }
}

/** A Node ID that compares with another as wanted: the same but for its first byte. */
export function nodeIdBeside(nodeId: Uint8Array, where: 'lower' | 'higher'): Uint8Array {
  const beside = fromHex(toHex(nodeId));
  beside[0] = where === 'lower' ? 0x00 : 0xff;
  return beside;
}
