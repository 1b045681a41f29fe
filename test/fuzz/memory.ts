import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * By how much what is in use may grow between the first tenth of a run and its end, in bytes: room for tables that
 * are full by accident at the one moment and not at the other, and for code that was compiled meanwhile.
 */
export const MARGIN = 12 * 1024 * 1024;

/** What is in use after a collection, in bytes; undefined where no collection can be had. */
export function memoryInUse(): number | undefined {
  const collect = collector();
  if (collect === undefined) return undefined;
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function collector(): (() => void) | undefined {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc: (force: boolean) => void } };
  if (gc !== undefined) return gc;
  if (Bun !== undefined) return () => Bun.gc(true);
  try {
    setFlagsFromString('--expose-gc');
    const made: unknown = runInNewContext('gc');
    return typeof made === 'function' ? (made as () => void) : undefined;
  } catch {
    return undefined;
  }
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
