/** The runtimes that are compared, and how each runs a program or the suite. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = `${ROOT}node_modules/.bin`;

export interface Runtime {
  readonly name: string;
  /** Runs a program from its source. */
  readonly source: readonly string[];
  /** Runs one of those that the package has. */
  readonly packaged: readonly string[];
}

const own = 'Bun' in globalThis || 'Deno' in globalThis ? 'node' : process.execPath;
const loader = ['--import', `${ROOT}test/typescript.js`];

/** Without that other release of Node if the environment names none. */
export function runtimes(): readonly Runtime[] {
  const other = process.env.NTM_NODE;
  const found: Runtime[] = [nodeAt(own)];
  if (other !== undefined) found.push(nodeAt(other));
  const run = [`${BIN}/deno`, 'run', '--allow-all', '--quiet'];
  found.push({ name: 'Deno', source: run, packaged: run });
  found.push({ name: 'Bun', source: [`${BIN}/bun`], packaged: [`${BIN}/bun`] });
  return found;
}

/** Its name begins with its release. */
function nodeAt(program: string): Runtime {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const release = /^v(\d+)/.exec(stdout ?? '')?.[1] ?? 'unknown';
  return { name: `Node ${release}`, source: [program, ...loader], packaged: [program] };
}

/** Why they cannot be compared, in one line. */
export function lacks(): string | undefined {
  const other = process.env.NTM_NODE;
  if (other !== undefined && !existsSync(other))
    return `NTM_NODE is ${other}, which is not there: name the program of another release of Node, or unset it`;
  for (const name of ['deno', 'bun']) if (!existsSync(`${BIN}/${name}`)) return `${name} is missing: npm ci`;
  if (!existsSync(`${ROOT}dist/conformance/cli/main.js`)) return 'dist/ is missing: npm run build';
  return existsSync('/bin/bash') ? undefined : 'bash is missing, which takes the time: apt-get install bash';
}
