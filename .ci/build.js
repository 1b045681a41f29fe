// Builds dist/ for Node versions that do not run TypeScript: compiles the sources and copies the files
// that they read, so that every relative place is the same in dist/. Runs as npm's `prepare` script.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Built beside it and put in its place when complete: a failed build leaves the last good one.
const fresh = join(root, 'dist.new');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
// What dist/ was built of the last time.
const stamp = join(root, 'node_modules', '.cache', 'ntmobile', 'built');
const folders = ['reference', 'conformance', 'vectors', 'adapters'];
// Compiled, or what starts the programs: that is not built, for it has to be there always.
const notCopied = /\.ts$|^reference.launch\.js$|^\w+.bin\.js$/;

function build() {
  if (!existsSync(tsc)) {
    const now = existsSync(dist)
      ? 'dist/ stays as it is'
      : 'only Deno, Bun and Node 22.18 or later can run it';
    console.log(`typescript is not installed, so nothing is built: ${now}.`);
    return must ? 1 : 0;
  }
  const sources = digest();
  if (existsSync(dist) && existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return 0;
  rmSync(stamp, { force: true });
  rmSync(fresh, { recursive: true, force: true });
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) return status ?? 1;
  for (const folder of folders) if (folder !== 'adapters') copyAssets(folder);
  cpSync(join(root, 'package.json'), join(fresh, 'package.json'));
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, sources);
  return 0;
}

/** All that a build reads. */
function digest() {
  const hash = createHash('sha256');
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  for (const path of [...settings, '.ci/build.js', ...folders.flatMap(filesOf)]) {
    if (existsSync(join(root, path)))
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(root, path)))
        .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(folder) {
  if (!existsSync(join(root, folder))) return [];
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort();
}

function copyAssets(folder) {
  for (const path of filesOf(folder)) {
    if (!notCopied.test(path)) cpSync(join(root, path), join(fresh, path));
  }
}

/** Sets tap up for the plugins that package.json names; left to itself it does so during its first run only. */
function setUpTap() {
  if (!existsSync(tap)) return 0;
  return spawnSync(process.execPath, [tap, 'build'], { cwd: root, stdio: 'inherit' }).status ?? 1;
}

// As `prepare`, with no argument, all that can be done; as `npm run build`, dist/ and nothing else.
const must = process.argv.includes('--must');
process.exitCode = build() || (must ? 0 : setUpTap());
