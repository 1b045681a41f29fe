import t from '../tap.ts';
import type { Seen } from './judge.ts';
import { compare, tableOf } from './judge.ts';

const MEBIBYTE = 1024 * 1024;
const FIRST: Seen = {
  cycles: 10,
  hours: 1,
  rss: 80 * MEBIBYTE,
  heap: 12 * MEBIBYTE,
  children: 0,
  descriptors: 9,
  maps: 1,
  programs: 1,
  links: 2,
  entries: 6,
  elements: 0,
  nftTables: 0,
  counters: { 'table.paths.size': 6, 'table.legs.size': 12, 'relay.packets': 100 },
};
const LAST: Seen = {
  ...FIRST,
  cycles: 100,
  hours: 10,
  counters: { ...FIRST.counters, 'relay.packets': 900 },
};

const grown = (last: Partial<Seen>): string[] =>
  compare(FIRST, { ...LAST, ...last }).flatMap(({ what, hasGrown }) => (hasGrown ? [what] : []));

t.test('what is counted is the same or has grown; memory may be a little more', (t) => {
  t.same(grown({}), []);
  t.same(grown({ rss: 90 * MEBIBYTE, heap: 14 * MEBIBYTE }), []);
  t.same(grown({ rss: 110 * MEBIBYTE }), ['rss']);
  t.same(grown({ heap: 16 * MEBIBYTE, children: 3 * MEBIBYTE }), ['heap', 'children']);
  t.same(grown({ descriptors: 10, entries: 7 }), ['descriptors', 'entries']);
  t.same(grown({ counters: { 'table.paths.size': 7, 'table.legs.size': 14 } }), ['paths', 'legs']);
  t.same(grown({ heap: undefined }), [], 'where no collection can be had, it is not judged');
});

t.test('as a table', (t) => {
  const lines = compare(FIRST, { ...LAST, links: 3 }).filter(({ what }) => ['heap', 'links'].includes(what));
  t.equal(
    tableOf(lines, FIRST, LAST),
    [
      '| | after 10 | after 100 | |',
      '| --- | --- | --- | --- |',
      '| heap | 12.0 MiB | 12.0 MiB |  |',
      '| links | 2 | 3 | **grew** |',
    ].join('\n'),
  );
});
