/** Directions as a DC looks at them, and what it has to decide. */
import type { GivenFields, Vector } from '../vector.ts';
import { Family } from '../vector.ts';

/** What a DC knows of one end; `nattedFamilies` only of a node of another DC. */
export interface End {
  readonly localEndpoints: readonly string[];
  readonly observedEndpoints: readonly string[];
  readonly nattedFamilies?: readonly number[];
  readonly features: readonly number[];
  readonly suites: readonly number[];
}

export interface Direction {
  readonly mn: End;
  readonly cn: End;
  readonly want?: number;
  readonly reason?: number;
  readonly relayEndpoints?: readonly string[];
  readonly virtualPrefixes?: readonly string[];
  readonly testGlobal?: readonly string[];
  readonly testPrivate?: readonly string[];
}

/** Candidates as they are told: `mn` those of CN, `cn` those of MN. */
export interface Told {
  readonly mn?: readonly string[];
  readonly cn?: readonly string[];
}

/** 5i: MN is the NATed end and initiates, 5a: CN is. */
export type Rule = '1' | '2' | '3' | '4' | '5i' | '5a' | '6' | '7';

const [INITIATE, AWAIT, BOTH] = [1, 2, 3];

/** The columns of the table of rules that say what a rule gives. */
const GIVES: Readonly<Record<Rule, readonly [mn: number, cn: number, relay: boolean, clause: string]>> = {
  '1': [INITIATE, AWAIT, true, 'DC-27'],
  '2': [BOTH, BOTH, false, 'DC-11'],
  '3': [INITIATE, AWAIT, true, 'DC-14'],
  '4': [INITIATE, AWAIT, false, 'DC-11'],
  '5i': [INITIATE, AWAIT, false, 'DC-12'],
  '5a': [AWAIT, INITIATE, false, 'DC-12'],
  '6': [INITIATE, AWAIT, true, 'DC-15'],
  '7': [INITIATE, AWAIT, true, 'DC-13'],
};

/** Prefixes for documentation count as global ones, so that no vector needs an address that is somebody's. */
export const DOCUMENTATION = ['203.0.113.0/24', '198.51.100.0/24', '2001:db8::/32'];
const VIRTUAL = ['198.18.0.0/15', 'fd12::/48'];

export class Routes extends Family {
  decided(
    name: string,
    comment: string,
    clauses: readonly string[],
    direction: Direction,
    rule: Rule,
    { mn = [], cn = [] }: Told = {},
    suite = 1,
  ): Vector {
    const [mnPart, cnPart, relay, clause] = GIVES[rule];
    const { virtualPrefixes = VIRTUAL, testGlobal = DOCUMENTATION, testPrivate = [], ...rest } = direction;
    return this.valid(name, {
      clauses: [...new Set(['DC-10', clause, ...clauses])],
      comment,
      call: 'decide-route',
      input: { ...rest, virtualPrefixes, testGlobal, testPrivate } as unknown as GivenFields,
      output: {
        rule: Number(rule[0]),
        parts: { mn: mnPart, cn: cnPart },
        relay,
        candidates: { mn, cn },
        suite,
      },
    });
  }
}

/** An end with the features and suites of most of them. */
export function end(
  localEndpoints: readonly string[],
  observedEndpoints: readonly string[],
  more: Partial<End> = {},
): End {
  return { localEndpoints, observedEndpoints, features: [], suites: [1], ...more };
}
