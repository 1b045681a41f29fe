/** Whom a Route Direction leads to. [NODE-25, NODE-22] */
import type { Ip } from '../../address.ts';
import { family } from '../../address.ts';
import { toHex } from '../../bytes.ts';
import type { RouteDirection } from '../../wire/messages.ts';
import { RelayKind } from '../../wire/registry.ts';
import type { Goal } from './goal.ts';

/** The far end of a path: a node, or the RS behind which a general peer is. */
export interface FarEnd {
  readonly nodeId: Uint8Array;
  /** Paths of one party replace each other: to one Node ID, or to one general peer. [HO-06, HO-11] */
  readonly party: string;
  /** The peer's addresses, as applications know them. */
  readonly addresses: readonly Ip[];
  /** What an RS-T lends for the path. */
  readonly lent: Ip | undefined;
  /** Whether packets may come from no other address than these. [NODE-11] */
  readonly isNamed: boolean;
}

/**
 * Whom a direction leads to, by what was asked for; for one that came as a request that is nothing.
 *
 * | relay | asked for | keys | far end | addresses |
 * | --- | --- | --- | --- | --- |
 * | none, RS-S | a node, nothing | 23 | the node | its virtual ones |
 * | RS-N | that general peer by RS-N | 15 as asked, 30; no 23 | the relay | key 30 |
 * | RS-T | that general peer by RS-T | 15 as asked, 31 of its family; no 23 | the relay | key 15 |
 * | RS-T | a general peer by RS-T | 31 of its family; no 15, no 23 | the relay | that peer's |
 * | RS-T | an address alone | 31; no 15, no 23 | the relay | none |
 * | else | | | nobody | |
 */
export function farEndOf(direction: RouteDirection, asked: Goal | undefined): FarEnd | undefined {
  const { relay, peer } = direction;
  if (relay === undefined || relay.kind === RelayKind.s) {
    if (peer === undefined || asked?.general !== undefined) return undefined;
    const addresses = peer.virtualAddresses ?? [];
    return { nodeId: peer.nodeId, party: toHex(peer.nodeId), addresses, lent: undefined, isNamed: true };
  }
  const general = asked?.general;
  if (asked === undefined || general === undefined || general.kind !== relay.kind || peer !== undefined)
    return undefined;
  const found =
    general.kind === RelayKind.n ? behindN(direction, general.address) : behindT(direction, general.address);
  return found && { nodeId: relay.nodeId, party: asked.key, ...found };
}

type Behind = Pick<FarEnd, 'addresses' | 'lent' | 'isNamed'>;

function behindN(
  { peerAddress, peerVirtualAddress }: RouteDirection,
  asked: Ip | undefined,
): Behind | undefined {
  if (peerVirtualAddress === undefined || peerAddress !== asked) return undefined;
  return { addresses: [peerVirtualAddress], lent: undefined, isNamed: true };
}

function behindT({ peerAddress, lentAddress }: RouteDirection, asked: Ip | undefined): Behind | undefined {
  const isNamed = peerAddress !== undefined;
  if (lentAddress === undefined || (isNamed && peerAddress !== asked)) return undefined;
  if (asked !== undefined && family(asked) !== family(lentAddress)) return undefined;
  return { addresses: asked === undefined ? [] : [asked], lent: lentAddress, isNamed };
}
