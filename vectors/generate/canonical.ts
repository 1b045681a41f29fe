/** The forms of JSON that the files have: for people, and the one that is hashed. */
import { toHex } from '../../reference/bytes.ts';
import { sha256 } from '../../reference/crypto/hash.ts';
import type { FamilyFile, Json } from './vector.ts';

const WIDTH = 110;

/** Two blanks a level; what fits into a line stands in one line. Ends with a line break. */
export function pretty(value: Json): string {
  return `${lines(value, '', 0)}\n`;
}

/** @param before what stands in the line before it. */
function lines(value: Json, indent: string, before: number): string {
  const flat = oneLine(value);
  const isVector = typeof value === 'object' && value !== null && 'id' in value;
  if (value === null || typeof value !== 'object') return flat;
  if (!isVector && indent.length + before + flat.length < WIDTH) return flat;
  const deeper = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => `${deeper}${lines(item, deeper, 0)}`)
    : Object.entries(value).map(([name, item]) => {
        const label = `${JSON.stringify(name)}: `;
        return `${deeper}${label}${lines(item, deeper, label.length)}`;
      });
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${items.join(',\n')}\n${indent}${close}`;
}

function oneLine(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** JSON without blanks, names in ascending order (RFC 8785; there is nothing else in a vector that it would change). */
export function canonical(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}

/** SHA-256 of the canonical form. */
function digestOf(value: unknown): string {
  return toHex(sha256(new TextEncoder().encode(canonical(value as Json))));
}

/** The version of each family, and the digest of each vector; `<family>.world` is what its vectors share. */
export interface Manifest {
  readonly families: Readonly<Record<string, number>>;
  readonly vectors: Readonly<Record<string, string>>;
}

export function manifestOf(files: readonly FamilyFile[]): Manifest {
  return {
    families: Object.fromEntries(files.map(({ family, version }) => [family, version])),
    vectors: Object.fromEntries(
      files.flatMap(({ family, world, situations, vectors }) => [
        ...(world === undefined ? [] : [[`${family}.world`, digestOf({ world, situations })]]),
        ...vectors.map((vector) => [vector.id, digestOf(vector)]),
      ]),
    ),
  };
}

/** What a manifest took back of an older one: vectors that changed or went though their family has the same version. */
export function takenBack(old: Manifest, now: Manifest): string[] {
  const gone = Object.keys(old.families).filter((family) => now.families[family] === undefined);
  const lowered = Object.entries(old.families).filter(
    ([family, version]) => (now.families[family] ?? version) < version,
  );
  const changed = Object.entries(old.vectors).filter(([id, digest]) => {
    const family = id.slice(0, id.indexOf('.'));
    return old.families[family] === now.families[family] && now.vectors[id] !== digest;
  });
  return [...gone, ...lowered.map(([family]) => family), ...changed.map(([id]) => id)];
}
