/** Mistakes in the code that suite and reference share are caught by vectors that stay as they are. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandFor } from '../programs.ts';
import t, { runtime } from '../tap.ts';
import { MUTANTS } from './catalogue.ts';

interface Outcome {
  readonly id: string;
  /** The first failure by test. */
  readonly caught: Readonly<Record<string, string>>;
  readonly ms: number;
}

/** Processes side by side. */
const JOBS = 2;

/** Whether every test is tried on each, not only until one catches it. */
const ALL = process.env.NTM_ALL_MUTANTS === undefined ? [] : ['--all'];

const command = commandFor(new URL('run.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

function run(ids: readonly string[]): Promise<Outcome[]> {
  const [program = '', ...args] = command;
  const child = spawn(program, [...args, ...ALL, folder, ...ids], { timeout: 600_000 });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      if (status !== 0) reject(new Error(`exit status ${status}: ${err}`));
      else
        resolve(
          out
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        );
    });
  });
}

t.test('mutants have ids of their own', (t) => {
  const ids = MUTANTS.map(({ id }) => id);
  t.same(
    ids.filter((id, index) => ids.indexOf(id) !== index),
    [],
  );
  t.ok(ids.length >= 15);
});

// The code is the same on all runtimes, and so is what catches a mistake in it.
t.test(
  'each is caught, and nothing where there is none',
  { skip: runtime !== 'node' && 'runs on Node' },
  async (t) => {
    const ids = ['none', ...MUTANTS.map(({ id }) => id)];
    const shares = Array.from({ length: JOBS }, (_, job) => ids.filter((_, index) => index % JOBS === job));
    const outcomes = (await Promise.all(shares.map(run))).flat();
    const caughtBy = new Map(outcomes.map(({ id, caught }) => [id, caught]));
    t.same(caughtBy.get('none'), {}, 'the copy without a mutant passes');
    for (const { id, clause, breaks } of MUTANTS) {
      const caught = Object.entries(caughtBy.get(id) ?? {});
      t.ok(caught.length > 0, `${id} (${clause}): ${breaks}`);
      t.comment(`${id}: ${caught.map(([test, failure]) => `${test} (${failure})`).join('; ') || 'SURVIVED'}`);
    }
  },
);
