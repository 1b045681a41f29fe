/** Counterexamples of faults that random rows find: found, made as small as can be, and the page says so. */
import { readFileSync } from 'node:fs';
import t from '../tap.ts';
import { shrinkAll, table } from './table.ts';

const all = await shrinkAll();

t.test('each is found by a row that was drawn, and made smaller', (t) => {
  for (const { name, result } of all) {
    t.equal(result.verdict, 'fail', name);
    t.ok((result.shrunk?.steps ?? 0) > 0, name);
  }
  t.equal(all.length, 5);
});

t.test('the smallest are no larger than the fault needs', (t) => {
  const smallest = new Map(all.map(({ name, result }) => [name, result.counterexample ?? '']));
  t.equal(smallest.get('forward-loses-a-size'), '{"size":700,"back":false}');
  t.match(smallest.get('forward-from-before-a-move'), /^move\(0, 0\) /);
  t.match(
    smallest.get('codec-seals-whole-blocks'),
    /^\{"plaintext":Uint8Array\.from\(\[0\]\),"suite":2,"type":1,"keyId":1,"sequence":0n,/,
  );
  t.match(smallest.get('codec-two-unknown-keys'), /"ignored":\[\[[^[\]]*\{[^[]*(\[[^\]]*\][^[]*)?\],\[/);
  t.match(smallest.get('codec-refuses-in-between'), /^\[\d+n(,\d+n){1,3}\]$/);
});

t.test('the page has the same, but for the time', (t) => {
  const page = readFileSync(new URL('../../adapters/saboteurs/shrinking.md', import.meta.url), 'utf8');
  const timeless = (text: string) => text.replaceAll(/\d+ ms \|$/gm, '|');
  t.ok(timeless(page).includes(timeless(table(all))), 'written anew by test/shrinking/run.ts');
});
