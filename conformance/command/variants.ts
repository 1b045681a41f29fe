/** Variants of the reference, and what the suite has to say of each. */
import type { CaseResult, Report } from '../report.ts';
import type { Checked } from '../reporters/checks.ts';
import { some } from '../reporters/text.ts';

/** One fault. */
export interface Saboteur {
  readonly name: string;
  readonly title: string;
  /** The clause that it violates. */
  readonly clause: string;
  /** The case that has to catch it. */
  readonly caughtBy: string;
}

/** A freedom that the specification grants. */
export interface Oddity {
  readonly name: string;
  readonly title: string;
  /** The clause that grants it. */
  readonly clause: string;
}

export interface Variants {
  readonly saboteurs: readonly Saboteur[];
  readonly oddities: readonly Oddity[];
}

const MOST = 6;

/** Whether the case that is there for it caught a saboteur, and blamed the target. */
export function caught({ name, title, caughtBy }: Saboteur, { cases }: Report): Checked {
  const result = cases.find(({ id }) => id === caughtBy);
  const why = result === undefined ? `there is no case ${caughtBy}` : whyNotCaught(result);
  return {
    id: name,
    title: `${title}: caught by ${caughtBy}`,
    verdict: why === undefined ? 'pass' : 'fail',
    why,
  };
}

function whyNotCaught({ id, verdict, level, blame, reason }: CaseResult): string | undefined {
  const caughtIt = verdict === 'fail' || (verdict === 'warn' && level !== 'MUST');
  if (!caughtIt) return `${id} says ${verdict}${reason === null ? '' : `: ${reason}`}`;
  return blame === 'target' ? undefined : `${id} caught it, but blames the ${blame}`;
}

const FAILS: readonly string[] = ['fail', 'warn', 'inconclusive', 'not-implemented', 'suite-error'];

/** Whether no case holds an oddity against the target. */
export function spared({ name, title }: Oddity, { cases }: Report): Checked {
  const bad = cases.filter(({ verdict }) => FAILS.includes(verdict));
  const named = bad.map(
    ({ id, verdict, actual, reason }) => `${id} says ${verdict} (${actual ?? reason ?? ''})`,
  );
  const why = bad.length === 0 ? undefined : some(named, MOST);
  return { id: name, title: `${title}: no case minds`, verdict: why === undefined ? 'pass' : 'fail', why };
}
