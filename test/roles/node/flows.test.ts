/** HO-09: what applications are told of flows whose relay is lost. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { readInner } from '../../../reference/packet/inner.ts';
import { readIp } from '../../../reference/packet/ip.ts';
import { ACK, FIN, RST, SYN } from '../../../reference/packet/segment.ts';
import { readTransport, tcpPacket, udpPacket } from '../../../reference/packet/transport.ts';
import { Refusal } from '../../../reference/refusal.ts';
import { Flows } from '../../../reference/roles/node/flows.ts';
import type { Path } from '../../../reference/roles/node/path.ts';
import t from '../../tap.ts';
import { lent } from '../lent.ts';

const OWN: Endpoint = { ip: '198.18.0.1' as Ip, port: 4000 };
const PEER: Endpoint = { ip: '198.19.0.1' as Ip, port: 80 };
const OTHER: Endpoint = { ip: '198.19.0.2' as Ip, port: 80 };

function inner(packet: Uint8Array) {
  const read = readInner(packet);
  if (read instanceof Refusal) throw new Error('a packet');
  return read;
}

function tcp(to: Endpoint, flags: number, sequence = 100, acknowledgement = 900, length = 3) {
  const data = new Uint8Array(length);
  return inner(tcpPacket(OWN, to, { flags, sequence, acknowledgement, window: 1, data }));
}

interface Up {
  readonly id: string;
  readonly relay?: number;
  readonly replaces?: string;
  readonly lent?: Ip;
}

/** As far as flows look at one. */
function path({ id, relay = 1, replaces, lent }: Up): Path {
  const end = { nodeId: new Uint8Array(16).fill(relay) };
  return { id, party: 'p', addresses: [PEER.ip], lent, directed: { end, replaces } } as unknown as Path;
}

function used(...packets: ReturnType<typeof inner>[]): Flows {
  const flows = new Flows();
  flows.up(path({ id: 'a' }));
  for (const { packet } of packets) lent(packet, (once) => flows.sent(inner(once)));
  return flows;
}

t.test('a connection is reset as the peer would, again with each segment, until a new one begins', (t) => {
  const flows = used(tcp(PEER, ACK), tcp(OTHER, ACK));
  const told = flows.up(path({ id: 'b', relay: 2, replaces: 'a' }));
  t.equal(told.length, 1, 'not that of another peer');
  t.match(readTransport(told[0] ?? new Uint8Array()), {
    from: PEER,
    to: OWN,
    segment: { flags: RST, sequence: 900 },
  });
  const late = tcp(PEER, ACK, 103, 950);
  t.equal(flows.sent(late), false);
  t.match(readTransport(flows.reply(late) ?? new Uint8Array()), { segment: { flags: RST, sequence: 950 } });
  t.equal(flows.reply(tcp(OTHER, ACK)), undefined);
  t.equal(flows.reply(tcp(PEER, SYN)), undefined);
  t.equal(flows.sent(tcp(PEER, SYN)), true);
  t.equal(flows.reply(late), undefined, 'a new connection');
});

t.test('one that was never answered is refused', (t) => {
  for (const [flags, next] of [
    [SYN, 101],
    [FIN, 104],
  ] as const) {
    const flows = used(tcp(PEER, flags, 100, 0, flags === SYN ? 0 : 3));
    const [reset] = flows.up(path({ id: 'b', relay: 2 }));
    const segment = { flags: RST | ACK, sequence: 0, acknowledgement: next };
    t.match(readTransport(reset ?? new Uint8Array()), { segment });
  }
});

t.test('other flows end by ICMP, and go on by the new path', (t) => {
  const packet = inner(udpPacket(OWN, PEER, new Uint8Array(5)));
  const flows = used(packet);
  const [error, ...more] = flows.up(path({ id: 'b', replaces: 'a', relay: 2 }));
  t.equal(more.length, 0);
  const read = readIp(error ?? new Uint8Array());
  t.match(read, { protocol: 1, destination: OWN.ip });
  t.same([...(error ?? []).slice(20, 22)], [3, 1]);
  t.same((error ?? new Uint8Array()).slice(28), packet.packet, 'about the last packet');
  t.equal(flows.sent(packet), true);
  t.equal(flows.reply(packet), undefined);
});

t.test('a path that replaces the last one by the same relay ends nothing', (t) => {
  const flows = used(tcp(PEER, ACK));
  t.same(flows.up(path({ id: 'a' })), [], 'the same path again');
  t.same(flows.up(path({ id: 'b', replaces: 'a' })), []);
  t.equal(flows.up(path({ id: 'c', replaces: 'a' })).length, 1, 'what the relay knew went to b');
});

t.test('another lease ends what went by the one before', (t) => {
  const flows = new Flows();
  flows.up(path({ id: 'a', lent: OWN.ip }));
  flows.sent(tcp(PEER, ACK));
  t.same(flows.up(path({ id: 'b', replaces: 'a', lent: OWN.ip })), []);
  t.equal(flows.up(path({ id: 'c', replaces: 'b', lent: '192.0.2.1' as Ip })).length, 1);
});
