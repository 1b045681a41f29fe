/**
 * Stands in for test/tap.ts in a copy with a mutant: runs the tests one after the other and stops at the first thing
 * that fails, so that many copies can be tested by one process.
 */
import assert from 'node:assert/strict';
import { matches } from '../tap/match.ts';

let queue: Promise<void> = Promise.resolve();
let failed: string | undefined;

class Failure extends Error {}

/** What failed first since this was asked last, undefined if nothing did. */
export async function takeFailure(): Promise<string | undefined> {
  await queue;
  const taken = failed;
  failed = undefined;
  return taken;
}

function check(ok: boolean, name = 'an assertion'): boolean {
  if (!ok) throw new Failure(name);
  return ok;
}

function isSame(found: unknown, wanted: unknown): boolean {
  try {
    assert.deepStrictEqual(found, wanted);
    return true;
  } catch {
    return false;
  }
}

async function run(name: string, body: (t: unknown) => unknown): Promise<void> {
  if (failed !== undefined) return;
  try {
    await body(t);
  } catch (fault) {
    failed ??=
      fault instanceof Failure ? `${name}: ${fault.message}` : `${name}: ${String(fault).split('\n')[0]}`;
  }
}

const t = {
  test(name: string, ...rest: unknown[]): Promise<void> {
    const [options] = rest as [{ skip?: string | false } | undefined];
    if (rest.length > 1 && options?.skip) return Promise.resolve();
    const body = rest.at(-1) as (t: unknown) => unknown;
    queue = queue.then(() => run(name, body));
    return queue;
  },
  equal: (found: unknown, wanted: unknown, name?: string) => check(Object.is(found, wanted), name),
  same: (found: unknown, wanted: unknown, name?: string) => check(isSame(found, wanted), name),
  ok: (value: unknown, name?: string) => check(Boolean(value), name),
  notOk: (value: unknown, name?: string) => check(!value, name),
  match: (found: unknown, wanted: unknown, name?: string) => check(matches(found, wanted), name),
  throws(body: () => unknown, _wanted?: unknown, name?: string): boolean {
    try {
      body();
    } catch {
      return true;
    }
    return check(false, name);
  },
  teardown: () => {},
  comment: () => {},
};

// biome-ignore lint/style/noDefaultExport: stands in for tap.ts
export default t;
export const runtime = 'node';
