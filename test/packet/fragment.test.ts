import { concat, toHex } from '../../reference/bytes.ts';
import { fragment } from '../../reference/packet/fragment.ts';
import { setHeaderChecksum } from '../../reference/packet/ip.ts';
import t from '../tap.ts';
import { packet } from './packets.ts';

const hex = (packets: readonly Uint8Array[] | undefined) => packets?.map(toHex);
const wanted = (...names: Parameters<typeof packet>[0][]) => names.map((name) => toHex(packet(name)));

t.test('each piece has 8 bytes or a multiple, its place, and the options that are copied', (t) => {
  t.same(hex(fragment(packet('FRAG'), 48)), wanted('F1', 'F2', 'F3'));
  t.same(hex(fragment(packet('FRAG'), 51)), wanted('F1', 'F2', 'F3'), 'room for no 8 more');
});

t.test('a fragment amid a packet', (t) => {
  t.same(hex(fragment(packet('G'), 40)), wanted('G1', 'G2'));
});

t.test('what fits stays as it is', (t) => {
  t.same(hex(fragment(packet('FRAG'), 78)), wanted('FRAG'));
  t.same(
    hex(fragment(concat(packet('FRAG'), new Uint8Array(5)), 78)),
    wanted('FRAG'),
    'less what comes after it',
  );
  t.same(hex(fragment(packet('UDP6'), 53)), wanted('UDP6'));
});

t.test('what may not be cut', (t) => {
  t.equal(fragment(packet('UDP6'), 52), undefined, 'IPv6');
  const whole = packet('G');
  whole[6] = 0x40;
  t.equal(fragment(setHeaderChecksum(whole), 40), undefined, 'DF');
  t.equal(fragment(packet('FRAG'), 35), undefined, 'no room for 8 bytes');
  t.equal(fragment(packet('FRAG').subarray(0, 77), 52), undefined, 'no whole packet');
});
