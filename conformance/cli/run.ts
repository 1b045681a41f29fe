/** The default command: runs cases against a target and reports. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { udpNet } from '../../reference/net/udp/udp.ts';
import type { Case } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import type { Outputs, ReporterName } from '../command/reporter-value.ts';
import { outputsOf } from '../command/reporter-value.ts';
import type { RunSettings, WrittenRunOptions } from '../command/run-options.ts';
import { reachOf, replayCommand, replayOf, settingsOf } from '../command/run-options.ts';
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
import type { RunOptions } from '../runner/options.ts';
import { runSuite } from '../runner/run.ts';
import { catalogue } from '../spec-clauses.ts';
import { specFiles, versions, writeText } from './files.ts';
import { progressLine } from './progress.ts';
import type { Reached } from './target.ts';
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
  const reached = await reachTarget(reach, options, net);
  try {
    const judged = await interruptible(terminal, (signal) =>
      judge(reached, {
        ...settings,
        ...(token && { replay: options.replay ?? '' }),
        cases: wanted,
        clauses,
        signal,
        quiet: options.quiet ?? false,
        net,
      }),
    );
    const written = await output(judged.report, outputs, context, terminal);
    if (judged.interrupted) return EXIT.interrupted;
    return written ? exitStatus(judged.report) : EXIT.suite;
  } finally {
    await reached.end();
  }
}

interface Judging extends RunSettings, Pick<RunOptions, 'cases' | 'clauses' | 'replay' | 'signal'> {
  readonly quiet: boolean;
  readonly net: ReturnType<typeof udpNet>;
}

async function judge(reached: Reached, { quiet, net, ...options }: Judging): Promise<Report> {
  const progress = progressLine(!quiet);
  try {
    return await runSuite(
      {
        net,
        target: reached.target,
        sources: reached.sources,
        has: reached.has,
        network: '',
        runNonce: randomBytes(16).toString('hex'),
      },
      {
        ...options,
        allCases: ALL_CASES,
        versions: versions(),
        runtime: runtime(),
        startedAt: new Date().toISOString(),
        onProgress: progress.on,
      },
    );
  } finally {
    progress.end();
  }
}

/** The first Ctrl-C ends the run early, with a report; the second one ends the program. */
async function interruptible(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<Report>,
): Promise<{ readonly report: Report; readonly interrupted: boolean }> {
  const controller = new AbortController();
  let forget = terminal.onInterrupt(() => {
    controller.abort();
    terminal.err('Ending: the cases under way are finished first. Once more ends at once.\n');
    forget = terminal.onInterrupt(() => process.exit(EXIT.interrupted));
  });
  try {
    const report = await work(controller.signal);
    const interrupted = controller.signal.aborted;
    return { report: interrupted ? { ...report, complete: false } : report, interrupted };
  } finally {
    forget();
  }
}

/** @returns whether everything that was asked for could be written. */
async function output(
  report: Report,
  outputs: Outputs,
  context: Context,
  terminal: Terminal,
): Promise<boolean> {
  terminal.out(render(outputs.console, report, context));
  let good = true;
  for (const { kind, file } of outputs.files) {
    const fault = await writeText(file, render(kind, report, { ...context, paint: PLAIN }));
    if (fault === undefined) continue;
    good = false;
    terminal.err(`ntm-conform: ${fault}\n`);
  }
  return good;
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

function runtime(): RunOptions['runtime'] {
  const { versions: own, platform, arch } = process;
  const name = own.deno === undefined ? (own.bun === undefined ? 'node' : 'bun') : 'deno';
  return { name, version: own[name] ?? 'unknown', platform: `${platform} ${arch}` };
}
