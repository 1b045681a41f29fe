/** Cases in the order of the specification, under its chapters and sections. */
import type { CaseResult } from '../report.ts';
import type { Context } from './context.ts';
import type { Place } from './places.ts';

export interface Chapter {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Section {
  /** Undefined before the chapter's first section. */
  readonly title: string | undefined;
  readonly cases: readonly CaseResult[];
}

/** A case stands where its first clause stands, and at the end if the specification at hand does not have that. */
export function outlineOf(cases: readonly CaseResult[], { places }: Pick<Context, 'places'>): Chapter[] {
  const placeOf = ({ clauses }: CaseResult): Place | undefined => places.get(clauses[0] ?? '');
  const order = (result: CaseResult): number => placeOf(result)?.order ?? Number.MAX_SAFE_INTEGER;
  const chapters: { title: string; sections: { title: string | undefined; cases: CaseResult[] }[] }[] = [];
  for (const result of cases.toSorted((a, b) => order(a) - order(b) || (a.id < b.id ? -1 : 1))) {
    const place = placeOf(result);
    const title = place?.chapter ?? 'Elsewhere';
    let chapter = chapters.at(-1);
    if (chapter?.title !== title) {
      chapter = { title, sections: [] };
      chapters.push(chapter);
    }
    const section = chapter.sections.at(-1);
    if (section !== undefined && section.title === place?.section) section.cases.push(result);
    else chapter.sections.push({ title: place?.section, cases: [result] });
  }
  return chapters;
}
