/** `merge`: the reports of the shards of one run, put together and reported like one. */
import { ALL_CASES } from '../cases/all.ts';
import { Mistake } from '../command/mistake.ts';
import { outputsOf, specUrlOf } from '../command/reporter-value.ts';
import { replayCommandOf } from '../command/run-options.ts';
import { applyExpectations } from '../expectations/apply.ts';
import { readReport } from '../expectations/files.ts';
import { mergeReports } from '../expectations/merge.ts';
import { EXIT, exitStatus } from '../reporters/exit-status.ts';
import { placesOf } from '../reporters/places.ts';
import { catalogue, clauseHash } from '../spec-clauses.ts';
import { UNTESTABLE } from '../untestable.ts';
import type { ExpectationOptions } from './expectations.ts';
import { expectationsOf } from './expectations.ts';
import { readText } from './files.ts';
import { output } from './output.ts';
import { specFiles, versions } from './own-files.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

export interface MergeOptions extends ExpectationOptions {
  readonly reporter?: readonly string[];
  readonly specUrl?: string;
  readonly quiet?: true;
  readonly color: boolean;
}

/** @param names files that `--reporter json=FILE` wrote, one for each shard */
export async function mergeCommand(
  names: readonly string[],
  options: MergeOptions,
  terminal: Terminal,
): Promise<number> {
  const outputs = outputsOf(options.reporter ?? [], terminal.isTerminal);
  const expectations = await expectationsOf(options);
  const parts = await Promise.all(
    names.map(async (file) => ({ file, report: readReport(file, await readText(file)) })),
  );
  const files = specFiles();
  const clauses = catalogue(files);
  const [first] = parts;
  if (first !== undefined && first.report.clauseHash !== clauseHash(clauses)) {
    const { suite } = first.report.versions;
    throw new Mistake(
      `${first.file} was judged by another specification: merge it with suite ${suite}, this is ${versions().suite}.`,
    );
  }
  const merged = mergeReports(parts, ALL_CASES, { clauses, untestable: UNTESTABLE });
  const report = applyExpectations(merged, expectations);
  const context = {
    paint: paintOf(terminal, options.color),
    width: terminal.width,
    quiet: options.quiet ?? false,
    places: placesOf(files),
    command: replayCommandOf(report),
    ...specUrlOf(options.specUrl),
  };
  const faults = await output(report, outputs, context, terminal);
  for (const fault of faults) terminal.err(`ntm-conform: ${fault}\n`);
  if (faults.length > 0) return EXIT.suite;
  // What is wanting is only not judged, unless the target went away in a part that is there.
  const isShort = !report.complete && parts.every((part) => part.report.complete);
  const status = exitStatus({ ...report, complete: isShort || report.complete });
  return isShort && status === EXIT.good ? EXIT.unjudged : status;
}
