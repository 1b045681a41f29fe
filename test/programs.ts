/** How tests start programs of this project on the runtime that runs them. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** `npm test` has built dist/ before: what Node before 22.18 runs then starts in a fourth of the time. */
const isBuilt = process.env.NTM_TEST_RUNTIME === 'node';

/** `ntmobile`: as its users have it, or by hand on Node the sources as they are. */
export const NTMOBILE = new URL(
  isBuilt ? '../reference/bin.js' : 'drivers/programs/ntmobile.ts',
  import.meta.url,
);

/** The program and the arguments that run a file of this project. */
export function commandFor(file: URL): string[] {
  return [process.execPath, ...flagsFor(file.pathname), fileURLToPath(file)];
}

function flagsFor(path: string): string[] {
  if ('Deno' in globalThis) return ['run', '--allow-all', '--quiet'];
  if ('Bun' in globalThis) return ['run'];
  return /\.m?ts$/.test(path) ? ['--import', new URL('typescript.js', import.meta.url).href] : [];
}
