/** The cases as a tree of the specification's chapters and sections. */
import type { CaseResult } from '../report.ts';
import type { Context } from './context.ts';
import { MARKS } from './marks.ts';
import { duration, tame } from './text.ts';

/** Longer than this is said beside the case. */
const SLOW_MS = 1000;

export function treeLines(cases: readonly CaseResult[], context: Context): string[] {
  const { paint } = context;
  const order = (result: CaseResult): number => placeOf(result, context)?.order ?? Number.MAX_SAFE_INTEGER;
  const lines: string[] = [];
  let chapter: string | undefined;
  let section: string | undefined;
  for (const result of cases.toSorted((a, b) => order(a) - order(b) || (a.id < b.id ? -1 : 1))) {
    const place = placeOf(result, context);
    const [itsChapter, itsSection] = [place?.chapter ?? 'Elsewhere', place?.section];
    if (itsChapter !== chapter) lines.push(...(chapter === undefined ? [] : ['']), paint.bold(itsChapter));
    if (itsSection !== undefined && (itsChapter !== chapter || itsSection !== section)) {
      lines.push(`  ${itsSection}`);
    }
    [chapter, section] = [itsChapter, itsSection];
    lines.push(`    ${caseLine(result, context)}`);
  }
  return lines;
}

/** A case stands where its first clause stands. */
function placeOf({ clauses }: CaseResult, { places }: Context) {
  return places.get(clauses[0] ?? '');
}

function caseLine(result: CaseResult, { paint }: Context): string {
  const { sign, colour, counted } = MARKS[result.verdict];
  const colourIt = paint[colour];
  const took = result.ms >= SLOW_MS ? ` (${duration(result.ms)})` : '';
  const head = `${colourIt(sign)} ${result.verdict === 'pass' ? paint.dim(result.title) : result.title}`;
  const tail = `  ${paint.dim(`${result.id} ${result.clauses.join(' ')}`)}${took}`;
  if (result.verdict === 'pass') return head + tail;
  return `${head}${tail}: ${colourIt(counted)}${result.reason === null ? '' : `, ${tame(result.reason)}`}`;
}
