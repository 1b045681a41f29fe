/** Whether the node takes a Route Direction, as CN or as MN. */
import type { Ip } from '../../address.ts';
import { sameBytes, toHex } from '../../bytes.ts';
import type { Prefix } from '../../locator.ts';
import type { RouteDirection } from '../../wire/messages.ts';
import { encodeBody } from '../../wire/messages.ts';
import { RelayKind, Status } from '../../wire/registry.ts';
import { conflict } from './location.ts';

/** A path that the node holds, as far as directions are judged by it. */
export interface HeldPath {
  readonly content: string;
  /** The peer's Node ID. */
  readonly peer: Uint8Array;
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
 * | a relay that is no RS-S | unsupported | NODE-25 |
 * | a suite that the node does not have | unsupported | KEY-45 |
 * | Path ID of a path held, the same content | ok, nothing changes | NODE-22 |
 * | Path ID of a path held, other content; an ID that another channel has | refused | NODE-22 |
 * | the peer's Node ID is the own one | refused | NODE-22 |
 * | a peer virtual address that is an own one, or inside the prefix of an attached link | refused | NODE-22 |
 * | a peer virtual address that a live path to another Node ID has | refused | NODE-22 |
 * | `replaces` names a path to another Node ID | refused | NODE-22 |
 * | no room | busy | NODE-22 |
 * | else | ok, the path is made | NODE-16 |
 */
export function judge(direction: RouteDirection, by: Judging): 'made' | 'known' | Status {
  const { pathId, peer, relay, suite, replaces } = direction;
  // GEN-45: without a peer the far end is an RS-N or RS-T.
  if (peer === undefined || (relay !== undefined && relay.kind !== RelayKind.s)) return Status.unsupported;
  if (!by.suites.includes(suite)) return Status.unsupported;

  const path = toHex(pathId);
  const held = by.paths.get(path);
  if (held !== undefined) return held.content === contentOf(direction) ? 'known' : Status.refused;
  const leg = relay?.leg && toHex(relay.leg.legId);
  const isTaken = (id: string): boolean => by.isTaken(id) || by.paths.has(id);
  if (by.isTaken(path) || path === leg || (leg !== undefined && isTaken(leg))) return Status.refused;

  const addresses = peer.virtualAddresses ?? [];
  if (sameBytes(peer.nodeId, by.nodeId)) return Status.refused;
  if (addresses.some((ip) => by.addresses.includes(ip)) || conflict(addresses, by.links) !== undefined)
    return Status.refused;
  for (const other of by.paths.values()) {
    const isOthers = other.isLive && !sameBytes(other.peer, peer.nodeId);
    if (isOthers && other.addresses.some((ip) => addresses.includes(ip))) return Status.refused;
  }
  const replaced = replaces && by.paths.get(toHex(replaces));
  if (replaced !== undefined && !sameBytes(replaced.peer, peer.nodeId)) return Status.refused;
  return by.isFull ? Status.busy : 'made';
}

/** What has to be the same for a direction to be the same. */
export function contentOf(direction: RouteDirection): string {
  const { status, forFqdn, ...content } = direction;
  return toHex(encodeBody({ ...content, transaction: new Uint8Array(8) }));
}
