/** What a renderer is told beside the report. */
import type { Clause } from '../spec-clauses.ts';
import type { Paint } from './paint.ts';
import type { Place } from './places.ts';

export interface Context {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  /** Without what passed. */
  readonly quiet: boolean;
  /** The clauses by id, with their place in the text. */
  readonly places: ReadonlyMap<string, Place>;
  /** The command that made the report, as far as a replay needs it: `ntm-conform --target 192.0.2.1:4330`. */
  readonly command: string;
  /** Where the specification is to be found as a page, if it is. */
  readonly specUrl?: string;
}

/** A clause, if the specification at hand has it. */
export function clauseOf({ places }: Context, id: string): Clause | undefined {
  return places.get(id)?.clause;
}
