/** The package as npm would publish and install it. Needs dist/, which `npm test` builds before. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from './tap.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const { name, dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

interface Outcome {
  readonly status: number;
  readonly out: string;
}

function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, out, err) => {
      resolve({ status: Number(error?.code ?? 0), out: error ? out + err : out });
    });
  });
}

const LEFT_BY_PYTHON = /\/(__pycache__|\.pytest_cache)\//;

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name).slice(root.length));
  return paths.filter((path) => !LEFT_BY_PYTHON.test(path));
}

const temp = await mkdtemp(join(tmpdir(), 'package-'));
t.teardown(() => rm(temp, { recursive: true }));

const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', temp], root);
const [{ filename, files: entries }] = JSON.parse(packed.out);
const paths = new Set<string>(entries.map((entry: { path: string }) => entry.path));

t.test('holds the sources, what is built of them, and what both read', async (t) => {
  const missing: string[] = [];
  for (const folder of ['reference', 'conformance', 'vectors', 'adapters']) {
    for (const path of await filesOf(folder)) {
      const plain = !/\.ts$|^reference.launch\.js$|^\w+.bin\.js$/.test(path) && folder !== 'adapters';
      const built = path.endsWith('.ts') ? [`dist/${path.slice(0, -3)}.js`] : plain ? [`dist/${path}`] : [];
      missing.push(...[path, ...built].filter((wanted) => !paths.has(wanted)));
    }
  }
  t.same(missing, []);
  for (const wanted of ['LICENSE', 'README.md', 'package.json', 'dist/package.json', '.ci/build.js']) {
    t.ok(paths.has(wanted), wanted);
  }
});

t.test('holds nothing else', (t) => {
  const folders = new Set([...paths].map((path) => path.split('/')[0]));
  const wanted = [
    '.ci',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'adapters',
    'conformance',
    'deno.json',
    'dist',
  ];
  const more = ['package.json', 'reference', 'tsconfig.build.json', 'tsconfig.json', 'vectors'];
  t.same([...folders].sort(), [...wanted, ...more].sort());
  t.same(
    [...paths].filter((path) => path.startsWith('.ci/')),
    ['.ci/build.js'],
  );
});

t.test('runs where it was installed', async (t) => {
  const modules = join(temp, 'app', 'node_modules');
  const home = join(modules, name);
  await mkdir(home, { recursive: true });
  t.equal(
    (await run('tar', ['xzf', join(temp, filename), '-C', home, '--strip-components=1'], temp)).status,
    0,
  );
  for (const dependency of Object.keys(dependencies)) {
    await mkdir(dirname(join(modules, dependency)), { recursive: true });
    await symlink(join(root, 'node_modules', dependency), join(modules, dependency));
  }
  await writeFile(join(temp, 'app', 'package.json'), JSON.stringify({ dependencies: { [name]: '*' } }));

  const runtimes: Record<string, [string, ...string[]]> = {
    node: [process.execPath],
    deno: [join(bin, 'deno'), 'run', '--allow-all'],
    bun: [join(bin, 'bun'), 'run'],
  };
  const wanted: Record<string, RegExp> = {
    'reference/bin.js --help': /^Usage: ntmobile /,
    'conformance/bin.js --help': /^Usage: ntm-conform /,
    'conformance/bin.js --list': /rs-s\./,
  };
  for (const [runtime, [program, ...before]] of Object.entries(runtimes)) {
    for (const [words, output] of Object.entries(wanted)) {
      const [file = '', ...after] = words.split(' ');
      const found = await run(program, [...before, join(home, file), ...after], join(temp, 'app'));
      t.equal(found.status, 0, `${runtime} ${words}: ${found.status === 0 ? 'ends well' : found.out}`);
      t.match(found.out, output, `${runtime} ${words}`);
    }
  }
});

t.test('needs no compiler to be installed', async (t) => {
  const bare = join(temp, 'bare');
  await mkdir(join(bare, '.ci'), { recursive: true });
  await cp(join(root, '.ci', 'build.js'), join(bare, '.ci', 'build.js'));
  const line = 'typescript is not installed, so nothing is built';
  const prepared = await run(process.execPath, ['.ci/build.js'], bare);
  t.same(prepared, { status: 0, out: `${line}: only Deno, Bun and Node 22.18 or later can run it.\n` });
  t.equal((await run(process.execPath, ['.ci/build.js', '--must'], bare)).status, 1);
  await mkdir(join(bare, 'dist'));
  const again = await run(process.execPath, ['.ci/build.js'], bare);
  t.same(again, { status: 0, out: `${line}: dist/ stays as it is.\n` });
});
