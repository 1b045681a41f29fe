/** One run of the suite against a target within reach, with what is shown meanwhile and the way to end it early. */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import type { Random } from '../../reference/core.ts';
import { impairedNet } from '../../reference/net/impaired.ts';
import type { Net } from '../../reference/net/net.ts';
import type { Case } from '../case.ts';
import { ALL_CASES } from '../cases/all.ts';
import { impairValue } from '../command/impair.ts';
import { Mistake } from '../command/mistake.ts';
import type { RunSettings } from '../command/run-options.ts';
import { whySilent } from '../command/silence.ts';
import type { Tap } from '../played/stage.ts';
import type { OnProgress, Progress } from '../progress.ts';
import { seededRandom } from '../random.ts';
import type { Report } from '../report.ts';
import { EXIT } from '../reporters/exit-status.ts';
import type { RunOptions } from '../runner/options.ts';
import { runSuite } from '../runner/run.ts';
import type { Clause } from '../spec-clauses.ts';
import { specTables } from '../spec-tables.ts';
import { twin } from '../twin/index.ts';
import { costs, specFiles, versions } from './own-files.ts';
import { progressLine } from './progress.ts';
import type { Reached } from './target.ts';
import type { Terminal } from './terminal.ts';
import { goldenVectors } from './vectors.ts';

/** What no two runs have in common. */
export interface Circumstances {
  /** Bytes that no other run draws, as hex. */
  readonly runNonce: string;
  readonly startedAt: string;
  readonly runtime: RunOptions['runtime'];
}

/** Those of a run that begins now. */
export function circumstances(): Circumstances {
  return {
    runNonce: randomBytes(16).toString('hex'),
    startedAt: new Date().toISOString(),
    runtime: runtime(),
  };
}

/** What the tester draws where no case does: its number at the adapter, and what is new between cases. */
export function testerRandom({ runNonce }: Circumstances): Random {
  return seededRandom('tester', runNonce);
}

export interface Job extends RunSettings, Pick<RunOptions, 'shard' | 'pics'> {
  readonly cases: readonly Case[];
  readonly clauses: readonly Clause[];
  /** The token of one failure to see again. */
  readonly replay?: string | undefined;
  readonly net: Net;
  /** What `--impair` says; empty for a network that is left alone. */
  readonly network?: string;
  /** How many cases are tried again where something did not come. */
  readonly secondTries?: number;
  /** Those of now, if not given. */
  readonly circumstances?: Circumstances;
}

/** Cases in which a datagram that was lost on the way is believed. */
const SECOND_TRIES = 8;

interface Hooks {
  readonly tap?: Tap;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Runs the suite; the target is closed at the end. */
export async function runJob(reached: Reached, job: Job, { tap, ...hooks }: Hooks = {}): Promise<Report> {
  const { target, sources, has } = reached;
  const { net, replay, network = '', circumstances: begun = circumstances(), ...settings } = job;
  const faults = impairValue(network);
  const vectors = goldenVectors();
  const { runNonce, ...times } = begun;
  const tables = specTables(specFiles());
  const around = { target, sources, has, network, runNonce, twin, vectors, tables };
  const seen = faults === undefined ? net : impairedNet(net, faults, job.seed);
  return await runSuite(
    { ...around, net: seen, ...(tap && { tap }) },
    {
      ...settings,
      ...hooks,
      ...(replay !== undefined && { replay }),
      allCases: ALL_CASES,
      costs: costs(),
      secondTries: job.secondTries ?? SECOND_TRIES,
      versions: versions(),
      ...times,
    },
  );
}

export interface Judgement {
  readonly report: Report;
  readonly interrupted: boolean;
}

/**
 * Runs the suite for a person.
 * @param quiet without a line of progress
 * @param tap sees every datagram
 * @param also is told how it goes on
 * @throws Mistake if a target without an adapter answers no opening.
 */
export async function judge(
  reached: Reached,
  job: Job,
  terminal: Terminal,
  quiet: boolean,
  tap?: Tap,
  also: OnProgress = () => undefined,
): Promise<Judgement> {
  const abort = new AbortController();
  const progress = progressLine(!quiet);
  const { target, config, heard, at } = reached;
  let [silent, interrupted] = [false, false];
  const onProgress = (event: Progress): void => {
    progress.on(event);
    also(event);
    // The sanity case came first; if no opening was answered, no other would be.
    if (event.kind !== 'sanity' || event.ok || config === undefined || heard.from(at).isOpen) return;
    silent = true;
    abort.abort();
  };
  const forget = terminal.onInterrupt(() => {
    // Should the end of the run hang, the second Ctrl-C ends the program.
    if (interrupted) process.exit(EXIT.interrupted);
    interrupted = true;
    abort.abort();
  });
  try {
    const hooks = { onProgress, signal: abort.signal, ...(tap && { tap }) };
    const net = config === undefined ? job.net : heard.around(job.net);
    const report = await runJob(reached, { ...job, net }, hooks);
    if (silent && !interrupted && config !== undefined)
      throw new Mistake(whySilent(at, config, heard.from(at), target.trouble?.()), EXIT.unjudged);
    return { report: interrupted ? { ...report, complete: false } : report, interrupted };
  } finally {
    forget();
    progress.end();
  }
}

function runtime(): RunOptions['runtime'] {
  const { versions: own, platform, arch } = process;
  const name = own.deno === undefined ? (own.bun === undefined ? 'node' : 'bun') : 'deno';
  return { name, version: own[name] ?? 'unknown', platform: `${platform} ${arch}` };
}
