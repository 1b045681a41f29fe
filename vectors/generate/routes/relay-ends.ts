/** What a DC decides where the peer is a general one, or there is none: rules 8 and 9. */
import type { Routes } from './decision.ts';

/** A relay that is registered, and that the node can reach. */
interface Relay {
  readonly kind: 1 | 2 | 3;
  readonly endpoints: readonly string[];
  /** What it may lend. */
  readonly pool?: readonly string[];
}

interface Asked {
  readonly want?: number;
  readonly peerAddress?: string;
  readonly virtualAddresses?: readonly string[];
}

const [FOUR, SIX] = ['198.51.100.80', '2001:db8:80::80'];
const [OWN4, OWN6] = ['198.18.0.7', 'fd12::7'];
const [AT4, AT6] = ['203.0.113.200:4330', '[2001:db8:200::1]:4330'];
const [S, N, T] = [1, 2, 3] as const;

const RELAYS: readonly Relay[] = [
  { kind: S, endpoints: [AT4, AT6] },
  { kind: N, endpoints: [AT4] },
  { kind: T, endpoints: [AT4, AT6], pool: ['203.0.113.10', '2001:db8:10::10'] },
  { kind: N, endpoints: [AT6] },
  { kind: T, endpoints: [AT4], pool: ['2001:db8:10::11'] },
  { kind: N, endpoints: [AT6, AT4] },
  { kind: T, endpoints: [AT6], pool: ['203.0.113.11'] },
  { kind: T, endpoints: [AT6, AT4], pool: [] },
];

export function relayEnds(family: Routes): void {
  const one = (
    name: string,
    comment: string,
    rule: 8 | 9,
    { virtualAddresses = [OWN4, OWN6], ...asked }: Asked,
    usable: readonly number[],
    standsFor?: 4 | 6,
    relays: readonly Relay[] = RELAYS,
  ) =>
    family.valid(`relay-end.${name}`, {
      clauses: ['DC-10', ...(rule === 8 ? ['DC-16', 'DC-22'] : ['DC-17']), 'DC-42'],
      comment,
      call: 'decide-relay-end',
      input: {
        ...asked,
        virtualAddresses,
        relays: relays.map(({ pool = [], ...relay }) => ({ ...relay, pool })),
      },
      output: {
        rule,
        kind: rule === 8 ? N : T,
        part: 1,
        ...(standsFor !== undefined && { standsFor }),
        relays: usable,
      },
    });
  one('n.four', 'An IPv4 peer, and nothing is said of the kind.', 8, { peerAddress: FOUR }, [1, 5], 4);
  one('n.six', 'An IPv6 peer: RS-Ns with an IPv6 endpoint.', 8, { peerAddress: SIX }, [3, 5], 6);
  one('n.wanted', 'Kind N is asked for.', 8, { peerAddress: FOUR, want: N }, [1, 5], 4);
  const [only4, only6] = [{ virtualAddresses: [OWN4] }, { virtualAddresses: [OWN6] }];
  one(
    'n.six-inside-four',
    'An IPv6 peer of a node with a virtual IPv4 address alone.',
    8,
    { peerAddress: SIX, ...only4 },
    [3, 5],
    4,
  );
  one(
    'n.four-inside-six',
    'The reverse of it: the real address decides on the relay.',
    8,
    { peerAddress: FOUR, ...only6 },
    [1, 5],
    6,
  );
  const turned = { peerAddress: FOUR, virtualAddresses: [OWN6, OWN4] };
  one('n.order', 'The order of the virtual addresses does not matter.', 8, turned, [1, 5], 4);
  one(
    't.four',
    'Kind T: an address to lend decides, not an endpoint.',
    9,
    { peerAddress: FOUR, want: T },
    [2, 6],
  );
  one('t.six', 'The same of an IPv6 peer.', 9, { peerAddress: SIX, want: T }, [2, 4]);
  one(
    't.six-inside-four',
    'The virtual addresses of the node do not matter.',
    9,
    {
      peerAddress: SIX,
      want: T,
      ...only4,
    },
    [2, 4],
  );
  one('t.nobody', 'No peer: whatever there is to lend.', 9, { want: T }, [2, 4, 6]);
  one('t.neither', 'Neither a peer nor a kind.', 9, {}, [2, 4, 6]);
  const switches = RELAYS.filter(({ kind }) => kind === S);
  one('n.none', 'An RS-S is no RS-N.', 8, { peerAddress: FOUR }, [], 4, switches);
  const sixes = [{ kind: N, endpoints: [AT6] }] as const;
  one('n.other-family', 'An RS-N that does not reach the family.', 8, { peerAddress: FOUR }, [], 4, sixes);
  const empty = [{ kind: T, endpoints: [AT4] }] as const;
  one('t.none', 'An RS-T with an empty pool.', 9, { want: T }, [], undefined, empty);
}
