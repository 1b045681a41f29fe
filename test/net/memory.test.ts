import { formatEndpoint } from '../../reference/address.ts';
import type { Sent } from '../../reference/net/memory/memory.ts';
import { DeadlockError } from '../../reference/net/memory/memory.ts';
import { NetError, sleepUntil } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { at, ip, memoryNet } from './addresses.ts';

const nothing = () => {};

t.test('a datagram arrives as it was when it was sent', async (t) => {
  const net = memoryNet();
  const seen: unknown[] = [];
  const a = await net.bind(at('10.0.0.1:1'), nothing);
  await net.bind(at('10.0.0.2:2'), (bytes, from) => seen.push([[...bytes], formatEndpoint(from), net.now()]));
  const bytes = Uint8Array.of(1, 2, 3);
  a.send(bytes, at('10.0.0.2:2'));
  bytes.fill(9);
  t.same(seen, [], 'not before the sender is done');
  await net.run(sleepUntil(net, 5));
  t.same(seen, [[[1, 2, 3], '10.0.0.1:1', 0]]);
});

t.test('what a socket cannot send is lost', async (t) => {
  const net = memoryNet();
  const lengths: number[] = [];
  const sink = (bytes: Uint8Array) => lengths.push(bytes.length);
  const four = await net.bind(at('10.0.0.1:1'), sink);
  const six = await net.bind(at('[fd00::1]:1'), sink);
  four.send(new Uint8Array(1), at('[fd00::1]:1'));
  six.send(new Uint8Array(2), at('10.0.0.1:1'));
  four.send(new Uint8Array(3), at('10.0.0.1:0'));
  four.send(new Uint8Array(4), at('10.0.0.9:9'));
  four.send(new Uint8Array(65_508), at('10.0.0.1:1'));
  four.send(new Uint8Array(65_507), at('10.0.0.1:1'));
  six.send(new Uint8Array(65_527), at('[fd00::1]:1'));
  six.send(new Uint8Array(0), at('[fd00::1]:1'));
  await net.run(sleepUntil(net, 1));
  t.same(lengths, [65_507, 65_527, 0]);
});

t.test('ports: picked in a fixed order, not twice, free again after close', async (t) => {
  const net = memoryNet();
  const bind = (text: string) => net.bind(at(text), nothing);
  const first = await bind('10.0.0.1:0');
  const second = await bind('10.0.0.1:0');
  const elsewhere = await bind('10.0.0.2:0');
  t.same(
    [first, second, elsewhere].map((socket) => socket.local.port),
    [49_152, 49_153, 49_152],
  );
  await t.rejects(bind('10.0.0.1:49152'), {
    message: '10.0.0.1:49152 is in use: close it first or bind another port',
  });
  await t.rejects(bind('10.0.0.1:49152'), NetError);
  await t.rejects(bind('0.0.0.0:1'), { message: '0.0.0.0 cannot be bound in memory: bind one address' });
  await t.rejects(bind('[::]:1'), NetError);
  await first.close();
  await first.close();
  t.equal((await bind('10.0.0.1:49152')).local.port, 49_152);
  t.equal((await bind('10.0.0.1:0')).local.port, 49_154);
});

t.test('all ports of an address can be taken, and no more', async (t) => {
  const net = memoryNet();
  const sockets = await Promise.all(
    Array.from({ length: 16_384 }, () => net.bind(at('10.0.0.1:0'), nothing)),
  );
  await t.rejects(net.bind(at('10.0.0.1:0'), nothing), {
    message: '10.0.0.1 has no free port: close sockets',
  });
  await sockets[77]?.close();
  t.equal((await net.bind(at('10.0.0.1:0'), nothing)).local.port, 49_152 + 77);
});

t.test('a closed socket neither sends nor receives', async (t) => {
  const net = memoryNet();
  let seen = 0;
  const a = await net.bind(at('10.0.0.1:1'), () => seen++);
  const b = await net.bind(at('10.0.0.2:2'), () => seen++);
  a.send(new Uint8Array(1), b.local);
  await b.close();
  b.send(new Uint8Array(1), a.local);
  await net.run(sleepUntil(net, 1));
  t.equal(seen, 0);
});

t.test('timers: in order, cancelled ones not, past ones at once but never within the call', async (t) => {
  const net = memoryNet();
  const seen: unknown[] = [];
  const note = (name: string) => () => seen.push([name, net.now()]);
  net.schedule(20, note('late'));
  net.schedule(10, note('early'));
  net.schedule(10, note('as early'));
  net.schedule(15, note('cancelled'))();
  await net.run(sleepUntil(net, 12));
  net.schedule(3, note('past'));
  t.equal(seen.length, 2);
  await net.run(sleepUntil(net, 20));
  t.same(seen, [
    ['early', 10],
    ['as early', 10],
    ['past', 12],
    ['late', 20],
  ]);
});

t.test('promises go on as far as they can before time does', async (t) => {
  const net = memoryNet();
  const seen: string[] = [];
  const script = async (name: string, steps: number) => {
    await sleepUntil(net, 10);
    for (let i = 0; i < steps; i++) await null;
    await new Promise<void>((resolve) => process.nextTick(resolve));
    seen.push(`${name} at ${net.now()}`);
    await sleepUntil(net, 30);
    seen.push(`${name} at ${net.now()}`);
  };
  net.schedule(11, () => seen.push('timer at 11'));
  await net.run(Promise.all([script('a', 1000), script('b', 1)]));
  // Which of two scripts is first within an instant is not the point.
  t.same(seen.slice(0, 2).sort(), ['a at 10', 'b at 10']);
  t.equal(seen[2], 'timer at 11');
  t.same(seen.slice(3).sort(), ['a at 30', 'b at 30']);
});

t.test('run gives the result or the failure of the promise', async (t) => {
  const net = memoryNet();
  t.equal(await net.run(sleepUntil(net, 1).then(() => 7)), 7);
  await t.rejects(net.run(sleepUntil(net, 2).then(() => Promise.reject(new Error('no')))), { message: 'no' });
  t.equal(net.now(), 2);
});

t.test('run says so when nothing can come any more', async (t) => {
  const net = memoryNet();
  await net.bind(at('10.0.0.1:1'), nothing);
  await net.run(sleepUntil(net, 40));
  await t.rejects(net.run(new Promise(() => {})), {
    message: 'waiting for ever: at 40 ms no datagram is on its way and no timer is set (sockets: 10.0.0.1:1)',
  });
  await t.rejects(net.run(new Promise(() => {})), DeadlockError);
});

t.test('run ends when time stands still or goes on without an end', async (t) => {
  const standing = memoryNet();
  const now = () => standing.schedule(0, now);
  now();
  await t.rejects(standing.run(new Promise(() => {})), { message: 'time stands still at 0 ms' });
  const endless = memoryNet();
  const daily = () => endless.schedule(endless.now() + 86_400_000, daily);
  daily();
  await t.rejects(endless.run(new Promise(() => {})), {
    message: 'nothing came of waiting for 30 days of virtual time',
  });
});

t.test('what a callback throws comes out of run; a second run meanwhile is refused', async (t) => {
  const net = memoryNet();
  net.schedule(1, () => {
    throw new Error('ours');
  });
  const run = net.run(sleepUntil(net, 2));
  await t.rejects(net.run(sleepUntil(net, 2)), {
    message: 'this network runs already: give run() one promise for all scripts',
  });
  await t.rejects(run, { message: 'ours' });
  await net.run(sleepUntil(net, 3));
  t.equal(net.now(), 3);
});

t.test('an endpoint has so many datagrams on their way to it and no more', async (t) => {
  const net = memoryNet('queue', 10);
  let seen = 0;
  const sent: Sent[] = [];
  const a = await net.bind(at('10.0.0.1:1'), nothing);
  await net.bind(at('10.0.0.2:2'), () => seen++);
  net.onSend((datagram) => sent.push(datagram));
  for (let i = 0; i < 15; i++) a.send(new Uint8Array(1), at('10.0.0.2:2'));
  await net.run(sleepUntil(net, 1));
  t.equal(seen, 10);
  t.same(
    sent.map(({ arrivals }) => arrivals.length),
    [...new Array(10).fill(1), ...new Array(5).fill(0)],
  );
  a.send(new Uint8Array(1), at('10.0.0.2:2'));
  await net.run(sleepUntil(net, 2));
  t.equal(seen, 11, 'there is room again');
});

t.test('a listener sees each datagram once, with when it arrives, in bytes of its own', async (t) => {
  const net = memoryNet();
  net.impair({ duplicate: 1, delayMin: 7 }, ip('10.0.0.1'), ip('10.0.0.2'));
  net.impair({ loss: 1 }, ip('10.0.0.2'), ip('10.0.0.1'));
  const sent: Sent[] = [];
  const stop = net.onSend((datagram) => sent.push(datagram));
  const a = await net.bind(at('10.0.0.1:1'), nothing);
  const b = await net.bind(at('10.0.0.2:2'), (bytes, from) => {
    bytes.fill(0);
    b.send(bytes, from);
  });
  a.send(Uint8Array.of(5), b.local);
  await net.run(sleepUntil(net, 10));
  const there = { at: 0, from: a.local, to: b.local, bytes: Uint8Array.of(5), arrivals: [7, 7] };
  const back = { at: 7, from: b.local, to: a.local, bytes: Uint8Array.of(0), arrivals: [] };
  t.same(sent, [there, back, back]);
  stop();
  a.send(Uint8Array.of(5), b.local);
  t.equal(sent.length, 3);
});
