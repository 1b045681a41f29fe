/** A target without an adapter: an RS-N or RS-T, of which the side of the nodes can be judged. */
import type { EndKind } from '../played/end-dc.ts';
import { PlayedEndDc } from '../played/end-dc.ts';
import type { Stage } from '../played/stage.ts';
import { Unjudged } from '../verdict.ts';
import { endHabits } from './end.ts';
import type { ProvisionedEnd } from './end-pool.ts';
import { END_SUITES } from './end-pool.ts';
import type { EndTestOptions, EndUnderTest } from './end-under-test.ts';
import { LentEnd } from './lent-relay.ts';
import type { Level0Options, Slot } from './level0-relay.ts';
import { Level0Relay, slotsOf } from './level0-relay.ts';
import { needsLevel } from './rs.ts';
import type { Target } from './target.ts';

type Options = Level0Options & { readonly config: ProvisionedEnd };

/** Binds its DCs. @throws TargetError if one of their endpoints cannot be had. */
export async function level0EndTarget(options: Options): Promise<Target> {
  const { role } = options.config;
  const slots = await slotsOf(
    options,
    (...parts) => new PlayedEndDc(...parts, false, role, true),
    (index) => endHabits(role, {}, index),
  );
  return new Level0End(options, slots);
}

class Level0End extends Level0Relay<PlayedEndDc> {
  readonly #kind: EndKind;

  constructor(options: Options, slots: readonly Slot<PlayedEndDc>[]) {
    super(options, slots);
    this.#kind = options.config.role;
  }

  override async end(stage: Stage, kind: EndKind, options: EndTestOptions): Promise<EndUnderTest> {
    if (kind !== this.#kind)
      throw new Unjudged('not-exercised', 'target', `the target is no ${kind.toUpperCase()}`);
    const { suites = END_SUITES, general, pool } = options;
    const own = general ?? pool ?? suites.find((suite) => !END_SUITES.includes(suite));
    if (own !== undefined) needsLevel(1, 'a configuration of its own');
    return await this.lend(stage, options, (parts) => new LentEnd(parts, kind));
  }
}
