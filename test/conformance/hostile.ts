/** A report in which everything that a target can say is an attack on the page. */
import type { CaseResult, Report } from '../../conformance/report.ts';
import { report } from './golden.ts';

const EVIL =
  '</script></style></title></svg>--><script>alert(1)</script><img src=x onerror=alert(1)>' +
  '" onmouseover="alert(1)" x=\'y\' &lt; javascript:alert(1) \u0000\u001b[2J\ud800';

/** The golden report as a target would have it that wants to take the page over. */
export function hostile(): Report {
  const cases = report.cases.map((result): CaseResult => {
    const exchange = result.exchange && {
      lanes: [...result.exchange.lanes.slice(1), EVIL],
      arrows: result.exchange.arrows.map((arrow) => ({
        ...arrow,
        to: EVIL,
        label: EVIL,
        intent: EVIL,
        expected: EVIL,
        annotated: [EVIL],
      })),
    };
    const shrunk = { from: EVIL, length: 1, steps: 1, ms: 1 };
    const texts = { shrunk, actual: EVIL, reason: EVIL, counterexample: EVIL, note: EVIL, expected: [EVIL] };
    return {
      ...result,
      ...texts,
      settings: EVIL,
      title: EVIL,
      catches: EVIL,
      requirement: EVIL,
      replay: EVIL,
      exchange,
    };
  });
  const target = { ...report.target, name: EVIL, version: EVIL, address: EVIL };
  return { ...report, target, cases, trouble: EVIL, seed: EVIL };
}
