/** The cases as a tree of the specification's chapters and sections. */
import type { CaseResult } from '../report.ts';
import type { Context } from './context.ts';
import { MARKS } from './marks.ts';
import { outlineOf } from './outline.ts';
import { duration, tame } from './text.ts';

/** Longer than this is said beside the case. */
const SLOW_MS = 1000;

export function treeLines(cases: readonly CaseResult[], context: Context): string[] {
  return outlineOf(cases, context).flatMap(({ title, sections }, at) => [
    ...(at === 0 ? [] : ['']),
    context.paint.bold(title),
    ...sections.flatMap((section) => [
      ...(section.title === undefined ? [] : [`  ${section.title}`]),
      ...section.cases.map((result) => `    ${caseLine(result, context)}`),
    ]),
  ]);
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
