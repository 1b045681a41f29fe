/**
 * Runs all other test files on Node, Deno and Bun, a few long ones on one of them: some of a folder in one process, one
 * after the other, which takes half the time of a process for each. Each process says in its first point which runtime it is.
 *
 * NTM_LEFT_OUT: only what is left out otherwise, so that with both each file has run on each runtime. NTM_NODE: the program
 * of another release of Node, which runs what meets the platform.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const root = fileURLToPath(new URL('..', import.meta.url));
const installed = (name: string): string => join(root, 'node_modules', '.bin', name);
const preload = ['--import', './test/typescript.js'];

interface Runtime {
  readonly name: string;
  readonly is: 'node' | 'deno' | 'bun';
  readonly program: string;
  readonly args: readonly string[];
}

const runtimes: Runtime[] = [
  { name: 'node', is: 'node', program: process.execPath, args: preload },
  { name: 'deno', is: 'deno', program: installed('deno'), args: ['run', '--allow-all', '--quiet'] },
  { name: 'bun', is: 'bun', program: installed('bun'), args: ['run'] },
];
const other = process.env.NTM_NODE;
if (other !== undefined) runtimes.push({ name: other, is: 'node', program: other, args: preload });

/** Long, and a thing in which one runtime can hardly do otherwise than another: these run on this one. */
const onOne: Readonly<Record<string, Runtime['is']>> = {
  // What these try is npm, imports in texts, and a name server, which are the same whatever runs.
  'packaging.test.ts': 'node',
  'layers.test.ts': 'bun',
  'e2e/five/bind.test.ts': 'node',
  'conformance/cli-adapter.test.ts': 'bun',
  'conformance/cli-child.test.ts': 'bun',
  'conformance/cli-pcap.test.ts': 'bun',
  'conformance/cli-run.test.ts': 'bun',
  'conformance/determinism.test.ts': 'bun',
  'conformance/faults.test.ts': 'node',
  'conformance/level0.test.ts': 'deno',
  'conformance/level0-end.test.ts': 'bun',
  // Embedded runs of all cases are there on each runtime.
  'conformance/outside.test.ts': 'bun',
  'conformance/reference/dc.test.ts': 'bun',
  'conformance/reference/node.test.ts': 'bun',
  'conformance/reference/relay.test.ts': 'bun',
  'conformance/watch.test.ts': 'node',
  'drivers/kernel/tables.test.ts': 'bun',
  'e2e/five/ways.test.ts': 'bun',
  'evidence/judge.test.ts': 'bun',
  'evidence/replay.test.ts': 'bun',
  'evidence/tampered.test.ts': 'bun',
  'fuzz/fuzz.test.ts': 'bun',
  'fuzz/party.test.ts': 'bun',
  'kills/each.test.ts': 'bun',
  'lab/balancer.test.ts': 'bun',
  'lab/cli.test.ts': 'bun',
  'lab/direct-lost.test.ts': 'bun',
  'lab/faults.test.ts': 'bun',
  'lab/moves.test.ts': 'bun',
  'lab/pairs.test.ts': 'bun',
  'lab/stories.test.ts': 'bun',
  'mutants/mutants.test.ts': 'bun',
  'netns/nats.test.ts': 'bun',
  'netns/scenarios.test.ts': 'bun',
  'roles/dc/twin-routes.test.ts': 'bun',
  'roles/world/calm.test.ts': 'deno',
  'roles/world/killed.test.ts': 'bun',
  'roles/world/lossy.test.ts': 'bun',
  'roles/world/names.test.ts': 'bun',
  'roles/world/recovery.test.ts': 'bun',
  'roles/world/set-up.test.ts': 'bun',
  'spec-page/page.test.ts': 'bun',
  'wire/cddl.test.ts': 'node',
};
/** What another release of Node does not run again: what is long, and alike on all releases. */
const LONG =
  /^(conformance|drivers\/cli|drivers\/kernel\/namespaces|e2e|evidence|fuzz|lab|mutants|roles|shrinking|spec-page|wireshark)\b/;
const isRest = process.env.NTM_LEFT_OUT !== undefined;

/** It changes the reference for all that comes after it. */
const ALONE = 'adapters/reference/variants.test.ts';

/** More of them in one process would be the last one to end. */
const FILES_EACH = 10;

const found = await readdir(join(root, 'test'), { recursive: true });
const files = found.filter((path) => path.endsWith('.test.ts') && path !== 'runtimes.test.ts').sort();

function isFor({ name, is }: Runtime, file: string): boolean {
  if (name === other && (LONG.test(file) || file in onOne)) return false;
  return ((onOne[file] ?? is) === is) !== isRest;
}

/** The files that a runtime runs, by the process that runs them. */
function* processes(runtime: Runtime): Generator<string[]> {
  const folders = new Map<string, string[]>();
  for (const file of files.filter((path) => isFor(runtime, path))) {
    const folder = file === ALONE ? file : file.replace(/\/.*/, '');
    folders.set(folder, [...(folders.get(folder) ?? []), join('test', file)]);
  }
  for (const tests of folders.values()) {
    const count = Math.ceil(tests.length / FILES_EACH);
    // Neighbours are alike: the long ones are spread.
    for (let at = 0; at < count; at++) yield tests.filter((_, index) => index % count === at);
  }
}

// Much of the time goes by in waiting.
t.jobs = 3;
t.setTimeout(3_600_000);

for (const runtime of runtimes) {
  const { name, is, program, args } = runtime;
  t.ok(existsSync(program), `${name} is there: npm ci installs it (with --allow-scripts=${name} if need be)`);
  const left = files.filter((file) => !isFor(runtime, file));
  if (left.length > 0) t.comment(`not on ${name}: ${left.join(', ')}`);
  // Not what tap has Node load for a test.
  const { NODE_OPTIONS: _, ...env } = process.env;
  for (const tests of processes(runtime)) {
    const options = {
      cwd: root,
      // Node from 22.8 on keeps there what it has compiled, of the types it strips too.
      env: { NODE_COMPILE_CACHE: join(root, '.tap', 'compiled'), ...env, NTM_TEST_RUNTIME: is },
      timeout: 600_000,
      buffered: true,
    };
    const what = tests.length === 1 ? tests : [join('test', 'several.ts'), ...tests];
    t.spawn(program, [...args, ...what], options, `${name} ${tests.join(' ')}`);
  }
}
