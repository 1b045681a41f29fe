/** Which endpoints of an end the other one gets, and in which order; and the suite. */
import type { Direction, End, Routes, Rule, Told } from './decision.ts';
import { end } from './decision.ts';
import { CN, MN, ownEnd } from './pairs.ts';

const CN4 = '198.51.100.4:5000';
const MN4 = '203.0.113.4:5000';
const [INNER, INNER_MN] = ['192.168.1.3:5000', '192.168.1.2:5000'];
const [OUTER, OUTER_MN] = ['203.0.113.9:61000', '203.0.113.9:40001'];
const numbered = (net: string, many: number): string[] =>
  Array.from({ length: many }, (_, i) => `${net}.${100 + i}:5000`);

export function candidates(family: Routes): void {
  order(family);
  exclusions(family);
  profiles(family);
  suites(family);
}

/** CN with these local endpoints, global, and behind the NAT of MN. */
const globalCn = (...more: string[]): End => end([CN4, ...more], [CN4]);
const innerCn = (...local: string[]): End => end(local, [OUTER]);
const MN_GLOBAL = ownEnd(MN.G4);
const MN_INNER = end([INNER_MN], [OUTER_MN]);

function order(family: Routes): void {
  const one = (name: string, comment: string, mn: End, cn: End, rule: Rule, told: Told) =>
    family.decided(`candidates.${name}`, comment, ['DC-35'], { mn, cn }, rule, told);
  const mixed = end(['192.168.2.2:1', '198.51.100.8:2', '[2001:db8:2::8]:3', CN4], [CN4]);
  one('global-only', 'The observed one, then the global ones of the family.', MN_GLOBAL, mixed, '4', {
    mn: [CN4, '198.51.100.8:2'],
    cn: [MN4],
  });
  const natted = end(['198.51.100.9:3', '10.2.0.1:1', '198.51.100.8:2'], ['198.51.100.7:9']);
  one('order-natted', 'The local ones in the order of the registration.', MN_GLOBAL, natted, '5a', {
    mn: ['198.51.100.7:9', '198.51.100.9:3', '198.51.100.8:2'],
    cn: [MN4],
  });
  const six = end(['[fd00::2]:1', '[2001:db8:2::9]:2', '[2001:db8:2::8]:3'], ['[2001:db8:2::8]:3']);
  one('order-6', 'IPv6 in the same way.', ownEnd(MN.V6), six, '2', {
    mn: ['[2001:db8:2::8]:3', '[2001:db8:2::9]:2'],
    cn: MN.V6.local,
  });
  const inner = innerCn('10.2.0.1:1', '198.51.100.8:2', INNER);
  one('order-same-nat', 'Behind one NAT the local ones come first, of any prefix.', MN_INNER, inner, '6', {
    mn: ['10.2.0.1:1', '198.51.100.8:2', INNER, OUTER],
    cn: [INNER_MN, OUTER_MN],
  });
  const twice = end([CN4, '198.51.100.8:2', '198.51.100.8:2'], [CN4]);
  one('once', 'No endpoint is in the list twice.', MN_GLOBAL, twice, '4', {
    mn: [CN4, '198.51.100.8:2'],
    cn: [MN4],
  });
  const eight = numbered('198.51.100', 8);
  one('eight', 'Of nine the last local one goes.', MN_GLOBAL, end(eight, ['198.51.100.7:9']), '5a', {
    mn: ['198.51.100.7:9', ...eight.slice(0, 7)],
    cn: [MN4],
  });
  const innerEight = numbered('192.168.1', 8);
  one('eight-same-nat', 'Behind one NAT the observed one goes.', MN_INNER, innerCn(...innerEight), '6', {
    mn: innerEight,
    cn: [INNER_MN, OUTER_MN],
  });
  const more = ['10.2.0.1:1', ...numbered('198.51.100', 7)];
  one('eight-left', 'What is no candidate takes no place.', MN_GLOBAL, end(more, ['198.51.100.7:9']), '5a', {
    mn: ['198.51.100.7:9', ...more.slice(1)],
    cn: [MN4],
  });
}

function exclusions(family: Routes): void {
  const inner = (name: string, comment: string, address: string, isKept = false) =>
    family.decided(
      `excluded.${name}`,
      comment,
      ['DC-35'],
      { mn: MN_INNER, cn: innerCn(address, INNER) },
      '6',
      { mn: isKept ? [address, INNER, OUTER] : [INNER, OUTER], cn: [INNER_MN, OUTER_MN] },
    );
  inner('unspecified', 'The unspecified address.', '0.0.0.0:5000');
  inner('this-network', 'Another address of 0.0.0.0/8.', '0.1.2.3:5000');
  inner('loopback', 'A loopback address.', '127.0.0.1:5000');
  inner('link-local', 'A link-local address.', '169.254.7.7:5000');
  inner('multicast', 'A multicast address.', '224.0.0.251:5000');
  inner('broadcast', 'The broadcast address.', '255.255.255.255:5000');
  inner('virtual', 'An address inside a virtual prefix.', '198.19.0.5:5000');
  inner('six', 'An IPv6 address.', '[fd00::3]:5000');
  inner('not-shared', 'A shared address is no exception.', '100.64.0.3:5000', true);
  inner('not-reserved', 'Nor is a reserved one.', '240.0.0.3:5000', true);
  const one = (name: string, comment: string, direction: Direction, rule: Rule, mn: readonly string[]) =>
    family.decided(`excluded.${name}`, comment, ['DC-35'], direction, rule, {
      mn,
      cn: direction.mn.observedEndpoints,
    });
  const relays = { mn: MN_GLOBAL, cn: globalCn('198.51.100.8:2') };
  const relay = ['198.51.100.8:2'];
  one('relay', 'An endpoint of a relay.', { ...relays, relayEndpoints: relay }, '4', [CN4]);
  const port = ['198.51.100.8:3'];
  one('not-relay-port', "Another port of a relay's address.", { ...relays, relayEndpoints: port }, '4', [
    CN4,
    '198.51.100.8:2',
  ]);
  const virtual = { ...relays, virtualPrefixes: ['198.51.100.8/29'] };
  one('virtual-global', 'A virtual prefix that is global otherwise.', virtual, '4', [CN4]);
  const seen = { ...relays, virtualPrefixes: ['198.51.100.4/32'] };
  one(
    'virtual-observed',
    'A node that is observed with a virtual address is global all the same.',
    seen,
    '4',
    ['198.51.100.8:2'],
  );
  const six = end(['[fe80::2]:1', '[fd12::5]:1', '[ff05::2]:1', '[::1]:1', ...CN.V6.local], CN.V6.local);
  one('six-others', 'IPv6 of all the kinds that are no candidates.', { mn: ownEnd(MN.V6), cn: six }, '2', [
    ...CN.V6.local,
  ]);
}

function profiles(family: Routes): void {
  const one = (name: string, comment: string, direction: Direction, rule: Rule, told: Told) =>
    family.decided(`profile.${name}`, comment, ['GEN-16', 'DC-28', 'DC-35'], direction, rule, told);
  const loops = { mn: end(['127.0.0.1:1'], ['127.0.0.1:1']), cn: end(['127.0.0.2:2'], ['127.0.0.2:2']) };
  const global = { testGlobal: ['127.0.0.0/24'] };
  one('loopback', 'Loopback that counts as global.', { ...loops, ...global }, '4', {
    mn: ['127.0.0.2:2'],
    cn: ['127.0.0.1:1'],
  });
  one('off', 'Without the profile it is NATed, and no candidate.', { ...loops, testGlobal: [] }, '7', {});
  const inside = end(['127.0.1.2:2'], ['127.0.0.3:2']);
  const outside = end(['127.0.1.1:1'], ['127.0.0.3:1']);
  const private1 = { ...global, testPrivate: ['127.0.1.0/24'] };
  one(
    'private',
    'Loopback that counts as private, behind one NAT.',
    { mn: outside, cn: inside, ...private1 },
    '6',
    {
      mn: ['127.0.1.2:2', '127.0.0.3:2'],
      cn: ['127.0.1.1:1', '127.0.0.3:1'],
    },
  );
  const far = { ...inside, observedEndpoints: ['127.0.0.4:2'] };
  one('private-far', 'Elsewhere it is no candidate.', { mn: loops.mn, cn: far, ...private1 }, '5a', {
    mn: ['127.0.0.4:2'],
    cn: ['127.0.0.1:1'],
  });
  const hidden = { mn: MN_GLOBAL, cn: globalCn(), testPrivate: ['198.51.100.0/30', '198.51.100.4/32'] };
  one('global-first', '`global` comes before `private`.', hidden, '4', { mn: [CN4], cn: [MN4] });
  const far4 = '100.128.0.4:5000';
  const shut = { mn: MN_GLOBAL, cn: end([far4], [far4]), testPrivate: ['100.128.0.0/16'] };
  one('private-global', 'What counts as private is not global.', shut, '5a', { cn: [MN4] });
  const groups = { mn: MN_GLOBAL, cn: globalCn('224.0.0.251:5000'), testGlobal: ['0.0.0.0/0'] };
  one('multicast', 'Multicast stays excluded.', groups, '4', { mn: [CN4], cn: [MN4] });
}

function suites(family: Routes): void {
  const one = (name: string, comment: string, mn: readonly number[], cn: readonly number[], suite: number) =>
    family.decided(
      `suite.${name}`,
      comment,
      ['DC-33'],
      { mn: { ...MN_GLOBAL, suites: mn }, cn: { ...globalCn(), suites: cn } },
      '4',
      { mn: [CN4], cn: [MN4] },
      suite,
    );
  one('both', 'The highest of both lists, whatever their order.', [1, 2], [2, 1], 2);
  one('one', 'Only one end has suite 2.', [2, 1], [1], 1);
  one('implied', 'Suite 1 is in every list.', [2], [3], 1);
  one('implied-2', 'Lists without 1.', [2], [2], 2);
  one('unknown', 'A suite that the DC need not know.', [300, 2, 1], [1, 2, 300], 300);
}
