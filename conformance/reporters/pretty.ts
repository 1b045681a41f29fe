/** The report for a person at a terminal. */
import type { CaseResult, Report, TargetInfo } from '../report.ts';
import type { Context } from './context.ts';
import { expectationLines } from './expectations.ts';
import { failureLines } from './failure.ts';
import { hostLines } from './host.ts';
import { ledgerLines } from './ledger.ts';
import { WORST_FIRST } from './marks.ts';
import { casesOfTarget } from './own-cases.ts';
import { count, tame } from './text.ts';
import { totalLine } from './total.ts';
import { treeLines } from './tree.ts';

/** The whole report, with the total as its last line. */
export function renderPretty(report: Report, context: Context): string {
  const { paint, quiet } = context;
  const blocks = [
    ...(quiet ? [] : [headLines(report, context)]),
    report.trouble === null ? [] : [paint.red(`Trouble: ${tame(report.trouble)}`)],
    ...(quiet ? [] : [treeLines(casesOfTarget(report), context)]),
    ...failureBlocks(report, context),
    hostAndCut(report, context),
    expectationLines(report, context),
    quiet ? [] : ledgerLines(report, context),
    [totalLine(report, paint)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What is tested, and under which conditions. */
export function headLines(report: Report, { paint }: Context): string[] {
  const { versions, seed, depth, profile, strict, runtime } = report;
  return [
    paint.bold(`Target ${describeTarget(report.target)}`),
    paint.dim(
      `Suite ${versions.suite}, spec ${versions.spec}, ${runtime.name} ${runtime.version}, seed ${seed}, ` +
        `depth ${depth}, profile ${profile}${strict ? ', strict' : ''}`,
    ),
  ];
}

/**
 * `192.0.2.1:4330, name 1.2, roles rs-s codec, adapter level 2`
 * @param how in place of the adapter's level
 */
export function describeTarget(
  { address, name, version, roles, level }: Omit<TargetInfo, 'claims'>,
  how = level === 0 ? 'no adapter' : `adapter level ${level}`,
): string {
  const called = name === 'unknown' ? '' : tame(`${name} ${version}`).trim();
  const plays = roles.length === 0 ? '' : `, ${roles.length === 1 ? 'role' : 'roles'} ${roles.join(' ')}`;
  return `${address}${called === '' ? '' : `, ${called}`}${plays}, ${how}`;
}

function failureBlocks({ cases }: Report, context: Context): string[][] {
  const looked = WORST_FIRST.flatMap((verdict) => cases.filter((result) => result.verdict === verdict));
  if (looked.length === 0) return [];
  const title = context.paint.bold(`${count(looked.length, 'case')} to look at`);
  return [[title], ...looked.map((result: CaseResult, at) => failureLines(result, at + 1, context))];
}

function hostAndCut({ complete, host }: Report, { paint }: Context): string[] {
  return [
    ...(complete ? [] : [paint.red('The run was cut short: cases that are not listed did not run.')]),
    ...hostLines(host).map(paint.yellow),
  ];
}
