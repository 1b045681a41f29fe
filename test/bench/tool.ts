/** Programs of the benchmarks. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Undo } from './undo.ts';

/** The path of one. */
export function program(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}

/** A folder for files; it goes with the rest. What one that was killed left behind goes now. */
export function folder(undo: Undo): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^ntm-bench-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  const path = mkdtempSync(join(tmpdir(), `ntm-bench-${process.pid}-`));
  undo.add(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Compiles the tool for datagrams into a folder. @returns its path. @throws Error with what the compiler says */
export function compile(into: string): string {
  const path = join(into, 'datagrams');
  const { status, stderr } = spawnSync('gcc', ['-O2', '-o', path, program('datagrams.c')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`gcc: ${stderr}`);
  return path;
}
