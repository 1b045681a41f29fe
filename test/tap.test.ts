import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { commandFor } from './programs.ts';
import t from './tap.ts';

/** Each file with the points that it must report, whatever the runtime, and whether it must exit with 0. */
const files: Record<string, { source: string; points: string[]; good: boolean }> = {
  'what holds passes': {
    source: `
      t.test('values', (t) => {
        t.equal(1n, 1n);
        t.equal(Number.NaN, Number.NaN);
        t.same(new Map([['a', Uint8Array.of(1)]]), new Map([['a', Uint8Array.of(1)]]));
        t.ok('x');
        t.notOk('');
        t.match({ a: 'hello', b: 1 }, { a: /^hel/ });
        t.match('hello', 'ell');
      });
      t.test('errors', async (t) => {
        t.throws(() => { throw new TypeError('no'); }, TypeError);
        await t.rejects(Promise.reject(new Error('late')), { message: 'late' });
        t.rejects(async () => { throw new Error('later'); }, /later/, 'not awaited');
      });
      t.test('order', (t) => {
        const seen = [];
        t.teardown(() => t.comment(seen.join()));
        t.teardown(() => seen.push('torn down'));
        t.test('not awaited', async (t) => { await Promise.resolve(); seen.push(1); t.ok(seen); });
        t.test('after it', (t) => { t.same(seen, [1]); });
      });
      t.test('left out', { skip: 'a reason' }, () => {});`,
    points: [
      ...['is equal', 'is equal', 'is the same', 'is truthy', 'is falsy', 'matches', 'matches'],
      ...['values', 'throws', 'rejects', 'not awaited', 'errors', 'is truthy', 'not awaited'],
      ...['is the same', 'after it', 'order', 'left out # SKIP a reason'],
    ].map((name) => `ok ${name}`),
    good: true,
  },
  'what does not hold fails': {
    source: `
      t.test('bad', async (t) => {
        t.equal(0, -0);
        t.equal('1', 1);
        t.same({ a: 1 }, { a: '1' });
        t.same(Uint8Array.of(1), Buffer.of(1));
        t.same(new Map([[1, 2]]), new Map([[1, 3]]));
        t.ok(0);
        t.notOk(1);
        t.match({ a: 1 }, { a: 1, b: 2 });
        t.throws(() => {});
        t.throws(() => { throw new Error('one'); }, /two/);
        await t.rejects(Promise.resolve());
        await t.rejects(Promise.reject(new Error('one')), RangeError);
      });`,
    points: [
      ...['is equal', 'is equal', 'is the same', 'is the same', 'is the same', 'is truthy', 'is falsy'],
      ...['matches', 'throws', 'throws', 'rejects', 'rejects', 'bad'],
    ].map((name) => `not ok ${name}`),
    good: false,
  },
  'a test without an assertion fails': {
    source: `t.test('empty', () => {});`,
    points: ['not ok asserts something', 'not ok empty'],
    good: false,
  },
  'a test that throws fails': {
    source: `t.test('thrown', async (t) => { t.ok(1); throw new Error('thrown'); });`,
    points: ['ok is truthy', 'not ok ends without an exception', 'not ok thrown'],
    good: false,
  },
  'a teardown that throws fails': {
    source: `t.test('torn', (t) => { t.ok(1); t.teardown(() => { throw new Error('torn'); }); });`,
    points: ['ok is truthy', 'not ok tears down', 'not ok torn'],
    good: false,
  },
};

/** Files of which only the exit status is the same everywhere. */
const bad: Record<string, string> = {
  'a file without a test fails': `t.comment('nothing');`,
  'a process that ends itself too early fails': `
    t.test('early', (t) => { t.ok(1); process.exit(0); });`,
  'a test that can never end fails': `
    t.test('endless', async (t) => { t.ok(1); await new Promise(() => {}); });`,
  'an error outside of a test fails': `
    t.test('good', (t) => { t.ok(1); });
    setTimeout(() => { throw new Error('outside'); }, 1);`,
  'another runtime than expected fails': `
    t.test('good', (t) => { t.ok(1); });`,
};

t.test('what a test file means', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tap-'));
  t.teardown(() => rm(folder, { recursive: true }));

  async function run(
    source: string,
    expected?: string,
  ): Promise<{ status: number | null; points: string[] }> {
    const file = join(folder, 'a.test.mts');
    await writeFile(file, `import t from '${new URL('./tap.ts', import.meta.url)}';\n${source}\n`);
    const [program = '', ...args] = commandFor(pathToFileURL(file));
    const { NTM_TEST_RUNTIME: _, ...env } = process.env;
    if (expected !== undefined) env.NTM_TEST_RUNTIME = expected;
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const points = [...text.matchAll(/^ *((?:not )?ok) \d+ - (.*?)(?: # time=.*)?$/gm)];
    return { status, points: points.map(([, ok, name]) => `${ok} ${name}`) };
  }

  for (const [name, { source, points, good }] of Object.entries(files)) {
    await t.test(name, async (t) => {
      const found = await run(source);
      t.same(found.points, points);
      t.equal(found.status === 0, good);
    });
  }
  for (const [name, source] of Object.entries(bad)) {
    await t.test(name, async (t) => {
      const found = await run(source, name.startsWith('another') ? 'none' : undefined);
      t.ok(found.status !== 0);
    });
  }
});
