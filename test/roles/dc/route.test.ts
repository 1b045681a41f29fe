/** The choice of routes, held to every row of the tables of chapter 8. [DC-10, DC-28] */
import { readFileSync } from 'node:fs';
import { specTables } from '../../../conformance/spec-tables.ts';
import type { Endpoint } from '../../../reference/address.ts';
import { parsePrefix } from '../../../reference/locator.ts';
import type { Decision } from '../../../reference/roles/dc/direction/route.ts';
import { decideRoute } from '../../../reference/roles/dc/direction/route.ts';
import type { Situation } from '../../../reference/roles/dc/direction/situation.ts';
import { situationFrom, situationOf } from '../../../reference/roles/dc/direction/situation.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';

const name = '08-direction.md';
const text = readFileSync(new URL(`../../../conformance/spec/${name}`, import.meta.url), 'utf8');
const tables = specTables([{ name, text }]);
const PROFILE = {
  global: ['203.0.113.0/24', '2001:db8::/32'].flatMap((one) => parsePrefix(one) ?? []),
  private: [],
};
const PARTS = ['', 'initiate', 'await', 'both'];

function rows(table: string) {
  const found = tables.get(table);
  if (found === undefined || found.length === 0) throw new Error(`no table ${table}`);
  return found;
}

/** What a node of one row of the table of situations registers, and what its DC observes. */
function situation(code: string, end: 1 | 2, observed4 = `203.0.113.${end}:40000`): Situation {
  const row = rows('situations').find((one) => one.situation === code);
  if (row === undefined) throw new Error(`no situation ${code}`);
  const isNat64 = row.feature === 'nat64';
  const [v4, v6] = [endpoint(observed4), endpoint(`[2001:db8:${end}::1]:5000`)];
  const inner = endpoint(`10.0.0.${end}:5000`);
  const seen4 = row.IPv4 === 'global' || (row.IPv4 === 'NATed' && !isNat64) ? [v4] : [];
  const seen6 = row.IPv6 === 'has' ? [v6] : [];
  const locals = row.IPv4 === 'global' ? [v4] : seen4.length > 0 ? [inner] : [];
  return situationOf(
    {
      localEndpoints: [...locals, ...seen6],
      observedEndpoints: [...seen4, ...seen6],
      features: isNat64 ? [1] : [],
    },
    PROFILE,
  );
}

/** A decision in the words of the table of pairs. */
function words({ rule, hasRelay, mn, cn, candidates }: Decision) {
  return {
    rule: String(rule),
    route: rule === 6 ? 'candidates, then relay' : hasRelay ? 'relay' : 'direct',
    'MN part': PARTS[mn],
    'CN part': PARTS[cn],
    candidates: candidates === undefined ? '-' : String(candidates),
    relay: hasRelay ? 'S' : '-',
  };
}

t.test('all ordered pairs of situations', (t) => {
  const pairs = rows('routes');
  const codes = rows('situations').map((row) => row.situation ?? '');
  t.equal(pairs.length, codes.length ** 2);
  for (const { MN = '', CN = '', optimisation, ...expected } of pairs) {
    t.ok(optimisation, 'is said');
    t.same(words(decideRoute(situation(MN, 1), situation(CN, 2), {})), expected, `${MN} to ${CN}`);
  }
});

t.test('what the table of rules gives, by the pairs that show it', (t) => {
  const [lan1, lan2] = [situation('PR', 1, '203.0.113.9:1'), situation('PR', 2, '203.0.113.9:2')];
  const shown: Readonly<Record<string, Decision>> = {
    1: decideRoute(situation('G4', 1), situation('G4', 2), { want: 1 }),
    2: decideRoute(situation('DS', 1), situation('V6', 2), {}),
    3: decideRoute(situation('G4', 1), situation('V6', 2), {}),
    4: decideRoute(situation('G4', 1), situation('G4', 2), {}),
    5: decideRoute(situation('PR', 1), situation('G4', 2), {}),
    6: decideRoute(lan1, lan2, {}),
    7: decideRoute(situation('PR', 1), situation('PR', 2), {}),
  };
  const rules = rows('route-rules').filter(({ rule }) => Number(rule) <= 7);
  t.same(
    rules.map(({ rule }) => rule),
    Object.keys(shown),
  );
  for (const row of rules) {
    const decision = shown[row.rule ?? ''];
    if (decision === undefined) throw new Error('not shown');
    const found = words(decision);
    t.equal(found.rule, row.rule);
    t.equal(found.route, row.route);
    t.equal(found.relay === 'S' ? 'RS-S' : 'none', row.relay);
    const family = decision.candidates === undefined ? 'none' : `IPv${decision.candidates}`;
    t.equal(decision.rule === 6 ? `${family}, private ones too` : family, row.candidates);
    t.equal(found['MN part'], row['MN part']?.split(' or ')[0]);
    t.equal(found['CN part'], row['CN part']?.split(' or ')[0]);
  }
  const other = words(decideRoute(situation('G4', 1), situation('PR', 2), {}));
  t.same([other.rule, other['MN part'], other['CN part']], ['5', 'await', 'initiate'], 'the other way round');
});

t.test('special situations: one observed address, whatever the ports', (t) => {
  const special = rows('special-routes').filter(({ situation: what }) =>
    /^same (observed|NAT)/.test(what ?? ''),
  );
  t.equal(special.length, 3);
  const one = decideRoute(situation('SY', 1, '203.0.113.9:1'), situation('PR', 2, '203.0.113.9:9'), {});
  for (const row of special) t.same([String(one.rule), 'S'], [row.rule, row.relay]);
  // A global node and one behind its address's NAT are not "the same": only NATed ones count.
  t.equal(decideRoute(situation('G4', 1, '203.0.113.9:1'), situation('PR', 2, '203.0.113.9:9'), {}).rule, 5);
  // Both have IPv6: rule 2 comes first.
  t.equal(decideRoute(situation('DS', 1, '203.0.113.9:1'), situation('DS', 2, '203.0.113.9:9'), {}).rule, 2);
});

t.test('a relay is wanted: the feature at either end, want 1, or direct failed', (t) => {
  const plain = situation('DS', 1);
  const shy = situationOf({ ...plain, features: [2] }, PROFILE);
  t.equal(decideRoute(plain, shy, {}).rule, 1);
  t.equal(decideRoute(shy, plain, {}).rule, 1);
  t.equal(decideRoute(plain, plain, { reason: 2 }).rule, 1);
  t.equal(decideRoute(plain, plain, { reason: 1 }).rule, 2);
  t.equal(decideRoute(plain, plain, { reason: 3 }).rule, 2);
  t.equal(decideRoute(plain, plain, { want: 2 }).rule, 2);
});

const seenAs = (locals: readonly string[], observed: readonly string[], features: readonly number[] = []) => {
  const list = (texts: readonly string[]): Endpoint[] => texts.map(endpoint);
  const seen = { localEndpoints: list(locals), observedEndpoints: list(observed), features };
  const { has, natted } = situationOf(seen, PROFILE);
  return [[...has], [...natted]];
};

t.test('what a DC takes a node to have', (t) => {
  t.same(seenAs(['203.0.113.1:5'], ['203.0.113.1:5']), [[4], []], 'global');
  t.same(seenAs(['203.0.113.1:5'], ['203.0.113.1:6']), [[4], [4]], 'another port is a NAT');
  t.same(seenAs(['10.0.0.1:5'], ['10.0.0.1:5']), [[4], [4]], 'no global locator');
  t.same(seenAs(['192.0.2.1:5'], ['192.0.2.1:5']), [[4], [4]], 'excepted from global reachability');
  t.same(seenAs(['[fd00::1]:5'], ['[fd00::1]:5']), [[], []], 'IPv6 only as a global locator');
  t.same(seenAs(['[2001:db8::1]:5'], ['[2001:db8::1]:6']), [[6], [6]]);
  t.same(
    seenAs([], ['[2001:db8::1]:6'], [1]),
    [
      [6, 4],
      [6, 4],
    ],
    'nat64 stands for IPv4 behind a NAT',
  );
  t.same(seenAs(['203.0.113.1:5'], ['203.0.113.1:5'], [1]), [[4], []], 'nat64 adds nothing to IPv4');
  const seen = { localEndpoints: [], observedEndpoints: [endpoint('203.0.113.1:5')], features: [] };
  t.same([...situationFrom(seen, new Set(), PROFILE).natted], [], 'of another DC its word counts');
});
