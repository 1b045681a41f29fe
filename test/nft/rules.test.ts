/** The words for nft, and the meaning of its answers. */
import type { Endpoint } from '../../reference/address.ts';
import { parseEndpoint } from '../../reference/address.ts';
import {
  addCommand,
  countersCommand,
  countersOf,
  deleteCommand,
  forgetCommand,
  idleCommand,
  idleOf,
  isOneFamily,
  markOf,
  moveCommand,
  tableCommands,
} from '../../reference/nft/rules.ts';
import t from '../tap.ts';

const at = (text: string): Endpoint => parseEndpoint(text) as Endpoint;
const PATH = '00112233445566778899aabbccddeeff';
const FOUR = [at('192.0.2.1:5000'), at('198.51.100.1:6000')] as const;
const SIX = [at('[2001:db8::1]:5000'), at('[2001:db8::2]:6000')] as const;

t.test('a table for one family', (t) => {
  t.same(tableCommands({ name: 'x', own: [at('192.0.2.51:4330')], capacity: 10 }), [
    'add table inet x { flags owner; }',
    'add set inet x live { typeof @th,96,128; flags dynamic,timeout; size 20; timeout 30d; }',
    'add chain inet x pre { type filter hook prerouting priority raw; policy accept; }',
    'add chain inet x post { type filter hook postrouting priority raw; policy accept; }',
    'add counter inet x relayed4',
    'add map inet x port4 { typeof @th,96,128 . ip saddr . udp sport : udp dport; size 20; }',
    'add map inet x address4 { typeof @th,96,128 . ip saddr . udp sport : ip daddr; size 20; }',
    'add chain inet x relay4',
    'add rule inet x pre ip daddr 192.0.2.51 udp dport 4330 ip hdrlength 5 ip protocol udp ' +
      'ip frag-off & 0x3fff == 0 ip ttl > 1 udp length >= 52 @th,64,8 0x05 goto relay4',
    'add rule inet x relay4 udp dport set @th,96,128 . ip saddr . udp sport map @port4 meta mark set 0xec82b17d ' +
      'notrack update @live { @th,96,128 timeout 30d } counter name relayed4',
    'add rule inet x relay4 ip daddr set @th,96,128 . ip saddr . udp sport map @address4',
    'add rule inet x post meta mark 0xec82b17d ip saddr set 192.0.2.51 udp sport set 4330 meta mark set 0',
  ]);
});

t.test('a table for both has each rule twice', (t) => {
  const commands = tableCommands({
    name: 'x',
    own: [at('192.0.2.51:4330'), at('[2001:db8::e1]:4331')],
    capacity: 10,
  });
  t.equal(commands.length, 20);
  t.ok(
    commands.some((line) =>
      line.includes('ip6 daddr 2001:db8::e1 udp dport 4331 ip6 nexthdr udp ip6 hoplimit > 1'),
    ),
  );
});

t.test('each relay of a host has another mark', (t) => {
  const marks = ['192.0.2.51:4330', '192.0.2.51:4331', '192.0.2.52:4330'].map((text) => markOf([at(text)]));
  t.equal(new Set(marks).size, 3);
  for (const mark of marks) t.match(mark, /^0x[1-9a-f][0-9a-f]{0,7}$/);
});

t.test('a path appears, moves and goes as a whole', (t) => {
  const key = `0x${PATH}`;
  t.equal(
    addCommand('x', PATH, FOUR),
    `add element inet x port4 { ${key} . 192.0.2.1 . 5000 : 6000, ${key} . 198.51.100.1 . 6000 : 5000 }; ` +
      `add element inet x address4 { ${key} . 192.0.2.1 . 5000 : 198.51.100.1, ${key} . 198.51.100.1 . 6000 : 192.0.2.1 }`,
  );
  t.equal(
    deleteCommand('x', PATH, SIX),
    `delete element inet x port6 { ${key} . 2001:db8::1 . 5000, ${key} . 2001:db8::2 . 6000 }; ` +
      `delete element inet x address6 { ${key} . 2001:db8::1 . 5000, ${key} . 2001:db8::2 . 6000 }`,
  );
  t.equal(
    forgetCommand('x', PATH),
    `add element inet x live { ${key} timeout 30d }; delete element inet x live { ${key} }`,
  );
  const moved = moveCommand('x', PATH, FOUR, SIX);
  t.match(
    moved,
    /^delete element inet x port4 .*; delete element inet x address4 .*; add element inet x port6 /,
  );
  t.notOk(moved.includes('live'), 'when it was last used stays');
  t.ok(isOneFamily(FOUR));
  t.notOk(isOneFamily([FOUR[0], SIX[1]]));
});

t.test('answers', (t) => {
  t.equal(idleCommand('x', PATH), `get element inet x live { 0x${PATH} }`);
  const answer = (expires: string) => `elements = { 0x1 expires ${expires} }`;
  t.equal(idleOf(answer('30d')), 0);
  t.equal(idleOf(answer('29d23h59m58s750ms')), 1250);
  t.equal(idleOf(answer('29d22h')), 7_200_000);
  t.equal(idleOf('table inet x {}'), undefined);
  t.equal(countersCommand('x'), 'list counters table inet x');
  const counters =
    'table inet x {\n\tcounter relayed4 {\n\t\tpackets 3 bytes 384\n\t}\n\tcounter relayed6 {\n\t\tpackets 2 bytes 196\n\t}\n}\n';
  t.same(countersOf(counters), { packets: 5, bytes: 400 });
});
