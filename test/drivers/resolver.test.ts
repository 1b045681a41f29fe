import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatEndpoint } from '../../reference/address.ts';
import { dnsClient, systemServer } from '../../reference/drivers/resolver.ts';
import type { Net } from '../../reference/net/net.ts';
import { udpNet } from '../../reference/net/udp/udp.ts';
import { message } from '../dns/messages.ts';
import { at, ip, memoryNet } from '../net/addresses.ts';
import t from '../tap.ts';

const SERVER = at('10.0.0.53:53');
const QUERY = message('A');
const ANSWER = message('A_ANSWER');
const truncated = message('SERVFAIL').map((byte, i) => (i === 2 ? 0x83 : i === 3 ? 0x80 : byte));

/** A server that answers the queries that come, one after the other, with these; undefined: not at all. */
async function server(net: Net, ...answers: (readonly Uint8Array[])[]) {
  const asked: [number, string][] = [];
  const socket = await net.bind(SERVER, (_, from) => {
    asked.push([net.now(), formatEndpoint(from)]);
    for (const answer of answers.shift() ?? []) socket.send(answer, from);
  });
  return asked;
}

t.test('a query is repeated until it is answered, from a port of its own', async (t) => {
  const net = memoryNet();
  const asked = await server(net, [], [], [ANSWER], [ANSWER]);
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  t.same(await net.run(ask(QUERY)), ANSWER);
  t.same(await net.run(ask(QUERY)), ANSWER);
  t.same(asked, [
    [0, '10.0.0.1:49152'],
    [1500, '10.0.0.1:49152'],
    [3000, '10.0.0.1:49152'],
    [3000, '10.0.0.1:49153'],
  ]);
});

t.test('DNS-12: what does not belong to it has no effect', async (t) => {
  const net = memoryNet();
  await server(net, [message('SERVFAIL').fill(9, 0, 2), message('AAAA_ANSWER'), QUERY, ANSWER]);
  const liar = await net.bind(at('10.0.0.66:53'), () => {});
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  const answer = ask(QUERY);
  liar.send(message('NXDOMAIN'), at('10.0.0.1:49152'));
  t.same(await net.run(answer), ANSWER);
});

t.test('nothing comes of a server that is silent', async (t) => {
  const net = memoryNet();
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  t.equal(await net.run(ask(QUERY)), undefined);
  t.equal(net.now(), 5000);
});

t.test('DNS-10: a truncated answer is asked for over TCP', async (t) => {
  const net = udpNet();
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      t.same(Uint8Array.from(bytes), Uint8Array.of(0, QUERY.length, ...QUERY));
      const framed = Uint8Array.of(0, ANSWER.length, ...ANSWER);
      socket.write(framed.slice(0, 1));
      setTimeout(() => socket.write(framed.slice(1)), 10);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port } = tcp.address() as { port: number };
  const socket = await net.bind(at(`127.0.0.1:${port}`), (_, from) => socket.send(truncated, from));
  const ask = dnsClient({ net, server: socket.local, local: ip('127.0.0.1') });
  t.same(await ask(QUERY), ANSWER);
  await new Promise((resolve) => tcp.close(resolve));
  t.same(await ask(QUERY), truncated, 'without TCP it is what there is');
  await socket.close();
});

t.test('the server of the system', async (t) => {
  const file = join(tmpdir(), `resolv-${process.pid}`);
  await writeFile(file, '# x\nsearch a\nnameserver fe80::1%eth0\nnameserver\t9.9.9.9\nnameserver ::1\n');
  t.same(systemServer(file), at('9.9.9.9:53'));
  t.equal(systemServer('/no/such'), undefined);
});
