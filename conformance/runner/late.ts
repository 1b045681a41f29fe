/** Answers that came after their case had ended. */
import { describeReceived, exchangeOf } from '../observe/exchange.ts';
import type { Exchange } from '../report.ts';
import { Violation } from '../verdict.ts';
import type { World } from '../world.ts';
import type { Judged } from './judged.ts';

/** What came too late and should not have come at all; undefined if nothing did, or the case did not pass anyway. */
export function withLateAnswers(
  judged: Judged,
  worlds: readonly World[],
): { readonly violation: Violation; readonly exchange: Exchange } | undefined {
  if (judged.verdict !== 'pass') return undefined;
  for (const { stage } of worlds) {
    const [late] = stage.transcript.unexplained();
    if (late === undefined) continue;
    const after = `${Math.round(late.at - judged.to)} ms after the case had ended`;
    const violation = new Violation(
      stage.requirement,
      ['nothing that was not asked for, to the end of the run'],
      `${describeReceived(late)}, ${after}`,
    );
    return { violation, exchange: exchangeOf(stage.transcript.entries, judged.from) };
  }
  return undefined;
}
