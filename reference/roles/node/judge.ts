/** Whether the node takes a Route Direction, as CN or as MN. */
import type { Ip } from '../../address.ts';
import { sameBytes, toHex } from '../../bytes.ts';
import type { Prefix } from '../../locator.ts';
import type { RouteDirection } from '../../wire/messages.ts';
import { encodeBody } from '../../wire/messages.ts';
import { Status } from '../../wire/registry.ts';
import { farEndOf } from './far-end.ts';
import type { Goal } from './goal.ts';
import { conflict } from './location.ts';

/** A path that the node holds, as far as directions are judged by it. */
export interface HeldPath {
  readonly content: string;
  readonly party: string;
  readonly addresses: readonly Ip[];
  /** Directed and not closed. */
  readonly isLive: boolean;
}

/** What a direction is judged by. */
export interface Judging {
  readonly nodeId: Uint8Array;
  readonly addresses: readonly Ip[];
  readonly links: readonly Prefix[];
  readonly suites: readonly number[];
  readonly isFull: boolean;
  /** By Path ID as hex. */
  readonly paths: ReadonlyMap<string, HeldPath>;
  /** Whether a context, as hex, names another channel than a path of the map. */
  readonly isTaken: (context: string) => boolean;
}

/**
 * The first that applies decides:
 *
 * | what | answer | clause |
 * | --- | --- | --- |
 * | a relay of another kind than was asked for, or that serves another peer; a request with one that is no RS-S | unsupported | NODE-25 |
 * | a suite that the node does not have | unsupported | KEY-45 |
 * | Path ID of a path held, the same content | ok, nothing changes | NODE-22 |
 * | Path ID of a path held, other content; an ID that another channel has | refused | NODE-22 |
 * | the far end's Node ID is the own one | refused | NODE-22 |
 * | an address of the peer, or a lent one, that is an own one, or inside the prefix of an attached link | refused | NODE-22 |
 * | an address of the peer that a live path to another party has | refused | NODE-22 |
 * | `replaces` names a path to another party | refused | NODE-22 |
 * | no room | busy | NODE-22 |
 * | else | ok, the path is made | NODE-16 |
 *
 * A party is a Node ID, or a general peer by one kind of relay.
 * @param asked what the direction is the answer to.
 */
export function judge(direction: RouteDirection, by: Judging, asked?: Goal): 'made' | 'known' | Status {
  const { pathId, relay, suite, replaces } = direction;
  const end = farEndOf(direction, asked);
  if (end === undefined) return Status.unsupported;
  if (!by.suites.includes(suite)) return Status.unsupported;

  const path = toHex(pathId);
  const held = by.paths.get(path);
  if (held !== undefined) return held.content === contentOf(direction) ? 'known' : Status.refused;
  const leg = relay?.leg && toHex(relay.leg.legId);
  const isTaken = (id: string): boolean => by.isTaken(id) || by.paths.has(id);
  if (by.isTaken(path) || path === leg || (leg !== undefined && isTaken(leg))) return Status.refused;

  const { addresses, lent, party } = end;
  const all = lent === undefined ? addresses : [...addresses, lent];
  if (sameBytes(end.nodeId, by.nodeId)) return Status.refused;
  if (all.some((ip) => by.addresses.includes(ip)) || conflict(all, by.links) !== undefined)
    return Status.refused;
  for (const other of by.paths.values()) {
    const isOthers = other.isLive && other.party !== party;
    if (isOthers && other.addresses.some((ip) => addresses.includes(ip))) return Status.refused;
  }
  const replaced = replaces && by.paths.get(toHex(replaces));
  if (replaced !== undefined && replaced.party !== party) return Status.refused;
  return by.isFull ? Status.busy : 'made';
}

/** What has to be the same for a direction to be the same. */
export function contentOf(direction: RouteDirection): string {
  const { status, forFqdn, ...content } = direction;
  return toHex(encodeBody({ ...content, transaction: new Uint8Array(8) }));
}
