import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { UsageError } from '../drivers/config.ts';
import { chartLines } from '../trace/chart.ts';
import { mergeTraces } from '../trace/merge.ts';
import type { TraceRecord } from '../trace/record.ts';
import { readTraceRecord } from '../trace/record.ts';

/** Draws the traces of some files on stdout, the parties in the order of the files. @throws UsageError for a file that is none. */
export async function drawChart(files: readonly string[]): Promise<void> {
  const traces = await Promise.all(files.map(recordsOf));
  const parties = traces.flatMap(([first]) => (first === undefined ? [] : [first.self]));
  process.stdout.write(`${chartLines(mergeTraces(traces.flat(), parties)).join('\n')}\n`);
}

async function recordsOf(file: string): Promise<TraceRecord[]> {
  const lines = (await read(file)).split('\n');
  // A role that was killed may have begun a line.
  lines.pop();
  return lines.map((line, at) => {
    const record = readTraceRecord(line);
    if (record !== undefined) return record;
    throw new UsageError(`${file}:${at + 1}: is no line of a trace: name files that --trace wrote`);
  });
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: cannot be read (${code}): name files that --trace wrote`);
  }
}
