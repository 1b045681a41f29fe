/** Runs several test files in one process, one after the other: `several.ts FILE...`, as paths of the working folder. */
import { resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import t, { assertions } from './tap.ts';

const files = process.argv.slice(2);
let over = 0;
process.on('exit', () => {
  if (over !== files.length) process.exitCode = 1;
});

for (const file of files) {
  const before = assertions();
  const began = performance.now();
  await import(pathToFileURL(resolve(file)).href);
  const added = assertions() - before;
  // Tests run in their order: this one is run when those of the file are over.
  await t.test(`${file} has tests, and they are over`, (t) => {
    t.ok(added > 0);
  });
  t.comment(`${file}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  over++;
}
