/** The foreign function interface, which is an optional dependency: the same on Node, Deno and Bun. */
import { createRequire } from 'node:module';
import process from 'node:process';

/** What is used of koffi; its own types are not there where it is not installed. */
export interface Koffi {
  /** Opens a library; null: what the program itself is linked with. */
  load(path: string | null): Library;
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

export interface Library {
  /** A function by its C declaration. A pointer takes a typed array, whose memory C then reads and writes. */
  func(declaration: string): ForeignFunction;
}

export interface ForeignFunction {
  (...values: unknown[]): unknown;
  /** The same in the thread pool; what it is given has to be held until the callback. */
  async(...values: unknown[]): void;
}

/** Either what was asked for, or one line that says what is missing for it. */
export type Found<What> =
  | { readonly found: What; readonly missing?: undefined }
  | { readonly found?: undefined; readonly missing: string };

let loaded: Found<Koffi> | undefined;

/** Loads koffi, once. */
export function loadKoffi(): Found<Koffi> {
  loaded ??= load();
  return loaded;
}

function load(): Found<Koffi> {
  if (process.platform !== 'linux') return { missing: `this needs Linux, and here is ${process.platform}` };
  try {
    return { found: createRequire(import.meta.url)('koffi') as Koffi };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/cannot find (module|package)/i.test(reason))
      return { missing: 'the package koffi is not installed: run "npm install koffi"' };
    return { missing: `the package koffi cannot be loaded: ${reason.replaceAll(/\s+/g, ' ')}` };
  }
}
