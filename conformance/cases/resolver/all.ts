/** The cases of resolvers, and of finding DCs by DNS, in the order of the spec's sections. */
import type { Case } from '../../case.ts';
import { RESOLVER_CHAIN_CASES } from './chain.ts';
import { RESOLVER_FAILING_CASES } from './failing.ts';
import { FEDERATION_FINDING_CASES } from './federation.ts';
import { RESOLVER_FINDING_CASES } from './finding.ts';
import { RESOLVER_PASSING_CASES } from './passing.ts';
import { RESOLVER_SPOOFED_CASES } from './spoofed.ts';

export const RESOLVER_CASES: readonly Case[] = [
  ...FEDERATION_FINDING_CASES,
  ...RESOLVER_FINDING_CASES,
  ...RESOLVER_PASSING_CASES,
  ...RESOLVER_CHAIN_CASES,
  ...RESOLVER_SPOOFED_CASES,
  ...RESOLVER_FAILING_CASES,
];
