// Builds dist/ for Node versions that do not run TypeScript: compiles the sources and copies the files
// that they read, so that every relative place is the same in dist/. Runs as npm's `prepare` script.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
// Built beside it and put in its place when complete: a failed build leaves the last good one.
const fresh = join(root, 'dist.new');
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs');
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
  rmSync(fresh, { recursive: true, force: true });
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) return status ?? 1;
  for (const folder of ['reference', 'conformance', 'vectors']) copyAssets(folder);
  cpSync(join(root, 'package.json'), join(fresh, 'package.json'));
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
  return 0;
}

function copyAssets(folder) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && !notCopied.test(path)) cpSync(join(root, path), join(fresh, path));
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
