/** Runs one case: its rows, the shrinking of a row that failed, and what came of it. */
import fc from 'fast-check';
import type { Instant } from '../../reference/core.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import type { Case, ModelCase, PropertyCase, ScriptCase } from '../case.ts';
import { exchangeOf, sketchOf } from '../observe/exchange.ts';
import type { Tap } from '../played/stage.ts';
import { Stage } from '../played/stage.ts';
import { seededRandom, seedNumber } from '../random.ts';
import type { CaseResult, Sketch } from '../report.ts';
import { Unjudged, Violation } from '../verdict.ts';
import { World } from '../world.ts';
import { APART } from './canary.ts';
import type { Environment } from './environment.ts';
import { triesOn } from './environment.ts';
import { checkIntents } from './intents.ts';
import type { Judged, Outcome } from './judged.ts';
import { outcomeOf, PASSED } from './judged.ts';
import type { RunOptions } from './options.ts';
import type { Found } from './rows.ts';
import { modelRuns, planRows, tryRows } from './rows.ts';
import type { ShrinkBudget } from './shrink-budget.ts';
import type { ReplayToken } from './token.ts';

export type RunnableCase = ScriptCase | PropertyCase | ModelCase;

export interface CaseContext {
  readonly environment: Environment;
  readonly options: RunOptions;
  readonly budget: ShrinkBudget;
  readonly tap: Tap;
  /** The text of what the case's clauses require. */
  readonly requirement: string;
  /** Set to see one failure again. */
  readonly replay: ReplayToken | undefined;
}

/** What came of a case, and the worlds whose sockets stay open to see late answers. */
export interface CaseRun {
  readonly judged: Judged;
  readonly worlds: readonly World[];
}

export async function runCase(info: RunnableCase, context: CaseContext): Promise<CaseRun> {
  return await new CaseRunner(info, context).run();
}

/** Milliseconds beyond what it waits for that no script takes. */
const HANGS = 120_000;

/** The rows of one case, one after the other. */
class CaseRunner {
  readonly #info: RunnableCase;
  readonly #context: CaseContext;
  readonly #worlds: World[] = [];
  readonly #seen = new Map<string, number>();
  readonly #from: Instant;
  #world: World;
  #rows = 0;
  /** Ends the search: what was found is neither a pass nor a violation. */
  #stopped: { outcome: Outcome; world: World } | undefined = undefined;
  /** What the suite itself did wrong: outweighs all else. */
  #broken: Outcome | undefined = undefined;
  #failure: { outcome: Outcome; world: World } | undefined = undefined;
  /** When it was seen: from then on nothing was waited for that bears on it. */
  #failedAt: Instant | undefined = undefined;
  #sketch: Sketch | undefined = undefined;
  #shrinkSteps = 0;
  #shrinkUntil: Instant = 0;
  /** Milliseconds that went into making a failure smaller. */
  #shrinkTime = 0;

  constructor(info: RunnableCase, context: CaseContext) {
    this.#info = info;
    this.#context = context;
    this.#from = context.environment.net.now();
    this.#world = this.#newWorld();
  }

  async run(): Promise<CaseRun> {
    let found: Found | undefined;
    try {
      found = await this.#search();
    } catch (error) {
      this.#stopped ??= { outcome: outcomeOf(error, this.#info, false), world: this.#world };
    }
    await this.#release(this.#world);
    const { budget, environment } = this.#context;
    if (this.#failure !== undefined) {
      this.#shrinkTime = environment.net.now() - this.#shrinkUntil + budget.perCase;
      budget.spend(this.#shrinkTime);
    }
    return { judged: this.#judge(found), worlds: this.#worlds };
  }

  #search(): Promise<Found | undefined> {
    const info = this.#info;
    const { options, replay } = this.#context;
    const path = replay?.path ?? '';
    const depth = options.depth;
    switch (info.kind) {
      case 'script':
        return this.#once(info);
      case 'property': {
        const plan = planRows(info, depth, options.runs, this.#isShared());
        return tryRows(info.arbitrary, plan, this.#seed(), path, (value) =>
          this.#row(fc.stringify(value), (world) => info.script(world, value)),
        );
      }
      case 'model': {
        const commands = fc.commands([...info.commands], {
          maxCommands: info.maxCommands,
          ...(replay && replay.commands !== '' && { replayPath: replay.commands }),
        });
        const plan = { examples: [], count: modelRuns(depth, options.runs, this.#isShared()) };
        return tryRows(commands, plan, this.#seed(), path, (value) =>
          this.#row(`run ${this.#rows}`, async (world) => {
            const setup = await info.setup(world);
            // What was drawn from `commands` is what asyncModelRun takes.
            await fc.asyncModelRun(() => setup, value as Parameters<typeof fc.asyncModelRun>[1]);
          }),
        );
      }
    }
  }

  /** The case that this one is a port of is judged in this run, too. */
  #isShared(): boolean {
    const { options, environment } = this.#context;
    const { portOf } = this.#info;
    const original = portOf === undefined ? undefined : options.cases.find(({ id }) => id === portOf);
    return original?.roles.some((role) => environment.target.info.roles.includes(role)) ?? false;
  }

  async #once(info: ScriptCase): Promise<undefined> {
    try {
      await this.#row('', (world) => info.script(world));
    } catch (error) {
      if (this.#failure === undefined) throw error;
    }
  }

  /** One row; throws a violation, for fast-check to make it smaller, and nothing else. */
  async #row(name: string, script: (world: World) => Promise<void>): Promise<void> {
    if (this.#context.options.signal?.aborted) return await this.#abandoned();
    if (this.#stopped !== undefined || this.#broken !== undefined || !this.#mayGoOn()) return;
    if (this.#failure !== undefined) {
      // One that passed while a smaller failure was looked for has not been given back.
      await this.#release(this.#world);
      this.#world = this.#newWorld();
    }
    this.#rows++;
    try {
      await this.#tries(name, script);
      const world = this.#world;
      this.#sketch ??= sketchOf(world.stage.transcript.entries);
      if (this.#isForTwin()) await this.#checkIntents(world);
      await world.endRow(this.#info.kind === 'script');
    } catch (error) {
      await this.#failed(this.#world, error);
    }
  }

  /**
   * On a network that loses datagrams, what did not come is missing only when it was missing each time. Each try is in a
   * world of its own: what one left half done would not be what the next begins with.
   */
  async #tries(name: string, script: (world: World) => Promise<void>): Promise<void> {
    for (let left = triesOn(this.#context.environment) - 1; ; left--) {
      const world = this.#world;
      this.#startRow(world, name);
      try {
        await this.#withinReason(world, script(world));
        return world.checkUnexplained();
      } catch (error) {
        const lost = (error instanceof Violation || error instanceof Unjudged) && error.timedOut;
        if (!lost || left === 0) throw error;
        await this.#release(world);
        await world.close();
        // What it did not wait for any more is no fault of the target's.
        this.#worlds.splice(this.#worlds.indexOf(world), 1);
        this.#world = this.#newWorld();
      }
    }
  }

  async #failed(world: World, error: unknown): Promise<void> {
    const { options, environment } = this.#context;
    const { net } = environment;
    const outcome = outcomeOf(error, this.#info, options.strict);
    if (error instanceof Violation) this.#failedAt ??= net.now();
    await this.#release(world);
    if (!(error instanceof Violation)) {
      this.#stopped = { outcome, world };
      return;
    }
    // The twin may take the thread for a second.
    if (this.#failure === undefined) await sleepUntil(net, net.now() + APART);
    await this.#checkIntents(world);
    if (this.#failure === undefined) this.#shrinkUntil = net.now() + this.#context.budget.perCase;
    this.#failure = { outcome, world };
    throw error;
  }

  /** Whether there is room for another row: always before the first failure, then as the budget has it. */
  #mayGoOn(): boolean {
    if (this.#failure === undefined) return true;
    const { budget, environment, replay } = this.#context;
    if (replay !== undefined) return true;
    this.#shrinkSteps++;
    return this.#shrinkSteps <= budget.steps && environment.net.now() < this.#shrinkUntil && budget.left();
  }

  #startRow(world: World, name: string): void {
    const { environment, options } = this.#context;
    const { id } = this.#info;
    const again = this.#seen.get(name) ?? 0;
    this.#seen.set(name, again + 1);
    const random = seededRandom(options.seed, id, 'random', name);
    // A row that comes twice must not repeat its identifiers, nor a run those of the last.
    const fresh = seededRandom(options.seed, id, 'fresh', name, again, environment.runNonce);
    world.startRow(random, fresh);
  }

  #newWorld(): World {
    const { environment, options, requirement, tap } = this.#context;
    // A row that is tried only to make a failure smaller need not wait as long for what will not come.
    const slowest = this.#worlds.at(-1)?.stage.slowestAnswer ?? 0;
    const shrinking = this.#failure !== undefined;
    const timeout = shrinking ? Math.min(options.timeout, Math.max(250, 5 * slowest)) : options.timeout;
    const { net, target, sources, network, vectors, tables } = environment;
    const impaired = network !== '';
    const stage = new Stage({ caseId: this.#info.id, net, timeout, requirement, impaired, tap });
    const [role = 'rs-s'] = this.#info.roles;
    const world = new World({ stage, target, role, sources, vectors, tables });
    this.#worlds.push(world);
    return world;
  }

  /** An adapter that fails to take an instance back is a fault, but not of this case. */
  async #release(world: World): Promise<void> {
    try {
      await world.release();
    } catch (error) {
      world.stage.transcript.remark(world.net.now(), `could not be released: ${String(error)}`);
    }
  }

  /** What a port sends was held to its intent in the original, where that runs. */
  #isForTwin(): boolean {
    return this.#context.environment.twinEveryRow === true || (this.#rows === 1 && !this.#isShared());
  }

  async #checkIntents(world: World): Promise<void> {
    const { net, twin } = this.#context.environment;
    if (twin === undefined) return;
    const wrong = await checkIntents(world.stage.transcript, twin, () => sleepUntil(net, net.now()));
    if (wrong !== undefined) this.#broken ??= outcomeOf(new Error(wrong), this.#info, false);
  }

  /** A script that waits for what nobody will do is a fault of the suite. */
  async #withinReason(world: World, script: Promise<void>): Promise<void> {
    let cancel = () => {};
    const late = new Promise<never>((_, reject) => {
      const limit = (this.#info.waits ?? 0) + HANGS;
      cancel = world.net.schedule(world.net.now() + limit, () => {
        reject(new Error(`the script did not end in ${limit / 1000} s`));
      });
    });
    try {
      await Promise.race([script, late]);
    } finally {
      cancel();
    }
  }

  /** The run was ended early: nobody waits for what comes of this case, so it goes no further. */
  async #abandoned(): Promise<never> {
    await Promise.all(
      this.#worlds.map(async (world) => {
        await this.#release(world);
        await world.close();
      }),
    );
    return await new Promise(() => undefined);
  }

  #seed(): number {
    return seedNumber(this.#context.options.seed, this.#info.id, 'rows');
  }

  #judge(found: Found | undefined): Judged {
    const { net } = this.#context.environment;
    // A violation that was found before the search was stopped stays found.
    const ended = this.#failure ?? this.#stopped;
    const [first] = this.#worlds;
    const commands = /replayPath="([^"]*)"/.exec(found?.counterexample ?? '')?.[1] ?? '';
    return {
      ...(this.#broken ?? ended?.outcome ?? PASSED),
      rows: this.#rows,
      path: found?.path ?? '',
      commands,
      ...(found && { counterexample: found.counterexample }),
      ...(found && found.shrinks > 0 && { shrunk: shrunkOf(found, this.#shrinkTime) }),
      ...(ended && {
        settings: ended.world.settings,
        exchange: exchangeOf(ended.world.stage.transcript.entries, this.#from),
      }),
      ...(this.#sketch && { sketch: this.#sketch }),
      from: this.#from,
      to: this.#failedAt ?? net.now(),
      // The first world has all rows up to the first that failed; how many follow is a matter of time.
      sentHash: first?.stage.sentHash.digest() ?? '',
    };
  }
}

/** Bytes of an input that was not made smaller yet: enough to see by how much it was. */
const LONGEST = 400;

function shrunkOf({ first, shrinks }: Found, ms: number): NonNullable<CaseResult['shrunk']> {
  const from = first.length > LONGEST ? `${first.slice(0, LONGEST)}...` : first;
  return { from, length: first.length, steps: shrinks, ms: Math.round(ms) };
}

/** What of a case a person has to be told it is about. */
export function requirementOf(info: Case, clauseText: (id: string) => string | undefined): string {
  const [first] = info.clauses;
  const text = first === undefined ? undefined : clauseText(first);
  return text === undefined ? `${info.title}` : `${first}: ${text}`;
}
