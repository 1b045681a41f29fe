/** The default command: runs cases against a target and reports. */
import { randomBytes } from 'node:crypto';
import type { Case } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import { impairValue } from '../command/impair.ts';
import { caughtAlone } from '../command/kill-table.ts';
import { Mistake } from '../command/mistake.ts';
import type { Shard } from '../command/portion.ts';
import { shardOf, shardValue, withinBudget } from '../command/portion.ts';
import { reachOf } from '../command/reach.ts';
import type { Outputs } from '../command/reporter-value.ts';
import { checkListOutputs, outputsOf, specUrlOf } from '../command/reporter-value.ts';
import type { WrittenRunOptions } from '../command/run-options.ts';
import { captureOf, evidenceOf, replayCommand, replayOf, settingsOf } from '../command/run-options.ts';
import { chosenCases, selectionOf } from '../command/selection.ts';
import { milliseconds } from '../command/values.ts';
import { applyExpectations } from '../expectations/apply.ts';
import type { Report } from '../report.ts';
import type { Context } from '../reporters/context.ts';
import { EXIT, exitStatus } from '../reporters/exit-status.ts';
import { renderListJson } from '../reporters/json.ts';
import { renderList } from '../reporters/list.ts';
import { PLAIN } from '../reporters/paint.ts';
import { placesOf } from '../reporters/places.ts';
import { catalogue } from '../spec-clauses.ts';
import type { CaptureFiles } from './capture.ts';
import { captureFiles } from './capture.ts';
import { beginEvidence } from './evidence.ts';
import { expectationsOf } from './expectations.ts';
import { writeText } from './files.ts';
import { circumstances, judge, testerRandom } from './judge.ts';
import { output } from './output.ts';
import { costs, killTable, specFiles } from './own-files.ts';
import { claimsFor, picsOf } from './pics.ts';
import { netOf, reachTarget } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

export async function run(
  patterns: readonly string[],
  options: WrittenRunOptions,
  terminal: Terminal,
): Promise<number> {
  return (await runOnce(patterns, options, terminal)).status;
}

/** What came of one run. */
export interface Ran {
  readonly status: number;
  /** Undefined where none was asked for. */
  readonly report?: Report;
}

/** @param before the report to compare with, in place of that of `--baseline` */
export async function runOnce(
  patterns: readonly string[],
  options: WrittenRunOptions,
  terminal: Terminal,
  before?: Report,
): Promise<Ran> {
  const files = specFiles();
  const clauses = catalogue(files);
  const settings = settingsOf(options, randomBytes(4).toString('hex'));
  const outputs = outputsOf(options.reporter ?? [], terminal.isTerminal);
  const captured = captureOf(options);
  const recorded = evidenceOf(options);
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
  const ofTarget = ofRole === undefined ? cases : cases.filter(({ roles }) => roles.includes(ofRole));
  const network = token?.network ?? options.impair ?? '';
  // What is wrong about it is said before anything is started.
  impairValue(network);
  const shard = options.shard === undefined ? undefined : shardValue(options.shard);
  const wanted = portion(ofTarget, shard, options);
  const expected = await expectationsOf(options);
  const expectations = before === undefined ? expected : { ...expected, baseline: before };
  const claims = await picsOf(options.pics, clauses);
  if (wanted.length < ofTarget.length && !options.quiet)
    terminal.err(`${wanted.length} of ${ofTarget.length} cases are run.\n`);
  if (options.list) return { status: await list(wanted, outputs, options, terminal) };

  const context: Context = {
    paint: paintOf(terminal, options.color),
    width: terminal.width,
    quiet: options.quiet ?? false,
    places: placesOf(files),
    command: replayCommand(options),
    ...specUrlOf(options.specUrl),
  };
  const udp = netOf(reach);
  const begun = circumstances();
  const epoch = Date.now() - udp.now();
  const evidence = recorded && (await beginEvidence(recorded, udp, epoch));
  const net = evidence?.net ?? udp;
  let capture: CaptureFiles | undefined;
  try {
    capture = captured && captureFiles(captured, { cases, epoch, seed: settings.seed });
    const reached = await reachTarget(reach, options, net, capture?.tap, testerRandom(begun));
    try {
      const asked = ofTarget.flatMap(({ roles }) => roles);
      const pics = claims && (await claimsFor(reached.target, claims, asked));
      const chosen = { cases: wanted, clauses, ...(shard && { shard }), ...(pics && { pics }) };
      const parts = { ...chosen, replay: token && options.replay };
      const job = { ...settings, ...parts, net, network, circumstances: begun };
      const own = evidence?.terminal(terminal) ?? terminal;
      const judged = await judge(reached, job, own, options.quiet ?? false, capture?.tap);
      evidence?.over();
      const report = applyExpectations(judged.report, expectations);
      const faults = [...(await output(report, outputs, context, terminal)), ...(capture?.end() ?? [])];
      const bundle = await evidence?.end({ reached, job, report: judged.report });
      if (bundle?.fault !== undefined) faults.push(bundle.fault);
      for (const fault of faults) terminal.err(`ntm-conform: ${fault}\n`);
      if (bundle?.said !== undefined && !options.quiet) terminal.err(`${bundle.said}\n`);
      if (judged.interrupted) return { status: EXIT.interrupted, report };
      return { status: faults.length === 0 ? exitStatus(report) : EXIT.suite, report };
    } finally {
      await reached.end();
    }
  } finally {
    capture?.end();
    await evidence?.abandon();
  }
}

async function list(
  cases: readonly Case[],
  outputs: Outputs,
  options: WrittenRunOptions,
  terminal: Terminal,
): Promise<number> {
  checkListOutputs(outputs);
  const asked = options.reporter?.includes('json');
  const kills = killTable();
  const alone = kills && caughtAlone(kills);
  terminal.out(
    asked ? renderListJson(cases, alone) : renderList(cases, paintOf(terminal, options.color), alone),
  );
  let status: number = EXIT.good;
  for (const { kind, file } of outputs.files) {
    const fault = await writeText(
      file,
      kind === 'json' ? renderListJson(cases, alone) : renderList(cases, PLAIN, alone),
    );
    if (fault === undefined) continue;
    status = EXIT.suite;
    terminal.err(`ntm-conform: ${fault}\n`);
  }
  return status;
}

/** What of the chosen cases is to run. @throws Mistake if nothing is left */
function portion(
  cases: readonly Case[],
  shard: Shard | undefined,
  { budget }: WrittenRunOptions,
): readonly Case[] {
  const ofShard = shard === undefined ? cases : shardOf(cases, shard, costs());
  const fitting =
    budget === undefined ? ofShard : withinBudget(ofShard, milliseconds('--budget', budget), costs());
  if (fitting.length > 0) return fitting;
  throw new Mistake('No case is left: give a longer --budget, or fewer shards.');
}
