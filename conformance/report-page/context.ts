/** What the parts of the page share. */
import type { Markup } from '../html/markup.ts';
import { html, joined } from '../html/markup.ts';
import type { Context } from '../reporters/context.ts';
import type { Verdict } from '../verdict.ts';

export interface PageContext extends Context {
  /** The clauses that the page itself has, under their ids. */
  readonly clauses: ReadonlySet<string>;
  /** Whether failures stand open from the start: a few are what one came for, many would bury the rest. */
  readonly opensFailures: boolean;
}

/** A clause, as a link into the page where it is there. */
export function clauseLink(id: string, { clauses }: PageContext): Markup {
  return clauses.has(id)
    ? html`<a class="clause-id" href="#${id}">${id}</a>`
    : html`<span class="clause-id">${id}</span>`;
}

export function clauseLinks(ids: readonly string[], context: PageContext): Markup {
  return joined(
    ids.map((id) => clauseLink(id, context)),
    ' ',
  );
}

/** A text of the specification: what stands between backticks is code. */
export function specText(text: string): Markup {
  return joined(
    text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part)),
    '',
  );
}

/** The colour of each verdict, as a class. */
export const TONES: Readonly<Record<Verdict, 'good' | 'bad' | 'warn' | 'cool' | 'dim'>> = {
  pass: 'good',
  'not-applicable': 'dim',
  'not-exercised': 'cool',
  waived: 'warn',
  warn: 'warn',
  inconclusive: 'warn',
  'not-implemented': 'bad',
  fail: 'bad',
  'suite-error': 'bad',
};
