/** Parts of the chosen cases: one of several shards, or what fits into a time. */
import type { Case } from '../case.ts';
import { Mistake } from './mistake.ts';

/** Milliseconds that cases take, by id, as they were recorded with two in flight. */
export type Costs = Readonly<Record<string, number>>;

export interface Shard {
  readonly index: number;
  readonly count: number;
}

const IN_FLIGHT = 2;
/** What a case counts that was never recorded. */
const UNKNOWN = 50;
/** Waiting costs the host next to nothing. */
const WAITING = 20;

/** `I/N`, from 1 on. @throws Mistake */
export function shardValue(text: string): Shard {
  const [, index, count] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count };
  throw new Mistake(`--shard ${text} is no part of a run: write it like 2/4, the second of four.`);
}

/**
 * The cases of one shard: all shards take about as long, and together they are all cases. What watches the
 * datagrams of other cases is in each.
 */
export function shardOf<C extends Case>(cases: readonly C[], { index, count }: Shard, costs: Costs): C[] {
  const load = Array.from({ length: count }, () => 0);
  const inShard = new Set<string>();
  for (const info of [...cases].sort((a, b) => cost(b, costs) - cost(a, costs) || (a.id < b.id ? -1 : 1))) {
    const lightest = load.indexOf(Math.min(...load));
    load[lightest] = (load[lightest] ?? 0) + cost(info, costs);
    if (lightest === index - 1 || info.kind === 'scan') inShard.add(info.id);
  }
  return cases.filter(({ id }) => inShard.has(id));
}

/**
 * The cases that a time is enough for, chosen for the clauses that they are about: first what adds the most
 * clauses for its time, then the others, the cheapest first.
 * @param budget milliseconds.
 */
export function withinBudget<C extends Case>(cases: readonly C[], budget: number, costs: Costs): C[] {
  const left = new Set(cases.filter(({ waits = 0 }) => waits < budget));
  const chosen = new Set<string>();
  const covered = new Set<string>();
  let spent = 0;
  for (;;) {
    const affordable = [...left].filter((info) => spent + cost(info, costs) / IN_FLIGHT <= budget);
    const best = affordable.reduce<C | undefined>(
      (found, info) => (found && !isBetter(info, found, covered, costs) ? found : info),
      undefined,
    );
    if (best === undefined) break;
    left.delete(best);
    chosen.add(best.id);
    spent += cost(best, costs) / IN_FLIGHT;
    for (const clause of best.clauses) covered.add(clause);
  }
  return cases.filter(({ id }) => chosen.has(id));
}

function isBetter(info: Case, than: Case, covered: ReadonlySet<string>, costs: Costs): boolean {
  const worth = (of: Case): number =>
    of.clauses.filter((id) => !covered.has(id)).length / Math.max(1, cost(of, costs));
  const [first, second] = [worth(info), worth(than)];
  return first === second ? cost(info, costs) < cost(than, costs) : first > second;
}

function cost({ id, waits }: Case, costs: Costs): number {
  return waits === undefined ? (costs[id] ?? UNKNOWN) : WAITING;
}
