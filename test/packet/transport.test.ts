import { toHex } from '../../reference/bytes.ts';
import { ACK, SYN } from '../../reference/packet/segment.ts';
import { readTransport, TCP, tcpPacket, UDP, udpPacket } from '../../reference/packet/transport.ts';
import { at } from '../net/addresses.ts';
import t from '../tap.ts';

const PAIRS = [
  [at('198.18.0.1:5000'), at('198.18.0.2:80')],
  [at('[fd00::1]:5000'), at('[fd00::2]:80')],
] as const;

t.test('UDP and TCP packets have the checksums that RFC 768 and RFC 9293 ask for', (t) => {
  // By hand: c612 + 0001 + c612 + 0002 + 0011 + 000a + 1388 + 0050 + 000a + 6869 = 2088d, 088d + 2 = 088f, ~ f770
  const udp = udpPacket(PAIRS[0][0], PAIRS[0][1], new TextEncoder().encode('hi'));
  t.equal(toHex(udp), '4500001e000040004011aea7c6120001c612000213880050000af7706869');
});

for (const [from, to] of PAIRS) {
  t.test(`from ${from.ip}: what is written is read, what is damaged is not`, (t) => {
    const data = Uint8Array.of(1, 2, 3);
    const udp = udpPacket(from, to, data);
    t.same(readTransport(udp), { protocol: UDP, from, to, data });
    const segment = { flags: SYN | ACK, sequence: 0xfffffffe, acknowledgement: 7, window: 65_535, data };
    const tcp = tcpPacket(from, to, segment);
    t.same(readTransport(tcp), { protocol: TCP, from, to, segment });
    for (const packet of [udp, tcp]) {
      const damaged = packet.slice();
      damaged[damaged.length - 1] = 9;
      t.equal(readTransport(damaged), undefined);
      t.equal(readTransport(packet.subarray(0, 30)), undefined);
    }
  });
}
