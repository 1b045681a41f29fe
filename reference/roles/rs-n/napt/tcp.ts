/** The states of a TCP connection as a translator sees it: RFC 6146, 3.5.2. */

/**
 * `leaving` and `arriving`: a SYN came from the node, or from the general peer. `loose`: the node sent amid a connection
 * that is not known here, of a relay that restarted perhaps; it counts as open once the peer sends too. `out-closed` and
 * `in-closed`: a FIN of the node, or of the peer. `reset`: an RST of either, believed once nothing else comes.
 */
export type TcpState =
  | 'leaving'
  | 'arriving'
  | 'loose'
  | 'open'
  | 'out-closed'
  | 'in-closed'
  | 'closed'
  | 'reset';

export type Way = 'out' | 'in';
type Kind = 'syn' | 'fin' | 'rst' | 'other';

/** Which timer a state has. [RSN-06] */
export const TIMER_OF: Readonly<Record<TcpState, 'established' | 'transitory'>> = {
  leaving: 'transitory',
  arriving: 'transitory',
  loose: 'transitory',
  open: 'established',
  // RFC 6146: half closed, it may live on for as long as one that is open.
  'out-closed': 'established',
  'in-closed': 'established',
  closed: 'transitory',
  reset: 'transitory',
};

type Row = Readonly<Partial<Record<`${Way} ${Kind}`, TcpState>>>;

/** What becomes of a state; what is not here leaves it as it is. */
export const TCP_STATES: Readonly<Record<TcpState, Row>> = {
  leaving: { 'in syn': 'open', 'in rst': 'reset', 'out rst': 'reset' },
  arriving: { 'out syn': 'open', 'in rst': 'reset', 'out rst': 'reset' },
  loose: {
    'in syn': 'open',
    'in other': 'open',
    'in fin': 'in-closed',
    'out syn': 'leaving',
    'in rst': 'reset',
    'out rst': 'reset',
  },
  open: { 'out fin': 'out-closed', 'in fin': 'in-closed', 'in rst': 'reset', 'out rst': 'reset' },
  'out-closed': { 'in fin': 'closed', 'in rst': 'reset', 'out rst': 'reset' },
  'in-closed': { 'out fin': 'closed', 'in rst': 'reset', 'out rst': 'reset' },
  // The same ports again, before the time of the last connection was over.
  closed: { 'out syn': 'leaving', 'in syn': 'arriving' },
  reset: {
    'out syn': 'leaving',
    'in syn': 'arriving',
    'out fin': 'out-closed',
    'in fin': 'in-closed',
    'out other': 'open',
    'in other': 'open',
  },
};

const [FIN, SYN, RST] = [1, 2, 4];

/** The state of a connection after a segment. */
export function afterSegment(state: TcpState, way: Way, flags: number): TcpState {
  return TCP_STATES[state][`${way} ${kindOf(flags)}`] ?? state;
}

/** The state that a segment of a connection begins which nobody knew; an RST begins none. */
export function firstState(way: Way, flags: number): TcpState | undefined {
  const kind = kindOf(flags);
  if (kind === 'rst') return undefined;
  if (kind === 'syn') return way === 'out' ? 'leaving' : 'arriving';
  return way === 'out' ? 'loose' : undefined;
}

/** Whether a segment leaves an open connection open, and nothing else is to be done about it. */
export function isPlain(flags: number): boolean {
  return (flags & (FIN | SYN | RST)) === 0;
}

function kindOf(flags: number): Kind {
  if ((flags & RST) !== 0) return 'rst';
  if ((flags & SYN) !== 0) return 'syn';
  return (flags & FIN) !== 0 ? 'fin' : 'other';
}
