/** What a report says that does not follow from its record. */
import type { CaseResult, Report } from '../report.ts';

/** One line for each thing that differs; none if the report is what was recomputed. */
export function differences(recorded: Report, recomputed: Report): string[] {
  const again = new Map(recomputed.cases.map((result) => [result.id, result]));
  const ids = new Set(recorded.cases.map(({ id }) => id));
  return [
    ...recorded.cases.flatMap((result) => ofCase(result, again.get(result.id))),
    ...recomputed.cases.filter(({ id }) => !ids.has(id)).map(({ id }) => `${id} is not in the report`),
    ...fieldsThatDiffer({ ...recorded, cases: [] }, { ...recomputed, cases: [] }).map(
      (field) => `${field} of the run`,
    ),
  ];
}

function ofCase(recorded: CaseResult, again: CaseResult | undefined): string[] {
  if (again === undefined) return [`${recorded.id} is in the report, and was not run`];
  if (recorded.verdict !== again.verdict)
    return [`${recorded.id}: the report says ${recorded.verdict}, recomputed is ${again.verdict}`];
  return fieldsThatDiffer(comparable(recorded), comparable(again)).map((field) => `${recorded.id}: ${field}`);
}

/** The reason of an error of the suite has the words and places of its runtime. */
function comparable(result: CaseResult): CaseResult {
  return result.verdict === 'suite-error' ? { ...result, reason: null } : result;
}

function fieldsThatDiffer<T extends object>(a: T, b: T): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])] as (keyof T & string)[];
  return names.filter((name) => canonical(a[name]) !== canonical(b[name]));
}

/** JSON with the keys of all objects in one order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      item !== null && typeof item === 'object' && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ''
  );
}
