/**
 * Tests copies with mutants: `run.ts [--all] FOLDER ID...`. The id `none` is the copy without one. One line of JSON
 * each. A mutant is done with once a test has caught it, unless all are asked for.
 */
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { MUTANTS } from './catalogue.ts';
import { copySources, copyWith, stubOf } from './copy.ts';

const all = process.argv.includes('--all');
const [folder = '', ...ids] = process.argv.slice(2).filter((argument) => argument !== '--all');

const sources = join(folder, `sources-${ids[0]}`);
await copySources(sources);

for (const id of ids) {
  const begin = performance.now();
  const mutant = MUTANTS.find((one) => one.id === id);
  const place = join(folder, id);
  const tests = await copyWith(mutant, sources, place);
  const caught = await failuresOf(tests);
  console.log(JSON.stringify({ id, caught, ms: Math.round(performance.now() - begin) }));
  await rm(place, { recursive: true });
}
process.exit(0);

/** The first failure in each test, by the name of its file. */
async function failuresOf(tests: readonly string[]): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const test of tests) {
    const failure = await failureOf(test);
    if (failure === undefined) continue;
    failures[basename(test, '.test.ts')] = failure;
    if (!all) break;
  }
  return failures;
}

async function failureOf(test: string): Promise<string | undefined> {
  try {
    await import(pathToFileURL(test).href);
    const stub = await import(pathToFileURL(stubOf(test)).href);
    return await stub.takeFailure();
  } catch (fault) {
    return `does not load: ${String(fault).split('\n')[0]}`;
  }
}
