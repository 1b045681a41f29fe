/** The lab's balancer alone: which server, for how long, and what becomes of packets. */
import type { Ip } from '../../reference/address.ts';
import { parseIp } from '../../reference/address.ts';
import type { Algorithm } from '../../reference/lab/balancer/algorithms.ts';
import { Balancer } from '../../reference/lab/balancer/balancer.ts';
import { readTransport, tcpPacket, udpPacket } from '../../reference/packet/transport.ts';
import t from '../tap.ts';

const ip = (text: string): Ip => parseIp(text) as Ip;
const SERVICE = { 4: ip('198.18.1.1'), 6: ip('fd00:1::1') };
const SERVERS = [
  { addresses: { 4: ip('10.0.1.10'), 6: ip('2001:db8::10') }, weight: 3 },
  { addresses: { 4: ip('10.0.1.20'), 6: ip('2001:db8::20') }, weight: 1 },
];
const [SYN, ACK, FIN] = [2, 16, 17];
const NONE = new Uint8Array();

function balancer(algorithm: Algorithm, persistence = 0): Balancer {
  const isService = (address: Ip): boolean => Object.values(SERVICE).includes(address);
  return new Balancer({ algorithm, persistence, servers: SERVERS, isService });
}

const segment = (flags: number) => ({ flags, sequence: 1, acknowledgement: 0, window: 1000, data: NONE });

/** A client's segment, and the server that gets it. */
function send(to: Balancer, client: string, port: number, flags: number, now: number): string | undefined {
  const from = { ip: ip(client), port };
  const packet = tcpPacket(from, { ip: SERVICE[client.includes(':') ? 6 : 4], port: 80 }, segment(flags));
  const inward = to.inward(packet, now);
  const read = inward && readTransport(inward);
  if (inward !== undefined && read === undefined) throw new Error('a wrong checksum');
  return read?.to.ip;
}

t.test('each algorithm spreads sessions as it says', (t) => {
  const chosen = (algorithm: Algorithm): string => {
    const one = balancer(algorithm);
    return Array.from({ length: 8 }, (_, index) => send(one, '198.18.1.9', 1000 + index, SYN, 0))
      .map((server) => (server === '10.0.1.10' ? 'a' : 'b'))
      .join('');
  };
  t.equal(chosen('rr'), 'abababab');
  t.equal(chosen('wrr'), 'aabaaaba');
  t.equal(chosen('lc'), 'abababab');
  t.match(chosen('sh'), /^(a{8}|b{8})$/);
  const one = balancer('lc');
  const servers = [1, 2, 3].map((port) => send(one, '198.18.1.9', port, SYN, 0));
  send(one, '198.18.1.9', 1, FIN, 1);
  send(one, '198.18.1.9', 3, FIN, 1);
  t.same(servers, ['10.0.1.10', '10.0.1.20', '10.0.1.10']);
  t.equal(send(one, '198.18.1.9', 4, SYN, 2), '10.0.1.10', 'the one whose sessions are over');
});

t.test('a client stays for the time of persistence, and for as long as it has a session', (t) => {
  const one = balancer('rr', 60_000);
  t.equal(send(one, '198.18.1.9', 1, SYN, 0), '10.0.1.10');
  t.equal(send(one, '198.18.1.8', 1, SYN, 0), '10.0.1.20');
  t.equal(send(one, '198.18.1.9', 2, SYN, 50_000), '10.0.1.10');
  t.equal(send(one, '198.18.1.9', 2, ACK, 50_001), '10.0.1.10');
  t.equal(send(one, '198.18.1.9', 3, SYN, 500_000), '10.0.1.10', 'a session is open');
  t.equal(send(one, '198.18.1.9', 2, FIN, 500_001), '10.0.1.10');
  t.equal(send(one, '198.18.1.7', 1, SYN, 700_000), '10.0.1.10');
  t.equal(send(one, '198.18.1.9', 4, SYN, 700_000), '10.0.1.20', 'all is over: it is the next one’s turn');
});

t.test('what belongs to no session goes nowhere, and hops count', (t) => {
  const one = balancer('rr');
  t.equal(send(one, '198.18.1.9', 1, ACK, 0), undefined, 'amid a connection');
  const from = { ip: ip('198.18.1.9'), port: 1 };
  const elsewhere = { ip: ip('198.18.1.5'), port: 80 };
  t.equal(one.inward(udpPacket(from, elsewhere, NONE), 0), undefined, 'not the service');
  const back = udpPacket({ ip: ip('10.0.1.10'), port: 80 }, from, NONE);
  t.equal(one.outward(back, 0), undefined, 'an answer to nobody');
  const packet = udpPacket(from, { ip: SERVICE[4], port: 80 }, NONE);
  t.equal(one.inward(packet, 0)?.[8], (packet[8] ?? 0) - 1);
  const answer = one.outward(back, 1);
  t.same(answer && readTransport(answer)?.from, { ip: SERVICE[4], port: 80 }, 'from the service address');
});

t.test('IPv6, there and back', (t) => {
  const one = balancer('rr');
  t.equal(send(one, 'fd00:1::9', 1, SYN, 0), '2001:db8::10');
  const from = { ip: ip('fd00:1::9'), port: 1 };
  const answer = one.outward(tcpPacket({ ip: ip('2001:db8::10'), port: 80 }, from, segment(SYN | ACK)), 1);
  t.same(answer && readTransport(answer)?.from, { ip: SERVICE[6], port: 80 });
});
