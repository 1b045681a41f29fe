/** Which route a path to a general peer, or to nobody, takes: the spec's table of rules, 8 and 9. Pure. [DC-10] */
import type { Ip } from '../../../address.ts';
import { family } from '../../../address.ts';
import { Part, RelayKind } from '../../../wire/registry.ts';
import type { Family } from './situation.ts';

export interface RelayEndDecision {
  readonly rule: 8 | 9;
  /** The relay is the other end of the path. */
  readonly kind: typeof RelayKind.n | typeof RelayKind.t;
  readonly mn: typeof Part.initiate;
  /** Of which family an address stands for the peer; undefined if none does. [DC-22] */
  readonly standIn: Family | undefined;
}

/**
 * What was asked for without the name of a node; the schema has seen to it that `want` is no other. [DC-31, DC-42]
 * @param virtual the node's virtual addresses
 */
export function decideRelayEnd(
  want: number | undefined,
  peer: Ip | undefined,
  virtual: readonly Ip[],
): RelayEndDecision {
  if (peer === undefined || want === RelayKind.t)
    return { rule: 9, kind: RelayKind.t, mn: Part.initiate, standIn: undefined };
  const [first = peer] = virtual;
  const same = virtual.find((ip) => family(ip) === family(peer));
  return { rule: 8, kind: RelayKind.n, mn: Part.initiate, standIn: family(same ?? first) };
}
