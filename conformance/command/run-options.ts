/** The options of a run, as they were written and as they are meant. */
import type { Report } from '../report.ts';
import { DEPTHS, PROFILES } from '../report.ts';
import type { RunOptions } from '../runner/options.ts';
import type { ReplayToken } from '../runner/token.ts';
import { readToken, TokenError } from '../runner/token.ts';
import { Mistake } from './mistake.ts';
import type { ReachOptions } from './reach.ts';
import type { ChoosingOptions } from './selection.ts';
import { shellLine } from './shell.ts';
import { milliseconds, oneOf, wholeNumber } from './values.ts';

export interface WrittenRunOptions extends ReachOptions, ChoosingOptions {
  readonly profile: string;
  readonly list?: true;
  readonly depth: string;
  readonly runs?: string;
  readonly seed?: string;
  readonly replay?: string;
  readonly reporter?: readonly string[];
  readonly pcap?: string;
  readonly pcapKeys?: true;
  readonly evidence?: string;
  readonly sign?: string;
  readonly strict?: true;
  readonly slow?: true;
  readonly timeout: string;
  readonly jobs: string;
  readonly bail?: true;
  readonly quiet?: true;
  readonly watch?: true;
  readonly impair?: string;
  readonly shard?: string;
  readonly budget?: string;
  readonly waive?: string;
  readonly expectFail?: string;
  readonly baseline?: string;
  readonly pics?: string;
  readonly specUrl?: string;
  readonly color: boolean;
}

/** The file of `--pcap`, and whether its keys are wanted too. */
export interface WantedCapture {
  readonly file: string;
  readonly withKeys: boolean;
}

/** @throws Mistake */
export function captureOf({
  pcap,
  pcapKeys,
  list,
}: Pick<WrittenRunOptions, 'pcap' | 'pcapKeys' | 'list'>): WantedCapture | undefined {
  if (pcap === undefined && pcapKeys)
    throw new Mistake('--pcap-keys writes the keys of a capture: add --pcap FILE.');
  if (pcap === undefined) return undefined;
  if (list) throw new Mistake('--pcap records a run, and --list runs nothing: leave one of them away.');
  return { file: pcap, withKeys: pcapKeys ?? false };
}

/** The folder of `--evidence`, and the file of the key to sign it with. */
export interface WantedEvidence {
  readonly folder: string;
  readonly signWith: string | undefined;
}

/** @throws Mistake */
export function evidenceOf({ evidence, sign, list }: WrittenRunOptions): WantedEvidence | undefined {
  if (evidence === undefined && sign !== undefined)
    throw new Mistake('--sign signs the evidence of a run: add --evidence DIR.');
  if (evidence === undefined) return undefined;
  if (list) throw new Mistake('--evidence records a run, and --list runs nothing: leave one of them away.');
  return { folder: evidence, signWith: sign };
}

export type RunSettings = Pick<
  RunOptions,
  'seed' | 'depth' | 'runs' | 'profile' | 'strict' | 'slow' | 'jobs' | 'timeout' | 'bail'
>;

/** @param seed for a run that is told none. @throws Mistake */
export function settingsOf(options: WrittenRunOptions, seed: string): RunSettings {
  return {
    seed: options.seed ?? seed,
    depth: oneOf('--depth', options.depth, DEPTHS),
    ...(options.runs !== undefined && { runs: wholeNumber('--runs', options.runs, 1, 1_000_000) }),
    profile: oneOf('--profile', options.profile, PROFILES),
    strict: options.strict ?? false,
    // A failure that is to be seen again is waited for.
    slow: options.slow ?? options.replay !== undefined,
    jobs: wholeNumber('--jobs', options.jobs, 1, 1024),
    timeout: milliseconds('--timeout', options.timeout),
    bail: options.bail ?? false,
  };
}

/** The token of `--replay`, which chooses its case itself. @throws Mistake */
export function replayOf(
  options: WrittenRunOptions,
  patterns: readonly string[],
  known: readonly string[],
): ReplayToken | undefined {
  if (options.replay === undefined) return undefined;
  const others = [patterns, options.role, options.clause, options.level, options.grep].flatMap(
    (list) => list ?? [],
  );
  if (others.length > 0) throw new Mistake('--replay names its case itself: leave the other choices away.');
  try {
    const token = readToken(options.replay);
    if (known.includes(token.caseId)) return token;
    throw new TokenError(`the replay token is for ${token.caseId}, which this suite does not have`);
  } catch (error) {
    if (error instanceof TokenError) throw new Mistake(`--replay: ${error.message}.`);
    throw error;
  }
}

/** The command that runs against the same target in the same way, for a replay token to be added. */
export function replayCommand(options: WrittenRunOptions): string {
  const each = (flag: string, values: readonly string[] | string | undefined): string[] =>
    [values ?? []].flat().flatMap((value) => [flag, value]);
  return shellLine([
    'ntm-conform',
    ...each('--target', options.target),
    ...each('--config', options.config),
    ...each('--secret-file', options.secretFile),
    ...each('--token-file', options.tokenFile),
    ...each('--source', options.source),
    ...each('--listen', options.listen),
    ...each('--advertise', options.advertise),
    ...(options.strict ? ['--strict'] : []),
  ]);
}

/** The same as far as a report knows of it: the file with which a target without an adapter was configured is `FILE`. */
export function replayCommandOf({ target, strict }: Pick<Report, 'target' | 'strict'>): string {
  const isEmbedded = target.address === 'embedded';
  return shellLine([
    'ntm-conform',
    ...(isEmbedded ? [] : ['--target', target.address]),
    ...(target.level === 0 ? ['--config', 'FILE'] : []),
    ...(strict ? ['--strict'] : []),
  ]);
}
