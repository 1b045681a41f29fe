import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { runtime } from './tap.ts';

const source = `export async function main(argv: string[]): Promise<number> {
  console.log('source', ...argv);
  return 7;
}`;
const built = `export async function main(argv) {
  console.log('built', ...argv);
  return 7;
}`;
/** Leaves a socket open behind it, and more on standard output than a pipe holds. */
const busy = `import { createSocket } from 'node:dgram';
export async function main() {
  await new Promise((done) => createSocket('udp4').bind(0, '127.0.0.1', done));
  process.stdout.write('x'.repeat(1_000_000));
  return 0;
}`;

const takesTypeScript = runtime !== 'node' || Boolean(Reflect.get(process.features, 'typescript'));

async function run(folder: string): Promise<{ status: number | null; out: string; err: string }> {
  const args = { node: [], deno: ['run', '--allow-all'], bun: [] }[runtime];
  // Not with what makes an older Node take TypeScript in tests.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...args, join(folder, 'conformance/bin.js'), 'a', 'b'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    texts.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    texts.err += chunk;
  });
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, ...texts };
}

t.test('a program starts', async (t) => {
  const temp = await mkdtemp(join(tmpdir(), 'launch-'));
  t.teardown(() => rm(temp, { recursive: true }));

  async function project(name: string, files: Record<string, string>): Promise<string> {
    const folder = join(temp, name);
    for (const file of ['reference/launch.js', 'conformance/bin.js', 'package.json']) {
      await cp(fileURLToPath(new URL(`../${file}`, import.meta.url)), join(folder, file));
    }
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    return folder;
  }
  const both = { 'conformance/cli/main.ts': source, 'dist/conformance/cli/main.js': built };

  await t.test('from its sources where the runtime takes them, else from dist', async (t) => {
    const found = await run(await project('both', both));
    t.same(found, { status: 7, out: `${takesTypeScript ? 'source' : 'built'} a b\n`, err: '' });
  });
  await t.test('from dist where it was installed', async (t) => {
    const found = await run(await project('node_modules/installed', both));
    t.same(found, { status: 7, out: 'built a b\n', err: '' });
  });
  await t.test('or says in one line that it is not built', async (t) => {
    const folder = await project('sources', { 'conformance/cli/main.ts': source });
    const err = `Not built yet: run "npm run build" in ${folder}/, or use Deno, Bun or Node 22.18 or later.\n`;
    const wanted = takesTypeScript
      ? { status: 7, out: 'source a b\n', err: '' }
      : { status: 2, out: '', err };
    t.same(await run(folder), wanted);
  });
  await t.test('or says in one line that it is not there', async (t) => {
    const err =
      'This copy of ntmobile-conformance is incomplete: conformance/cli/main is missing. Install it again.\n';
    t.same(await run(await project('nothing', {})), { status: 2, out: '', err });
  });
  await t.test('and ends, with all its output, though a socket is open', async (t) => {
    const files = { 'conformance/cli/main.ts': busy, 'dist/conformance/cli/main.js': busy };
    const found = await run(await project('busy', files));
    t.same({ ...found, out: found.out.length }, { status: 0, out: 1_000_000, err: '' });
  });
});
