import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { internetChecksum } from '../../reference/packet/checksum.ts';
import { packetTooBig, unreachable } from '../../reference/packet/errors.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import t from '../tap.ts';
import { packet } from './packets.ts';

const ip = (text: string) => parseIp(text) as Ip;
const [FROM4, FROM6] = [ip('198.18.0.9'), ip('fd00:1::9')];
const hex = (bytes: Uint8Array | undefined) => bytes && toHex(bytes);

/** The packet with other bytes from an index on, its IPv4 header summed anew. */
function changed(name: Parameters<typeof packet>[0], at: number, bytes: string): Uint8Array {
  const other = packet(name);
  other.set(fromHex(bytes), at);
  return (other[0] ?? 0) >> 4 === 4 ? setHeaderChecksum(other) : other;
}

t.test('the checksum of RFC 1071, 3, and of an odd number of bytes', (t) => {
  t.equal(internetChecksum(fromHex('0001f203f4f5f6f7')), 0x220d);
  t.equal(internetChecksum(fromHex('0001f203f4f5f6f7ff')), internetChecksum(fromHex('0001f203f4f5f6f7ff00')));
  t.equal(internetChecksum(new Uint8Array(0)), 0xffff);
});

t.test('NODE-10: unreachable, in both families', (t) => {
  t.equal(hex(unreachable(packet('UDP4'), FROM4)), toHex(packet('UNR4')));
  t.equal(hex(unreachable(packet('UDP6'), FROM6)), toHex(packet('UNR6')));
});

t.test('TUN-07: packet too big, in both families', (t) => {
  t.equal(hex(packetTooBig(packet('UDP4'), 1280, FROM4)), toHex(packet('BIG4')));
  t.equal(hex(packetTooBig(packet('UDP6'), 1280, FROM6)), toHex(packet('BIG6')));
});

t.test('what comes after the packet is not quoted', (t) => {
  t.equal(hex(unreachable(concat(packet('UDP4'), new Uint8Array(9)), FROM4)), toHex(packet('UNR4')));
});

t.test('as much is quoted as 576 and 1280 bytes have room for', (t) => {
  const long4 = setHeaderChecksum(
    concat(fromHex('450005280001400040110000c6120001c6120002'), new Uint8Array(1300).fill(0x55)),
  );
  const long6 = concat(packet('UDP6').subarray(0, 40), new Uint8Array(1300).fill(0x55));
  long6.set([0x05, 0x14], 4);
  const [error4, error6] = [packetTooBig(long4, 1280, FROM4), packetTooBig(long6, 1280, FROM6)];
  t.same([error4?.length, error6?.length], [576, 1280]);
  t.equal(hex(error4?.subarray(0, 28)), '45000240000040004001ac8ec6120009c61200010304f7fb00000500');
  t.equal(
    hex(error6?.subarray(0, 48)),
    '6000000004d83a40fd000001000000000000000000000009fd0000010000000000000000000000010200ded900000500',
  );
  t.equal(hex(error4?.subarray(28)), toHex(long4.subarray(0, 548)));
  t.equal(hex(error6?.subarray(48)), toHex(long6.subarray(0, 1232)));
});

t.test('RFC 1812, RFC 4443: what there is no error about', (t) => {
  const cases: Record<string, Uint8Array> = {
    'an ICMP unreachable': packet('UNR4'),
    'a redirect': changed('REQ4', 20, '05'),
    'time exceeded': changed('REQ4', 20, '0b'),
    'a parameter problem': changed('REQ4', 20, '0c'),
    'an ICMPv6 unreachable': packet('UNR6'),
    'an ICMPv6 error of a number not assigned': changed('REQ6', 40, '7f'),
    'an ICMPv6 redirect': changed('REQ6', 40, '89'),
    'an ICMPv6 error behind options': changed('REQ6OPT', 48, '01'),
    'a fragment that is not the first': packet('G'),
    'IPv4 to a group': changed('UDP4', 16, 'e0000001'),
    'IPv4 to all': changed('UDP4', 16, 'ffffffff'),
    'IPv4 from nobody': changed('UDP4', 12, '00000000'),
    'IPv4 from a group': changed('UDP4', 12, 'e0000001'),
    'IPv4 from loopback': changed('UDP4', 12, '7f000001'),
    'IPv6 to a group': changed('UDP6', 24, 'ff02'),
    'IPv6 from a group': changed('UDP6', 8, 'ff02'),
    'IPv6 from nobody': changed('UDP6', 8, '00'.repeat(16)),
    'a wrong header checksum': packet('UDP4').map((byte, at) => (at === 10 ? byte ^ 1 : byte)),
    'no packet': new Uint8Array(0),
    'a part of one': packet('UDP4').subarray(0, 30),
  };
  for (const [name, about] of Object.entries(cases)) {
    const from = (about[0] ?? 0) >> 4 === 6 ? FROM6 : FROM4;
    t.equal(unreachable(about, from), undefined, name);
    if (name !== 'IPv6 to a group') t.equal(packetTooBig(about, 1280, from), undefined, name);
  }
});

t.test('but about these there is', (t) => {
  const group = changed('UDP6', 24, 'ff02');
  t.ok(packetTooBig(group, 1280, FROM6), 'RFC 4443, 2.4 (e.3): too big for a group');
  const fragment6 = concat(packet('UDP6').subarray(0, 40), fromHex('1100000900000001'), new Uint8Array(8));
  fragment6.set([0, 16, 44], 4);
  t.ok(packetTooBig(fragment6, 1280, FROM6), 'an IPv6 fragment that is not the first');
  const first = changed('G', 6, '2000');
  t.ok(unreachable(first, FROM4), 'the first IPv4 fragment');
  t.ok(unreachable(packet('REQ4'), FROM4), 'an echo request');
  t.ok(unreachable(packet('REQ6OPT'), FROM6), 'an ICMPv6 echo request behind options');
});

t.test('who says so has an address of the same family', (t) => {
  t.equal(unreachable(packet('UDP4'), FROM6), undefined);
});
