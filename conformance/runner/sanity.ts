/**
 * The sanity case: is there a target that does the simplest thing right? It runs first, last and after
 * each failure, so that what a dead target did not do is held against no clause.
 */
import type { Instant } from '../../reference/core.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import type { Case } from '../case.ts';
import { Stage } from '../played/stage.ts';
import { seededRandom } from '../random.ts';
import type { RoleName } from '../roles.ts';
import { Unjudged, Violation } from '../verdict.ts';
import { World } from '../world.ts';
import type { Skip } from './eligible.ts';
import type { Environment } from './environment.ts';
import { triesOn } from './environment.ts';

/** How often and after how many milliseconds a target that failed is asked again before it is given up. */
const AGAIN = [200, 1000, 3000];

/** Roles that a sanity case can be had of, the first one that the target has. */
const STARTED: readonly RoleName[] = ['rs-s', 'node', 'dc', 'ntma', 'rs-n', 'rs-t'];

export interface SanityResult {
  readonly startedAt: Instant;
  /** Undefined when all was well. */
  readonly fault: string | undefined;
}

export class Sanity {
  /** When the last one that passed had begun; undefined before the first. */
  lastGood: Instant | undefined = undefined;
  readonly #environment: Environment;
  readonly #timeout: number;
  readonly #onResult: (result: SanityResult) => void;
  /** The one under way, and the one that is to follow it: never the same. */
  #running: Promise<SanityResult> | undefined = undefined;
  #next: Promise<SanityResult> | undefined = undefined;
  #count = 0;
  /** The role of which not even the simplest can be had, for it is not implemented. */
  #missing: { readonly role: RoleName; readonly reason: string } | undefined = undefined;

  constructor(environment: Environment, timeout: number, onResult: (result: SanityResult) => void) {
    this.#environment = environment;
    this.#timeout = timeout;
    this.#onResult = onResult;
  }

  /** A sanity case that begins no earlier than now; who asks while one is under way shares the next. */
  async run(): Promise<SanityResult> {
    await this.#running;
    this.#next ??= this.#once();
    return await this.#next;
  }

  /** Why a case need not be begun: it is about nothing else than a role that cannot be started. */
  whyNot({ kind, roles }: Pick<Case, 'kind' | 'roles'>): Skip | undefined {
    const missing = this.#missing;
    if (missing === undefined || kind === 'scan') return undefined;
    const has = this.#environment.target.info.roles;
    if (roles.some((role) => role !== missing.role && has.includes(role))) return undefined;
    return { verdict: 'not-implemented', reason: missing.reason, blame: 'target' };
  }

  /** Asks a target that failed again, with pauses. @returns what it failed by in the end, if it did not come back. */
  async comesBack(): Promise<string | undefined> {
    let fault: string | undefined;
    for (const pause of AGAIN) {
      const { net } = this.#environment;
      await sleepUntil(net, net.now() + pause);
      fault = (await this.run()).fault;
      if (fault === undefined) return undefined;
    }
    return fault;
  }

  async #once(): Promise<SanityResult> {
    // Those who ask in this very moment still share it; from the next on it is under way.
    await Promise.resolve();
    this.#running = this.#next;
    this.#next = undefined;
    const startedAt = this.#environment.net.now();
    try {
      const fault = await this.#fault();
      if (fault === undefined) this.lastGood = startedAt;
      const result = { startedAt, fault };
      this.#onResult(result);
      return result;
    } finally {
      this.#running = undefined;
    }
  }

  async #fault(): Promise<string | undefined> {
    for (let left = triesOn(this.#environment) - 1; ; left--) {
      const fault = await this.#faultOfTry();
      if (fault === undefined || left === 0) return fault;
    }
  }

  /** An association opens and a relayed path can be had. */
  async #faultOfTry(): Promise<string | undefined> {
    const { net, target, sources, runNonce, tap } = this.#environment;
    this.#count++;
    const stage = new Stage({
      caseId: 'sanity',
      net,
      timeout: this.#timeout,
      requirement: 'The target works at all.',
      impaired: this.#environment.network !== '',
      ...(tap && { tap }),
    });
    const role = STARTED.find((name) => target.info.roles.includes(name)) ?? 'rs-s';
    const world = new World({ stage, target, role, sources });
    world.startRow(seededRandom('sanity'), seededRandom('sanity', this.#count, runNonce));
    try {
      await (await world.rs()).dc.relay();
      await world.endRow(true);
      return undefined;
    } catch (error) {
      if (!(error instanceof Unjudged || error instanceof Violation)) throw error;
      const isMissing = error instanceof Unjudged && error.verdict === 'not-implemented';
      if (isMissing && this.lastGood === undefined) this.#missing = { role, reason: error.message };
      return error.message;
    } finally {
      await world.release().catch(() => undefined);
      await world.close();
    }
  }
}
