/**
 * Runs the other test files on Deno and Bun; with NTM_ALL_RUNTIMES each on both. Each of these says in its first point
 * which runtime it is.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('..', import.meta.url));
const runtimes = { deno: ['run', '--allow-all', '--quiet'], bun: ['run'] };

/** What these try is npm, tap, and a name server, which are the same whatever runs. */
const onNodeOnly = ['runtimes.test.ts', 'packaging.test.ts', 'e2e/five/bind.test.ts'];

/** Long, and a thing in which one runtime can hardly do otherwise than another: these run on Node, or on one more. */
const onOne: Readonly<Record<string, 'node' | 'deno' | 'bun'>> = {
  'conformance/cli-adapter.test.ts': 'bun',
  'conformance/cli-child.test.ts': 'node',
  'conformance/cli-pcap.test.ts': 'node',
  'conformance/cli-run.test.ts': 'node',
  'conformance/determinism.test.ts': 'bun',
  'conformance/faults.test.ts': 'node',
  'conformance/level0.test.ts': 'deno',
  // Embedded runs of all cases are there on each runtime.
  'conformance/reference/dc.test.ts': 'node',
  'conformance/reference/node.test.ts': 'node',
  'conformance/reference/relay.test.ts': 'node',
  'conformance/watch.test.ts': 'node',
  'e2e/five/ways.test.ts': 'bun',
  'evidence/judge.test.ts': 'node',
  'evidence/replay.test.ts': 'bun',
  'lab/faults.test.ts': 'bun',
  'lab/moves.test.ts': 'node',
  'lab/pairs.test.ts': 'deno',
  'roles/world/killed.test.ts': 'bun',
  'roles/world/lossy.test.ts': 'deno',
  'roles/world/recovery.test.ts': 'bun',
  'roles/world/set-up.test.ts': 'bun',
};
const isOnAll = process.env.NTM_ALL_RUNTIMES !== undefined;

/** Where code meets the platform: these run on both. Of all others each runs on one, in turns. */
const ON_BOTH = /^(adapters|channel|crypto|dns|drivers|net|tap|vectors|wire)\/|^(launch|tap)\./;

function onlyOn(file: string, index: number): 'node' | 'deno' | 'bun' | undefined {
  if (isOnAll || ON_BOTH.test(file)) return undefined;
  return onOne[file] ?? (index % 2 === 0 ? 'deno' : 'bun');
}

const found = await readdir(join(root, 'test'), { recursive: true });
const files = found.filter((path) => path.endsWith('.test.ts') && !onNodeOnly.includes(path)).sort();

t.jobs = 2;
t.setTimeout(1_800_000);

for (const [runtime, args] of Object.entries(runtimes)) {
  const program = join(root, 'node_modules', '.bin', runtime);
  t.ok(
    existsSync(program),
    `${runtime} is there: npm ci installs it (with --allow-scripts=${runtime} if need be)`,
  );
  // Not what tap has Node load for a test.
  const { NODE_OPTIONS: _, ...env } = process.env;
  for (const [index, file] of files.entries()) {
    const only = onlyOn(file, index);
    if (only !== undefined && only !== runtime) {
      const others = only === 'node' ? 'Node' : `Node and ${only}`;
      const skip = `runs on ${others}, and here with NTM_ALL_RUNTIMES`;
      t.test(`${runtime} ${file}`, { skip }, async () => {});
      continue;
    }
    const options = {
      cwd: root,
      env: { ...env, NTM_TEST_RUNTIME: runtime },
      timeout: 300_000,
      buffered: true,
    };
    t.spawn(program, [...args, join('test', file)], options, `${runtime} ${file}`);
  }
}
