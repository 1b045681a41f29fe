/** A target without an adapter: an RS-S. */
import type { ProvisionedRelay } from '../identities.ts';
import { PlayedDc } from '../played/dc.ts';
import type { Stage } from '../played/stage.ts';
import { LentRelay } from './lent-relay.ts';
import type { Level0Options } from './level0-relay.ts';
import { Level0Relay, slotsOf } from './level0-relay.ts';
import type { RsOptions, RsUnderTest, Target } from './target.ts';

/** Binds its DCs. @throws TargetError if one of their endpoints cannot be had. */
export async function level0Target(
  options: Level0Options & { readonly config: ProvisionedRelay },
): Promise<Target> {
  return new Level0Rs(options, await slotsOf(options, (...parts) => new PlayedDc(...parts, false)));
}

class Level0Rs extends Level0Relay<PlayedDc> {
  override rs(stage: Stage, options: RsOptions): Promise<RsUnderTest> {
    return this.lend(stage, options, (parts) => new LentRelay(parts));
  }
}
