/**
 * The report as Markdown, as a job summary shows it: the total and the clause ledger first, then what has to be looked
 * at. GitHub takes one MiB; of what does not fit the names are left, and a line says so.
 */
import type { CaseResult, Report, RoleLedger } from '../report.ts';
import { chartLines, datagramLines } from './chart.ts';
import type { Context } from './context.ts';
import { clauseOf } from './context.ts';
import { expectationLines } from './expectations.ts';
import { shrunkText } from './failure.ts';
import { hostLines } from './host.ts';
import { ledgersOf, mustClauses } from './ledger.ts';
import { code, fenced, plain, plainAfter, table } from './markdown-text.ts';
import { MARKS, WORST_FIRST } from './marks.ts';
import { casesOfTarget } from './own-cases.ts';
import { PLAIN } from './paint.ts';
import { describeTarget } from './pretty.ts';
import { runFaults, standingOf } from './standing.ts';
import { count, some } from './text.ts';
import { reasonsOf, totalLine } from './total.ts';

/** Columns of charts: a page is wide, and scrolls. */
const WIDTH = 110;
/** UTF-8 bytes of failures in full; what remains is enough for all else. */
export const MOST_BYTES = 512 * 1024;
/** Of failures that did not fit so many are named. */
const MOST_NAMED = 1000;
/** So many clauses of a kind are named for a role. */
const MOST_IDS = 40;
const MOST_REASONS = 20;

/** The whole document; colours, width and quiet do not count here. */
export function renderMarkdown(report: Report, given: Context): string {
  const context: Context = { ...given, paint: PLAIN, width: WIDTH, quiet: false };
  const { versions, runtime, seed, depth, profile, strict } = report;
  const blocks = [
    [`# Conformance: ${verdictWord(report)}`],
    [`**${plain(totalLine(report, PLAIN))}**`],
    [
      `Target ${plainAfter(describeTarget(report.target))}. Suite ${plainAfter(versions.suite)}, ` +
        `spec ${plainAfter(versions.spec)}, ${plainAfter(`${runtime.name} ${runtime.version}`)}, ` +
        `seed ${code(seed)}, depth ${depth}, profile ${profile}${strict ? ', strict' : ''}.`,
    ],
    noteLines(report, context),
    ledgerTable(report, context),
    ...ledgerNames(report),
    ...failureBlocks(report, context),
    ...skippedBlocks(report),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function verdictWord(report: Report): string {
  const standings = report.cases.map((result) => standingOf(result, report.strict));
  if (standings.includes('suite')) return "the suite's own fault";
  if (standings.includes('failed') || runFaults(report).length > 0) return 'failed';
  return standings.includes('unjudged') ? 'not judged to the end' : 'passed';
}

function noteLines(report: Report, context: Context): string[] {
  return [
    ...(report.trouble === null ? [] : [`Trouble: ${report.trouble}`]),
    ...(report.complete ? [] : ['The run was cut short: cases that are not listed did not run.']),
    ...hostLines(report.host),
    ...expectationLines(report, context),
  ].map((line) => `- ${plain(line.trim())}`);
}

const KINDS = {
  violated: 'violated',
  notExercised: 'not exercised',
  untestable: 'untestable',
  disputed: 'disputed',
} as const satisfies Partial<Record<keyof RoleLedger, string>>;
type Kind = keyof typeof KINDS;

function ledgerTable(report: Report, context: Context): string[] {
  const rows = ledgersOf(report).map(([role, its]) => {
    const { proven, all } = mustClauses(its, context);
    const lists = (Object.keys(KINDS) as Kind[]).map((kind) => `${its[kind].length}`);
    return [`**${role}**`, `${proven} of ${all}`, `${its.proven.length}`, ...lists];
  });
  if (rows.length === 0) return [];
  return table(['role', 'MUST clauses proven', 'clauses proven', ...Object.values(KINDS)], rows);
}

/** Which clauses stand behind the numbers, folded. */
function ledgerNames(report: Report): string[][] {
  const items = ledgersOf(report).flatMap(([role, its]) =>
    (Object.keys(KINDS) as Kind[])
      .filter((kind) => its[kind].length > 0)
      .map((kind) => `- ${role}, ${KINDS[kind]}: ${plainAfter(some(its[kind], MOST_IDS))}`),
  );
  return items.length === 0 ? [] : folded('Clauses that are not proven', items);
}

function failureBlocks(report: Report, context: Context): string[][] {
  const looked = WORST_FIRST.flatMap((verdict) =>
    report.cases.filter((result) => result.verdict === verdict),
  );
  if (looked.length === 0) return [];
  const blocks: string[][] = [[`## ${count(looked.length, 'case')} to look at`]];
  let left = MOST_BYTES;
  let shown = 0;
  for (const result of looked) {
    const its = failureBlock(result, shown + 1, context);
    left -= bytesOf(its);
    if (left < 0) break;
    shown++;
    blocks.push(...its);
  }
  const rest = looked.slice(shown);
  if (rest.length === 0) return blocks;
  const named = rest.slice(0, MOST_NAMED).map(({ id, verdict }) => `- ${code(id)} ${MARKS[verdict].counted}`);
  const more = rest.length - named.length;
  const head = `Left out for their size: ${count(rest.length, 'case')}. The JSON report has them whole.`;
  return [...blocks, [head], named, more === 0 ? [] : [`and ${more} more.`]];
}

function bytesOf(blocks: readonly (readonly string[])[]): number {
  const encoder = new TextEncoder();
  return blocks.flat().reduce((sum, line) => sum + encoder.encode(line).length + 1, 1);
}

function failureBlock(result: CaseResult, number: number, context: Context): string[][] {
  const { exchange, blame, verdict, waiver } = result;
  const suspect = blame === null || verdict === 'suite-error' ? '' : `, looks like the ${blame}'s fault`;
  const item = (label: string, text: string | null | undefined): string[] =>
    text === null || text === undefined ? [] : [`- **${label}:** ${plainAfter(text)}`];
  const hasChart = exchange !== null && exchange.arrows.length > 0;
  return [
    [`### ${number}. ${code(result.id)} ${MARKS[verdict].counted}${suspect}`],
    [plain(result.title)],
    [
      ...item('Clauses', `${result.clauses.join(' ')} (${result.level})`),
      ...item('Requirement', result.requirement ?? clauseOf(context, result.clauses[0] ?? '')?.text),
      ...item('Expected', result.expected.length === 0 ? null : result.expected.join('; or ')),
      ...item('Actual', result.actual),
      ...item('Why', result.reason),
      ...item('Input', result.counterexample),
      ...item('Started with', result.settings),
      ...item('Made from', result.shrunk && shrunkText(result.shrunk)),
      ...item('Read as', result.note),
      ...item('Waiver', waiver && `${waiver.reason}, until ${waiver.expiry} (${waiver.link})`),
      ...item('Known', result.expectedFailure),
    ],
    ...(hasChart ? [fenced('text', chartLines(exchange, PLAIN, WIDTH))] : []),
    ...(hasChart ? folded('Datagrams', fenced('text', datagramLines(exchange, PLAIN))) : []),
    ...(result.replay === null ? [] : [fenced('sh', [`${context.command} --replay ${result.replay}`])]),
  ];
}

/** What did not run and why. */
function skippedBlocks(report: Report): string[][] {
  const cases = casesOfTarget(report);
  const rows = (['not-exercised', 'not-applicable'] as const).flatMap((verdict) =>
    reasonsOf(cases, verdict).map(([reason, times]) => [
      `${MARKS[verdict].counted}: ${plainAfter(reason)}`,
      `${times}`,
    ]),
  );
  if (rows.length === 0) return [];
  const more = rows.length - MOST_REASONS;
  return [
    ['## What did not run'],
    table(['why', 'cases'], rows.slice(0, MOST_REASONS)),
    more <= 0 ? [] : [`and ${count(more, 'more reason')} in the JSON report.`],
  ];
}

function folded(summary: string, lines: readonly string[]): string[][] {
  return [[`<details><summary>${summary}</summary>`], [...lines], ['</details>']];
}
