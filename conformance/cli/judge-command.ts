/** `judge`: every verdict of a recorded run once more, without the target. */
import { ALL_CASES } from '../cases/all.ts';
import { Mistake } from '../command/mistake.ts';
import { outputsOf } from '../command/reporter-value.ts';
import { captureOf, replayCommandOf } from '../command/run-options.ts';
import { differences } from '../evidence/compare.ts';
import type { Manifest } from '../evidence/manifest.ts';
import { wayOf } from '../evidence/manifest.ts';
import { Divergence, Replay } from '../evidence/replay.ts';
import { applyExpectations } from '../expectations/apply.ts';
import type { Tap } from '../played/stage.ts';
import type { Progress } from '../progress.ts';
import type { Report } from '../report.ts';
import type { Context } from '../reporters/context.ts';
import { EXIT, exitStatus } from '../reporters/exit-status.ts';
import { placesOf } from '../reporters/places.ts';
import { catalogue, clauseHash } from '../spec-clauses.ts';
import { Heard } from '../target/heard.ts';
import type { Way } from '../target/way.ts';
import { connect } from '../target/way.ts';
import type { Bundle } from './bundle.ts';
import { openBundle } from './bundle.ts';
import { captureFiles } from './capture.ts';
import type { ExpectationOptions } from './expectations.ts';
import { expectationsOf } from './expectations.ts';
import type { Job, Judgement } from './judge.ts';
import { judge, testerRandom } from './judge.ts';
import { output } from './output.ts';
import { specFiles, versions } from './own-files.ts';
import { readToken } from './target.ts';
import type { Terminal } from './terminal.ts';
import { paintOf } from './terminal.ts';

export interface JudgeOptions extends ExpectationOptions {
  readonly key?: string;
  readonly tokenFile?: string;
  readonly reporter?: readonly string[];
  readonly pcap?: string;
  readonly pcapKeys?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

/** Differences that are told one by one. */
const TOLD = 20;

/** @param folder what `--evidence` wrote. @returns 1 too if the report is not what follows from the record */
export async function judgeCommand(
  folder: string,
  options: JudgeOptions,
  terminal: Terminal,
): Promise<number> {
  const outputs = outputsOf(options.reporter ?? [], terminal.isTerminal);
  const captured = captureOf(options);
  const expectations = await expectationsOf(options);
  const bundle = await openBundle(folder, options.key);
  const { manifest } = bundle;
  const files = specFiles();
  const job = jobOf(manifest, files);
  const way = wayOf(manifest, await tokenOf(manifest, folder, options));
  const { epoch, settings } = manifest;
  const capture = captured && captureFiles(captured, { cases: job.cases, epoch, seed: settings.seed });
  let judged: Judgement;
  try {
    judged = await again(folder, bundle, way, job, terminal, capture?.tap);
  } finally {
    capture?.end();
  }
  const wrong = differences(bundle.report, asWritten(judged.report));
  const context: Context = {
    paint: paintOf(terminal, options.color),
    width: terminal.width,
    quiet: options.quiet ?? false,
    places: placesOf(files),
    command: replayCommandOf(judged.report),
  };
  const report = applyExpectations(judged.report, expectations);
  const faults = [...(await output(report, outputs, context, terminal)), ...(capture?.end() ?? [])];
  for (const fault of faults) terminal.err(`ntm-conform: ${fault}\n`);
  const signed = manifest.signer === null ? 'unsigned' : `signed by the key ${manifest.signer}`;
  terminal.err(`Evidence: ${folder}, ${manifest.turns} turns, ${signed}, SHA-256 ${bundle.digest}\n`);
  if (judged.interrupted) terminal.err('The run was interrupted: not all of its cases have a verdict.\n');
  tellDifferences(folder, wrong, terminal);
  if (faults.length > 0) return EXIT.suite;
  if (wrong.length > 0) return EXIT.failed;
  const status = exitStatus(report);
  return status === EXIT.good && judged.interrupted ? EXIT.unjudged : status;
}

/** What was run, in the words of this suite. @throws Mistake if it is another one */
function jobOf(manifest: Manifest, files: ReturnType<typeof specFiles>): Omit<Job, 'net'> {
  const own = versions();
  const { suite } = manifest.versions;
  const isSame = Object.entries(own).every(
    ([name, version]) => manifest.versions[name as keyof typeof own] === version,
  );
  const clauses = catalogue(files);
  if (!isSame || manifest.clauseHash !== clauseHash(clauses))
    throw new Mistake(
      suite === own.suite
        ? `This suite is ${own.suite} too, but its specification, vectors or contract are not those of the run: use the release.`
        : `The run was made with suite ${suite}, this is ${own.suite}: judge it with ${suite}, which alone sends the same.`,
    );
  const cases = manifest.cases.map((id) => {
    const found = ALL_CASES.find((info) => info.id === id);
    if (found !== undefined) return found;
    throw new Mistake(`This suite has no case ${id}, which was run: judge it with the release ${suite}.`);
  });
  const { network, shard, replay, pics, runNonce, startedAt, runtime } = manifest;
  const { runs, ...settings } = manifest.settings;
  return {
    ...settings,
    ...(runs !== undefined && { runs }),
    ...(network !== undefined && { network }),
    ...(shard && { shard }),
    ...(pics && { pics }),
    ...(replay !== undefined && { replay }),
    cases,
    clauses,
    circumstances: { runNonce, startedAt, runtime },
  };
}

async function tokenOf(
  { way }: Manifest,
  folder: string,
  { tokenFile }: JudgeOptions,
): Promise<Uint8Array | undefined> {
  if (way.token === (tokenFile !== undefined))
    return tokenFile === undefined ? undefined : await readToken(tokenFile);
  throw new Mistake(
    way.token
      ? `${folder} is of a run with a token, which is not in it: give it with --token-file FILE.`
      : `${folder} is of a run without a token: leave --token-file away.`,
  );
}

/** The run on what was recorded. @throws Mistake if it takes another way, for then there are no verdicts */
async function again(
  folder: string,
  bundle: Bundle,
  way: Way,
  job: Omit<Job, 'net'>,
  terminal: Terminal,
  tap: Tap | undefined,
): Promise<Judgement> {
  const net = new Replay({ turns: bundle.turns(), afterPromises: setImmediate });
  const last = whereabouts(tap);
  const own: Terminal = {
    ...terminal,
    onInterrupt: (callback) => {
      net.onInterrupt(callback);
      return () => net.onInterrupt(() => undefined);
    },
  };
  const { circumstances } = job;
  if (circumstances === undefined) throw new Error('a recorded run without its circumstances');
  try {
    return await net.run(async () => {
      const heard = new Heard();
      const around = way.config === undefined ? net : heard.around(net);
      const target = await connect(way, around, testerRandom(circumstances), last.tap);
      const reached = { ...way, target, heard, end: () => Promise.resolve() };
      return await judge(reached, { ...job, net }, own, true, last.tap, last.onProgress);
    });
  } catch (error) {
    if (!(error instanceof Divergence)) throw error;
    const where = last.caseOf(error.datagram);
    const why = way.token === undefined ? '' : ' A wrong token does this; if it is the right one,';
    throw new Mistake(
      `${folder} gives no verdicts: in turn ${error.turn}, ${where}, the suite does not do what it did in the run: ${error.message}.` +
        `${why === '' ? ' Judge' : `${why} judge`} it with suite ${bundle.manifest.versions.suite} as it was released.`,
      EXIT.unjudged,
    );
  }
}

/** Knows which cases are under way, and which one sent last. */
function whereabouts(tap: Tap | undefined) {
  let last: { caseId: string; peer: string; bytes: Uint8Array } | undefined;
  const running = new Set<string>();
  return {
    tap: {
      sent: (sent, stage) => {
        last = { caseId: stage.caseId, peer: sent.peer, bytes: sent.bytes };
        tap?.sent(sent, stage);
      },
      received: (received, stage) => tap?.received(received, stage),
    } satisfies Tap,
    onProgress(event: Progress): void {
      if (event.kind === 'case-start') running.add(event.id);
      if (event.kind === 'case-end') running.delete(event.result.id);
    },
    /** @param datagram that was to be sent */
    caseOf(datagram: Uint8Array | undefined): string {
      if (datagram !== undefined && last?.bytes === datagram) return `in ${last.caseId}, ${last.peer}`;
      const [first, ...others] = running;
      if (first === undefined) return 'with no case under way';
      return others.length === 0 ? `in ${first}` : `in ${first} or ${others.length} more that are under way`;
    },
  };
}

/** Without what JSON cannot hold. */
function asWritten(report: Report): Report {
  return JSON.parse(JSON.stringify(report)) as Report;
}

function tellDifferences(folder: string, wrong: readonly string[], terminal: Terminal): void {
  if (wrong.length === 0) return;
  terminal.err(`ntm-conform: the report in ${folder} is not what follows from its record:\n`);
  for (const line of wrong.slice(0, TOLD)) terminal.err(`  ${line}\n`);
  if (wrong.length > TOLD) terminal.err(`  and ${wrong.length - TOLD} more\n`);
}
