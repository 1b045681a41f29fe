/**
 * An exchange as a sequence chart in plain text: the lanes on the left, what was expected in a lane of
 * its own on the right, and `<<<` where the target left the spec.
 *
 *         ms  DC          target      expected
 *          0  |---------->|           Relay Direction on the association
 *          1  |<----------|           Direction Response on the association, status 0 (ok)
 */
import type { Arrow, Exchange } from '../report.ts';

const LANE = 12;
const MARK = ' <<<';

/** The lines of the chart. */
export function chart({ lanes, arrows }: Exchange): string[] {
  const rows = arrows.map((arrow) => row(arrow, lanes));
  return [
    `${'ms'.padStart(10)}  ${lanes.map((lane) => lane.slice(0, LANE - 1).padEnd(LANE)).join('')}`,
    ...rows,
  ].map((line) => line.trimEnd());
}

function row(arrow: Arrow, lanes: readonly string[]): string {
  const time = arrow.at.toFixed(1).padStart(10);
  const intent = arrow.intent === null || arrow.intent === 'valid' ? '' : ` [${arrow.intent}]`;
  const expected =
    arrow.expected === null ? '' : `${arrow.label === '' ? '' : ' '}expected: ${arrow.expected}`;
  return `${time}  ${drawing(arrow, lanes)}${arrow.label}${intent}${expected}${arrow.deviates ? MARK : ''}`;
}

function drawing(arrow: Arrow, lanes: readonly string[]): string {
  const from = lanes.indexOf(arrow.from);
  const to = lanes.indexOf(arrow.to);
  const cells: string[] = Array.from({ length: lanes.length * LANE }, (_, at) =>
    at % LANE === 0 ? '|' : ' ',
  );
  if (from === to) return cells.join('');
  const [left, right] = from < to ? [from, to] : [to, from];
  const line = arrow.hex === '' ? '.' : '-';
  for (let at = left * LANE + 1; at < right * LANE; at++) if (cells[at] === ' ') cells[at] = line;
  if (from < to) cells[right * LANE - 1] = '>';
  else cells[left * LANE + 1] = '<';
  return cells.join('');
}
