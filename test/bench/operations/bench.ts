/** Benchmark `operations`: codec, cryptography and the suite itself on each runtime. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../page/section.ts';
import { Undo } from '../undo.ts';
import { operationsSection } from './report.ts';
import type { Runtime } from './runtimes.ts';
import { lacks, ROOT, runtimes } from './runtimes.ts';
import type { SuiteRun } from './suite.ts';
import { runSuite } from './suite.ts';

const PROGRAM = fileURLToPath(new URL('programs/operations.ts', import.meta.url));

export const operationsBench: Benchmark = {
  id: 'operations',
  title: 'Codec, cryptography and suite on each runtime',
  lacks,
  measure: async ({ quick, progress }) => {
    const [rounds, span] = quick ? [1, 5] : [3, 80];
    const undo = new Undo();
    const found = new Map<string, Map<string, number[]>>();
    const suites = new Map<string, SuiteRun>();
    const all = runtimes();
    try {
      for (let round = 1; round <= rounds; round++)
        for (const runtime of all) {
          progress(`round ${round} of ${rounds}: ${runtime.name}`);
          const times = found.get(runtime.name) ?? new Map<string, number[]>();
          found.set(runtime.name, times);
          for (const [name, rate] of Object.entries(await rates(undo, runtime, span)))
            times.set(name, [...(times.get(name) ?? []), rate]);
        }
      for (const runtime of all) {
        progress(`the suite on ${runtime.name}`);
        suites.set(runtime.name, await runSuite(undo, runtime, quick ? ['codec.*'] : []));
      }
    } finally {
      undo.all();
    }
    return operationsSection(found, suites, rounds);
  },
};

/** Of each operation how many a second. */
async function rates(undo: Undo, runtime: Runtime, span: number): Promise<Record<string, number>> {
  const [program = '', ...args] = [...runtime.source, PROGRAM, `${span}`];
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  undo.add(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`the operations on ${runtime.name} ended with ${status}`);
  return JSON.parse(text);
}
