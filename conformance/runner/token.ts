/** The replay token: all that it takes to see one failure again, as one word. */
import type { RunOptions } from './options.ts';

export interface ReplayToken {
  /** The suite's version; another may draw other values. */
  readonly suite: string;
  readonly caseId: string;
  readonly seed: string;
  readonly depth: string;
  /** fast-check's path to the counterexample; empty for a script. */
  readonly path: string;
  /** fast-check's record of which commands a model run executed. */
  readonly commands: string;
  /** The impairment of the network, as `--impair` takes it; empty for none. */
  readonly network: string;
}

/** The text is no token; the message says what is wrong with it. */
export class TokenError extends Error {}

export function writeToken({ suite, caseId, seed, depth, path, commands, network }: ReplayToken): string {
  const json = JSON.stringify([suite, caseId, seed, depth, path, commands, network]);
  return Buffer.from(json).toString('base64url');
}

/** @throws TokenError */
export function readToken(text: string): ReplayToken {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw new TokenError('the replay token is cut short or is none: copy all of it');
  }
  if (!Array.isArray(parts) || parts.length !== 7 || !parts.every((part) => typeof part === 'string')) {
    throw new TokenError('the replay token is of another kind: make a new one with this version');
  }
  const [suite, caseId, seed, depth, path, commands, network] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { suite, caseId, seed, depth, path, commands, network };
}

/** What a run is told so that it shows one failure again. @throws TokenError if it is of a case that is not there. */
export function replayed(options: RunOptions, token: ReplayToken): RunOptions {
  const info = options.cases.find(({ id }) => id === token.caseId);
  if (info === undefined)
    throw new TokenError(`the replay token is for ${token.caseId}, which this suite does not have`);
  return { ...options, cases: [info], seed: token.seed, depth: token.depth as RunOptions['depth'] };
}
