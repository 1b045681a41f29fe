import { createConnection } from 'node:net';
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import { concat, toHex } from '../../reference/bytes.ts';
import { Frames, frame } from '../../reference/dns/frames.ts';
import type { DnsServerOptions } from '../../reference/drivers/dns-server.ts';
import { serveDns } from '../../reference/drivers/dns-server.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import type { Stream } from '../../reference/net/streams.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { at, memoryNet } from '../net/addresses.ts';
import t from '../tap.ts';

const AT = at('192.0.2.53:53');

/** Answers with the query and one byte more; a query of one byte has none, and one of two an answer in 60 s. */
async function world() {
  const net = memoryNet();
  const asked: string[] = [];
  const ask: DnsServerOptions['ask'] = async (message, { transport, from }) => {
    asked.push(`${transport} ${from && formatEndpoint(from)} ${toHex(message)}`);
    if (message.length === 1) throw new Error('no answer');
    if (message.length === 2) await sleepUntil(net, net.now() + 60_000);
    return concat(message, Uint8Array.of(0xff));
  };
  const server = await net.run(serveDns({ net, listen: [AT], ask }));
  const open = async () => {
    const frames = new Frames();
    const seen: string[] = [];
    const onBytes = (bytes: Uint8Array): number => seen.push(...frames.take(bytes).map(toHex));
    const stream: Stream = await net.streams.connect(AT, { onBytes, onEnd: () => seen.push('end') });
    return { stream, seen };
  };
  return { net, asked, server, open };
}

t.test('over UDP: from the socket that was asked, or nothing', async (t) => {
  const { net, asked, server } = await world();
  const answers: string[] = [];
  await net.run(
    (async () => {
      const client = await net.bind(at('192.0.2.1:5000'), (bytes, from) =>
        answers.push(`${formatEndpoint(from)} ${toHex(bytes)}`),
      );
      const buffer = Uint8Array.of(1, 2, 3);
      client.send(buffer, AT);
      client.send(Uint8Array.of(9), AT);
      await sleepUntil(net, 10);
      await server.close();
      client.send(Uint8Array.of(1, 2, 3), AT);
      await sleepUntil(net, 20);
    })(),
  );
  t.same(answers, ['192.0.2.53:53 010203ff']);
  t.same(asked, ['udp 192.0.2.1:5000 010203', 'udp 192.0.2.1:5000 09']);
});

t.test('over TCP: several queries of a connection, each answered when it can be', async (t) => {
  const { net, open, asked } = await world();
  await net.run(
    (async () => {
      const { stream, seen } = await open();
      const queries = [Uint8Array.of(4, 4), Uint8Array.of(9), Uint8Array.of(1, 2, 3), Uint8Array.of(5, 5, 5)];
      const all = concat(...queries.map(frame));
      stream.write(all.subarray(0, 5));
      stream.write(all.subarray(5));
      await sleepUntil(net, 5000);
      t.same(seen, ['010203ff', '050505ff']);
      t.equal(asked.length, 4);
      stream.write(frame(Uint8Array.of(6, 6, 6)));
      await sleepUntil(net, 14_900);
      t.equal(seen.length, 3, 'still open 10 s after the last query');
      await sleepUntil(net, 15_100);
      t.equal(seen.at(-1), 'end', 'and then no more');
    })(),
  );
});

t.test('over TCP: who ends its direction gets the answers that are due', async (t) => {
  const net = udpNet();
  const ask: DnsServerOptions['ask'] = async (message) => {
    await sleepUntil(net, net.now() + 50);
    return message;
  };
  const server = await serveDns({ net, listen: [at('127.0.0.1:0')], ask });
  const [local] = server.local as [Endpoint];
  const received: Uint8Array[] = [];
  const socket = createConnection({ host: local.ip, port: local.port, allowHalfOpen: true });
  socket.on('data', (bytes: Uint8Array) => received.push(bytes.slice()));
  await new Promise<void>((resolve) => {
    socket.on('end', resolve);
    socket.end(frame(Uint8Array.of(1, 2, 3)));
  });
  socket.destroy();
  t.equal(toHex(concat(...received)), '0003010203');
  await server.close();
});

t.test('over TCP: what one asks at once, and how many ask, has bounds', async (t) => {
  const { net, open } = await world();
  await net.run(
    (async () => {
      const greedy = await open();
      for (let i = 0; i < 65; i++) greedy.stream.write(frame(Uint8Array.of(i, i)));
      await sleepUntil(net, 1);
      t.same(greedy.seen, ['end']);
      const [first, second, ...others] = await Promise.all(Array.from({ length: 128 }, open));
      first?.stream.write(frame(Uint8Array.of(0, 0)));
      others[0]?.stream.write(frame(Uint8Array.of(1, 1, 1)));
      await sleepUntil(net, 2);
      await open();
      await sleepUntil(net, 3);
      t.same([first?.seen, second?.seen], [[], ['end']], 'the longest silent gives way');
    })(),
  );
});

t.test('all endpoints or none; one port for both', async (t) => {
  const net = udpNet();
  const ask: DnsServerOptions['ask'] = (message) => Promise.resolve(message);
  const server = await serveDns({ net, listen: [at('127.0.0.1:0'), at('[::1]:0')], ask });
  t.teardown(() => server.close());
  t.same(
    server.local.map(({ ip }) => ip),
    ['127.0.0.1', '::1'],
  );
  const [taken] = server.local as [Endpoint];
  const free = at('127.0.0.2:0');
  await t.rejects(serveDns({ net, listen: [free, taken], ask }), NetError);
  const { streams: _, ...withoutTcp } = net;
  await t.rejects(serveDns({ net: withoutTcp, listen: [free], ask }), NetError);
});
