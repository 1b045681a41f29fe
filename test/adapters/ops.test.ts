/** What each op does. */
import type { Fields } from '../../adapters/cbor.ts';
import { bench, NONCE, SAYS_HELLO, START } from './recorder.ts';
import { endpoint } from './tester.ts';

bench('hello says who and what, with the nonce', async (t, { tester }) => {
  t.same(await tester.exchange(tester.next('hello', { nonce: NONCE })), [
    { answer: 'done', result: SAYS_HELLO },
  ]);
});

bench('start, counters, stop', async (t, { tester, recorder }) => {
  t.same(await tester.done('start', START), { instance: 1, endpoints: ['127.0.0.1:5001', '[::1]:5001'] });
  t.same(await tester.done('start', START), { instance: 2, endpoints: ['127.0.0.1:5002', '[::1]:5002'] });
  t.same(await tester.done('counters', { instance: 1 }), { counters: { 'refused.tag': 2 }, more: false });
  t.same(await tester.done('stop', { instance: 1 }), {});
  t.same(await tester.done('stop', { instance: 2, hard: true }), {});
  t.same(recorder.log, ['start one for kit.test', 'start one for kit.test', 'stop one', 'kill one']);
  const gone = { answer: 'error', reason: 'no instance 1' };
  t.same(await tester.exchange(tester.next('stop', { instance: 1 })), [gone]);
});

bench(
  'reset ends what this tester started and nothing else, any number of times',
  async (t, { tester, recorder, another }) => {
    const other = await another({ local: endpoint('127.0.0.1:4402'), number: 2 });
    await tester.done('start', START);
    await tester.done('start', { ...START, config: { name: 'two' } });
    await other.done('start', { ...START, config: { name: 'other' } });
    recorder.log.length = 0;
    t.same(await tester.done('reset', {}), { ended: 2 });
    t.same(await tester.done('reset', {}), { ended: 0 });
    t.same(await tester.done('reset', {}), { ended: 0 });
    t.same(recorder.log, ['kill one', 'kill two']);
    t.same(await other.done('counters', { instance: 3 }), { counters: { 'refused.tag': 2 }, more: false });
  },
);

bench('reset takes along what is still starting', async (t, { tester, recorder }) => {
  tester.send(...tester.cut(tester.next('start', { ...START, config: { name: 'slow', wait: 1000 } })));
  await tester.wait(100);
  t.same(await tester.done('reset', {}), { ended: 0 });
  t.same(await tester.answers(1000), [{ answer: 'error', reason: 'reset before it had started' }]);
  t.same(recorder.log, ['start slow for kit.test', 'kill slow']);
});

bench('an instance of another tester is none', async (t, { tester, another }) => {
  await tester.done('start', START);
  const other = await another({ local: endpoint('127.0.0.1:4402'), number: 2 });
  const none = [{ answer: 'error', reason: 'no instance 1' }];
  t.same(await other.exchange(other.next('counters', { instance: 1 })), none);
  t.same(await other.exchange(other.next('stop', { instance: 1 })), none);
});

bench('instances are bounded; room of a tester long gone is taken', async (t, { tester, another }) => {
  for (let count = 0; count < 3; count++) await tester.done('start', START);
  const other = await another({ local: endpoint('127.0.0.1:4402'), number: 2 });
  const full = [{ answer: 'error', reason: '3 instances run already' }];
  t.same(await other.exchange(other.next('start', START)), full);
  await tester.wait(200_000);
  await tester.done('counters', { instance: 1 });
  await tester.wait(200_000);
  t.same(await other.exchange(other.next('start', START)), full);
  await tester.wait(100_000);
  t.same((await other.done('start', START)).instance, 4);
});

bench('the four words', async (t, { tester }) => {
  const ask = async (message: Fields) => (await tester.exchange(message))[0];
  const start = (config: Fields, role = 'rs-s') => ask(tester.next('start', { role, config, case: 'x' }));
  t.same(await start({ name: 'unwanted' }), { answer: 'refused', reason: 'unwanted' });
  t.same(await start({ name: 'broken' }), { answer: 'error', reason: 'broken' });
  t.same(await start({}, 'node'), { answer: 'not-implemented', reason: 'role node' });
  t.same((await start({}))?.answer, 'done');
  const trigger = (fields: Fields) => ask({ ...tester.next('trigger', fields as never), instance: 1 });
  t.same(await trigger({ what: 'resolve', query: NONCE }), {
    answer: 'not-implemented',
    reason: 'trigger resolve',
  });
  t.same(await trigger({ what: 'move', addresses: [] }), {
    answer: 'not-implemented',
    reason: 'move to nowhere',
  });
  t.same(await ask(tester.next('time', { instance: 1, forward: 1 })), {
    answer: 'not-implemented',
    reason: 'op time',
  });
});

bench('a request with its fields missing is an error that names them', async (t, { tester }) => {
  const [hello] = await tester.exchange(tester.next('hello', { nonce: NONCE.subarray(1) }));
  t.same(hello, { answer: 'error', reason: 'hello: nonce: a byte string of 8' });
  const [start] = await tester.exchange({
    ...tester.next('reset', {}),
    op: 'start',
    role: 'rs-s',
    config: 1,
  });
  t.equal(start?.answer, 'error');
  t.match(start?.reason, /config: a map; case: /);
});

bench('counters come in pages, sorted by name', async (t, { tester, recorder }) => {
  await tester.done('start', START);
  const names = Array.from({ length: 150 }, (_, i) => `table.t${String(i).padStart(3, '0')}.size`);
  recorder.counters = Object.fromEntries(names.toReversed().map((name, i) => [name, i]));
  const pages: string[][] = [];
  let after: string | undefined;
  for (let more: unknown = true; more === true; ) {
    const result = await tester.done(
      'counters',
      after === undefined ? { instance: 1 } : { instance: 1, after },
    );
    pages.push(Object.keys(result.counters as Fields));
    after = pages.at(-1)?.at(-1);
    more = result.more;
  }
  t.same(
    pages.map((page) => page.length),
    [64, 64, 22],
  );
  t.same(pages.flat(), names);
});

bench('events are kept until they have been asked past', async (t, { tester }) => {
  await tester.done('start', START);
  for (let i = 1; i <= 40; i++)
    await tester.done('trigger', { what: 'packet', instance: 1, packet: Uint8Array.of(i) });
  const numbers = async (since: number) => {
    const { events, more } = await tester.done('events', { instance: 1, since });
    return [(events as Fields[]).map(({ number }) => number), more];
  };
  const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
  t.same(await numbers(0), [from(1, 32), true]);
  t.same(await numbers(0), [from(1, 32), true], 'asked again, answered again');
  t.same(await numbers(32), [from(33, 40), false]);
  t.same(await numbers(0), [from(33, 40), false], 'the first are forgotten');
  t.same(await numbers(40), [[], false]);
  await tester.done('trigger', { what: 'packet', instance: 1, packet: NONCE });
  t.same(await tester.done('events', { instance: 1, since: 40 }), {
    events: [{ number: 41, what: 'packet', packet: NONCE }],
    more: false,
  });
});

bench('codec calls: results, refusing layers, unknown calls, wrong fields', async (t, { tester }) => {
  const secret = new Uint8Array(32).fill(7);
  const channel = new Uint8Array(16);
  t.same(await tester.done('codec', { call: 'psk', kind: 'leg', channel, secret }), { psk: secret });
  const sequences = [1, 2n ** 64n - 1n, 3];
  t.same(await tester.done('codec', { call: 'replay', sequences }), {
    accepted: [false, true, true],
    width: 8192,
  });
  const key = secret;
  t.same(await tester.done('codec', { call: 'open', suite: 1, key, datagram: NONCE }), { layer: 'tag' });
  const ask = async (fields: { call: string }) => (await tester.exchange(tester.next('codec', fields)))[0];
  t.same(await ask({ call: 'seal' }), { answer: 'not-implemented', reason: 'codec seal' });
  t.same(await ask({ call: 'sing' }), { answer: 'not-implemented', reason: 'codec sing' });
  t.match(
    (await ask({ call: 'psk' }))?.reason,
    /^codec psk: kind: .*; channel: a byte string of 16; secret: /,
  );
});
