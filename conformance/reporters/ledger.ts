/** The clause ledger: one line for each role. */

import type { Report, RoleLedger } from '../report.ts';
import type { RoleName } from '../roles.ts';
import { ROLES } from '../roles.ts';
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

function roleLine(ledger: RoleLedger, context: Context): string {
  const { paint } = context;
  const { proven, all } = mustClauses(ledger, context);
  const head = `${proven} of ${all} MUST clauses proven`;
  const rest = [
    part(ledger.violated, 'violated', ledger.violated.length),
    part(ledger.notExercised, 'not exercised', MOST_IDS),
    part(ledger.untestable, 'untestable', MOST_IDS),
    part(ledger.disputed, 'disputed', MOST_IDS),
  ].filter((text) => text !== undefined);
  const line = [proven === all ? paint.green(head) : head, ...rest].join(', ');
  return ledger.violated.length > 0 ? paint.red(line) : line;
}

function part(ids: readonly string[], what: string, most: number): string | undefined {
  return ids.length === 0 ? undefined : `${ids.length} ${what} (${some(ids, most)})`;
}
