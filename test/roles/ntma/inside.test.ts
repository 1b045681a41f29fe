/** An NTMA between its tunnels and the system inside. [NTMA-01 to NTMA-05, NTMA-09] */
import type { Ip } from '../../../reference/address.ts';
import { parseIp } from '../../../reference/address.ts';
import type { NodeConfigInput } from '../../../reference/config/node.ts';
import { ntmaConfig } from '../../../reference/config/ntma.ts';
import type { Random } from '../../../reference/core.ts';
import { echoRequest, readEcho } from '../../../reference/packet/echo.ts';
import { udpPacket } from '../../../reference/packet/transport.ts';
import type { createNode } from '../../../reference/roles/node/core.ts';
import { createNtma } from '../../../reference/roles/ntma/core.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Plan } from '../node/two.ts';
import { Two } from '../node/two.ts';

const [CLIENT, NTMA] = [0, 1] as const;
const A4 = endpoint('203.0.113.1:5000');
const B4 = endpoint('198.51.100.2:6000');
const DIRECT = { part: 1, candidates: [[A4], [B4]] } satisfies Plan;

/** A client's node and an NTMA, each with its DC played. */
class Adapted extends Two {
  protected override create(
    which: 0 | 1,
    config: NodeConfigInput,
    random: Random,
  ): ReturnType<typeof createNode> {
    return which === CLIENT
      ? super.create(which, config, random)
      : createNtma(ntmaConfig.parse({ ...config, role: 'ntma' }), random);
  }

  get client() {
    return this.ends[CLIENT];
  }

  get ntma() {
    return this.ends[NTMA];
  }
}

/** With a path that the client asked for. */
function connected(): Adapted {
  const adapted = new Adapted([[A4], [B4]]);
  adapted.plan(CLIENT, DIRECT);
  adapted.resolve(CLIENT);
  adapted.sim.run(2000);
  return adapted;
}

const DATA = Uint8Array.of(1, 2, 3);

t.test('what comes by a tunnel goes inside byte for byte, and answers go back', (t) => {
  const adapted = connected();
  const { client, ntma, sim } = adapted;
  ntma.node.onPacket = () => {};
  for (const [version, at] of [
    [4, 8],
    [6, 7],
  ] as const) {
    const from = { ip: client.virtual[version], port: 1024 };
    const to = { ip: ntma.virtual[version], port: 80 };
    const packet = udpPacket(from, to, DATA);
    packet[at] = 3;
    if (version === 4) fixHeader(packet);
    client.node.packet(packet);
    sim.run(sim.now + 100);
    t.same(ntma.node.delivered.at(-1), packet, `IPv${version}, hop limit 3`);
    const answer = udpPacket(to, from, DATA);
    ntma.node.packet(answer);
    sim.run(sim.now + 100);
    t.same(client.node.delivered.at(-1), answer);
  }
  t.equal(ntma.node.role.counters()['dropped.source'], 0);
});

t.test('NTMA-09: another source than its own is dropped and counted, whether there is a path or not', (t) => {
  const adapted = connected();
  const { client, ntma, sim } = adapted;
  const marks = [sim.sent.length, client.node.delivered.length];
  for (const [source, destination] of [
    ['10.0.1.10', client.virtual[4]],
    [client.virtual[4], client.virtual[4]],
    ['198.18.0.77', client.virtual[4]],
    ['fd00:1::77', client.virtual[6]],
    ['10.0.1.10', '198.18.7.7'],
  ] as const) {
    const [from, to] = [parseIp(source) as Ip, parseIp(destination) as Ip];
    ntma.node.packet(udpPacket({ ip: from, port: 80 }, { ip: to, port: 1024 }, DATA));
  }
  sim.run(sim.now + 1000);
  t.same([sim.sent.length, client.node.delivered.length], marks, 'nothing goes out');
  t.equal(ntma.node.role.counters()['dropped.source'], 5);
});

t.test('NTMA-09: a real address is unreachable from inside', (t) => {
  const { ntma, sim } = connected();
  const mark = sim.sent.length;
  const from = { ip: ntma.virtual[4], port: 80 };
  ntma.node.packet(udpPacket(from, endpoint('203.0.113.1:7'), DATA));
  sim.run(sim.now + 1000);
  t.equal(sim.sent.length, mark);
  const [type, code] = ntma.node.delivered.at(-1)?.subarray(20) ?? [];
  t.same([type, code], [3, 1], 'destination unreachable, the host is');
});

t.test('NTMA-05: an answer to a client without a live path asks for one, and waits for it', (t) => {
  const adapted = connected();
  const { client, ntma, sim } = adapted;
  adapted.ping(CLIENT, 4, 1);
  sim.run(sim.now + 100);
  t.same(adapted.replies(CLIENT), [1]);
  sim.run(sim.now + 400_000, () => adapted.paths(NTMA) === 0);
  t.equal(adapted.paths(NTMA), 0, 'the path is closed, since nobody used it');
  sim.run(sim.now + 60_000);
  adapted.plan(NTMA, { ...DIRECT, number: 2 });
  const request = { source: ntma.virtual[4], destination: client.virtual[4], id: 2, data: DATA };
  ntma.node.packet(echoRequest({ ...request, sequence: 9 }));
  sim.run(sim.now + 3000);
  t.equal(ntma.dc.of(3).at(-1)?.message.peerFqdn, client.name, 'it asks for the client by its name');
  t.same(adapted.replies(NTMA), [9]);
  const other = echoRequest({ ...request, destination: parseIp('198.18.9.9') as Ip, sequence: 1 });
  ntma.node.packet(other);
  sim.run(sim.now + 3000);
  t.equal(ntma.node.delivered.at(-1)?.[20], 3, 'who is not known is unreachable');
});

t.test('it has no resolver', (t) => {
  const adapted = connected();
  adapted.resolve(NTMA);
  adapted.sim.run(adapted.sim.now + 1000);
  t.same(adapted.ntma.node.answers, []);
  t.equal(adapted.ntma.dc.of(3).length, 0);
  t.equal(readEcho(adapted.ntma.node.delivered.at(-1) ?? new Uint8Array(0)), undefined);
});

/** The checksum of an IPv4 header anew. */
function fixHeader(packet: Uint8Array): void {
  packet.set([0, 0], 10);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
  sum = 0xffff - ((sum & 0xffff) + (sum >> 16));
  packet.set([sum >> 8, sum & 0xff], 10);
}
