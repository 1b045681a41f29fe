/** The tables of the Wireshark dissector are those of the registry. */
import { readFileSync } from 'node:fs';
import t from '../tap.ts';
import { TABLES, tables } from './tables.ts';

t.test('the numbers and names in the dissector are fresh', (t) => {
  const hint = 'node --import ./test/typescript.js test/wireshark/tables.ts writes them';
  t.equal(readFileSync(TABLES, 'utf8'), tables(), hint);
});

t.test('no body key has the name of another field of the dissector', (t) => {
  const dissector = readFileSync(new URL('ntmobile.lua', TABLES), 'utf8');
  const own = Array.from(dissector.matchAll(/"ntmobile\.(\w+)"/g), ([, name = '']) => name);
  const keys = Array.from(tables().matchAll(/= \{ "([a-z-]+)"/g), ([, name = '']) =>
    name.replaceAll('-', '_'),
  );
  t.ok(own.length > 15 && keys.length > 40);
  const all = [...own, ...keys];
  t.same(
    all.filter((name, at) => all.indexOf(name) !== at),
    [],
  );
});
