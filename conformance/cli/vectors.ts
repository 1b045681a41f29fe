/** Reads the golden vectors that come with the suite. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { GoldenVector, VectorFamily } from '../golden-vectors.ts';

const folder = new URL('../../vectors/', import.meta.url);
/** What lies beside the families. */
const OTHERS: readonly string[] = ['manifest.json', 'schema.json'];

export function vectorFamilies(): VectorFamily[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !OTHERS.includes(name));
  return names.sort().map((name) => JSON.parse(fileText(name)) as VectorFamily);
}

/** All vectors, by family. */
export function goldenVectors(): GoldenVector[] {
  return vectorFamilies().flatMap(({ vectors }) => vectors);
}

/** The file of a family as it is. */
export function familyText(family: string): string {
  return fileText(`${family}.json`);
}

/** The manifest names every vector with its hash, so the beginning of its own hash stands for all. */
export function vectorsVersion(): string {
  return createHash('sha256').update(fileText('manifest.json')).digest('hex').slice(0, 16);
}

function fileText(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8');
}
