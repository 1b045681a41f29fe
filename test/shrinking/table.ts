/** What making a counterexample smaller does, for faults that rows drawn at random find; as a Markdown table. */
import { INNER } from '../../adapters/saboteurs/inner.ts';
import { ALL_CASES } from '../../conformance/cases/all.ts';
import type { CaseResult } from '../../conformance/report.ts';
import { runInMemory } from '../conformance/bench.ts';

/** Rows depend on it, so that the same are found wherever this runs. */
const SEED = 'shrinking';
/** Characters of an input that are shown. */
const SHOWN = 90;

export interface Shrunk {
  readonly name: string;
  readonly title: string;
  readonly result: CaseResult;
  /** What the whole run of the case took, in real milliseconds. */
  readonly ms: number;
}

/** Runs each saboteur against the case that has to catch it, in virtual time. */
export async function shrinkAll(): Promise<Shrunk[]> {
  const all: Shrunk[] = [];
  for (const { name, title, caughtBy, wrap, codec } of INNER) {
    const cases = ALL_CASES.filter(({ id }) => id === caughtBy);
    const reference = { ...(wrap && { wrap }), ...(codec && { codec }) };
    const began = performance.now();
    const { cases: results } = await runInMemory({ run: { cases, seed: SEED }, reference });
    const ms = Math.round(performance.now() - began);
    for (const result of results) all.push({ name, title, result, ms });
  }
  return all;
}

/** One row for each; the time of the run last, which alone differs from run to run. */
export function table(all: readonly Shrunk[]): string {
  const rows = all.map(({ name, title, result: { id, shrunk, counterexample }, ms }) => {
    const { from = '', length = 0, steps = 0, ms: waited = 0 } = shrunk ?? {};
    const smallest = counterexample ?? '';
    const cells = [
      `\`${name}\` ${title}`,
      `\`${id}\``,
      `${cell(from)}, ${length} characters`,
      `${cell(smallest)}, ${smallest.length} characters`,
      `${steps}`,
      `${waited} ms`,
      `${ms} ms`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| Saboteur | Case | First that failed | Smallest that fails | Smaller ones on the way | Waited | Run |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function cell(input: string): string {
  const text = input.replaceAll('__proto__:null,', '').replaceAll('|', '\\|');
  return `\`${text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text}\``;
}
