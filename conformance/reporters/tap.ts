/** The report as TAP 14: one test point for each case, what is known of it as YAML. */
import type { CaseResult, Report } from '../report.ts';
import { chartLines, datagramLines } from './chart.ts';
import type { Context } from './context.ts';
import { expectationLines } from './expectations.ts';
import { ledgerLines } from './ledger.ts';
import { casesOfTarget } from './own-cases.ts';
import { PLAIN } from './paint.ts';
import { describeTarget } from './pretty.ts';
import { tame } from './text.ts';
import { totalLine } from './total.ts';

/** The whole report, but for cases of roles that the target does not have; colours and quiet do not count here. */
export function renderTap(report: Report, given: Context): string {
  const context: Context = { ...given, paint: PLAIN };
  const { versions, seed, depth, profile } = report;
  const cases = casesOfTarget(report);
  const lines = [
    'TAP version 14',
    cases.length === 0 ? '1..0 # SKIP no case was run' : `1..${cases.length}`,
    comment(`target ${describeTarget(report.target)}`),
    comment(
      `suite ${versions.suite}, spec ${versions.spec}, seed ${seed}, depth ${depth}, profile ${profile}`,
    ),
    ...(report.trouble === null ? [] : [comment(`trouble: ${report.trouble}`)]),
    ...cases.flatMap((result, at) => pointLines(result, at + 1, report.strict, context)),
    ...expectationLines(report, context).map(comment),
    ...ledgerLines(report, context).map(comment),
    comment(totalLine(report, PLAIN)),
    ...(report.complete ? [] : ['Bail out! The run was cut short.']),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * `# TODO` is TAP's word for a point that is not ok and fails nothing: a SHOULD that came to no end, a waiver, what is
 * known to fail.
 */
function pointLines(result: CaseResult, number: number, strict: boolean, context: Context): string[] {
  const { verdict, level, id, title } = result;
  const counts = level === 'MUST' || (strict && level === 'SHOULD');
  const reason = tame(result.reason ?? result.waiver?.reason ?? '');
  const point = (ok: boolean, directive = ''): string =>
    `${ok ? 'ok' : 'not ok'} ${number} - ${escaped(`${id}: ${title}`)}${directive}`;
  if (result.expectedFailure !== null) {
    return [point(false, ` # TODO known: ${escaped(result.expectedFailure)}`), ...yaml(result, context)];
  }
  const said = reason === '' ? verdict : `${verdict}: ${escaped(reason)}`;
  switch (verdict) {
    case 'pass':
      return [point(true)];
    case 'not-applicable':
    case 'not-exercised':
      return [point(true, ` # SKIP ${said}`)];
    case 'waived':
      return [point(false, ` # TODO ${said}`), ...yaml(result, context)];
    case 'warn':
      return [point(!strict || level === 'MAY'), ...yaml(result, context)];
    case 'inconclusive':
    case 'not-implemented':
      return [point(false, counts ? '' : ` # TODO ${said}`), ...yaml(result, context)];
    case 'fail':
    case 'suite-error':
      return [point(false), ...yaml(result, context)];
  }
}

/** Strings in JSON's form, which YAML reads alike; the chart as a literal block. */
function yaml(result: CaseResult, { width, command }: Context): string[] {
  const { exchange } = result;
  const text = (key: string, value: string | null): string[] =>
    value === null ? [] : [`${key}: ${JSON.stringify(value)}`];
  const list = (key: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${key}:`, ...values.map((value) => `  - ${JSON.stringify(value)}`)];
  const block = (key: string, values: readonly string[]): string[] =>
    values.length === 0 ? [] : [`${key}: |2`, ...values.map((value) => `  ${value}`)];
  return [
    '---',
    ...text('verdict', result.verdict),
    ...text('blame', result.blame),
    ...text('level', result.level),
    ...list('clauses', result.clauses),
    ...text('requirement', result.requirement),
    ...list('expected', result.expected),
    ...text('actual', result.actual),
    ...text('reason', result.reason),
    ...text('input', result.counterexample),
    ...text('settings', result.settings),
    ...text('note', result.note),
    ...text('waiver', result.waiver?.id ?? null),
    ...(exchange === null || exchange.arrows.length === 0
      ? []
      : [
          ...block('exchange', chartLines(exchange, PLAIN, width)),
          ...block('datagrams', datagramLines(exchange, PLAIN)),
        ]),
    ...text('replay', result.replay === null ? null : `${command} --replay ${result.replay}`),
    '...',
  ].map((line) => `  ${line}`);
}

function comment(text: string): string {
  return `# ${tame(text)}`;
}

function escaped(text: string): string {
  return tame(text).replace(/[\\#]/g, '\\$&');
}
