import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { ascii, concat, toHex } from '../../reference/bytes.ts';
import { echoReply, echoRequest, readEcho } from '../../reference/packet/echo.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import t from '../tap.ts';
import { packet } from './packets.ts';

const ip = (text: string) => parseIp(text) as Ip;
const ECHO = { id: 0x0102, sequence: 3, data: ascii('abc') };
const V4 = { ...ECHO, source: ip('198.18.0.1'), destination: ip('198.18.0.2') };
const V6 = { ...ECHO, source: ip('fd00:1::1'), destination: ip('fd00:1::2') };
const hex = (bytes: Uint8Array | undefined) => bytes && toHex(bytes);

t.test('a request, in both families', (t) => {
  t.equal(hex(echoRequest(V4)), toHex(packet('REQ4')));
  t.equal(hex(echoRequest(V6)), toHex(packet('REQ6')));
  t.throws(() => echoRequest({ ...V4, destination: V6.destination }), RangeError);
});

t.test('its reply', (t) => {
  t.equal(hex(echoReply(packet('REQ4'))), toHex(packet('REP4')));
  t.equal(hex(echoReply(packet('REQ6'))), toHex(packet('REP6')));
  t.equal(hex(echoReply(packet('REQ6OPT'))), toHex(packet('REP6')), 'without the options');
  t.equal(
    hex(echoReply(packet('REQ4ID'))),
    toHex(packet('REP4ID')),
    'as free to be fragmented as the request',
  );
});

t.test('what they say', (t) => {
  t.same(readEcho(packet('REQ4')), { kind: 'request', ...V4 });
  t.same(readEcho(packet('REP4')), { ...V4, kind: 'reply', source: V4.destination, destination: V4.source });
  t.same(readEcho(packet('REQ6')), { kind: 'request', ...V6 });
  t.same(readEcho(concat(packet('REQ6'), new Uint8Array(3))), { kind: 'request', ...V6 });
});

t.test('what is no echo is not answered', (t) => {
  const flipped = (name: Parameters<typeof packet>[0], at: number) => {
    const other = packet(name);
    other[at] = (other[at] ?? 0) ^ 1;
    return other[0] === 0x45 ? setHeaderChecksum(other) : other;
  };
  const fragmented = packet('REQ4');
  fragmented[6] = 0x20;
  const cases: Record<string, Uint8Array> = {
    UDP: packet('UDP4'),
    'an error': packet('UNR4'),
    'a wrong checksum': flipped('REQ4', 30),
    'a wrong checksum over IPv6': flipped('REQ6', 50),
    'a changed address over IPv6': flipped('REQ6', 39),
    'ICMPv6 over IPv4': flipped('REQ4', 9),
    'another code': flipped('REQ4', 21),
    'a fragment': setHeaderChecksum(fragmented),
    'a part': packet('REQ4').subarray(0, 30),
  };
  for (const [name, bytes] of Object.entries(cases)) {
    t.same([readEcho(bytes), echoReply(bytes)], [undefined, undefined], name);
  }
  t.equal(echoReply(packet('REP4')), undefined, 'a reply is none either');
  t.equal(echoReply(packet('REP6')), undefined);
  const group = echoRequest({ ...V4, destination: ip('224.0.0.1') });
  t.equal(echoReply(group), undefined, 'nor a request to a group');
});
