/** What is shown while a run goes on: to a person one line that is written over again, else a line now and then. */
import process from 'node:process';
import type { OnProgress, Progress } from '../progress.ts';

export interface ProgressLine {
  readonly on: OnProgress;
  /** Takes the line away. */
  end(): void;
}

/** Where it is shown: standard error, so that what is written into a file or a pipe stays clean. */
export interface ProgressTo {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR = '\r\u001b[2K';
/** Milliseconds between lines where nothing can be written over: in a pipe, or the log of a CI server. */
const EVERY = 10_000;
const BAD: ReadonlySet<string> = new Set(['fail', 'not-implemented', 'suite-error']);

/** @param now a monotonic clock, in milliseconds */
export function progressLine(
  shown: boolean,
  to: ProgressTo = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  if (!shown) return { on: () => {}, end: () => {} };
  return to.isTTY === true ? oneLine(to) : someLines(to, now);
}

function oneLine(to: ProgressTo): ProgressLine {
  const width = Math.max(20, (to.columns ?? 80) - 1);
  const text = counted();
  let over = false;
  return {
    on: (progress) => {
      const done = text(progress);
      if (over || done === undefined) return;
      const running = progress.kind === 'tick' ? progress.running : [];
      const rest = running.length === 0 ? '' : `, running ${running.join(', ')}`;
      to.write(`${CLEAR}${`${done}${rest}`.slice(0, width)}`);
    },
    end: () => {
      over = true;
      to.write(CLEAR);
    },
  };
}

function someLines(to: ProgressTo, now: () => number): ProgressLine {
  const text = counted();
  const began = now();
  let next = began + EVERY;
  return {
    on: (progress) => {
      const done = text(progress);
      const time = now();
      if (done === undefined || time < next) return;
      while (next <= time) next += EVERY;
      to.write(`${done} after ${Math.floor((time - began) / 1000)} s\n`);
    },
    end: () => {},
  };
}

/** Says how much is done, after each piece of news that has to do with it. */
function counted(): (progress: Progress) => string | undefined {
  let [done, bad, selected, again] = [0, 0, 0, 0];
  return (progress) => {
    switch (progress.kind) {
      case 'start':
        selected = progress.selected;
        break;
      case 'case-end':
        done++;
        if (BAD.has(progress.result.verdict)) bad++;
        break;
      case 'tick':
        again = progress.again;
        break;
      case 'sanity':
      case 'case-start':
      case 'end':
        return undefined;
    }
    const failed = bad === 0 ? '' : `, ${bad} failed`;
    return `${done} of ${selected} cases${failed}${again === 0 ? '' : `, trying ${again} again (busy host)`}`;
  };
}
