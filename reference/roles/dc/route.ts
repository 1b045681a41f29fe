/** Which route a path gets: the spec's table of rules. A test holds it to every row of the spec's tables. [DC-10] */
import { Feature, Part, Reason, RelayKind } from '../../wire/registry.ts';
import type { End } from './situation.ts';

/** Of an end, what decides. */
export type Situated = Pick<End, 'seen' | 'observed' | 'features'>;

export interface Pair {
  readonly mn: Situated;
  readonly cn: Situated;
  readonly want?: number | undefined;
  readonly reason?: number | undefined;
}

export interface Route {
  readonly rule: number;
  readonly clause: string;
  /** The family of the candidates and whether private ones are among them. */
  readonly candidates: { readonly family: 4 | 6; readonly isPrivateToo: boolean } | undefined;
  readonly isRelayed: boolean;
  readonly part: { readonly mn: Part; readonly cn: Part };
}

interface Rule extends Omit<Route, 'part'> {
  readonly applies: (pair: Pair) => boolean;
  readonly part: (pair: Pair) => Route['part'];
}

const MN_INITIATES = { mn: Part.initiate, cn: Part.await };
const CN_INITIATES = { mn: Part.await, cn: Part.initiate };
const BOTH = { mn: Part.both, cn: Part.both };

const IPV6 = { family: 6, isPrivateToo: false } as const;
const IPV4 = { family: 4, isPrivateToo: false } as const;
const IPV4_PRIVATE_TOO = { family: 4, isPrivateToo: true } as const;
const RELAYED = { candidates: undefined, isRelayed: true, part: () => MN_INITIATES } as const;

/** The rules for NTM nodes, of which the first that applies decides; 8 and 9 are for general peers. */
export const RULES: readonly Rule[] = [
  {
    rule: 1,
    clause: 'DC-27',
    applies: ({ mn, cn, want, reason }) =>
      want === RelayKind.s || reason === Reason.directFailed || isRelayOnly(mn) || isRelayOnly(cn),
    ...RELAYED,
  },
  {
    rule: 2,
    clause: 'DC-11',
    applies: ({ mn, cn }) => mn.seen[6] !== 'none' && cn.seen[6] !== 'none',
    candidates: IPV6,
    isRelayed: false,
    part: () => BOTH,
  },
  {
    rule: 3,
    clause: 'DC-14',
    applies: ({ mn, cn }) => mn.seen[4] === 'none' || cn.seen[4] === 'none',
    ...RELAYED,
  },
  {
    rule: 4,
    clause: 'DC-11',
    applies: ({ mn, cn }) => mn.seen[4] === 'global' && cn.seen[4] === 'global',
    candidates: IPV4,
    isRelayed: false,
    part: () => MN_INITIATES,
  },
  {
    rule: 5,
    clause: 'DC-12',
    applies: ({ mn, cn }) => mn.seen[4] === 'global' || cn.seen[4] === 'global',
    candidates: IPV4,
    isRelayed: false,
    part: ({ mn }) => (mn.seen[4] === 'natted' ? MN_INITIATES : CN_INITIATES),
  },
  {
    rule: 6,
    clause: 'DC-15',
    applies: ({ mn, cn }) => mn.observed[4] !== undefined && mn.observed[4].ip === cn.observed[4]?.ip,
    candidates: IPV4_PRIVATE_TOO,
    isRelayed: true,
    part: () => MN_INITIATES,
  },
  { rule: 7, clause: 'DC-13', applies: () => true, ...RELAYED },
];

/** Decides the route between two NTM nodes. */
export function decide(pair: Pair): Route {
  const found = RULES.find(({ applies }) => applies(pair));
  if (found === undefined) throw new Error('the last rule always applies');
  const { rule, clause, candidates, isRelayed, part } = found;
  return { rule, clause, candidates, isRelayed, part: part(pair) };
}

export function isRelayOnly({ features }: Pick<End, 'features'>): boolean {
  return features.includes(Feature.relayOnly);
}

/**
 * The families in which a relay is to have endpoints: one that both ends have, else one of each. Of a node of
 * which nothing is known both.
 */
export function relayFamilies(mn: Situated, cn: Situated): readonly (4 | 6)[] {
  const [ours, theirs] = [familiesOf(mn), familiesOf(cn)];
  const common = ours.find((version) => theirs.includes(version));
  return common === undefined ? [4, 6] : [common];
}

function familiesOf({ seen }: Situated): readonly (4 | 6)[] {
  const has = ([4, 6] as const).filter((version) => seen[version] !== 'none');
  return has.length === 0 ? [4, 6] : has;
}

/** The highest suite that both ends have; 1 is in every list. [DC-33] */
export function commonSuite(mn: readonly number[], cn: readonly number[]): number {
  return Math.max(1, ...mn.filter((suite) => cn.includes(suite)));
}
