/** Runs the selected cases against a target and writes the report. */
import type { Case, ScanCase, Watch } from '../case.ts';
import type { Tap } from '../played/stage.ts';
import type { CaseResult, Report } from '../report.ts';
import type { World } from '../world.ts';
import { Canary } from './canary.ts';
import { whyNot } from './eligible.ts';
import type { Environment } from './environment.ts';
import type { Judged } from './judged.ts';
import { outcomeOf, resultOf, skippedResult } from './judged.ts';
import { inLanes } from './lanes.ts';
import type { Finished } from './last-tries.ts';
import { LastTries } from './last-tries.ts';
import { withLateAnswers } from './late.ts';
import type { RunOptions } from './options.ts';
import { orderOf } from './order.ts';
import { reportOf, scanResult } from './report-of.ts';
import type { CaseRun, RunnableCase } from './run-case.ts';
import { requirementOf, runCase } from './run-case.ts';
import type { SanityResult } from './sanity.ts';
import { Sanity } from './sanity.ts';
import { SecondTries } from './second-tries.ts';
import { Semaphore } from './semaphore.ts';
import type { ShrinkBudget } from './shrink-budget.ts';
import { shrinkBudget } from './shrink-budget.ts';
import type { ReplayToken } from './token.ts';
import { readToken, replayed, writeToken } from './token.ts';

/** Worlds of finished cases whose sockets stay open at most; beyond it the oldest are closed. */
const OPEN_WORLDS = 500;
/** How often a case is run when the host is too busy to judge it. */
const TRIES = 3;

/**
 * Runs cases and gives the report. The target is closed at the end.
 * @throws TokenError if `replay` is none, or of a case that is not there.
 */
export async function runSuite(environment: Environment, options: RunOptions): Promise<Report> {
  const replay = options.replay === undefined ? undefined : readToken(options.replay);
  return await new Run(environment, replay ? replayed(options, replay) : options, replay).run();
}

class Run {
  readonly #environment: Environment;
  readonly #options: RunOptions;
  readonly #replay: ReplayToken | undefined;
  readonly #canary: Canary;
  readonly #sanity: Sanity;
  readonly #places: Semaphore;
  readonly #budget: ShrinkBudget = shrinkBudget();
  readonly #finished: Finished[] = [];
  /** Those whose worlds have sockets still, the oldest first. */
  readonly #open: Finished[] = [];
  readonly #skipped: CaseResult[] = [];
  readonly #watches: { readonly info: ScanCase; readonly watch: Watch }[] = [];
  readonly #running = new Set<string>();
  #reruns = 0;
  readonly #lastTries: LastTries;
  readonly #secondTries: SecondTries;
  #cut = false;
  /** Why no further case is begun: the target is gone. */
  #gone: string | undefined = undefined;
  #trouble: string | undefined = undefined;

  constructor(environment: Environment, options: RunOptions, replay: ReplayToken | undefined) {
    this.#environment = environment;
    this.#options = options;
    this.#replay = replay;
    this.#canary = new Canary(environment.net);
    this.#secondTries = new SecondTries(options.secondTries ?? 0);
    this.#places = new Semaphore(Math.max(1, environment.target.parallel));
    this.#lastTries = new LastTries({
      net: environment.net,
      canary: this.#canary,
      target: environment.target,
      finished: this.#finished,
      mayGoOn: () => !options.signal?.aborted && !this.#cut && this.#gone === undefined,
      isAborted: () => options.signal?.aborted ?? false,
      again: async (info) => await this.#places.with(() => this.#runAgainIfBad(info)),
    });
    this.#sanity = new Sanity(environment, options.timeout, ({ fault }) => {
      options.onProgress?.({ kind: 'sanity', ok: fault === undefined, actual: fault });
    });
  }

  async run(): Promise<Report> {
    const { net, target, sources } = this.#environment;
    const { onProgress, seed, cases } = this.#options;
    const began = net.now();
    onProgress?.({ kind: 'start', target: target.info, seed, selected: cases.length });
    const [home] = sources;
    if (home !== undefined) await this.#canary.start({ ip: home, port: 0 });
    const stopTicks = this.#tick();
    try {
      const first = await this.#sanity.run();
      if (first.fault !== undefined) this.#trouble = `the sanity case failed at the start: ${first.fault}`;
      await this.#unlessEnded(this.#runAll(this.#eligible()));
      await this.#lastSanity();
      this.#judgeLate();
    } finally {
      stopTicks();
      await this.#canary.stop();
      await Promise.all(this.#finished.flatMap(({ worlds }) => worlds.map((world) => world.close())));
      await target.close();
    }
    const report = this.#report(net.now() - began);
    onProgress?.({ kind: 'end', report });
    return report;
  }

  /** The cases that can run; the others are done with here. */
  #eligible(): RunnableCase[] {
    const runnable: RunnableCase[] = [];
    for (const info of this.#options.cases) {
      const skip = whyNot(info, this.#environment, this.#options) ?? this.#sanity.whyNot(info);
      if (skip !== undefined) this.#skipped.push(skippedResult(info, skip.verdict, skip.reason, skip.blame));
      else if (info.kind === 'scan') this.#watches.push({ info, watch: info.watch() });
      else runnable.push(info);
    }
    return runnable;
  }

  /** Those that wait go first and side by side, beside them the others, then the exclusive ones alone. */
  async #runAll(cases: readonly RunnableCase[]): Promise<void> {
    const { seed, costs = {} } = this.#options;
    const { waiting, quick, exclusive } = orderOf(cases, seed, costs);
    // One place is left to those that do not wait.
    const sideBySide = Math.max(1, this.#environment.target.parallel - 1);
    await Promise.all([this.#lanes(waiting, sideBySide), this.#lanes(quick, this.#options.jobs)]);
    await this.#lanes(exclusive, 1);
    this.#judgeLate();
    await this.#lastTries.run();
  }

  /** Waits for the cases, but not after the run was ended early: what is under way then is left out. */
  async #unlessEnded(cases: Promise<void>): Promise<void> {
    const { signal } = this.#options;
    if (signal === undefined) return await cases;
    const ended = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // What goes wrong once nobody waits any more is of no matter.
    cases.catch(() => undefined);
    await Promise.race([cases, ended]);
    if (signal.aborted) this.#cut = true;
  }

  async #lanes(cases: readonly RunnableCase[], count: number): Promise<void> {
    const begin = async (info: RunnableCase): Promise<void> => {
      if (this.#gone === undefined) return await this.#one(info);
      this.#skipped.push(skippedResult(info, 'inconclusive', this.#gone, 'target'));
    };
    await inLanes(cases, count, begin, () => {
      if (this.#options.signal?.aborted) this.#cut = true;
      return !this.#cut;
    });
  }

  async #one(info: RunnableCase): Promise<void> {
    const { onProgress } = this.#options;
    const finished = await this.#places.with(async () => {
      this.#running.add(info.id);
      onProgress?.({ kind: 'case-start', id: info.id });
      const { judged, worlds } = await this.#runAgainIfBad(info);
      this.#running.delete(info.id);
      if (this.#options.signal?.aborted) {
        for (const world of worlds) await world.close();
        return undefined;
      }
      const entry: Finished = { info, judged, worlds };
      this.#finished.push(entry);
      if (worlds.some((world) => world.isOpen)) this.#open.push(entry);
      return entry;
    });
    if (finished === undefined) return;
    onProgress?.({ kind: 'case-end', result: this.#resultOf(finished) });
    await this.#closeOldest();
    if (finished.judged.verdict === 'pass') return;
    if (this.#options.bail && finished.judged.verdict === 'fail') this.#cut = true;
    await this.#afterFailure();
  }

  /**
   * What did not pass while the host was busy is tried again. When no try was undisturbed, what was missing, and
   * what a case of time found, is not the target's fault; anything else is, unless it does not come again now or at
   * the end.
   */
  async #runAgainIfBad(info: RunnableCase): Promise<CaseRun> {
    const worlds: World[] = [];
    let found: Judged | undefined;
    for (let tries = 1; ; tries++) {
      const { judged, worlds: opened } = await runCase(info, this.#context(info));
      const isBad = this.#canary.wasBad(judged.from, judged.to);
      if (!isBad && this.#secondTries.take(info.id, judged)) {
        // What comes of it late is of the same accident.
        for (const world of opened) await world.close();
        continue;
      }
      worlds.push(...opened);
      if (judged.verdict === 'pass' && found !== undefined) {
        const reason = `the host was overloaded, and it did not come again: ${found.actual ?? found.reason}`;
        return { judged: { ...found, verdict: 'inconclusive', blame: 'host', reason }, worlds };
      }
      if (judged.verdict === 'pass' || !isBad) return { judged, worlds };
      const hangsOnTime = judged.timedOut || info.waits !== undefined;
      if (!hangsOnTime) found = judged;
      if (tries >= TRIES) {
        if (!hangsOnTime) return { judged, worlds };
        const reason = `the host was overloaded while an answer was waited for, ${TRIES} times`;
        return { judged: { ...judged, verdict: 'inconclusive', blame: 'host', reason }, worlds };
      }
      this.#reruns++;
    }
  }

  #context(info: Case) {
    const { clauses } = this.#options;
    return {
      environment: this.#environment,
      options: this.#options,
      budget: this.#budget,
      tap: this.#tap(),
      requirement: requirementOf(info, (id) => clauses.find((clause) => clause.id === id)?.text),
      replay: this.#replay,
    };
  }

  #tap(): Tap {
    const { tap } = this.#environment;
    return {
      sent: (sent, stage) => tap?.sent(sent, stage),
      received: (received, stage) => {
        for (const { watch } of this.#watches) watch.received(received, stage.caseId);
        tap?.received(received, stage);
      },
    };
  }

  async #afterFailure(): Promise<void> {
    if (this.#sanity.lastGood === undefined || this.#gone !== undefined) return;
    await this.#lostIf(await this.#places.with(() => this.#sanity.run()));
  }

  async #lastSanity(): Promise<void> {
    if (this.#sanity.lastGood === undefined || this.#gone !== undefined) return;
    if (this.#options.signal?.aborted) return;
    await this.#lostIf(await this.#sanity.run());
  }

  /**
   * The sanity case failed: nothing since the last good one counts but what the target visibly did wrong; unless it was
   * the host that failed, and all is well again soon.
   */
  async #lostIf({ startedAt, fault }: SanityResult): Promise<void> {
    if (fault === undefined) return;
    const since = this.#sanity.lastGood ?? 0;
    const isBusy = this.#canary.wasBad(startedAt, this.#environment.net.now());
    const doubtful = this.#finished.filter(({ judged: { to, verdict, timedOut } }) => {
      return to >= since && (verdict === 'pass' || timedOut);
    });
    const stillGone = await this.#sanity.comesBack();
    if (stillGone === undefined && isBusy) return;
    for (const entry of doubtful) {
      const reason = `the sanity case failed afterwards: ${fault}`;
      entry.judged = { ...entry.judged, verdict: 'inconclusive', blame: 'target', reason };
    }
    if (stillGone === undefined) return;
    this.#gone = `the target stopped answering: ${stillGone}`;
    this.#trouble = this.#gone;
  }

  #judgeLate(): void {
    for (const entry of this.#finished) {
      const late = withLateAnswers(entry.judged, entry.worlds);
      if (late === undefined) continue;
      const { from, to } = entry.judged;
      // Who is busy answers late, and the other end asks again: then nobody knows what would have come.
      const outcome = this.#canary.wasBad(from, Math.max(to, late.at))
        ? ({
            verdict: 'inconclusive',
            blame: 'host',
            reason: `the host was overloaded: ${late.violation.actual}`,
          } as const)
        : outcomeOf(late.violation, entry.info, this.#options.strict);
      entry.hasLate = true;
      entry.judged = { ...entry.judged, ...outcome, exchange: late.exchange };
    }
  }

  async #closeOldest(): Promise<void> {
    while (this.#open.length > OPEN_WORLDS) {
      for (const world of this.#open.shift()?.worlds ?? []) await world.close();
    }
  }

  #tick(): () => void {
    const { net } = this.#environment;
    const { onProgress, cases } = this.#options;
    if (onProgress === undefined) return () => undefined;
    let cancel = () => {};
    const next = () => {
      cancel = net.schedule(net.now() + 1000, () => {
        const done = this.#finished.length + this.#skipped.length;
        const [again, running] = [this.#lastTries.left, [...this.#running]];
        onProgress({ kind: 'tick', done, selected: cases.length, again, running });
        next();
      });
    };
    next();
    return () => cancel();
  }

  #resultOf({ info, judged }: Finished): CaseResult {
    const { seed, depth, versions } = this.#options;
    const { path, commands } = judged;
    const network = this.#environment.network;
    const token = writeToken({
      suite: versions.suite,
      caseId: info.id,
      seed,
      depth,
      path,
      commands,
      network,
    });
    return resultOf(info, judged, token);
  }

  #report(ms: number): Report {
    const { target } = this.#environment;
    const results = [
      ...this.#finished.map((entry) => this.#resultOf(entry)),
      ...this.#skipped,
      ...this.#watches.map(({ info, watch }) => scanResult(info, watch, this.#options.strict)),
    ];
    return reportOf(this.#options, target.info, results, {
      ms,
      complete: !this.#cut && this.#gone === undefined,
      trouble: [target.trouble?.(), this.#trouble].filter((one) => one !== undefined),
      host: this.#canary.health({
        reruns: this.#reruns + this.#lastTries.tried,
        secondTries: this.#secondTries.passed(),
        onlyWhenBusy: this.#lastTries.onlyWhenBusy,
      }),
    });
  }
}
