/** Answers of an authoritative server, to the byte where that matters. */
import { fromHex, toHex } from '../../reference/bytes.ts';
import type { Served } from '../../reference/dns/zone/answer.ts';
import { answer } from '../../reference/dns/zone/answer.ts';
import { labelsOf } from '../../reference/dns/zone/names.ts';
import { AnswerRate } from '../../reference/dns/zone/rate.ts';
import { addressRecord, soaRecord } from '../../reference/dns/zone/records.ts';
import { readRequest } from '../../reference/dns/zone/request.ts';
import { Zone } from '../../reference/dns/zone/zone.ts';
import { ip } from '../net/addresses.ts';
import t from '../tap.ts';

let changes = 0;
const zone = new Zone('z', () => changes++);
const authority = { nameServers: ['n'], serial: 7, negativeTtl: 5 };
const served: Served[] = [{ zone, soa: () => soaRecord('z', authority) }];
zone.set('b.z', [addressRecord(ip('192.0.2.1'), 60, 10_000)]);
zone.set('d.c.z', [addressRecord(ip('192.0.2.2'), 60)]);

/** `n.`, `hostmaster.z.`, serial 7, and the four times. */
const SOA = [
  '016e00',
  '0a686f73746d6173746572017a00',
  '00000007',
  '00000e10',
  '00000258',
  '00015180',
  '00000005',
].join('');

function asked(question: string, { flags = '0100', more = '', count = '0000' } = {}, now = 0): string {
  const message = fromHex(`abcd${flags}000100000000${count}${question}${more}`);
  const request = readRequest(message);
  return request === undefined ? 'silence' : toHex(answer(request, served, 'udp', now));
}

t.test('whole answers', (t) => {
  const whole = (question: string, ttl: string): string =>
    `abcd85000001000100000000${question}c00c00010001${ttl}0004c0000201`;
  // B.Z: names without regard to case, and a TTL of what is left.
  t.equal(asked('0142015a0000010001'), whole('0142015a0000010001', '0000000a'));
  t.equal(asked('0162017a0000010001', {}, 9999), whole('0162017a0000010001', '00000000'));
  const negative = (code: string, name: string, offset: string, now = 0): void => {
    const length = (SOA.length / 2).toString(16).padStart(4, '0');
    const expected = `abcd850${code}0001000000010000${name}00010001c0${offset}0006000100000005${length}${SOA}`;
    t.equal(asked(`${name}00010001`, {}, now), expected, name);
  };
  negative('3', '0162017a00', '0e', 10_000);
  negative('3', '0178017a00', '0e');
  negative('0', '0163017a00', '0e');
  negative('0', '017a00', '0c');
});

t.test('what it is not for', (t) => {
  t.match(asked('01790000010001'), /^abcd8105/, 'another zone');
  t.match(asked('0162017a0000010003'), /^abcd8105/, 'another class');
  t.match(asked('017a0000fc0001'), /^abcd8105/, 'AXFR');
  t.match(asked('017a0000060001', { flags: '2000' }), /^abcda004/, 'NOTIFY');
  t.match(asked('017a0000060001', { flags: '8100' }), /^silence$/);
  t.match(asked('017a00000600'), /^abcd8101000000000000/, 'a question that is cut');
  const cut = { more: '00002904d000000000' + '0007fde800030102', count: '0001' };
  t.match(asked('017a0000060001', cut), /^abcd8101/, 'an option that is cut');
  const opt = '00002902000001000000'.concat('00');
  t.match(
    asked('017a0000060001', { more: opt, count: '0001' }),
    /^abcd8100.*00002904d0010000000000$/,
    'BADVERS',
  );
});

t.test('what a zone has', (t) => {
  const before = changes;
  zone.set('b.z', [addressRecord(ip('192.0.2.1'), 60, 20_000)]);
  t.equal(changes, before, 'another time is no change');
  t.equal(zone.at(labelsOf('b.z'), 15_000).length, 1);
  zone.set('d.c.z', []);
  t.equal(changes, before + 1);
  t.equal(zone.hasBelow(labelsOf('c.z')), false);
  t.equal(zone.holds(labelsOf('z')), true);
  t.equal(zone.holds(labelsOf('yz')), false);
});

t.test('rates are by prefix, and the longest silent goes', (t) => {
  const rate = new AnswerRate(1);
  t.same(
    ['192.0.2.1', '192.0.2.255', '192.0.2.9', '192.0.3.1'].map((text) => rate.take(ip(text), 0)),
    ['answer', 'none', 'truncated', 'answer'],
  );
  t.same(
    ['2001:db8:0:100::1', '2001:db8:0:1ff::', '2001:db8:0:200::'].map((text) => rate.take(ip(text), 0)),
    ['answer', 'none', 'answer'],
  );
  for (let at = 0; at < rate.bound; at++) rate.take(ip(`10.${at >> 8}.${at & 255}.1`), 0);
  t.equal(rate.size, rate.bound);
  t.equal(rate.take(ip('192.0.2.1'), 0), 'answer');
});
