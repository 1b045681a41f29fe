/** What is shown while a run goes on, if a person looks: one line that is written over again. */
import process from 'node:process';
import type { OnProgress } from '../progress.ts';

export interface ProgressLine {
  readonly on: OnProgress;
  /** Takes the line away. */
  end(): void;
}

const CLEAR = '\r\u001b[2K';
const BAD: ReadonlySet<string> = new Set(['fail', 'not-implemented', 'suite-error']);

/** On standard error, so that what is written into a file or a pipe stays clean. */
export function progressLine(shown: boolean): ProgressLine {
  const { stderr } = process;
  if (!shown || stderr.isTTY !== true) return { on: () => {}, end: () => {} };
  const width = Math.max(20, (stderr.columns ?? 80) - 1);
  let [done, bad, selected] = [0, 0, 0];
  let over = false;
  const show = (rest: string): void => {
    if (over) return;
    const failed = bad === 0 ? '' : `, ${bad} failed`;
    stderr.write(`${CLEAR}${`${done} of ${selected} cases${failed}${rest}`.slice(0, width)}`);
  };
  return {
    on: (progress) => {
      switch (progress.kind) {
        case 'start':
          selected = progress.selected;
          show('');
          break;
        case 'case-end':
          done++;
          if (BAD.has(progress.result.verdict)) bad++;
          show('');
          break;
        case 'tick':
          show(progress.running.length === 0 ? '' : `, running ${progress.running.join(', ')}`);
          break;
        case 'sanity':
        case 'case-start':
        case 'end':
          break;
      }
    },
    end: () => {
      over = true;
      stderr.write(CLEAR);
    },
  };
}
