/** Whole packets as literal bytes, made and summed by another program than the one under test. */
import { fromHex, toHex } from '../../../../reference/bytes.ts';
import t from '../../../tap.ts';
import { addr, FOR, napt, PEER, peering } from './bench.ts';

/**
 * UDP 40000 to 53 with "hello": of the node, as it goes out, of the peer, as it goes in; 44 from IPv4 to IPv4 and so on.
 * The two of 64 are without their data, 280 times "hello".
 * The error of 198.51.100.7 says that what went out by IPv4 has to be cut for 1400 bytes; then as the node gets it.
 */
const HEX = {
  NODE_44: '45b80021000040004011a4e9c6120001c61209059c400035000d8a6168656c6c6f',
  OUT_44: '45b80021000040003f113d0dc0000201cb0071059c400035000d218568656c6c6f',
  PEER_44: '450100210000400032114ac4cb007105c000020100359c40000d218568656c6c6f',
  IN_44: '45010021000040003111b4a0c6120905c612000100359c40000d8a6168656c6c6f',
  OUT_46:
    '6b800000000d113f20010db800000000000000000000000120010db80005000000000000000000059c400035000dc40f68656c6c6f',
  NODE_66:
    '6b800000000d1140fd000001000000000000000000000001fd0000010000000000000000000900059c400035000d257a68656c6c6f',
  OUT_66:
    '6b800000000d113f20010db800000000000000000000000120010db80005000000000000000000059c400035000dc40f68656c6c6f',
  PEER_66:
    '60100000000d113220010db800050000000000000000000520010db800000000000000000000000100359c40000dc40f68656c6c6f',
  IN_66:
    '60100000000d1131fd000001000000000000000000090005fd00000100000000000000000000000100359c40000d257a68656c6c6f',
  NODE_64: '6000000005801140fd000001000000000000000000000001fd0000010000000000000000000900059c40003505804a52',
  OUT_64: '45000594000040003f113852c0000201cb0071059c4000350580465d',
  NODE_SMALL_64:
    '60000000000d1140fd000001000000000000000000000001fd0000010000000000000000000900059c400035000d257a68656c6c6f',
  ERROR_4:
    '4500003d0000400028016684c6336407c00002010304f5a90000057845000021000040003c1140c5c0000201cb0071059c400035000d218568656c6c6f',
  ERROR_44:
    '4500003d000040002701be95c6120905c612000103048ccd0000057845000021000040003c11a9a1c6120001c61209059c400035000d8a6168656c6c6f',
  ERROR_46:
    '60000000003d3a27fd000001000000000000000000090005fd00000100000000000000000000000102008d4a0000050060000000000d113cfd000001000000000000000000000001fd0000010000000000000000000900059c400035000d257a68656c6c6f',
};
const LARGE = '68656c6c6f'.repeat(280);

const bound = (inner: 4 | 6, outer: 4 | 6) => {
  const it = napt();
  it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
  return {
    out: (hex: string) => it.out(fromHex(hex), 'p', 0).packets.map(toHex),
    in: (hex: string) => (it.in(fromHex(hex), 0).to?.packets ?? []).map(toHex),
  };
};

t.test('UDP there and back, within each family', (t) => {
  const four = bound(4, 4);
  t.same(four.out(HEX.NODE_44), [HEX.OUT_44]);
  t.same(four.in(HEX.PEER_44), [HEX.IN_44]);
  const six = bound(6, 6);
  t.same(six.out(HEX.NODE_66), [HEX.OUT_66]);
  t.same(six.in(HEX.PEER_66), [HEX.IN_66]);
});

t.test('UDP from one family to the other', (t) => {
  t.same(bound(4, 6).out(HEX.NODE_44), [HEX.OUT_46]);
  t.same(bound(6, 4).out(HEX.NODE_64 + LARGE), [HEX.OUT_64 + LARGE]);
});

t.test('an ICMP error, to a node of either family', (t) => {
  const four = bound(4, 4);
  four.out(HEX.NODE_44);
  t.same(four.in(HEX.ERROR_4), [HEX.ERROR_44]);
  const six = bound(6, 4);
  six.out(HEX.NODE_SMALL_64);
  t.same(six.in(HEX.ERROR_4), [HEX.ERROR_46]);
});
