import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import { addressQuery, readAddresses } from '../../reference/dns/addresses.ts';
import { addressAnswer, errorAnswer, isForAddresses, Rcode } from '../../reference/dns/answer.ts';
import type { Query } from '../../reference/dns/query.ts';
import { decodeMessage, isResponseTo, isTruncated, readQuery } from '../../reference/dns/query.ts';
import t from '../tap.ts';
import { message } from './messages.ts';

const ip = (text: string) => parseIp(text) as Ip;
const BOTH = [ip('198.18.0.2'), ip('fd00:1::2')];

function query(name: Parameters<typeof message>[0]): Query {
  const read = readQuery(message(name));
  if (read === undefined) throw new Error(`${name} is no query`);
  return read;
}

function wire(...labels: string[]): Uint8Array {
  const encoder = new TextEncoder();
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...encoder.encode(label)]), 0]);
}

t.test('what a query asks', (t) => {
  const { question, ...rest } = query('AAAA');
  t.same(rest, {
    id: 0xabcd,
    flags: 0x0110,
    name: 'alice.ntmobile.one.example',
    type: 28,
    class: 1,
    edns: { version: 0, size: 4096, wantsDnssec: true },
  });
  t.equal(toHex(question), toHex(message('AAAA').subarray(12, 44)));
  t.equal(query('A').edns, undefined);
  t.same([isForAddresses(query('A')), isForAddresses(query('APEX'))], [true, false]);
});

t.test('DNS-08, DNS-09, DNS-10, DNS-28: the address of the family that was asked for', (t) => {
  t.equal(toHex(addressAnswer(query('A'), BOTH)), toHex(message('A_ANSWER')));
  t.equal(toHex(addressAnswer(query('A'), BOTH, { ttl: 3600 })), toHex(message('A_ANSWER')), '60 s at most');
  t.equal(toHex(addressAnswer(query('AAAA'), BOTH, { ttl: 30 })), toHex(message('AAAA_ANSWER')));
});

t.test('DNS-08: the chain as it came, its TTLs cut, the address at its end', (t) => {
  const links = [
    { name: wire('Alice', 'NTMobile', 'one', 'Example'), ttl: 300, target: wire('X') },
    { name: wire('X'), ttl: 20, target: wire('Bob', 'ntmobile') },
    { name: wire('bob', 'ntmobile'), ttl: 61, target: wire('c', 'ntmobile') },
  ];
  const answer = addressAnswer(query('A'), BOTH, { links, ttl: 7 });
  const decoded = decodeMessage(answer)?.answers?.map((record) => {
    if (record.type !== 'A' && record.type !== 'CNAME') throw new Error(record.type);
    return [record.name, record.type, record.ttl, record.data];
  });
  t.same(decoded, [
    ['Alice.NTMobile.one.Example', 'CNAME', 60, 'X'],
    ['X', 'CNAME', 20, 'Bob.ntmobile'],
    ['bob.ntmobile', 'CNAME', 60, 'c.ntmobile'],
    ['c.ntmobile', 'A', 7, '198.18.0.2'],
  ]);
  const nothing = decodeMessage(addressAnswer(query('A'), [], { links }));
  t.equal(nothing?.answers?.length, 3, 'no data: the chain alone');
});

t.test('DNS-10: what is longer than the query allows is cut, over UDP', (t) => {
  const long = ['a', 'b', 'c'].map((letter) => letter.repeat(63));
  const links = ['x', 'y', 'z'].map((letter) => ({
    name: wire(letter),
    ttl: 1,
    target: wire(letter, ...long),
  }));
  const [plain, edns] = [query('A'), query('AAAA')];
  const cut = addressAnswer(plain, BOTH, { links });
  t.same(
    [cut.length, isTruncated(cut), decodeMessage(cut)?.answers?.length],
    [12 + plain.question.length, true, 0],
  );
  const whole = addressAnswer(plain, BOTH, { links, transport: 'tcp' });
  t.same([isTruncated(whole), decodeMessage(whole)?.answers?.length], [false, 4]);
  t.equal(isTruncated(addressAnswer(edns, BOTH, { links })), false, 'its OPT record allows more');
});

t.test('DNS-09: no data of a family that the peer has not got', (t) => {
  t.equal(toHex(addressAnswer(query('AAAA'), [ip('198.18.0.2')])), toHex(message('AAAA_NODATA')));
  t.equal(addressAnswer(query('APEX'), BOTH)[7], 0, 'nor of another type');
  t.equal(addressAnswer({ ...query('A'), class: 3 }, BOTH)[7], 0, 'nor of another class');
});

t.test('DNS-11: errors', (t) => {
  t.equal(toHex(errorAnswer(query('A'), Rcode.serverFailure)), toHex(message('SERVFAIL')));
  t.equal(toHex(errorAnswer(query('A'), Rcode.nameError)), toHex(message('NXDOMAIN')));
});

t.test('RFC 6891: an unknown version of EDNS gets BADVERS, whatever the answer would be', (t) => {
  t.equal(toHex(addressAnswer(query('V1'), BOTH)), toHex(message('BADVERS')));
  t.equal(toHex(errorAnswer(query('V1'), Rcode.nameError)), toHex(message('BADVERS')));
});

t.test('what is no query', (t) => {
  const changed = (at: number, value: number) => message('A').map((byte, i) => (i === at ? value : byte));
  const cases: Record<string, Uint8Array> = {
    'a response': changed(2, 0x81),
    'an update': changed(2, 0x28),
    'no question': changed(5, 0),
    'two questions': changed(5, 2),
    'a pointer': changed(12, 0xc0),
    'a label that is not there': changed(12, 63),
    'a record that is not there': changed(11, 1),
    'no end': message('A').subarray(0, -1),
    'no header': message('A').subarray(0, 11),
    nothing: new Uint8Array(0),
  };
  for (const [name, bytes] of Object.entries(cases)) t.equal(readQuery(bytes), undefined, name);
});

t.test('names that bodies do not have', (t) => {
  const changed = (value: number) => readQuery(message('A').map((byte, i) => (i === 15 ? value : byte)));
  for (const byte of [0x2e, 0x20, 0x00, 0xe4]) {
    const read = changed(byte);
    t.same([read?.name, read?.question[3]], [undefined, byte], 'it goes back as it came');
  }
  t.equal(changed(0x5a)?.name, 'alzce.ntmobile.one.example');
});

t.test('DNS-12: what answers a query', (t) => {
  const answer = message('A_ANSWER');
  t.ok(isResponseTo(answer, message('A')));
  t.ok(isResponseTo(message('SERVFAIL'), message('A')));
  const changed = (at: number, value: number) => answer.map((byte, i) => (i === at ? value : byte));
  const cases: Record<string, Uint8Array> = {
    'another ID': changed(1, 0x35),
    'a query': changed(2, 0x01),
    'another opcode': changed(2, 0xa1),
    'another case': changed(13, 0x61),
    'another name': changed(14, 0x6d),
    'another type': changed(41, 28),
    'another class': changed(43, 3),
    'no question': changed(5, 0),
    'another query': message('AAAA_ANSWER'),
    nothing: new Uint8Array(0),
  };
  for (const [name, bytes] of Object.entries(cases)) t.equal(isResponseTo(bytes, message('A')), false, name);
  t.same([isTruncated(answer), isTruncated(changed(2, 0x83))], [false, true]);
});

t.test('an application asks and reads', (t) => {
  t.equal(
    toHex(addressQuery('Alice.NTMobile.one.Example', 4, 0x1234)),
    toHex(message('A')).replace('0120', '0100'),
  );
  t.same(readAddresses(message('A_ANSWER'), message('A')), { rcode: 0, addresses: [ip('198.18.0.2')] });
  t.same(readAddresses(message('AAAA_ANSWER'), message('AAAA')), { rcode: 0, addresses: [ip('fd00:1::2')] });
  t.same(readAddresses(message('AAAA_NODATA'), message('AAAA')), { rcode: 0, addresses: [] });
  t.same(readAddresses(message('SERVFAIL'), message('A')), { rcode: 2, addresses: [] });
  t.equal(readAddresses(message('A_ANSWER'), message('AAAA')), undefined);
});
