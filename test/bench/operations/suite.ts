/** One run of the suite against the reference that comes with it, as a user has it: how long, and of what. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { folder } from '../tool.ts';
import type { Undo } from '../undo.ts';
import type { Runtime } from './runtimes.ts';
import { ROOT } from './runtimes.ts';

export interface SuiteRun {
  readonly cases: number;
  readonly seconds: number;
  /** Of processor time, of all its processes. */
  readonly processor: number;
  /** Verdicts that are neither good nor "not exercised". */
  readonly bad: number;
}

const FINE = new Set(['total', 'pass', 'warn', 'waived', 'not-applicable', 'not-exercised']);
/** The shell says what it and its children took: by the clock, of users', of the system's time. */
const TIME = 'TIMEFORMAT="%R %U %S"; time "$@" > /dev/null 2> /dev/null';

/** @param patterns of cases; all if there is none. @throws Error if there is no report. */
export async function runSuite(undo: Undo, runtime: Runtime, patterns: readonly string[]): Promise<SuiteRun> {
  const report = join(folder(undo), 'report.json');
  const words = [...runtime.packaged, 'conformance/bin.js', '--reporter', `json=${report}`, ...patterns];
  const child = spawn('bash', ['-c', TIME, 'time', ...words], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  undo.add(() => endGroup(child.pid));
  let text = '';
  child.stderr.on('data', (data) => {
    text += data;
  });
  await once(child, 'close');
  const [real, user, system] = text.trim().split(/\s+/).map(Number);
  if (real === undefined || user === undefined || system === undefined)
    throw new Error(`the suite on ${runtime.name} told no time: ${text}`);
  const { summary } = JSON.parse(readFileSync(report, 'utf8')) as { summary: Record<string, number> };
  const bad = Object.entries(summary).filter(([verdict]) => !FINE.has(verdict));
  return {
    cases: summary.total ?? 0,
    seconds: real,
    processor: user + system,
    bad: bad.reduce((sum, [, count]) => sum + count, 0),
  };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
