import fc from 'fast-check';
import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { acceptInner, readInner } from '../../reference/packet/inner.ts';
import { Refusal } from '../../reference/refusal.ts';
import t from '../tap.ts';

const ip = (text: string) => parseIp(text) as Ip;
const V4 = fromHex('450000180001000040110000c6120001c6120002deadbeef');
const V6 = fromHex(`6000000000043b40${'fd12'.padEnd(32, '0')}${'fd12'.padEnd(31, '0')}2deadbeef`);

function layer(payload: Uint8Array): string {
  const inner = readInner(payload);
  return inner instanceof Refusal ? inner.layer : toHex(inner.packet);
}

t.test('an IPv4 and an IPv6 packet', (t) => {
  t.same(readInner(V4), { packet: V4, source: ip('198.18.0.1'), destination: ip('198.18.0.2') });
  t.same(readInner(V6), { packet: V6, source: ip('fd12::'), destination: ip('fd12::2') });
});

t.test('TUN-09: zero bytes after it go', (t) => {
  for (const packet of [V4, V6]) {
    for (const count of [1, 100]) t.equal(layer(concat(packet, new Uint8Array(count))), toHex(packet));
  }
});

t.test('TUN-11: what is not a whole packet, or has something after it', (t) => {
  const at = (bytes: Uint8Array, index: number, value: number) =>
    bytes.map((byte, i) => (i === index ? value : byte));
  const faults: Record<string, Uint8Array> = {
    empty: new Uint8Array(0),
    'all zero': new Uint8Array(60),
    'version 5': at(V4, 0, 0x55),
    'header of 16': at(V4, 0, 0x44),
    'options that are not there': at(V4, 0, 0x4f),
    'total length below the header': at(V4, 3, 19),
    'total length 0': at(V4, 3, 0),
    'one byte more than came': at(V4, 3, 25),
    'one byte less': V4.subarray(0, -1),
    'one byte of IPv4': V4.subarray(0, 1),
    '39 bytes of IPv6': V6.subarray(0, 39),
    'IPv6, one byte less': V6.subarray(0, -1),
    'IPv6, one byte more than came': at(V6, 5, 5),
    'not zero at once': concat(V4, Uint8Array.of(1)),
    'not zero at the end': concat(V6, Uint8Array.of(0, 0, 0, 1)),
  };
  for (const [name, payload] of Object.entries(faults)) t.equal(layer(payload), 'inner-length', name);
});

t.test('an IPv4 header with options, an IPv6 header alone', (t) => {
  const options = concat(Uint8Array.of(0x46), V4.subarray(1));
  t.equal(layer(options), toHex(options));
  const empty = fromHex(`6000000000003b40${'00'.repeat(32)}`);
  t.equal(layer(empty), toHex(empty));
});

t.test('NODE-11, TUN-13: from the peer and for this end, in this order', (t) => {
  const [peer, own] = [[ip('fd12::'), ip('198.18.0.1')], [ip('198.18.0.2')]];
  const refusal = (...addresses: [Ip[], Ip[]]) => {
    const inner = acceptInner(V4, ...addresses);
    return inner instanceof Refusal ? inner.layer : 'none';
  };
  t.equal(refusal(peer, own), 'none');
  t.equal(refusal(own, peer), 'inner-source');
  t.equal(refusal(peer, peer), 'inner-destination');
  t.equal(refusal([], []), 'inner-source');
});

t.test('any bytes at all are a packet or refused, and a packet is its own payload', (t) => {
  const starts = fc.constantFrom(new Uint8Array(0), V4.subarray(0, 4), V6.subarray(0, 6));
  const property = fc.property(starts, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
    const found = readInner(concat(start, rest));
    return found instanceof Refusal
      ? found.layer === 'inner-length'
      : layer(found.packet) === toHex(found.packet);
  });
  t.notOk(fc.check(property).failed);
});
