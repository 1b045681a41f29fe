import { cp, link, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const COPIED = [
  'package.json',
  'reference',
  'adapters',
  'conformance',
  'vectors',
  'test/vectors',
  'test/tap/match.ts',
];

const STUB = 'test/mutants/stub.ts';

/** Tests that make vectors anew, of a role, and of the twin alone, which shares no code with what is changed. */
const LEFT_OUT = [
  'dns-answers.test.ts',
  'families.test.ts',
  'manifest.test.ts',
  'routes.test.ts',
  'schema.test.ts',
  'sequences.test.ts',
  'twin.test.ts',
];

/** Copies the project's sources, as they are: what {@link copyWith} starts from. */
export async function copySources(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const path of COPIED) await cp(join(ROOT, path), join(folder, path), { recursive: true });
  await cp(join(ROOT, STUB), join(folder, STUB));
  await writeFile(join(folder, 'test/tap.ts'), "export { default, runtime } from './mutants/stub.ts';\n");
}

/** A second name for each file: much faster than copies, of which there is one for each mutant. */
async function linkAll(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    await (entry.isDirectory() ? linkAll(source, target) : link(source, target));
  }
}

/** Makes a project of the sources in a folder, with a mutant or as they are. @returns its tests, as places of files. */
export async function copyWith(
  mutant: Mutant | undefined,
  sources: string,
  folder: string,
): Promise<string[]> {
  await linkAll(sources, folder);
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  for (const { file, find, replace } of mutant?.changes ?? []) {
    const path = join(folder, file);
    const before = await readFile(path, 'utf8');
    if (before.split(find).length !== 2) throw new Error(`${mutant?.id}: ${file} has not once: ${find}`);
    // Not written over: the file has other names.
    await rm(path);
    await writeFile(
      path,
      before.replace(find, () => replace),
    );
  }
  const tests = await readdir(join(folder, 'test/vectors'));
  return tests
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.includes(name))
    .sort()
    .map((name) => join(folder, 'test/vectors', name));
}

/** What stands in for tap in the copy of a test. */
export function stubOf(test: string): string {
  return join(dirname(dirname(dirname(test))), STUB);
}
