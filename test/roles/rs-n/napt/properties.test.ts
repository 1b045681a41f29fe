/** What holds of the translator whatever comes. */
import fc from 'fast-check';
import { adjustedChecksum, internetChecksum, sumOfWords } from '../../../../reference/packet/checksum.ts';
import type { Napt } from '../../../../reference/roles/rs-n/napt/napt.ts';
import { holds } from '../../../property.ts';
import t from '../../../tap.ts';
import { addr, FAMILIES, FOR, NODE, NODE_B, napt, PEER, peering, RELAY } from './bench.ts';
import type { Ip } from './packets.ts';
import { ACK, FIN, icmp, RST, SYN, see, shown, tcp, udp } from './packets.ts';

type Family = (typeof FAMILIES)[number];
type Protocol = 'udp' | 'tcp' | 'echo';

interface Sent {
  readonly families: Family;
  readonly protocol: Protocol;
  readonly port: number;
  readonly peerPort: number;
  readonly hops: number;
  readonly trafficClass: number;
  readonly data: Uint8Array;
}

const port = fc.nat({ max: 0xffff });
const sent: fc.Arbitrary<Sent> = fc.record({
  families: fc.constantFrom(...FAMILIES),
  protocol: fc.constantFrom<Protocol>('udp', 'tcp', 'echo'),
  port,
  peerPort: port,
  hops: fc.integer({ min: 2, max: 255 }),
  trafficClass: fc.nat({ max: 255 }),
  data: fc.uint8Array({ maxLength: 300 }),
});

/** A packet of some protocol; an echo has one identifier, and is a request or a reply. */
function make(
  of: Pick<Sent, 'protocol' | 'data'>,
  head: Ip,
  ports: readonly [number, number],
  isReply = false,
  flags = isReply ? SYN | ACK : SYN,
) {
  if (of.protocol === 'udp') return udp({ ...head, ports }, of.data);
  if (of.protocol === 'tcp') return tcp({ ...head, ports }, flags, of.data);
  const [id] = isReply ? [ports[1]] : ports;
  const type = head.from.includes(':') ? (isReply ? 129 : 128) : isReply ? 0 : 8;
  return icmp(head, type, 0, [(id ?? 0) >> 8, (id ?? 0) & 255, 0, 1], of.data);
}

const there = (of: Sent): Uint8Array => {
  const [inner] = of.families;
  const { hops, trafficClass } = of;
  return make(of, { from: NODE[inner], to: FOR[inner], hops, trafficClass }, [of.port, of.peerPort]);
};

const bound = ([inner, outer]: Family): Napt => {
  const it = napt();
  it.bind(peering('p', { standsFor: addr(FOR[inner]), peer: addr(PEER[outer]) }), 0);
  return it;
};

/** The port of the relay; of an echo the identifier. */
const outside = (of: Sent, packet: Uint8Array): number => {
  const { payload, ports } = see(packet);
  return of.protocol === 'echo' ? (payload[4] ?? 0) * 256 + (payload[5] ?? 0) : ports[0];
};

t.test('out and back again gives the addresses and ports of before, with right checksums', (t) => {
  holds(
    t,
    fc.property(sent, (of) => {
      const [inner, outer] = of.families;
      const it = bound(of.families);
      const { packets } = it.out(there(of), 'p', 0);
      const [packet = new Uint8Array(40)] = packets;
      const out = see(packet);
      const answer = make(
        of,
        { from: PEER[outer], to: RELAY[outer], trafficClass: of.trafficClass },
        [of.peerPort, outside(of, packet)],
        true,
      );
      const back = it.in(answer, 0).to?.packets ?? [];
      const seen = see(back[0] ?? new Uint8Array(40));
      const own = make(of, { from: FOR[inner], to: NODE[inner] }, [of.peerPort, of.port], true);
      return (
        packets.length === 1 &&
        back.length === 1 &&
        out.faults.length + seen.faults.length === 0 &&
        out.from === shown(RELAY[outer]) &&
        out.to === shown(PEER[outer]) &&
        out.hops === of.hops - 1 &&
        out.trafficClass === of.trafficClass &&
        seen.trafficClass === of.trafficClass &&
        seen.from === shown(FOR[inner]) &&
        seen.to === shown(NODE[inner]) &&
        seen.payload.every((byte, index) => byte === see(own).payload[index])
      );
    }),
    { numRuns: 300 },
  );
});

t.test('the hot way says what the other says, or nothing', (t) => {
  let quick = 0;
  const step = fc.record({
    of: sent,
    isOut: fc.boolean(),
    later: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 1000 }) }, fc.nat({ max: 400_000 })),
    flags: fc.constantFrom(SYN, SYN | ACK, ACK, ACK, ACK, FIN | ACK, RST),
  });
  holds(
    t,
    fc.property(
      fc.constantFrom(...FAMILIES),
      fc.array(step, { minLength: 4, maxLength: 24 }),
      (families, steps) => {
        const [one, two] = [bound(families), bound(families)];
        let now = 0;
        for (const { of, isOut, later, flags } of steps) {
          now += later;
          const [inner, outer] = families;
          const head = { hops: of.hops, trafficClass: of.trafficClass };
          // Few ports, so that there are sessions that go on.
          const ports = [2000 + (of.port & 1), 53] as const;
          const inside = make(of, { from: NODE[inner], to: FOR[inner], ...head }, ports, false, flags);
          const answer = make(
            of,
            { from: PEER[outer], to: RELAY[outer], ...head },
            [53, ports[0]],
            true,
            flags,
          );
          const hot = isOut ? one.quickOut(inside, 'p', now) : one.quickIn(answer, now)?.packet;
          const slow = isOut ? two.out(inside, 'p', now).packets : (two.in(answer, now).to?.packets ?? []);
          if (hot === undefined) {
            if (isOut) one.out(inside, 'p', now);
            else one.in(answer, now);
            continue;
          }
          quick++;
          if (slow.length !== 1 || hot.some((byte, index) => byte !== slow[0]?.[index])) return false;
        }
        return one.sizes().sessions === two.sizes().sessions;
      },
    ),
    { numRuns: 300 },
  );
  t.ok(quick > 100, `${quick} on the hot way`);
});

t.test('RSN-14: two nodes never have one port, nor more than is theirs', (t) => {
  const step = fc.record({
    node: fc.constantFrom('a', 'b'),
    port: fc.integer({ min: 3000, max: 3040 }),
    later: fc.constantFrom(0, 0, 0, 1000, 30_000, 130_000),
    does: fc.constantFrom('sends', 'sends', 'sends', 'sends', 'goes', 'expires'),
  });
  holds(
    t,
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const it = napt({ ports: [5000, 5019], bounds: { mappingsPerNode: 15 }, timers: { udp: 120_000 } });
      const bind = (node: string) =>
        it.bind(peering(node, { nodeId: node, own: [addr(node === 'a' ? NODE[4] : NODE_B[4])] }), 0);
      bind('a');
      bind('b');
      const owners = new Map<number, { owner: string; until: number }>();
      let now = 0;
      for (const { node, port, later, does } of steps) {
        now += later;
        if (does === 'expires') it.expire(now);
        else if (does === 'goes') {
          it.release(node, now);
          bind(node);
        } else {
          const from = node === 'a' ? NODE[4] : NODE_B[4];
          const [packet] = it.out(
            udp({ from, to: FOR[4], ports: [port, 53] }, Uint8Array.of(1)),
            node,
            now,
          ).packets;
          if (packet === undefined) continue;
          const [taken] = see(packet).ports;
          const known = owners.get(taken);
          if (known !== undefined && known.until > now && known.owner !== `${node} ${port}`) return false;
          owners.set(taken, { owner: `${node} ${port}`, until: now + 120_000 });
        }
        if (it.sizes().mappings > 20) return false;
      }
      return true;
    }),
    { numRuns: 200 },
  );
});

t.test('a checksum that is adjusted is the one of the whole', (t) => {
  const words = fc
    .uint8Array({ minLength: 2, maxLength: 60 })
    .map((bytes) => bytes.slice(0, bytes.length & ~1));
  holds(
    t,
    fc.property(words, words, words, (rest, before, after) => {
      const old = internetChecksum(Uint8Array.from([...rest, ...before]));
      const adjusted = adjustedChecksum(old, sumOfWords(before), sumOfWords(after));
      const whole = Uint8Array.from([...rest, ...after, adjusted >> 8, adjusted & 255]);
      return internetChecksum(whole) === 0 || whole.every((byte) => byte === 0);
    }),
  );
});
