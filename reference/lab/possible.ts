/** What a pair of places can have, from what stands between them alone: no DC, no table of routes. */
import type { NatOptions } from '../net/sim/nat.ts';
import type { Place } from './places.ts';

/** How two nodes reach each other. */
export interface Possible {
  /** At once, since one can be reached or both know each other's address; else with a relay's help. */
  readonly first: 'direct' | 'relay';
  /** Who has to send the first datagram of a direct route: the row, the column, either of them, or both. */
  readonly by: 'row' | 'column' | 'either' | 'both' | undefined;
  /** Whether both ends can get through to each other at all. */
  readonly direct: boolean;
  /** They have no family in common. */
  readonly isAcross: boolean;
}

type Behaviour = Pick<NatOptions, 'mapping' | 'filtering'>;

/** A node's way out over IPv4: what its NATs do together, `open` without any; undefined: it has none. */
type Way = Behaviour | 'open' | undefined;

/** @param isNat64Used nodes know their NAT64 */
export function possible(row: Place, column: Place, isNat64Used: boolean): Possible {
  if (row.versions.includes(6) && column.versions.includes(6)) return direct('both');
  const [a, b] = [wayOf(row, isNat64Used), wayOf(column, isNat64Used)];
  if (a === undefined || b === undefined) return { ...relay(false), isAcross: true };
  if (a === 'open') return direct(b === 'open' ? 'either' : 'column');
  if (b === 'open') return direct('row');
  if (row.realm === column.realm && !row.realm.options.isIsolated) return direct('either');
  return relay(turnsBack(row, column) && (opens(a, b) || opens(b, a)));
}

function direct(by: Possible['by']): Possible {
  return { first: 'direct', by, direct: true, isAcross: false };
}

function relay(isDirectLater: boolean): Possible {
  return { first: 'relay', by: undefined, direct: isDirectLater, isAcross: false };
}

/** Whether two places with a NAT in common reach each other by it. */
function turnsBack(row: Place, column: Place): boolean {
  const shared = row.sites.find((site) => column.sites.includes(site));
  return shared?.gateway.nat === undefined || shared.gateway.nat.options.hairpin;
}

function wayOf({ versions, sites }: Place, isNat64Used: boolean): Way {
  const natsOf = (kind: 'nat' | 'nat64'): Behaviour[] =>
    sites.flatMap(({ gateway }) => gateway[kind]?.options ?? []);
  if (versions.includes(4)) return together(natsOf('nat'));
  const nat64 = natsOf('nat64');
  return isNat64Used && nat64.length > 0 ? together(nat64) : undefined;
}

const STRICTER = {
  mapping: ['EIM', 'ADM', 'APDM'],
  filtering: ['EIF', 'ADF', 'APDF'],
} as const;

/** NATs in a row do what the strictest of them does. */
function together(nats: readonly Behaviour[]): Behaviour | 'open' {
  if (nats.length === 0) return 'open';
  const strictest = <Kind extends 'mapping' | 'filtering'>(kind: Kind): Behaviour[Kind] =>
    STRICTER[kind].findLast((word) => nats.some((nat) => nat[kind] === word)) as Behaviour[Kind];
  return { mapping: strictest('mapping'), filtering: strictest('filtering') };
}

/**
 * Whether `from` gets in at the endpoint by which servers know `to`, and the answer gets back, if both send to what
 * servers know of the other. A filter lets in what its own mapping has sent to; only an endpoint-independent one has
 * sent from where servers see it.
 */
function opens(from: Behaviour, to: Behaviour): boolean {
  const [isFromKnown, isToKnown] = [from.mapping === 'EIM', to.mapping === 'EIM'];
  const getsIn = to.filtering === 'EIF' || (isToKnown && (to.filtering === 'ADF' || isFromKnown));
  return getsIn && (isToKnown || from.filtering !== 'APDF');
}
