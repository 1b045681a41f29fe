/**
 * What a test file uses: `import t from '../tap.ts'`. It prints TAP 14 for tap to read, which itself runs on Node only:
 * so a test means the same on Node, Deno and Bun. Stricter than tap's own assertions: `same` is strict, a test without an
 * assertion fails, and an assertion that nobody awaited is waited for.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { matches } from './tap/match.ts';
import { producerSink } from './tap/producer.ts';
import type { Diagnostic, Sink } from './tap/sink.ts';

export type Runtime = 'node' | 'deno' | 'bun';

export const runtime: Runtime = 'Deno' in globalThis ? 'deno' : 'Bun' in globalThis ? 'bun' : 'node';

export type Body = (t: T) => void | Promise<void>;

export interface T {
  /** A subtest. Subtests run one after the other, awaited or not. A skipped one says why. */
  test(name: string, body: Body): Promise<void>;
  test(name: string, options: { readonly skip: string | false }, body: Body): Promise<void>;
  /** The same value by Object.is. */
  equal(found: unknown, wanted: unknown, name?: string): boolean;
  /** Deeply the same, types and prototypes too; Map, Set, bigint and typed arrays included. */
  same(found: unknown, wanted: unknown, name?: string): boolean;
  ok(value: unknown, name?: string): boolean;
  notOk(value: unknown, name?: string): boolean;
  /** A RegExp, a part of a string, a class, or an object whose keys are matched one by one. */
  match(found: unknown, wanted: unknown, name?: string): boolean;
  throws(body: () => unknown, wanted?: unknown, name?: string): boolean;
  rejects(
    body: Promise<unknown> | (() => Promise<unknown>),
    wanted?: unknown,
    name?: string,
  ): Promise<boolean>;
  /** Runs after the test, the last one given first. */
  teardown(body: () => unknown): void;
  comment(text: string): void;
}

function facade(sink: Sink, scope: Scope): T {
  const report = (ok: boolean, name: string, why: () => Diagnostic): boolean => {
    if (scope.ended) throw new Error(`assertion after the end of its test: ${name}`);
    scope.assertions++;
    if (ok) sink.pass(name);
    else sink.fail(name, { ...why(), ...caller() });
    return ok;
  };
  const differ = (found: unknown, wanted: unknown) => () => ({ found: show(found), wanted: show(wanted) });
  const wait = <R>(promise: Promise<R>): Promise<R> => {
    scope.pending.push(promise);
    return promise;
  };

  const t: T = {
    test(name: string, ...rest: [Body] | [{ readonly skip: string | false }, Body]) {
      const body = rest.length === 1 ? rest[0] : rest[1];
      const skip = rest.length === 1 ? false : rest[0].skip;
      scope.assertions++;
      scope.running++;
      const over = sink.test(name, skip, (inner) => run(inner, body));
      return wait(over.finally(() => scope.running--));
    },
    equal: (found, wanted, name = 'is equal') =>
      report(Object.is(found, wanted), name, differ(found, wanted)),
    same: (found, wanted, name = 'is the same') => {
      try {
        assert.deepStrictEqual(found, wanted);
      } catch (error) {
        return report(false, name, () => ({ diff: (error as Error).message }));
      }
      return report(true, name, () => ({}));
    },
    ok: (value, name = 'is truthy') => report(Boolean(value), name, differ(value, true)),
    notOk: (value, name = 'is falsy') => report(!value, name, differ(value, false)),
    match: (found, wanted, name = 'matches') => report(matches(found, wanted), name, differ(found, wanted)),
    throws: (body, wanted, name = 'throws') => {
      let threw: [unknown] | undefined;
      try {
        body();
      } catch (error) {
        threw = [error];
      }
      const good = threw !== undefined && (wanted === undefined || matches(threw[0], wanted));
      return report(good, name, differ(threw ? threw[0] : 'nothing thrown', wanted));
    },
    rejects: (body, wanted, name = 'rejects') =>
      wait(
        (typeof body === 'function' ? Promise.resolve().then(body) : body).then(
          () => report(false, name, differ('not rejected', wanted)),
          (error) => report(wanted === undefined || matches(error, wanted), name, differ(error, wanted)),
        ),
      ),
    teardown: (body) => {
      scope.teardowns.push(body);
    },
    comment: (text) => sink.comment(text),
  };
  return t;
}

interface Scope {
  assertions: number;
  running: number;
  ended: boolean;
  readonly pending: Promise<unknown>[];
  readonly teardowns: (() => unknown)[];
}

function newScope(): Scope {
  return { assertions: 0, running: 0, ended: false, pending: [], teardowns: [] };
}

/** Runs one test to its end: body, what it left pending, teardowns. Never rejects. */
async function run(sink: Sink, body: Body): Promise<void> {
  const scope = newScope();
  const attempt = async (what: string, step: () => unknown) => {
    try {
      await step();
    } catch (error) {
      sink.fail(what, { error: show(error), ...caller(error instanceof Error ? error.stack : '') });
    }
  };
  await attempt('ends without an exception', () => body(facade(sink, scope)));
  for (let next = scope.pending.shift(); next; next = scope.pending.shift())
    await attempt('settles', () => next);
  if (scope.assertions === 0) sink.fail('asserts something', {});
  scope.ended = true;
  for (const teardown of scope.teardowns.reverse()) await attempt('tears down', teardown);
}

function show(value: unknown): string {
  return value instanceof Error
    ? (value.stack ?? String(value))
    : inspect(value, { depth: 8, maxArrayLength: 200 });
}

/** Where in the test file a stack begins, if it does. */
function caller(stack = new Error('here').stack): Diagnostic {
  const line = stack?.split('\n').find((text) => /^ *at .*\.test\.m?ts/.test(text));
  return line === undefined ? {} : { at: line.trim().replace(/^at (async )?/, '') };
}

const rootSink = producerSink();
const rootScope = newScope();
const root = facade(rootSink, rootScope);
rootSink.atEnd(async () => {
  for (const teardown of rootScope.teardowns.reverse()) await teardown();
});

/** How many tests and checks there are at the top of all files so far. */
export function assertions(): number {
  return rootScope.assertions;
}

process.on('exit', () => {
  // A file without a test, or one that ends itself amid a test.
  if (rootScope.assertions === 0 || rootScope.running > 0) process.exitCode = 1;
});

const expected = process.env.NTM_TEST_RUNTIME;
if (expected !== undefined) {
  root.test(`runs on ${expected}`, (t) => {
    t.equal(runtime, expected);
  });
}

export default root;
