/** What the page of the specification is made of. */
import type { CaseInfo } from '../case.ts';
import type { Suite } from '../coverage.ts';
import type { VectorFamily } from '../golden-vectors.ts';
import type { SpecFile } from '../reporters/places.ts';

export interface SpecInput extends Suite<CaseInfo> {
  /** The README, which has title, version, date and what frames the chapters. */
  readonly readme: SpecFile;
  /** Chapters and appendices in their order. */
  readonly chapters: readonly SpecFile[];
  readonly cddl: SpecFile;
  readonly families: readonly VectorFamily[];
}
