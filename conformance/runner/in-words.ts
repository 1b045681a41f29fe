/** Requirements that a case only names, said in the words of the specification. */
import type { Clause } from '../spec-clauses.ts';

const ONLY_IDS = /^[A-Z]+-\d+(?:, [A-Z]+-\d+)*\.$/;

/**
 * What a requirement says, for somebody who does not know the clauses by heart.
 * @param requirement as the case gave it: one that has words of its own stays as it is
 */
export function inWords(requirement: string | null, clauses: readonly Clause[]): string | null {
  if (requirement === null || !ONLY_IDS.test(requirement)) return requirement;
  return requirement
    .slice(0, -1)
    .split(', ')
    .map((id) => {
      const text = clauses.find((clause) => clause.id === id)?.text;
      return text === undefined ? `${id}.` : `${id}: ${text}`;
    })
    .join(' ');
}
