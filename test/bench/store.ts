/** The files of the page and of what was measured. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOf } from './page/files.ts';
import { benchmarks } from './page/list.ts';
import type { Stored } from './page/stored.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** All sections that have been measured, in the order of the page. */
export function stored(): Stored[] {
  const names = readdirSync(at('results/')).filter((name) => name.endsWith('.json'));
  const order = Object.keys(benchmarks);
  const read = names.map((name): Stored => JSON.parse(readFileSync(at(`results/${name}`), 'utf8')));
  return read.sort((a, b) => order.indexOf(a.section.id) - order.indexOf(b.section.id));
}

/** Keeps what was measured, in place of what was before. */
export function keep(measured: Stored): void {
  mkdirSync(at('results/'), { recursive: true });
  writeFileSync(at(`results/${measured.section.id}.json`), `${JSON.stringify(measured, undefined, 1)}\n`);
}

/** Writes the page and its plots; plots that it no longer has go. */
export function writePage(): void {
  const files = filesOf(stored());
  mkdirSync(at('plots/'), { recursive: true });
  for (const name of plots()) if (!files.has(name)) rmSync(at(name));
  for (const [path, text] of files) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  }
}

/** Paths of the plots that are there. */
export function plots(): string[] {
  return readdirSync(at('plots/')).map((name) => `plots/${name}`);
}

/** A file of the page as it is in the repository. */
export function fileOf(path: string): string {
  return readFileSync(at(path), 'utf8');
}
