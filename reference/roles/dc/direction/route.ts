/** Which route a path between two NTM nodes takes: the spec's table of rules, 1 to 7. [DC-10] */
import { Part, Reason, RelayKind } from '../../../wire/registry.ts';
import type { Family, Situation } from './situation.ts';
import { haveSameAddress } from './situation.ts';

/** What was asked for beside the peer. */
export interface Wishes {
  readonly want?: number | undefined;
  readonly reason?: number | undefined;
}

export interface Decision {
  readonly rule: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** Of which family the ends get candidates. */
  readonly candidates: Family | undefined;
  readonly hasRelay: boolean;
  /** What each end has to do. */
  readonly mn: Part;
  readonly cn: Part;
}

interface Rule {
  readonly holds: (mn: Situation, cn: Situation, wishes: Wishes) => boolean;
  readonly decision: (mn: Situation) => Decision;
}

const [INITIATE, AWAIT] = [
  { mn: Part.initiate, cn: Part.await },
  { mn: Part.await, cn: Part.initiate },
] as const;

const both = (version: Family, a: Situation, b: Situation): boolean =>
  a.has.has(version) && b.has.has(version);
const relayed = (rule: Decision['rule']): Rule['decision'] => {
  const decision: Decision = { rule, candidates: undefined, hasRelay: true, ...INITIATE };
  return () => decision;
};

const RULES: readonly Rule[] = [
  {
    // DC-27
    holds: (mn, cn, { want, reason }) =>
      mn.isRelayOnly || cn.isRelayOnly || want === RelayKind.s || reason === Reason.directFailed,
    decision: relayed(1),
  },
  {
    // DC-11
    holds: (mn, cn) => both(6, mn, cn),
    decision: () => ({ rule: 2, candidates: 6, hasRelay: false, mn: Part.both, cn: Part.both }),
  },
  {
    // DC-14
    holds: (mn, cn) => !both(4, mn, cn),
    decision: relayed(3),
  },
  {
    // DC-11
    holds: (mn, cn) => !mn.natted.has(4) && !cn.natted.has(4),
    decision: () => ({ rule: 4, candidates: 4, hasRelay: false, ...INITIATE }),
  },
  {
    // DC-12
    holds: (mn, cn) => mn.natted.has(4) !== cn.natted.has(4),
    decision: (mn) => ({ rule: 5, candidates: 4, hasRelay: false, ...(mn.natted.has(4) ? INITIATE : AWAIT) }),
  },
  {
    // DC-15
    holds: haveSameAddress,
    decision: () => ({ rule: 6, candidates: 4, hasRelay: true, ...INITIATE }),
  },
  {
    // DC-13
    holds: () => true,
    decision: relayed(7),
  },
];

/** The first rule that applies. */
export function decideRoute(mn: Situation, cn: Situation, wishes: Wishes): Decision {
  const rule = RULES.find(({ holds }) => holds(mn, cn, wishes));
  if (rule === undefined) throw new Error('the last rule always holds');
  return rule.decision(mn);
}
