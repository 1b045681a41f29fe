/** Whether a case can run against a target at all, and what to say if not. */
import type { Case } from '../case.ts';
import { unclaimed } from '../pics.ts';
import type { Blame, Verdict } from '../verdict.ts';
import type { Environment } from './environment.ts';
import type { RunOptions } from './options.ts';

export interface Skip {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly blame: Blame | undefined;
}

export function whyNot(
  info: Case,
  { target, has }: Pick<Environment, 'target' | 'has'>,
  options: Pick<RunOptions, 'slow' | 'pics'>,
): Skip | undefined {
  const { roles } = target.info;
  if (!info.roles.some((role) => roles.includes(role))) {
    return {
      verdict: 'not-applicable',
      reason: `the target is no ${info.roles.join(' or ')}`,
      blame: undefined,
    };
  }
  const said = options.pics && unclaimed(info, roles, options.pics);
  if (said !== undefined)
    return { ...said, blame: said.verdict === 'not-implemented' ? 'target' : undefined };
  const missing = info.features.find((feature) => !target.claims(feature));
  if (missing !== undefined) {
    return { verdict: 'not-applicable', reason: `the target does not claim ${missing}`, blame: undefined };
  }
  if (info.adapterLevel > target.level) {
    const reason = `needs an adapter of level ${info.adapterLevel}, this target has level ${target.level}`;
    return { verdict: 'not-exercised', reason, blame: 'adapter' };
  }
  const lacking = info.needs.find((need) => need !== 'slow' && !has.has(need));
  if (lacking !== undefined) {
    return { verdict: 'not-exercised', reason: `the environment lacks ${lacking}`, blame: 'host' };
  }
  if (info.needs.includes('slow') && !options.slow) {
    return { verdict: 'not-exercised', reason: 'waits long: run it with --slow', blame: undefined };
  }
  return undefined;
}
