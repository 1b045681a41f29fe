/** Reads the golden vectors that come with the suite. */
import { readdirSync, readFileSync } from 'node:fs';
import type { GoldenVector } from '../golden-vectors.ts';

const folder = new URL('../../vectors/', import.meta.url);
/** What lies beside the families. */
const OTHERS: readonly string[] = ['manifest.json', 'schema.json'];

/** All vectors, by family. */
export function goldenVectors(): GoldenVector[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !OTHERS.includes(name));
  return names.sort().flatMap((name) => {
    // The project's own files, whose form its tests hold to their schema.
    const family = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as {
      readonly vectors: readonly GoldenVector[];
    };
    return family.vectors;
  });
}
