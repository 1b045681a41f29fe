/** Which runtime this is; not from tap.ts, which would begin a test. */
export const runtime: 'node' | 'deno' | 'bun' =
  'Deno' in globalThis ? 'deno' : 'Bun' in globalThis ? 'bun' : 'node';
