/** Which cases catch which saboteurs: what makes a case worth its time. */
import { z } from 'zod';
import type { CaseResult, Report } from '../report.ts';
import type { Saboteur } from './variants.ts';

const Kill = z.strictObject({
  name: z.string(),
  title: z.string(),
  clause: z.string(),
  /** The case that has to catch it. */
  caughtBy: z.string(),
  /** How many cases it met. */
  met: z.number().int().positive(),
  /** All cases that caught it and blame the target, sorted. */
  cases: z.array(z.string()),
});

/** What `self-test --kills FILE` writes; the table of a version lies beside the cases as `kills.json`. */
const KillTableSchema = z.strictObject({
  suite: z.string(),
  spec: z.string(),
  seed: z.string(),
  saboteurs: z.array(Kill),
});

export type Kill = z.infer<typeof Kill>;
export type KillTable = z.infer<typeof KillTableSchema>;

/** @throws ZodError, SyntaxError */
export function readKillTable(text: string): KillTable {
  return KillTableSchema.parse(JSON.parse(text));
}

/** Sorted, so that two tables can be compared line by line. */
export function writeKillTable(table: KillTable): string {
  const saboteurs = [...table.saboteurs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${JSON.stringify({ ...table, saboteurs }, null, 2)}\n`;
}

export function killOf({ name, title, clause, caughtBy }: Saboteur, { cases }: Report): Kill {
  const met = cases.length;
  const its = cases.filter(hasCaught).map(({ id }) => id);
  return { name, title, clause, caughtBy, met, cases: its.sort() };
}

/** Whether a case holds a fault against the target. */
export function hasCaught({ verdict, level, blame }: CaseResult): boolean {
  return blame === 'target' && (verdict === 'fail' || (verdict === 'warn' && level !== 'MUST'));
}

/** The saboteurs that a case alone catches, by the ids of cases. */
export function caughtAlone({ saboteurs }: KillTable): ReadonlyMap<string, readonly string[]> {
  const alone = new Map<string, string[]>();
  for (const { name, cases } of saboteurs) {
    const [only] = cases;
    if (only !== undefined && cases.length === 1) alone.set(only, [...(alone.get(only) ?? []), name]);
  }
  return alone;
}
