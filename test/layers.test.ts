import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { doesIo, importsOf, isIoLayer, violations } from './layers/check.ts';
import { rounds } from './layers/rounds.ts';
import t from './tap.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['reference', 'conformance', 'adapters', 'vectors', 'test'];

/** Every .ts file of the project, by its path from the root. */
async function sources(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const path of await readdir(join(root, folder), { recursive: true })) {
      if (!path.endsWith('.ts') || path.includes('node_modules')) continue;
      found.set(`${folder}/${path}`, await readFile(join(root, folder, path), 'utf8'));
    }
  }
  return found;
}

const files = await sources();
const code = [...files].filter(([path]) => !path.startsWith('test/'));

t.test('each folder imports what its layer may', (t) => {
  t.ok(code.length > 0);
  t.same(
    code.flatMap(([path, source]) => violations(path, source)),
    [],
  );
});

t.test('no folder mixes pure code and I/O', (t) => {
  const reaches = (path: string, seen = new Set<string>()): boolean => {
    const source = files.get(path);
    if (source === undefined || seen.has(path)) return false;
    seen.add(path);
    return doesIo(path, source) || importsOf(path, source).some((target) => reaches(target, seen));
  };
  const pure = code.filter(([path]) => isIoLayer(path) && !reaches(path));
  t.same(
    pure.map(([path]) => `${path} is pure and lies in a folder for I/O`),
    [],
  );
});

t.test('no file imports what imports it, not even for a type', (t) => {
  t.same(rounds(files), []);
  const sources = (pairs: Record<string, string>) => new Map(Object.entries(pairs));
  const round = { 'x/a.ts': `import './b.ts';`, 'x/b.ts': `import type { C } from '../c.ts';` };
  t.same(rounds(sources({ ...round, 'c.ts': `export * from './x/a.ts';` })), [
    'x/a.ts > x/b.ts > c.ts > x/a.ts',
  ]);
  t.same(rounds(sources({ ...round, 'c.ts': `import 'node:fs';`, 'd.ts': `import './c.ts';` })), []);
});

t.test('files are short', (t) => {
  const lines = [...files].map(([path, source]) => ({ path, lines: source.trimEnd().split('\n').length }));
  t.same(
    lines.filter((file) => file.lines > 400),
    [],
  );
  t.ok(lines.filter((file) => file.lines < 150).length >= lines.length / 2, 'half of them under 150 lines');
});

t.test('the check sees what breaks a layer', (t) => {
  const cases: [path: string, source: string, wanted: string[]][] = [
    ['reference/core.ts', `import type { A } from './address.ts';`, []],
    ['reference/core.ts', `import { a } from './wire/header.ts';`, ['imports reference/wire/header.ts']],
    ['reference/roles/rs-s/a.ts', `import '../dc/b.ts';`, ['imports reference/roles/dc/b.ts']],
    ['reference/roles/rs-s/a.ts', `import './b.ts'; import '../settings.ts'; import '../relay/t.ts';`, []],
    ['reference/roles/settings.ts', `export * from './rs-s/a.ts';`, ['imports reference/roles/rs-s/a.ts']],
    ['reference/wire/a.ts', `const a = await import('node:fs');`, ['imports node:fs']],
    ['reference/wire/a.ts', `export { z } from 'zod/mini'; import 'cbor-x/decode';`, []],
    ['reference/net/udp/a.ts', `import 'node:dgram'; setTimeout(() => {}, Date.now());`, []],
    [
      'reference/drivers/a.ts',
      `import type { R } from '../roles/rs-s/a.ts';`,
      ['imports reference/roles/rs-s/a.ts'],
    ],
    ['reference/channel/a.ts', `const a = Math.random() + Date.now();`, ['uses Math.random', 'uses Date']],
    ['reference/channel/a.ts', `const a = { process: b.performance };`, []],
    ['conformance/a.ts', `import '../reference/roles/rs-s/a.ts';`, ['imports reference/roles/rs-s/a.ts']],
    [
      'conformance/twin/a.ts',
      `import '../../reference/core.ts'; import 'node:crypto';`,
      ['imports reference/core.ts'],
    ],
    ['conformance/a.ts', `import './cli/a.ts';`, ['imports conformance/cli/a.ts']],
    ['elsewhere/a.ts', '', ['is in no layer']],
  ];
  for (const [path, source, wanted] of cases) {
    t.same(
      violations(path, source),
      wanted.map((text) => `${path} ${text}`),
      `${path}: ${source}`,
    );
  }
});
