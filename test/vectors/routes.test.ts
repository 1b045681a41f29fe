/** The vectors of routes, on the twin and on the reference; the pairs among them against the table of the spec. */
import { readFileSync } from 'node:fs';
import { specTables } from '../../conformance/spec-tables.ts';
import { twinRoutes } from '../../conformance/twin/index.ts';
import type { TwinDirectionInput, TwinRelayEndInput, TwinRoute } from '../../conformance/twin-routes.ts';
import { referenceRelayEnd, referenceRoute } from '../roles/dc/reference-routes.ts';
import t from '../tap.ts';
import { loadVectors } from './load.ts';

const all = loadVectors();
const vectors = all.filter(({ call }) => call === 'decide-route');
const relayEnds = all.filter(({ call }) => call === 'decide-relay-end');

for (const [who, decide] of [
  ['twin', twinRoutes.decideRoute],
  ['reference', referenceRoute],
] as const) {
  t.test(`each has its result: ${who}`, (t) => {
    const wrong = vectors.flatMap(({ id, input, output }) => {
      const found = decide(input as unknown as TwinDirectionInput);
      return JSON.stringify(found) === JSON.stringify(output) ? [] : [[id, found, output]];
    });
    t.same(wrong, []);
    t.ok(vectors.length > 150);
  });
}

for (const [who, decide] of [
  ['twin', twinRoutes.decideRelayEnd],
  ['reference', referenceRelayEnd],
] as const) {
  t.test(`each of a general peer has its result: ${who}`, (t) => {
    for (const { id, input, output } of relayEnds)
      t.same(decide(input as unknown as TwinRelayEndInput), output, id);
    t.same([...new Set(relayEnds.map((one) => one.output?.rule))].sort(), [8, 9]);
  });
}

t.test('the pairs are those of the table', (t) => {
  const name = '08-direction.md';
  const text = readFileSync(new URL(`../../conformance/spec/${name}`, import.meta.url), 'utf8');
  const rows = specTables([{ name, text }]).get('routes') ?? [];
  const parts = ['', 'initiate', 'await', 'both'];
  const shown = vectors
    .filter(({ id }) => id.startsWith('routes.pair.'))
    .map(({ id, output }) => {
      const { rule, parts: part, relay } = output as unknown as TwinRoute;
      const [mn, cn] = id.slice('routes.pair.'.length).toUpperCase().split('-');
      return [mn, cn, String(rule), parts[part.mn], parts[part.cn], relay ? 'S' : '-'];
    });
  t.equal(shown.length, 100);
  t.same(
    shown,
    rows.map((row) => [row.MN, row.CN, row.rule, row['MN part'], row['CN part'], row.relay]),
  );
});
