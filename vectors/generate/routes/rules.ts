/** What makes a rule apply, beside the situations of the pairs. */
import type { Direction, End, Routes, Rule, Told } from './decision.ts';
import { end } from './decision.ts';
import { CN, MN, ownEnd } from './pairs.ts';

const [G4, OTHER_G4] = [ownEnd(MN.G4), ownEnd(CN.G4)];
const [PR, OTHER_PR] = [ownEnd(MN.PR), ownEnd(CN.PR)];
const [V6, OTHER_V6] = [ownEnd(MN.V6), ownEnd(CN.V6)];
const GLOBALS: Told = { mn: OTHER_G4.observedEndpoints, cn: G4.observedEndpoints };

const shy = (of: End): End => ({ ...of, features: [...of.features, 2] });
/** As its DC tells another one. */
const told = (of: End, ...nattedFamilies: number[]): End => ({ ...of, nattedFamilies });

export function rules(family: Routes): void {
  relayed(family);
  families(family);
  sameNat(family);
  told4(family);
}

function relayed(family: Routes): void {
  const one = (
    name: string,
    comment: string,
    direction: Direction,
    rule: Rule = '1',
    candidates: Told = {},
  ) => family.decided(name, comment, ['DC-27'], direction, rule, candidates);
  one('relay.want', 'Two global nodes, and an RS-S is wanted.', { mn: G4, cn: OTHER_G4, want: 1 });
  one('relay.want-6', 'Two nodes with IPv6, and an RS-S is wanted.', { mn: V6, cn: OTHER_V6, want: 1 });
  one('relay.direct-failed', 'The direct route failed.', { mn: G4, cn: OTHER_G4, reason: 2 });
  one('relay.only-mn', 'MN is `relay-only`.', { mn: shy(G4), cn: OTHER_G4 });
  one('relay.only-cn', 'CN is `relay-only`.', { mn: V6, cn: shy(OTHER_V6) });
  const hidden = told(shy(end([], [])), 4);
  one('relay.only-hidden', 'CN is `relay-only`, and its DC hides its endpoints.', { mn: G4, cn: hidden });
  const same = { ...OTHER_PR, observedEndpoints: PR.observedEndpoints };
  one('relay.only-same-nat', 'A `relay-only` node gives no candidate, behind the same NAT neither.', {
    mn: shy(PR),
    cn: same,
  });
  const pair = { mn: G4, cn: OTHER_G4 };
  one(
    'no-relay.want-2',
    'A kind that two NTM nodes have no use for is ignored.',
    { ...pair, want: 2 },
    '4',
    GLOBALS,
  );
  one('no-relay.want-3', 'The same of kind T.', { ...pair, want: 3 }, '4', GLOBALS);
  one('no-relay.moved', 'A path is replaced after a move.', { ...pair, reason: 1 }, '4', GLOBALS);
  one(
    'no-relay.relay-lost',
    'A path is replaced since its relay was lost.',
    { ...pair, reason: 3 },
    '4',
    GLOBALS,
  );
  const strange = { ...G4, features: [3, 4711] };
  one('no-relay.features', 'Features that nobody knows.', { mn: strange, cn: OTHER_G4 }, '4', GLOBALS);
}

function families(family: Routes): void {
  const one = (name: string, comment: string, mn: End, cn: End, rule: Rule, candidates: Told = {}) =>
    family.decided(name, comment, ['DC-28'], { mn, cn }, rule, candidates);
  const global = OTHER_G4.observedEndpoints;
  const [local] = G4.localEndpoints;
  const ported = end(['203.0.113.4:5000'], ['203.0.113.4:5001']);
  one('natted.port', 'Another port than the local one: NATed.', ported, OTHER_G4, '5i', {
    mn: global,
    cn: ['203.0.113.4:5001', String(local)],
  });
  const inner = end(['10.1.0.4:5000'], ['10.1.0.4:5000']);
  one('natted.private', 'Observed as it is, and private: NATed.', inner, OTHER_G4, '5i', { mn: global });
  const outside = end(['[2001:db8:1::a]:5000'], ['[2001:db8:1::b]:6000']);
  one('six.translated', 'IPv6 observed as another endpoint is IPv6.', outside, OTHER_V6, '2', {
    mn: OTHER_V6.observedEndpoints,
    cn: ['[2001:db8:1::b]:6000', '[2001:db8:1::a]:5000'],
  });
  const unique = end(['[fd00::a]:5000'], ['[fd00::a]:5000']);
  one('six.unique-local', 'IPv6 that is no global locator is none.', unique, OTHER_V6, '3');
  const unseen = end(['203.0.113.4:5000', '[2001:db8:1::a]:5000'], []);
  one('none.unseen', 'Local endpoints alone give no family.', unseen, OTHER_G4, '3');
  const both = { ...unique, features: [1] };
  one('nat64.one', 'A NAT64 gives IPv4, NATed.', both, OTHER_G4, '5i', { mn: global });
  one('nat64.both', 'Two NAT64 are never one.', both, { ...both, localEndpoints: [] }, '7');
  one('nat64.global', 'A node with IPv4 needs no NAT64.', { ...G4, features: [1] }, OTHER_G4, '4', GLOBALS);
}

function sameNat(family: Routes): void {
  const one = (name: string, comment: string, mn: End, cn: End, rule: Rule, candidates: Told = {}) =>
    family.decided(name, comment, ['DC-28', 'DC-35'], { mn, cn }, rule, candidates);
  const first = end(['192.168.1.2:5000'], ['203.0.113.9:40001']);
  const second = end(['192.168.1.3:5000'], ['203.0.113.9:61000']);
  const inner: Told = {
    mn: ['192.168.1.3:5000', '203.0.113.9:61000'],
    cn: ['192.168.1.2:5000', '203.0.113.9:40001'],
  };
  one('same-nat.own', 'One observed address, two ports.', first, second, '6', inner);
  one('same-nat.other-dc', 'The same, CN of another DC.', first, told(second, 4), '6', inner);
  const near = { ...second, observedEndpoints: ['203.0.113.8:61000'] };
  one('same-nat.next-address', 'Two addresses of one carrier NAT are different ones.', first, near, '7');
  const open = end(['203.0.113.9:61000'], ['203.0.113.9:61000']);
  one('same-nat.global', 'A global node and one behind a NAT, with one address.', first, open, '5i', {
    mn: ['203.0.113.9:61000'],
    cn: ['203.0.113.9:40001'],
  });
  const dual = (of: End, six: string): End => ({ ...of, observedEndpoints: [...of.observedEndpoints, six] });
  const [six, other6] = ['[2001:db8:1::d]:5000', '[2001:db8:1::e]:5000'];
  one('same-nat.six', 'Both have IPv6: rule 2 comes first.', dual(first, six), dual(second, other6), '2', {
    mn: [other6],
    cn: [six],
  });
}

function told4(family: Routes): void {
  const one = (name: string, comment: string, cn: End, rule: Rule, candidates: Told = {}, mn = G4) =>
    family.decided(name, comment, ['DC-28', 'FED-03'], { mn, cn }, rule, candidates);
  const observed = G4.observedEndpoints;
  one('other-dc.global', 'CN of another DC, not NATed.', told(OTHER_G4), '4', GLOBALS);
  one('other-dc.natted', 'NATed is what its DC calls NATed.', told(OTHER_G4, 4), '5a', GLOBALS);
  const inner = end(['10.2.0.4:5000'], ['10.2.0.4:5000']);
  const none = { mn: [], cn: observed };
  one('other-dc.private', 'Not NATed, says its DC; there is no candidate for MN.', told(inner), '4', none);
  one('other-dc.unseen', 'NATed, with no observed endpoint.', told(end([], []), 4), '3');
  const nat64 = told({ ...OTHER_V6, features: [1] }, 4);
  one('other-dc.nat64', 'Behind a NAT64.', nat64, '5a', none);
  const told6 = told(OTHER_V6, 6);
  const six: Told = { mn: OTHER_V6.observedEndpoints, cn: V6.observedEndpoints };
  one('other-dc.natted-6', 'NATed in IPv6 is IPv6.', told6, '2', six, V6);
}
