/** `--watch`: the same run again, each time that the target was built and started anew. */
import { randomBytes } from 'node:crypto';
import { formatEndpoint } from '../../reference/address.ts';
import { Mistake } from '../command/mistake.ts';
import type { Reach } from '../command/reach.ts';
import { reachOf } from '../command/reach.ts';
import type { WrittenRunOptions } from '../command/run-options.ts';
import type { Report } from '../report.ts';
import { EXIT } from '../reporters/exit-status.ts';
import { watchRestarts } from '../target/restarts.ts';
import { TargetError } from '../target/target.ts';
import { runOnce } from './run.ts';
import { mistakeOf, netOf, placeOf, readToken, systemRandom } from './target.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs until Ctrl-C, and tells each time what is worse and what is better than the time before.
 * @returns the status of the last run; 130 if it was cut short
 */
export async function watch(
  patterns: readonly string[],
  written: WrittenRunOptions,
  terminal: Terminal,
): Promise<number> {
  const options = { ...written, seed: written.seed ?? randomBytes(4).toString('hex') };
  const news = new News();
  const stop = await listen(options, terminal, news);
  try {
    let before: Report | undefined;
    for (;;) {
      const { status, report } = await attempt(patterns, options, terminal, before);
      // Of a run that was cut short what is missing is no news.
      if (before === undefined || report?.complete) before = report;
      if (status === EXIT.interrupted) return status;
      terminal.err(`Watching: ${news.sources.join(' or ')} runs it again, Ctrl-C ends it.\n`);
      const why = await news.next(terminal);
      if (why === undefined) return status;
      terminal.err(`\nAgain: ${why}.\n\n`);
    }
  } finally {
    await stop();
  }
}

/** One run. A target that is not there may be there the next time. */
async function attempt(
  patterns: readonly string[],
  options: WrittenRunOptions,
  terminal: Terminal,
  before: Report | undefined,
): Promise<{ readonly status: number; readonly report?: Report }> {
  try {
    return await runOnce(patterns, options, terminal, before);
  } catch (error) {
    const mistake = error instanceof TargetError ? mistakeOf(error) : error;
    const isAway = mistake instanceof Mistake && mistake.status === EXIT.unjudged;
    // What was wrong with the command line at first is wrong each time.
    if (!isAway && !(before !== undefined && mistake instanceof Mistake)) throw error;
    terminal.err(`ntm-conform: ${mistake.message}\n`);
    return { status: mistake.status };
  }
}

/** Why to run again: what came while a run went on counts as one. */
class News {
  readonly sources: string[] = [];
  #why: string | undefined = undefined;
  #wake = (): void => {};

  tell(why: string): void {
    this.#why = why;
    this.#wake();
  }

  /** @returns undefined if Ctrl-C was pressed */
  async next(terminal: Terminal): Promise<string | undefined> {
    let interrupted = false;
    const forget = terminal.onInterrupt(() => {
      interrupted = true;
      this.#wake();
    });
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (this.#why !== undefined) resolve();
    });
    forget();
    const why = this.#why;
    this.#why = undefined;
    return interrupted ? undefined : why;
  }
}

/** Listens for all that is a reason to run again. @throws Mistake if there can be none. */
async function listen(
  options: WrittenRunOptions,
  terminal: Terminal,
  news: News,
): Promise<() => Promise<void>> {
  for (const name of ['list', 'evidence'] as const)
    if (options[name] !== undefined)
      throw new Mistake(`--watch runs again and again, --${name} is done once: leave one of them away.`);
  const reach = reachOf(options);
  const hasAdapter =
    reach.target !== undefined && options.config === undefined && options.secretFile === undefined;
  if (!hasAdapter && terminal.onEnter === undefined)
    throw new Mistake(
      '--watch waits for an adapter that is started anew, or for Enter: give --target, or run it in a terminal.',
    );
  const stop = hasAdapter ? await ofAdapter(reach, options, news) : undefined;
  const forget = terminal.onEnter?.(() => news.tell('Enter was pressed'));
  if (forget !== undefined) news.sources.push('Enter');
  return async () => {
    forget?.();
    await stop?.();
  };
}

async function ofAdapter(
  reach: Reach,
  { tokenFile }: WrittenRunOptions,
  news: News,
): Promise<() => Promise<void>> {
  const { at: adapter, own } = await placeOf(reach);
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
  const where = formatEndpoint(adapter);
  news.sources.push(`a new start of the adapter at ${where}`);
  const way = { net: netOf(reach), adapter, local: { ip: own, port: 0 }, random: systemRandom };
  return await watchRestarts({ ...way, ...(token && { token }) }, () =>
    news.tell(`the adapter at ${where} was started`),
  );
}
