/** The clause ledger: one line for each role. */

import type { Report, RoleLedger } from '../report.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
import { isOfMissing } from '../runner/ledger.ts';
import type { Context } from './context.ts';
import { clauseOf } from './context.ts';
import { some } from './text.ts';

/** So many ids are named of each kind but the violated ones, which all are. */
const MOST_IDS = 8;

export function ledgerLines(report: Report, context: Context): string[] {
  return ledgersOf(report).map(([role, its]) => `${context.paint.bold(role)}: ${roleLine(its, context)}`);
}

/** Roles of which no case was selected are left out; the report itself has them all. */
export function ledgersOf({ ledger, cases }: Report): [role: RoleName, ledger: RoleLedger][] {
  return ROLES.flatMap((role): [RoleName, RoleLedger][] => {
    const its = ledger[role];
    const isSelected = cases.some(({ roles }) => roles.includes(role));
    return its === undefined || !isSelected ? [] : [[role, its]];
  });
}

/** How many of the MUST clauses that concern a role are proven. */
export function mustClauses(ledger: RoleLedger, context: Context): { proven: number; all: number } {
  const isMust = (id: string): boolean => (clauseOf(context, id)?.level ?? 'MUST') === 'MUST';
  const { proven, violated, notExercised, untestable, disputed } = ledger;
  const all = [proven, violated, notExercised, untestable, disputed].flat();
  return { proven: proven.filter(isMust).length, all: all.filter(isMust).length };
}

/** MUST clauses first; the others are counted apart, so that each part adds up. */
function roleLine(ledger: RoleLedger, context: Context): string {
  const { paint } = context;
  const isMust = (id: string): boolean => (clauseOf(context, id)?.level ?? 'MUST') === 'MUST';
  const parts = [
    levelPart(ledger, isMust, 'MUST clauses', context),
    levelPart(ledger, (id) => !isMust(id), 'SHOULD and MAY', context),
  ].filter((text) => text !== undefined);
  const line = parts.join('; ');
  return ledger.violated.length > 0 ? paint.red(line) : line;
}

/** What became of the clauses of some levels. @returns undefined if there are none */
function levelPart(
  ledger: RoleLedger,
  isOne: (id: string) => boolean,
  what: string,
  { paint }: Context,
): string | undefined {
  const of = (column: Exclude<keyof RoleLedger, 'reasons'>): string[] => ledger[column].filter(isOne);
  const [proven, bad, notExercised, untestable, disputed] = [
    of('proven'),
    of('violated'),
    of('notExercised'),
    of('untestable'),
    of('disputed'),
  ];
  const isMissing = (id: string): boolean => isOfMissing(ledger.reasons[id] ?? '');
  const all = [proven, bad, notExercised, untestable, disputed].flat().length;
  if (all === 0) return undefined;
  const head = `${proven.length} of ${all} ${what} proven`;
  return [
    proven.length === all ? paint.green(head) : head,
    part(
      bad.filter((id) => !isMissing(id)),
      'violated',
      bad.length,
    ),
    part(bad.filter(isMissing), 'not implemented', bad.length),
    part(notExercised, 'not exercised', MOST_IDS),
    part(untestable, 'untestable', MOST_IDS),
    part(disputed, 'disputed', MOST_IDS),
  ]
    .filter((text) => text !== undefined)
    .join(', ');
}

function part(ids: readonly string[], what: string, most: number): string | undefined {
  return ids.length === 0 ? undefined : `${ids.length} ${what} (${some(ids, most)})`;
}
