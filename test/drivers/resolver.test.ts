import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatEndpoint } from '../../reference/address.ts';
import { serveDns } from '../../reference/drivers/dns-server.ts';
import { dnsClient, systemServer } from '../../reference/drivers/resolver.ts';
import type { Net } from '../../reference/net/net.ts';
import { NetError } from '../../reference/net/net.ts';
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

/** A server for TCP; an empty answer ends the connection. */
async function tcpServer(net: Net, ...answers: Uint8Array[]) {
  const asked: Uint8Array[] = [];
  const listener = await net.streams?.listen(SERVER, (stream) => ({
    onBytes: (bytes) => {
      asked.push(bytes.slice());
      const answer = answers.shift() ?? new Uint8Array();
      const framed = Uint8Array.of(answer.length >> 8, answer.length & 0xff, ...answer);
      if (answer.length === 0) return stream.close();
      stream.write(framed.subarray(0, 1));
      stream.write(framed.subarray(1));
    },
    onEnd: () => {},
  }));
  return { asked, close: () => listener?.close() };
}

t.test('DNS-10: a truncated answer is asked for over TCP', async (t) => {
  const net = memoryNet();
  await server(net, [truncated], [truncated]);
  const tcp = await tcpServer(net, ANSWER);
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  t.same(await net.run(ask(QUERY)), ANSWER);
  t.same(tcp.asked, [Uint8Array.of(0, QUERY.length, ...QUERY)]);
  await tcp.close();
  t.same(await net.run(ask(QUERY)), truncated, 'without TCP it is what there is');
});

t.test('what is asked over one transport stays on it, and is asked once', async (t) => {
  const net = memoryNet();
  const udp = await server(net, [truncated], []);
  const other = message('AAAA_ANSWER');
  const tcp = await tcpServer(net, ANSWER, other);
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  t.same(await net.run(ask(QUERY, 'udp')), truncated);
  t.same(await net.run(ask(QUERY, 'tcp')), ANSWER);
  t.same([udp.length, tcp.asked.length], [1, 1]);
  t.equal(await net.run(ask(QUERY, 'udp')), undefined);
  t.equal(udp.length, 2, 'without an answer too');
  t.equal(net.now(), 5000);
  t.equal(await net.run(ask(QUERY, 'tcp')), undefined, 'an answer to something else is none');
  t.equal(net.now(), 10_000);
  t.equal(await net.run(ask(QUERY, 'tcp')), undefined, 'nor is the end of a connection');
  t.equal(net.now(), 10_000);
  await tcp.close();
  t.equal(await net.run(ask(QUERY, 'tcp')), undefined, 'nor one that nobody takes');
});

t.test('over real UDP and TCP', async (t) => {
  const net = udpNet();
  const dns = await serveDns({
    net,
    listen: [at('127.0.0.1:0')],
    ask: (_, { transport }) => Promise.resolve(transport === 'udp' ? truncated : ANSWER),
  });
  const [place] = dns.local;
  if (place === undefined) throw new Error('not bound');
  const ask = dnsClient({ net, server: place, local: ip('127.0.0.1') });
  t.same([await ask(QUERY), await ask(QUERY, 'udp'), await ask(QUERY, 'tcp')], [ANSWER, truncated, ANSWER]);
  await dns.close();
});

t.test('a host without a socket left has no answer', async (t) => {
  const bind = (): Promise<never> => Promise.reject(new NetError('no more sockets'));
  const net: Net = { now: () => 0, schedule: () => () => {}, bind };
  const ask = dnsClient({ net, server: SERVER, local: ip('10.0.0.1') });
  t.same([await ask(QUERY), await ask(QUERY, 'tcp')], [undefined, undefined]);
});

t.test('the server of the system', async (t) => {
  const file = join(tmpdir(), `resolv-${process.pid}`);
  await writeFile(file, '# x\nsearch a\nnameserver fe80::1%eth0\nnameserver\t9.9.9.9\nnameserver ::1\n');
  t.same(systemServer(file), at('9.9.9.9:53'));
  t.equal(systemServer('/no/such'), undefined);
});
