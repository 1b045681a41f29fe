/** Which cases the command line is about. */
import type { Case } from '../case.ts';
import type { Profile } from '../report.ts';
import { LEVELS, ROLES } from '../roles.ts';
import type { Selection } from '../runner/options.ts';
import { SelectionError, select } from '../runner/select.ts';
import type { Clause } from '../spec-clauses.ts';
import { whyUntestable } from '../untestable.ts';
import { Mistake } from './mistake.ts';
import { didYouMean } from './nearest.ts';
import { oneOf } from './values.ts';

/** The options that choose, as they were written. */
export interface ChoosingOptions {
  readonly role?: readonly string[];
  readonly clause?: readonly string[];
  readonly level?: readonly string[];
  readonly grep?: readonly string[];
}

/** @throws Mistake for a word that is none of its list. */
export function selectionOf(patterns: readonly string[], options: ChoosingOptions): Selection {
  const words = (texts: readonly string[] = []): string[] => texts.flatMap((text) => text.split(','));
  return {
    patterns,
    roles: words(options.role).map((text) => oneOf('--role', text, ROLES)),
    clauses: words(options.clause),
    levels: words(options.level).map((text) => oneOf('--level', text, LEVELS)),
    grep: options.grep ?? [],
  };
}

/**
 * The cases that were chosen.
 * @throws Mistake for a pattern that matches nothing, and when nothing is left.
 */
export function chosenCases(
  cases: readonly Case[],
  clauses: readonly Clause[],
  selection: Selection,
  profile: Profile,
): Case[] {
  const chosen = matching(cases, clauses, selection).filter(inProfile(profile, clauses));
  if (chosen.length > 0) return chosen;
  throw new Mistake(
    'No case matches all that was asked for: leave one of the options away, or see them with --list.',
  );
}

function matching(cases: readonly Case[], clauses: readonly Clause[], selection: Selection): Case[] {
  try {
    return select(cases, selection);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    const words = [...selection.patterns, ...selection.clauses];
    const wrong = words.find((word) => error.message.endsWith(` ${word}`));
    if (wrong === undefined) throw new Mistake(`${capital(error.message)}: see what there is with --list.`);
    throw new Mistake(unmatched(wrong, cases, clauses));
  }
}

function unmatched(pattern: string, cases: readonly Case[], clauses: readonly Clause[]): string {
  const clause = clauses.find(({ id }) => id.toLowerCase() === pattern.toLowerCase());
  if (clause !== undefined) {
    const why = whyUntestable(clause.id) ?? `it is exercised from version ${clause.since} on`;
    return `No case is about ${clause.id} (${why}): see what there is with --list.`;
  }
  const known = [...cases.map(({ id }) => id), ...clauses.map(({ id }) => id)];
  return `No case matches ${pattern}: see what there is with --list.${didYouMean(pattern, known)}`;
}

/** core: clauses out of the papers; open: every MUST; hardened: all. */
function inProfile(profile: Profile, clauses: readonly Clause[]): (info: Case) => boolean {
  if (profile === 'hardened') return () => true;
  if (profile === 'open') return ({ level }) => level === 'MUST';
  const core = new Set(
    clauses.filter(({ text }) => /\[[^\]]*\b(RS|LB)\b[^\]]*\]$/.test(text)).map(({ id }) => id),
  );
  return (info) => info.clauses.some((id) => core.has(id));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
