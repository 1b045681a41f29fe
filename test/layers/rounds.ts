import { importsOf } from './check.ts';

/** The rounds in which sources import each other, types included, one line each: `a.ts > b.ts > a.ts`. */
export function rounds(files: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const source = files.get(path);
    if (source === undefined || done.has(path)) return;
    const at = way.indexOf(path);
    if (at >= 0) {
      found.push([...way.slice(at), path].join(' > '));
      return;
    }
    for (const target of importsOf(path, source)) visit(target, [...way, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  return found;
}
