/** Rows out of a finite parameter model. */
import type { ParameterModel } from '../case.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Every combination that the model allows, the first values first. */
export function exhaustive(model: ParameterModel): Row[] {
  let rows: Row[] = [{}];
  for (const [name, values] of Object.entries(model.values)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows.filter((row) => model.allows(row));
}

/**
 * A covering array: every pair of values of two parameters that some allowed row has is in a row.
 * Greedy: each time the row that covers most pairs that are still open, the first of equals.
 */
export function pairwise(model: ParameterModel): Row[] {
  const candidates = exhaustive(model).map((row) => ({ row, pairs: pairsOf(row, model) }));
  const open = new Set(candidates.flatMap(({ pairs }) => pairs));
  const chosen: Row[] = [];
  while (open.size > 0) {
    let best: { row: Row; pairs: string[] } | undefined;
    let most = 0;
    for (const candidate of candidates) {
      const gain = candidate.pairs.filter((pair) => open.has(pair)).length;
      if (gain > most) [best, most] = [candidate, gain];
    }
    if (best === undefined) break;
    chosen.push(best.row);
    for (const pair of best.pairs) open.delete(pair);
  }
  return chosen;
}

function pairsOf(row: Row, model: ParameterModel): string[] {
  const names = Object.keys(model.values);
  const at = (name: string) => model.values[name]?.indexOf(row[name]) ?? -1;
  if (names.length === 1) return names.map((name) => `${name}=${at(name)}`);
  return names.flatMap((a, i) => names.slice(i + 1).map((b) => `${a}=${at(a)} ${b}=${at(b)}`));
}
