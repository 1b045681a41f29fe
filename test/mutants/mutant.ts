/** One textual change of a source. */
export interface Change {
  /** From the root of the project. */
  readonly file: string;
  /** Is there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/**
 * A mistake in the code that suite and reference share. Both ends of every conversation would make it alike, so only
 * what stands outside of that code can catch it: vectors that are not generated anew, and the twin.
 */
export interface Mutant {
  readonly id: string;
  /** The clause that it breaks. */
  readonly clause: string;
  /** What it breaks, in words. */
  readonly breaks: string;
  readonly changes: readonly Change[];
}

/** A mutant of one change. */
export function mutant(id: string, clause: string, breaks: string, ...changes: readonly Change[]): Mutant {
  return { id, clause, breaks, changes };
}

export function change(file: string, find: string, replace: string): Change {
  return { file, find, replace };
}
