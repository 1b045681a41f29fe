/**
 * The report as JUnit XML, the form that CI servers read: a `testsuite` for each role, a `testcase` for each case under
 * its id, but for roles that the target does not have. It is red where the exit status is not 0, and only there: what is waived, known or no MUST is `skipped`.
 */
import { create } from 'xmlbuilder2';
import { legalText } from '../html/markup.ts';
import type { CaseResult, Report } from '../report.ts';
import { ROLES } from '../roles.ts';
import type { Context } from './context.ts';
import { failureLines } from './failure.ts';
import { MARKS } from './marks.ts';
import { casesOfTarget } from './own-cases.ts';
import { PLAIN } from './paint.ts';
import type { Standing } from './standing.ts';
import { runFaults, standingOf } from './standing.ts';
import { tame } from './text.ts';

/** Columns of the texts: no terminal shows them. */
const WIDTH = 110;

/** An element: attributes under names with `@`, text under `#`, elements under their names. */
type Element = { readonly [name: string]: string | Element | readonly Element[] };

interface Point {
  readonly kind: 'good' | 'failure' | 'error' | 'skipped';
  readonly ms: number;
  readonly element: Element;
}

/** The whole document; colours, width and quiet do not count here. */
export function renderJunit(report: Report, given: Context): string {
  const context: Context = { ...given, paint: PLAIN, width: WIDTH, quiet: false };
  const cases = casesOfTarget(report);
  const suites = ROLES.flatMap((role) => {
    const points = cases
      .filter(({ roles }) => roles[0] === role)
      .map((result) => pointOf(result, report.strict, context));
    return points.length === 0
      ? []
      : [suiteOf(role, points, [...properties(report), ...ledger(report, role)], report)];
  });
  const faults = runFaults(report).map(runPoint);
  if (faults.length > 0) suites.push(suiteOf('run', faults, properties(report), report));
  const total = (name: string): string =>
    `${suites.reduce((sum, suite) => sum + Number(suite[`@${name}`] ?? 0), 0)}`;
  const all = {
    '@name': report.tool,
    '@tests': total('tests'),
    '@failures': total('failures'),
    '@errors': total('errors'),
    '@time': seconds(report.ms),
    ...(suites.length > 0 && { testsuite: suites }),
  };
  return `${create({ version: '1.0', encoding: 'UTF-8' }, { testsuites: all }).end({ prettyPrint: true })}\n`;
}

function suiteOf(
  name: string,
  points: readonly Point[],
  pairs: readonly Pair[],
  { startedAt }: Report,
): Element {
  const number = (kind: Point['kind']): string => `${points.filter((point) => point.kind === kind).length}`;
  return {
    '@name': name,
    '@tests': `${points.length}`,
    '@failures': number('failure'),
    '@errors': number('error'),
    '@skipped': number('skipped'),
    '@time': seconds(points.reduce((sum, { ms }) => sum + ms, 0)),
    '@timestamp': startedAt.slice(0, 'YYYY-MM-DDThh:mm:ss'.length),
    properties: { property: pairs.map(([key, value]) => ({ '@name': key, '@value': line(value) })) },
    testcase: points.map(({ element }) => element),
  };
}

type Pair = readonly [name: string, value: string];

/** What the same verdicts would need again. */
function properties({ versions, clauseHash, runtime, target, seed, depth, profile, strict }: Report): Pair[] {
  return [
    ['suite', versions.suite],
    ['spec', versions.spec],
    ['clauses', clauseHash],
    ['runtime', `${runtime.name} ${runtime.version}, ${runtime.platform}`],
    ['target', target.address],
    ['target.name', target.name],
    ['target.version', target.version],
    ['target.level', `${target.level}`],
    ['seed', seed],
    ['depth', depth],
    ['profile', profile],
    ['strict', `${strict}`],
  ];
}

/** How many clauses of the role fared how. */
function ledger(report: Report, role: (typeof ROLES)[number]): Pair[] {
  const its = report.ledger[role];
  if (its === undefined) return [];
  const { reasons: _, ...lists } = its;
  return Object.entries(lists).map(([name, ids]) => [`clauses.${name}`, `${ids.length}`]);
}

const KINDS = {
  good: 'good',
  failed: 'failure',
  unjudged: 'error',
  suite: 'error',
  excused: 'skipped',
} as const satisfies Record<Standing, Point['kind']>;

function pointOf(result: CaseResult, strict: boolean, context: Context): Point {
  const { id, verdict, blame } = result;
  const kind = KINDS[standingOf(result, strict)];
  const why = result.expectedFailure ?? result.waiver?.reason ?? result.reason ?? result.actual;
  const suspect = blame === null || verdict === 'suite-error' ? '' : ` (looks like the ${blame}'s fault)`;
  const mark = {
    '@type': verdict,
    '@message': line(`${MARKS[verdict].counted}${why === null ? '' : `: ${why}`}${suspect}`),
  };
  // Some readers show the one, some the other; the exchange is once enough.
  const body =
    verdict === 'pass' ? '' : legalText(detailLines({ ...result, exchange: null }, context).join('\n'));
  const text = verdict === 'pass' ? passLines(result) : detailLines(result, context);
  const element = {
    '@name': id,
    '@classname': id.replace(/\.[^.]*$/, ''),
    '@time': seconds(result.ms),
    ...(kind !== 'good' && { [kind]: { ...mark, ...(kind !== 'skipped' && { '#': body }) } }),
    'system-out': { '#': legalText(text.join('\n')) },
  };
  return { kind, ms: result.ms, element };
}

function passLines({ title, clauses, level }: CaseResult): string[] {
  return [title, '', `Clauses      ${clauses.join(' ')} (${level})`];
}

/** The text of a failure without its first line, which is its number and its id, and without the margin below that. */
function detailLines(result: CaseResult, context: Context): string[] {
  return failureLines(result, 1, context)
    .slice(1)
    .map((line) => line.replace(/^ {3}/, ''));
}

/** What is wrong with the run as a whole, as a test case of its own. */
function runPoint(fault: string, at: number): Point {
  const mark = { '@type': 'run', '@message': line(fault) };
  const head = { '@name': `run.${at + 1}`, '@classname': 'run', '@time': seconds(0) };
  return { kind: 'error', ms: 0, element: { ...head, error: mark } };
}

function line(text: string): string {
  return legalText(tame(text));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
