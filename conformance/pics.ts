/**
 * Claims: what an implementer says of each clause and feature (a PICS, ISO/IEC 9646-7). `ntm-conform pics` writes
 * the questions, `--pics` takes the answers.
 */
import { z } from 'zod';
import type { CaseInfo } from './case.ts';
import type { Exception, PicsUsed } from './report.ts';
import type { RoleName } from './roles.ts';
import { LEVELS, ROLES } from './roles.ts';
import { FEATURE_NAMES } from './target/claims.ts';

/** Columns that are there to be read by people are not read back. */
export const Pics = z.strictObject({
  tool: z.literal('ntm-conform pics'),
  /** The version of the specification. */
  spec: z.string(),
  product: z.string(),
  version: z.string(),
  /** When it was filled in, `2026-11-30`. */
  date: z.string(),
  supplier: z.string().optional(),
  roles: z.array(z.enum(ROLES)).min(1, 'names no role'),
  /** Null for what was not answered yet. */
  features: z
    .array(
      z.strictObject({
        feature: z.enum(FEATURE_NAMES),
        meaning: z.string().optional(),
        support: z.enum(['yes', 'no']).nullable(),
        note: z.string().optional(),
      }),
    )
    .default([]),
  clauses: z.array(
    z.strictObject({
      id: z.string(),
      role: z.enum(ROLES),
      level: z.enum(LEVELS).optional(),
      /** `m` mandatory, `o` optional, `c` conditional. */
      status: z.enum(['m', 'o', 'c']).optional(),
      since: z.string().optional(),
      requirement: z.string().optional(),
      /** `n/a`: the condition of a conditional clause does not hold. Null for what was not answered yet. */
      support: z.enum(['yes', 'no', 'n/a']).nullable(),
      note: z.string().optional(),
    }),
  ),
});
export type Pics = z.output<typeof Pics>;

/** The JSON Schema (draft 2020-12) of {@link Pics}, as it stands in a file. */
export function picsJsonSchema(): object {
  return z.toJSONSchema(Pics, { target: 'draft-2020-12', io: 'input' });
}

/** Whether somebody says that the implementation lacks what the clause demands of it. */
export function isMissing({ status, support }: Exception): boolean {
  return support === 'no' && status !== 'o';
}

/** What a case cannot be judged for after what was claimed. */
export interface Unclaimed {
  readonly verdict: 'not-implemented' | 'not-applicable';
  readonly reason: string;
}

/**
 * A case of a mandatory clause with a "no" is not implemented, unless the clause is a weaker one than the case. A
 * case that is about nothing but what is not claimed does not apply.
 * @param roles those of the target
 */
export function unclaimed(
  { clauses, level, roles: concerned }: Pick<CaseInfo, 'clauses' | 'level' | 'roles'>,
  roles: readonly RoleName[],
  { file, exceptions }: PicsUsed,
): Unclaimed | undefined {
  const its = exceptions.filter(
    ({ clause, role }) => clauses.includes(clause) && concerned.includes(role) && roles.includes(role),
  );
  const missing = its.find((said) => isMissing(said) && (said.level === 'MUST' || said.level === level));
  if (missing !== undefined)
    return { verdict: 'not-implemented', reason: `${file} says no to ${missing.clause}` };
  const isLeftOut = (id: string, of: RoleName): boolean =>
    its.some((said) => said.clause === id && said.role === of && !isMissing(said));
  const left = concerned.filter((role) => roles.includes(role));
  return left.every((role) => clauses.every((id) => isLeftOut(id, role)))
    ? { verdict: 'not-applicable', reason: `not claimed in ${file}` }
    : undefined;
}
