/** The manifest, and that it only ever grows. */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../vectors/generate/canonical.ts';
import { canonical, manifestOf, pretty, takenBack } from '../../vectors/generate/canonical.ts';
import { families } from '../../vectors/generate/families.ts';
import type { Json } from '../../vectors/generate/vector.ts';
import { commandFor } from '../programs.ts';
import t from '../tap.ts';
import { fileText, loadVectors } from './load.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest: Manifest = JSON.parse(fileText('manifest.json'));

t.test('it is that of the vectors', (t) => {
  t.ok(pretty(manifestOf(families()) as unknown as Json) === fileText('manifest.json'));
  const named = Object.keys(manifest.vectors).filter((id) => !id.endsWith('.world'));
  t.same(named, loadVectorsInOrder());
});

/** By the order of families in the manifest. */
function loadVectorsInOrder(): string[] {
  const all = loadVectors();
  return Object.keys(manifest.families).flatMap((family) =>
    all.filter(({ id }) => id.startsWith(`${family}.`)).map(({ id }) => id),
  );
}

t.test('the canonical form', (t) => {
  t.equal(
    canonical({ b: [1, null, 'x"\u00e9'], a: { d: true, c: {} } }),
    '{"a":{"c":{},"d":true},"b":[1,null,"x\\"\u00e9"]}',
  );
});

t.test('what is taken back is seen', (t) => {
  const old = { families: { a: 1, b: 1 }, vectors: { 'a.x': '1', 'a.y': '2', 'b.z': '3' } };
  t.same(takenBack(old, old), []);
  t.same(takenBack(old, { ...old, vectors: { ...old.vectors, 'a.new': '9' } }), []);
  t.same(takenBack(old, { ...old, vectors: { ...old.vectors, 'a.x': '9' } }), ['a.x']);
  t.same(takenBack(old, { ...old, vectors: { 'a.x': '1', 'a.y': '2' } }), ['b.z']);
  const raised = { families: { a: 2, b: 1 }, vectors: { 'a.x': '9', 'b.z': '3' } };
  t.same(takenBack(old, raised), []);
  t.same(takenBack(raised, old), ['a'], 'a version that went down');
  t.same(takenBack(old, { families: { a: 1 }, vectors: { 'a.x': '1', 'a.y': '2' } }), ['b']);
});

/** A command of git; undefined where there is none, or no repository. */
function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

const log = git('log', '--max-count=100', '--format=%H', '--', 'vectors/manifest.json');
const commits = (log ?? '').split('\n').filter((line) => line !== '');
const why = 'there is no history to compare with';

t.test('no manifest of the history was taken back', { skip: commits.length === 0 && why }, (t) => {
  let now = manifest;
  for (const commit of commits) {
    const text = git('show', `${commit}:vectors/manifest.json`);
    if (text === undefined) continue;
    const old: Manifest = JSON.parse(text);
    t.same(takenBack(old, now), [], commit);
    now = old;
  }
});

t.test('the generator compares by itself', (t) => {
  const [program = '', ...args] = commandFor(new URL('../../vectors/generate.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(program, [...args, '--check'], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  t.match(stdout, /^bodies: \d+: \d+ valid, \d+ invalid/m);
});
