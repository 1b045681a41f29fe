/** What came and was not to come, as far as nobody asked for it before the end of the run. */
import type { Instant } from '../../reference/core.ts';
import { describeReceived, exchangeOf } from '../observe/exchange.ts';
import type { Exchange } from '../report.ts';
import { Violation } from '../verdict.ts';
import type { World } from '../world.ts';
import type { Judged } from './judged.ts';

/** What came too late and should not have come at all; undefined if nothing did, or the case did not pass anyway. */
export function withLateAnswers(
  judged: Judged,
  worlds: readonly World[],
): { readonly violation: Violation; readonly at: Instant; readonly exchange: Exchange } | undefined {
  if (judged.verdict !== 'pass') return undefined;
  for (const { stage } of worlds) {
    const [late] = stage.transcript.unexplained();
    if (late === undefined) continue;
    const after = Math.round(late.at - judged.to);
    const when =
      after > 0 ? `, ${after} ms after the case had ended` : ', which nothing in the case had asked for';
    const violation = new Violation(
      stage.requirement,
      ['nothing that was not asked for, to the end of the run'],
      `${describeReceived(late)}${when}`,
    );
    return { violation, at: late.at, exchange: exchangeOf(stage.transcript.entries, judged.from) };
  }
  return undefined;
}
