import { formatEndpoint } from '../../reference/address.ts';
import type { Received } from '../../reference/net/inbox.ts';
import { Inbox } from '../../reference/net/inbox.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { at, memoryNet } from './addresses.ts';

/** An inbox, and a socket that sends one byte to it. */
async function pair(bound?: number) {
  const net = memoryNet();
  const inbox = await Inbox.open(net, at('10.0.0.1:1'), bound);
  const other = await net.bind(at('10.0.0.2:2'), () => {});
  return { net, inbox, other, send: (byte: number) => other.send(Uint8Array.of(byte), inbox.local) };
}

const first = (received: Received | undefined) => received?.bytes[0];
const is = (byte: number) => (received: Received) => first(received) === byte;

t.test('what arrives is there to be received, in order, with sender and time', async (t) => {
  const { net, inbox, send } = await pair();
  net.schedule(5, () => send(1));
  net.schedule(6, () => send(2));
  const received = await net.run(inbox.receive(100));
  t.same(received && [[...received.bytes], formatEndpoint(received.from), received.at], [
    [1],
    '10.0.0.2:2',
    5,
  ]);
  t.equal(first(await net.run(inbox.receive(100))), 2);
  t.equal(net.now(), 6);
});

t.test('nothing by the instant is undefined, then and not before', async (t) => {
  const { net, inbox, send } = await pair();
  net.schedule(51, () => send(1));
  t.equal(await net.run(inbox.receive(50)), undefined);
  t.equal(net.now(), 50);
  t.equal(await net.run(inbox.receive(20)), undefined, 'an instant that is past');
  t.equal(net.now(), 50);
  t.equal(first(await net.run(inbox.receive(60))), 1, 'and what comes later is not lost');
});

t.test('what was not matched is kept for later', async (t) => {
  const { net, inbox, send } = await pair();
  for (const byte of [1, 2, 3, 2]) send(byte);
  t.equal(first(await net.run(inbox.receiveWhere(is(2), 10))), 2);
  t.equal(await net.run(inbox.receiveWhere(is(9), 10)), undefined);
  t.same(inbox.pending.map(first), [1, 3, 2]);
  t.equal(first(await net.run(inbox.receive(10))), 1);
  t.equal(first(await net.run(inbox.receiveWhere(is(2), 10))), 2);
  t.equal(first(await net.run(inbox.receive(10))), 3);
});

t.test('of those that wait the first that matches gets it', async (t) => {
  const { net, inbox, send } = await pair();
  const calls = Promise.all([
    inbox.receiveWhere(is(3), 10),
    inbox.receive(10),
    inbox.receive(10),
    inbox.receiveWhere(is(3), 10),
  ]);
  for (const byte of [1, 3, 2]) send(byte);
  t.same((await net.run(calls)).map(first), [3, 1, 2, undefined]);
});

t.test('a predicate that throws fails its own call', async (t) => {
  const { net, inbox, send } = await pair();
  const bad = inbox.receiveWhere(() => {
    throw new Error('ours');
  }, 10);
  const good = inbox.receive(10);
  send(1);
  await t.rejects(net.run(bad), { message: 'ours' });
  t.equal(first(await net.run(good)), 1);
});

t.test('what exceeds the bound is lost and counted', async (t) => {
  const { net, inbox, send } = await pair(2);
  for (const byte of [1, 2, 3, 4]) send(byte);
  await net.run(sleepUntil(net, 1));
  t.same([inbox.pending.map(first), inbox.lost], [[1, 2], 2]);
});

t.test('after close who waits gets undefined, and nothing more arrives', async (t) => {
  const { net, inbox, send } = await pair();
  send(1);
  await net.run(sleepUntil(net, 1));
  const waiting = inbox.receiveWhere(is(2), 1000);
  await inbox.close();
  t.equal(await net.run(waiting), undefined);
  send(2);
  await net.run(sleepUntil(net, 2));
  t.equal(first(await net.run(inbox.receive(1000))), 1, 'what was there can still be had');
  t.equal(await net.run(inbox.receive(1000)), undefined, 'at once');
  t.equal(net.now(), 2);
});

t.test('it sends from its own endpoint', async (t) => {
  const { net, inbox } = await pair();
  const peer = await Inbox.open(net, at('10.0.0.3:0'));
  inbox.send(Uint8Array.of(7), peer.local);
  const received = await net.run(peer.receive(10));
  t.same(received && [first(received), formatEndpoint(received.from)], [7, '10.0.0.1:1']);
});
