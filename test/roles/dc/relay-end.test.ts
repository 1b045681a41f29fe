/** The decision for general peers against the spec's table of rules. [DC-10, DC-22] */
import { readFileSync } from 'node:fs';
import { specTables } from '../../../conformance/spec-tables.ts';
import type { Ip } from '../../../reference/address.ts';
import { decideRelayEnd } from '../../../reference/roles/dc/direction/relay-end.ts';
import t from '../../tap.ts';

const name = '08-direction.md';
const text = readFileSync(new URL(`../../../conformance/spec/${name}`, import.meta.url), 'utf8');
const rules = (specTables([{ name, text }]).get('route-rules') ?? []).filter(({ rule }) => Number(rule) > 7);

const [FOUR, SIX] = ['198.51.100.7', '2001:db8::7'] as Ip[];
const [OWN4, OWN6] = ['198.18.0.1', 'fd00:1::1'] as Ip[];

t.test('rules 8 and 9 are those of the table', (t) => {
  const shown = [decideRelayEnd(2, FOUR, [OWN4 as Ip]), decideRelayEnd(3, FOUR, [OWN4 as Ip])].map(
    ({ rule, kind, mn }) => [String(rule), ['', 'RS-S', 'RS-N', 'RS-T'][kind], ['', 'initiate'][mn]],
  );
  t.same(
    shown,
    rules.map((row) => [row.rule, row.relay, row['MN part']]),
  );
});

t.test('which kind is meant, and of which family an address stands for the peer [DC-42, DC-22]', (t) => {
  const both = [OWN4, OWN6] as Ip[];
  for (const [want, peer, virtual, kind, standIn] of [
    [undefined, FOUR, both, 2, 4],
    [undefined, SIX, both, 2, 6],
    [2, SIX, [OWN4], 2, 4],
    [2, FOUR, [OWN6], 2, 6],
    [3, FOUR, both, 3, undefined],
    [3, undefined, both, 3, undefined],
    [undefined, undefined, both, 3, undefined],
  ] as const) {
    const found = decideRelayEnd(want, peer, virtual as Ip[]);
    t.same([found.kind, found.standIn], [kind, standIn], `want ${want}, ${peer}, of ${virtual}`);
  }
});
