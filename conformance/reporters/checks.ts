/** A list of checks, each good, bad or left out: what `check-adapter`, `doctor` and `self-test` print. */
import type { Paint } from './paint.ts';
import { count, tame } from './text.ts';

export interface Checked {
  readonly id: string;
  readonly title: string;
  readonly verdict: 'pass' | 'fail' | 'skip';
  /** What was wrong, or why it was left out. */
  readonly why: string | undefined;
}

/** One check for a person. */
export function checkLine({ id, title, verdict, why }: Checked, paint: Paint): string {
  const more = why === undefined ? '' : tame(why);
  switch (verdict) {
    case 'pass':
      return `${paint.green('✓')} ${title}  ${paint.dim(id)}`;
    case 'skip':
      return `${paint.cyan('-')} ${title}  ${paint.dim(id)}: ${more}`;
    case 'fail':
      return `${paint.red('✗')} ${title}  ${paint.dim(id)}\n    ${paint.red(more)}`;
  }
}

/** One check as a test point of TAP 14. */
export function checkPoint({ id, title, verdict, why }: Checked, number: number): string {
  const escaped = (text: string): string => tame(text).replace(/[\\#]/g, '\\$&');
  const point = `${verdict === 'fail' ? 'not ok' : 'ok'} ${number} - ${escaped(`${id}: ${title}`)}`;
  if (verdict === 'skip') return `${point} # SKIP ${escaped(why ?? '')}`;
  return verdict === 'pass' ? point : `${point}\n  ---\n  why: ${JSON.stringify(why ?? '')}\n  ...`;
}

/** The last line. */
export function checkTotal(results: readonly Checked[], paint: Paint): string {
  const number = (verdict: Checked['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  const [failed, skipped] = [number('fail'), number('skip')];
  return [
    `${count(results.length, 'check')}: ${paint.green(`${number('pass')} passed`)}`,
    ...(failed === 0 ? [] : [paint.red(`${failed} failed`)]),
    ...(skipped === 0 ? [] : [paint.cyan(`${skipped} not applicable`)]),
  ].join(', ');
}
