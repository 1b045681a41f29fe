import type { Endpoint } from '../../reference/address.ts';
import { Inbox } from '../../reference/net/inbox.ts';
import type { Net } from '../../reference/net/net.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import type { Backend } from '../../reference/net/udp/udp.ts';
import { backends, udpNet } from '../../reference/net/udp/udp.ts';
import { start } from '../drivers/program.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';
import { at } from './addresses.ts';

/** Sends to an endpoint and then to the inbox itself; that one has to arrive. */
async function survives(net: Net, inbox: Inbox, bytes: Uint8Array, to: Endpoint): Promise<boolean> {
  inbox.send(bytes, to);
  await sleepUntil(net, net.now() + 20);
  inbox.send(Uint8Array.of(1), inbox.local);
  return (
    (await inbox.receiveWhere((received) => received.bytes.length === 1, net.now() + 5000)) !== undefined
  );
}

for (const backend of backends()) t.test(`UDP by ${backend}`, (t) => contract(t, backend));

function contract(t: T, backend: Backend): void {
  const net = udpNet(backend);
  const soon = () => net.now() + 5000;

  for (const local of [at('127.0.0.1:0'), at('127.0.0.2:0'), at('[::1]:0')]) {
    t.test(`echo on ${local.ip}`, async (t) => {
      const client = await Inbox.open(net, local);
      const server = await net.bind(local, (bytes, from) => server.send(bytes, from));
      t.teardown(() => Promise.all([client.close(), server.close()]));
      t.ok(server.local.port > 0 && server.local.port !== client.local.port);
      t.equal(server.local.ip, local.ip);
      for (const length of [0, 1, 1200, 2048, 2049, 9000, 65_507]) {
        const bytes = Uint8Array.from({ length }, (_, i) => i);
        client.send(bytes, server.local);
        const echo = await client.receive(soon());
        t.same(echo && [new Uint8Array(echo.bytes), echo.from], [bytes, server.local], `${length} bytes`);
      }
    });
  }

  t.test(
    'what is received can be kept by copying it: slice copies, whatever the runtime does with its buffers',
    async (t) => {
      const kept: Uint8Array[] = [];
      const socket = await net.bind(at('127.0.0.1:0'), (bytes) => kept.push(bytes.slice()));
      const client = await Inbox.open(net, at('127.0.0.1:0'));
      t.teardown(() => Promise.all([client.close(), socket.close()]));
      for (let value = 1; value <= 50; value++) client.send(Uint8Array.of(value, value), socket.local);
      const until = soon();
      while (kept.length < 50 && net.now() < until) await sleepUntil(net, net.now() + 10);
      t.same(
        kept.map(([value]) => value),
        Array.from({ length: 50 }, (_, index) => index + 1),
      );
    },
  );

  t.test('bind says in one line what is wrong', async (t) => {
    const socket = await net.bind(at('127.0.0.1:0'), () => {});
    t.teardown(() => socket.close());
    const { port } = socket.local;
    const rebind = () => net.bind(socket.local, () => {});
    await t.rejects(rebind, {
      message: `127.0.0.1:${port} is in use by another program: stop that one or choose another port`,
    });
    await t.rejects(rebind, NetError);
    await t.rejects(() => net.bind(at('192.0.2.1:0'), () => {}), {
      message: '192.0.2.1 is not an address of this machine: choose one that is',
    });
    await t.rejects(() => net.bind(at('[2001:db8::1]:0'), () => {}), {
      message: '2001:db8::1 is not an address of this machine: choose one that is',
    });
  });

  t.test('an IPv6 socket leaves IPv4 alone', async (t) => {
    const six = await Inbox.open(net, at('[::]:0'));
    t.teardown(() => six.close());
    const four = await Inbox.open(net, { ip: at('0.0.0.0:0').ip, port: six.local.port });
    const client = await Inbox.open(net, at('127.0.0.1:0'));
    t.teardown(() => Promise.all([four.close(), client.close()]));
    client.send(Uint8Array.of(4), { ip: at('127.0.0.1:0').ip, port: six.local.port });
    t.same((await four.receive(soon()))?.from, client.local);
    t.equal(six.pending.length, 0);
  });

  t.test('what cannot be sent is lost, and the socket stays', async (t) => {
    const closed = await net.bind(at('127.0.0.1:0'), () => {});
    await closed.close();
    const inbox = await Inbox.open(net, at('127.0.0.1:0'));
    t.teardown(() => inbox.close());
    t.ok(await survives(net, inbox, new Uint8Array(9), closed.local), 'nobody there');
    t.ok(await survives(net, inbox, new Uint8Array(9), at('127.0.0.1:0')), 'port 0');
    t.ok(await survives(net, inbox, new Uint8Array(9), at('[::1]:9')), 'another family');
    t.ok(await survives(net, inbox, new Uint8Array(70_000), inbox.local), 'too long');
    t.ok(await survives(net, inbox, new Uint8Array(9), at('255.255.255.255:9')), 'not allowed');
    t.ok(await survives(net, inbox, new Uint8Array(9), at('192.0.2.1:9')), 'no way there from loopback');
    t.equal(inbox.pending.length, 0);
  });

  t.test('what was sent before close goes out; after it nothing does and nothing comes', async (t) => {
    const sink = await Inbox.open(net, at('127.0.0.1:0'));
    t.teardown(() => sink.close());
    const source = await net.bind(at('127.0.0.1:0'), () => {});
    for (let i = 0; i < 50; i++) source.send(Uint8Array.of(i), sink.local);
    const closing = source.close();
    source.send(Uint8Array.of(99), sink.local);
    await closing;
    await source.close();
    source.send(Uint8Array.of(99), sink.local);
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 50; i++) seen.push((await sink.receive(soon()))?.bytes[0]);
    t.same(
      seen,
      Array.from({ length: 50 }, (_, i) => i),
    );
    await sleepUntil(net, net.now() + 20);
    t.equal(sink.pending.length, 0);
    const again = await net.bind(source.local, () => {});
    t.same(again.local, source.local, 'the port is free');
    await again.close();
  });

  t.test('a closed socket hands over nothing more', async (t) => {
    let seen = 0;
    const socket = await net.bind(at('127.0.0.1:0'), () => {
      seen++;
      closed = socket.close();
    });
    let closed: Promise<void> | undefined;
    for (let i = 0; i < 5; i++) socket.send(Uint8Array.of(i), socket.local);
    await sleepUntil(net, net.now() + 50);
    await closed;
    t.equal(seen, 1);
  });

  t.test('the port of a closed socket can be had at once', async (t) => {
    const first = await net.bind(at('127.0.0.1:0'), () => {});
    const { local } = first;
    await first.close();
    for (let times = 0; times < 20; times++) {
      const socket = await net.bind(local, () => {});
      t.same(socket.local, local);
      socket.send(Uint8Array.of(1), local);
      await socket.close();
    }
  });

  t.test('a program that has closed its sockets ends', async (t) => {
    const { status, signal, out } = await start(new URL('programs/ends.ts', import.meta.url), [backend])
      .ended;
    t.same([status, signal, out], [0, null, 'closed\n']);
  });

  t.test('what a handler throws ends the program', async (t) => {
    const { status, signal, err } = await start(new URL('programs/throws.ts', import.meta.url), [backend])
      .ended;
    t.same([status, signal], [1, null]);
    t.match(err, /a broken assumption/);
  });

  t.test('bursts that are sent on from the buffer they came in arrive whole and in order', async (t) => {
    const sink = await Inbox.open(net, at('127.0.0.1:0'));
    const relay = await net.bind(at('127.0.0.1:0'), (bytes) => relay.send(bytes, sink.local));
    const source = await net.bind(at('127.0.0.1:0'), () => {});
    t.teardown(() => Promise.all([sink.close(), relay.close(), source.close()]));
    const sent = Array.from({ length: 120 }, (_, value) =>
      new Uint8Array(value % 40 < 20 ? 40 : 40 + value).fill(value),
    );
    for (const bytes of sent) source.send(bytes, relay.local);
    const seen: Uint8Array[] = [];
    for (const _ of sent) seen.push(new Uint8Array((await sink.receive(soon()))?.bytes ?? []));
    t.same(seen, sent);
    const { received, batches, unsent } = relay.counts();
    t.same([received, unsent, batches >= 1 && batches <= received], [120, 0, true]);
  });

  t.test('news of a port where nobody is costs no other datagram', async (t) => {
    const closed = await net.bind(at('127.0.0.1:0'), () => {});
    await closed.close();
    const sink = await Inbox.open(net, at('127.0.0.1:0'));
    const source = await net.bind(at('127.0.0.1:0'), () => {});
    t.teardown(() => Promise.all([sink.close(), source.close()]));
    const seen: (number | undefined)[] = [];
    for (let value = 0; value < 20; value++) {
      source.send(Uint8Array.of(99), closed.local);
      source.send(Uint8Array.of(value), sink.local);
    }
    for (let value = 0; value < 20; value++) seen.push((await sink.receive(soon()))?.bytes[0]);
    t.same(
      seen,
      Array.from({ length: 20 }, (_, value) => value),
    );
  });

  t.test('hundreds of sockets, each with its own port', async (t) => {
    const inboxes = await Promise.all(Array.from({ length: 300 }, () => Inbox.open(net, at('127.0.0.1:0'))));
    t.teardown(() => Promise.all(inboxes.map((inbox) => inbox.close())));
    t.equal(new Set(inboxes.map(({ local }) => local.port)).size, 300);
    const [first] = inboxes;
    for (const { local } of inboxes) first?.send(Uint8Array.of(local.port % 256), local);
    const seen = await Promise.all(inboxes.map((inbox) => inbox.receive(soon())));
    t.same(
      seen.map((datagram) => datagram?.bytes[0]),
      inboxes.map(({ local }) => local.port % 256),
    );
  });

  t.test('what the system does not take at once waits, up to a bound, and is counted', async (t) => {
    const socket = await net.bind(at('127.0.0.1:0'), () => {});
    const to = at('127.0.0.1:9');
    for (let count = 0; count < 10_000; count++) socket.send(new Uint8Array(10), to);
    await socket.close();
    const { sent, unsent } = socket.counts();
    t.equal(sent + unsent, 10_000);
    t.ok(sent >= 4096);
  });
}
