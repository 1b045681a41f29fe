import type { Endpoint } from '../../reference/address.ts';
import { Connection, resetFor } from '../../reference/lab/tcp/connection.ts';
import { Sender } from '../../reference/lab/tcp/sender.ts';
import type { Host } from '../../reference/net/sim/host.ts';
import type { Internet } from '../../reference/net/sim/internet.ts';
import type { Segment } from '../../reference/packet/segment.ts';
import { ACK, RST, SYN } from '../../reference/packet/segment.ts';
import { at } from '../net/addresses.ts';
import { internet, PR } from '../net/sim/bench.ts';
import t from '../tap.ts';

interface End {
  readonly connection: Connection;
  readonly got: number[];
  isEnded: boolean;
  failure: string | undefined;
}

/** One end on a host of the outer network, that knows nothing of NTMobile. */
function end(net: Internet, host: Host, local: Endpoint, initial: number, remote?: Endpoint): End {
  let to = remote;
  const self: End = {
    got: [],
    isEnded: false,
    failure: undefined,
    connection: new Connection({
      now: () => net.time.now(),
      schedule: (when, callback) => net.time.schedule(when, callback),
      send: (segment) => to && host.sendTcp({ protocol: 'tcp', from: local, to, segment }),
      initial,
      mss: 1000,
      onData: (data) => self.got.push(...data),
      onEnd: () => {
        self.isEnded = true;
      },
      onFailure: (why) => {
        self.failure = why;
      },
    }),
  };
  host.onTcp = ({ from, segment }) => {
    to ??= from;
    self.connection.receive(segment);
  };
  return self;
}

const STREAM = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);

function pair(net: Internet, loss = 0): readonly [End, End] {
  const [a, b] = [net.host('a'), net.host('b')];
  const faults = { delayMin: 10, delayMax: 30, loss, duplicate: loss, reorder: loss };
  for (const host of [a, b]) host.plug('eth', net.realm, faults);
  const ends = [a, b].map((host) => ({ ip: host.addresses[0] ?? at('0.0.0.0:0').ip, port: 80 }));
  const [atA, atB] = ends as [Endpoint, Endpoint];
  // Sequence numbers that come round on the way.
  return [end(net, a, atA, 0xffffff00, atB), end(net, b, atB, 0xfffffff0)];
}

for (const loss of [0, 0.1]) {
  t.test(`${100 * loss} % loss, copies and reordering: each byte once and in order, both ways`, async (t) => {
    const net = internet();
    const [a, b] = pair(net, loss);
    a.connection.connect();
    a.connection.write(STREAM);
    a.connection.end();
    b.connection.write(STREAM.subarray(0, 20_000));
    b.connection.end();
    const isOver = () => a.connection.isClosed && b.connection.isClosed;
    t.ok(await net.time.run(300_000, isOver), `over after ${net.time.now()} ms`);
    t.same([a.isEnded, b.isEnded, a.failure, b.failure], [true, true, undefined, undefined]);
    t.same(Uint8Array.from(b.got), STREAM);
    t.same(Uint8Array.from(a.got), STREAM.subarray(0, 20_000));
    t.equal(a.connection.waiting, 0);
  });
}

t.test('nobody answers: time-out; a reset: refused; a reset that does not fit is ignored', async (t) => {
  const net = internet();
  const [a, b] = pair(net);
  b.connection.state = 'over';
  a.connection.connect();
  t.ok(await net.time.run(200_000, () => a.failure !== undefined));
  t.equal(a.failure, 'timed out');
  const again = internet();
  const [asking] = pair(again);
  asking.connection.connect();
  const syn: Segment = {
    flags: SYN,
    sequence: 0xffffff00,
    acknowledgement: 0,
    window: 0,
    data: new Uint8Array(),
  };
  const reset = resetFor(syn);
  t.match(reset, { flags: RST | ACK, acknowledgement: 0xffffff01 });
  asking.connection.receive({ ...(reset as Segment), acknowledgement: 5 });
  t.equal(asking.failure, undefined);
  asking.connection.receive(reset as Segment);
  t.equal(asking.failure, 'reset');
  t.equal(resetFor(reset as Segment), undefined);
});

t.test(
  'an ordinary connection dies with the NAT that forgets it: one that inspects drops what comes',
  async (t) => {
    const net = internet();
    const home = net.site('home', { prefix4: '10.0.0.', nat: { ...PR, ports: 'next' }, inspects: true });
    const [a, b] = [net.host('a'), net.host('b')];
    a.plug('eth', home.realm);
    b.plug('eth', net.realm);
    const [atA, atB] = [a, b].map((host) => ({ ip: host.addresses[0] ?? at('0.0.0.0:0').ip, port: 80 })) as [
      Endpoint,
      Endpoint,
    ];
    const [client, server] = [end(net, a, atA, 1, atB), end(net, b, atB, 1)];
    client.connection.connect();
    client.connection.write(STREAM.subarray(0, 5000));
    await net.time.run(1000);
    t.equal(server.got.length, 5000);
    home.gateway.reboot();
    client.connection.write(STREAM.subarray(5000, 10_000));
    t.ok(await net.time.run(300_000, () => client.failure !== undefined));
    t.same([client.failure, server.got.length], ['timed out', 5000]);
  },
);

t.test('an end that is slow to be heard is not flooded, and three that say the same are a loss', (t) => {
  const sender = new Sender(1000);
  sender.write(new Uint8Array(50_000));
  t.equal(sender.take(0).length, 10);
  t.same(sender.take(1), []);
  for (let count = 0; count < 3; count++) sender.acknowledged(0, true, 20);
  t.equal(sender.take(20)[0]?.at, 0, 'at once, without waiting for the timer');
  sender.acknowledged(60_000, true, 30);
  t.equal(sender.waiting, 50_000, 'an acknowledgement of what was never sent says nothing');
});
