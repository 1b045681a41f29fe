/** What there is to know about one case that needs a look; the replay command is its last line. */
import type { CaseResult } from '../report.ts';
import { chartLines, datagramLines } from './chart.ts';
import type { Context } from './context.ts';
import { clauseOf } from './context.ts';
import { MARKS } from './marks.ts';
import { count, duration, labelled, tame } from './text.ts';

export function failureLines(result: CaseResult, number: number, context: Context): string[] {
  const { paint, width } = context;
  const { colour, counted } = MARKS[result.verdict];
  const blame =
    result.blame === null || result.verdict === 'suite-error'
      ? ''
      : `, looks like the ${result.blame}'s fault`;
  const row = (label: string, text: string): string[] =>
    labelled(`   ${label.padEnd(13)}`, tame(text), width).map((line) =>
      line.replace(label, (name) => paint.bold(name)),
    );
  const exchange = result.exchange;
  return [
    `${number}) ${paint.bold(result.id)}  ${paint[colour](counted)}${blame}`,
    `   ${result.title}`,
    '',
    ...row('Clauses', `${result.clauses.join(' ')} (${result.level})`),
    ...row('Requirement', result.requirement ?? requirementOf(result, context)),
    ...result.expected.flatMap((text, at) => row(at === 0 ? 'Expected' : '', at === 0 ? text : `or ${text}`)),
    ...(result.actual === null ? [] : row('Actual', result.actual)),
    ...(result.reason === null ? [] : row('Why', result.reason)),
    ...(result.counterexample === null ? [] : row('Input', result.counterexample)),
    ...(result.shrunk === null ? [] : row('Made from', shrunkText(result.shrunk))),
    ...(result.settings === null ? [] : row('Started with', result.settings)),
    ...(result.note === null ? [] : row('Read as', result.note)),
    ...waiverRows(result, row),
    ...(result.expectedFailure === null ? [] : row('Known', result.expectedFailure)),
    ...(exchange === null || exchange.arrows.length === 0
      ? []
      : [
          '',
          ...indent(chartLines(exchange, paint, width - 3)),
          '',
          ...indent(datagramLines(exchange, paint)),
        ]),
    // One line, however long: it is there to be copied.
    ...(result.replay === null
      ? []
      : ['', `   ${paint.bold('Replay'.padEnd(13))}${context.command} --replay ${result.replay}`]),
  ];
}

/** How the input came to be as small as it is. */
export function shrunkText({ from, steps, ms }: NonNullable<CaseResult['shrunk']>): string {
  return `${from} in ${count(steps, 'step')}, ${duration(ms)}`;
}

type Row = (label: string, text: string) => string[];

/** For a case that did not come to its point: what the first of its clauses demands. */
function requirementOf({ clauses: [id = ''] }: CaseResult, context: Context): string {
  const text = clauseOf(context, id)?.text;
  return text === undefined ? id : `${id}: ${text}`;
}

function waiverRows({ waiver }: CaseResult, row: Row): string[] {
  if (waiver === null) return [];
  return row(
    'Waiver',
    `${waiver.id}, until ${waiver.expiry}, covers ${waiver.verdict}: ${waiver.reason} (${waiver.link})`,
  );
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `   ${line}`));
}
