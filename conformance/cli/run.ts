/** The default command: runs cases against a target and reports. */
import { randomBytes } from 'node:crypto';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { Case } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import type { Outputs, ReporterName } from '../command/reporter-value.ts';
import { outputsOf } from '../command/reporter-value.ts';
import type { WrittenRunOptions } from '../command/run-options.ts';
import { captureOf, reachOf, replayCommand, replayOf, settingsOf } from '../command/run-options.ts';
import { chosenCases, selectionOf } from '../command/selection.ts';
import type { Report } from '../report.ts';
import type { Context } from '../reporters/context.ts';
import { EXIT, exitStatus } from '../reporters/exit-status.ts';
import { renderJson, renderListJson } from '../reporters/json.ts';
import { renderList } from '../reporters/list.ts';
import { PLAIN } from '../reporters/paint.ts';
import { placesOf } from '../reporters/places.ts';
import { renderPretty } from '../reporters/pretty.ts';
import { renderTap } from '../reporters/tap.ts';
import { catalogue } from '../spec-clauses.ts';
import { captureFiles } from './capture.ts';
import { specFiles, writeText } from './files.ts';
import { judge } from './judge.ts';
import { reachTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

export async function run(
  patterns: readonly string[],
  options: WrittenRunOptions,
  terminal: Terminal,
): Promise<number> {
  const files = specFiles();
  const clauses = catalogue(files);
  const settings = settingsOf(options, randomBytes(4).toString('hex'));
  const outputs = outputsOf(options.reporter ?? [], terminal.isTerminal);
  const captured = captureOf(options);
  const reach = reachOf(options);
  const token = replayOf(
    options,
    patterns,
    ALL_CASES.map(({ id }) => id),
  );
  const selection = selectionOf(patterns, options);
  const cases = token
    ? ALL_CASES.filter(({ id }) => id === token.caseId)
    : chosenCases(ALL_CASES, clauses, selection, settings.profile);
  const ofRole = reach.target?.role;
  const wanted = ofRole === undefined ? cases : cases.filter(({ roles }) => roles.includes(ofRole));
  if (options.list) return list(wanted, outputs, options, terminal);

  const context: Context = {
    paint: paintOf(terminal, options.color),
    width: terminal.width,
    quiet: options.quiet ?? false,
    places: placesOf(files),
    command: replayCommand(options),
  };
  const net = udpNet();
  const capture = captured && captureFiles(captured, { cases, net, seed: settings.seed });
  try {
    const reached = await reachTarget(reach, options, net, capture?.tap);
    try {
      const job = { ...settings, cases: wanted, clauses, replay: token && options.replay, net };
      const judged = await judge(reached, job, terminal, options.quiet ?? false, capture?.tap);
      const faults = [
        ...(await output(judged.report, outputs, context, terminal)),
        ...(capture?.end() ?? []),
      ];
      for (const fault of faults) terminal.err(`ntm-conform: ${fault}\n`);
      if (judged.interrupted) return EXIT.interrupted;
      return faults.length === 0 ? exitStatus(judged.report) : EXIT.suite;
    } finally {
      await reached.end();
    }
  } finally {
    capture?.end();
  }
}

/** @returns one line for each file that could not be written. */
async function output(
  report: Report,
  outputs: Outputs,
  context: Context,
  terminal: Terminal,
): Promise<string[]> {
  terminal.out(render(outputs.console, report, context));
  const faults: string[] = [];
  for (const { kind, file } of outputs.files) {
    const fault = await writeText(file, render(kind, report, { ...context, paint: PLAIN }));
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

function render(kind: ReporterName, report: Report, context: Context): string {
  switch (kind) {
    case 'pretty':
      return renderPretty(report, context);
    case 'tap':
      return renderTap(report, context);
    case 'json':
      return renderJson(report);
  }
}

async function list(
  cases: readonly Case[],
  outputs: Outputs,
  options: WrittenRunOptions,
  terminal: Terminal,
): Promise<number> {
  const asked = options.reporter?.includes('json');
  terminal.out(asked ? renderListJson(cases) : renderList(cases, paintOf(terminal, options.color)));
  let status: number = EXIT.good;
  for (const { kind, file } of outputs.files) {
    const fault = await writeText(file, kind === 'json' ? renderListJson(cases) : renderList(cases, PLAIN));
    if (fault === undefined) continue;
    status = EXIT.suite;
    terminal.err(`ntm-conform: ${fault}\n`);
  }
  return status;
}
