/** Frames, repeated requests, versions, nonsense: what the kit does before and after an op. */

import type { Fields } from '../../adapters/cbor.ts';
import { decode, encode } from '../../adapters/cbor.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import { ascii } from '../../reference/bytes.ts';
import t from '../tap.ts';
import { memoryNet } from './net.ts';
import type { Where } from './recorder.ts';
import { bench, NONCE, Recorder, SAYS_HELLO, START } from './recorder.ts';
import { endpoint } from './tester.ts';

bench('an answer carries version, tester and id of its request', async (t, { tester }) => {
  tester.send(...tester.cut(tester.next('reset', {})));
  await tester.wait(50);
  t.same(tester.received.map(decode), [
    { v: '1.0', tester: tester.id, id: 1, answer: 'done', result: { ended: 0 } },
  ]);
});

bench(
  'a repeated request has one effect and the same answer, byte for byte',
  async (t, { tester, recorder }) => {
    const datagrams = tester.cut(tester.next('start', START));
    for (let repeat = 0; repeat < 3; repeat++) {
      tester.send(...datagrams);
      await tester.wait(50);
    }
    tester.send(...datagrams, ...datagrams);
    await tester.wait(50);
    t.same(tester.received, Array(5).fill(tester.received[0]));
    t.same(recorder.log, ['start one for kit.test']);
  },
);

bench(
  'a repetition while the work goes on is not answered; the work is done once',
  async (t, { tester, recorder }) => {
    const datagrams = tester.cut(tester.next('start', { ...START, config: { name: 'slow', wait: 1000 } }));
    for (let repeat = 0; repeat < 5; repeat++) {
      tester.send(...datagrams);
      t.same(await tester.answers(100), []);
    }
    t.equal((await tester.answers(1000)).length, 1);
    tester.send(...datagrams);
    t.equal((await tester.answers(100)).length, 1);
    t.same(recorder.log, ['start slow for kit.test']);
  },
);

bench('another tester with the same id is another request', async (t, { tester, recorder, another }) => {
  const other = await another({ local: endpoint('127.0.0.1:4402'), number: 2 });
  t.same((await tester.done('start', START)).instance, 1);
  t.same((await other.done('start', START)).instance, 2);
  t.equal(recorder.log.length, 2);
});

bench('a repetition from another port is answered there', async (t, { tester, recorder, another }) => {
  const message = tester.next('start', START);
  await tester.exchange(message);
  const moved = await another({ local: endpoint('127.0.0.1:4402') });
  t.equal((await moved.exchange(message)).length, 1);
  t.equal(tester.received.length, 1);
  t.equal(recorder.log.length, 1);
});

bench('a straggler from far below is ignored', async (t, { tester, recorder }) => {
  const late = tester.next('start', START);
  t.equal((await tester.exchange({ ...tester.next('reset', {}), id: 1 + 4096 })).length, 1);
  t.same(await tester.exchange(late), []);
  t.same(recorder.log, []);
});

bench('an op that nobody knows is not implemented', async (t, { tester }) => {
  for (const op of ['nonsense', '', 'toString', '__proto__', 'Hello']) {
    const answers = await tester.exchange({ ...tester.next('reset', {}), op });
    t.same(answers, [{ answer: 'not-implemented', reason: `op ${op}` }]);
  }
});

bench('unknown keys are ignored', async (t, { tester }) => {
  const hello = { ...tester.next('hello', { nonce: NONCE }), novelty: [{ deep: true }], answered: 'no' };
  t.same(await tester.exchange(hello), [{ answer: 'done', result: SAYS_HELLO }]);
});

bench('another minor version is spoken with, another major one gets an error', async (t, { tester }) => {
  const hello = () => tester.next('hello', { nonce: NONCE });
  t.same(await tester.exchange({ ...hello(), v: '1.17' }), [{ answer: 'done', result: SAYS_HELLO }]);
  const other = [{ answer: 'error', reason: 'this adapter speaks contract 1.0' }];
  for (const v of ['2.0', '0.9', '1', '', '10.0']) t.same(await tester.exchange({ ...hello(), v }), other, v);
  t.equal((decode(tester.received.at(-1) ?? NONCE) as Fields).v, '1.0');
});

bench('nonsense is not answered', async (t, { tester, recorder }) => {
  const hello = tester.next('hello', { nonce: NONCE });
  const whole = encode(hello);
  const nonsense: readonly Uint8Array[] = [
    new Uint8Array(0),
    Uint8Array.of(0xff),
    Uint8Array.of(5, 0x0b, ...new Uint8Array(74)),
    encode('hello'),
    encode([hello]),
    encode({ ...hello, op: undefined }),
    encode({ ...hello, op: 7 }),
    encode({ ...hello, op: undefined, answer: 'done', result: {} }),
    encode({ ...hello, tester: NONCE.subarray(1) }),
    encode({ ...hello, id: 'one' }),
    encode({ mac: new Uint8Array(32), body: whole }),
    Uint8Array.of(...whole, 0),
    ...Array.from(whole.keys(), (length) => whole.subarray(0, length)),
  ];
  tester.send(...nonsense);
  t.same(await tester.answers(1000), []);
  t.equal(tester.received.length, 0);
  t.same(recorder.log, []);
  t.equal((await tester.exchange(hello)).length, 1, 'the adapter lives');
});

bench('requests and answers beyond a datagram', async (t, { tester }) => {
  const sequences = Array.from({ length: 15_000 }, (_, i) => i);
  const datagrams = tester.cut(tester.next('codec', { call: 'replay', sequences }));
  t.equal(datagrams.length, 6);
  tester.send(...datagrams.toReversed());
  const accepted = sequences.map((one) => one > 2);
  t.same(await tester.answers(), [{ answer: 'done', result: { accepted, width: 8192 } }]);
  t.equal(tester.received.length, 2);
  tester.send(...datagrams);
  t.equal((await tester.answers()).length, 1, 'repeated as a whole, answered once more');
  t.equal(tester.received.length, 4);
});

bench('a request of which a part was lost is answered when it comes again', async (t, { tester }) => {
  const sequences = Array.from({ length: 6000 }, () => 1n << 60n);
  const datagrams = tester.cut(tester.next('codec', { call: 'replay', sequences }));
  tester.send(...datagrams.slice(1));
  t.same(await tester.answers(), []);
  tester.send(...datagrams.slice(0, 3));
  t.equal((await tester.answers()).length, 1);
});

const token = ascii('token of this run');
const BEYOND: Where = {
  listen: endpoint('192.0.2.1:4400'),
  local: endpoint('192.0.2.9:4401'),
  framing: { datagram: 1200, token },
};

t.test('beyond loopback there is no adapter without a token', async (t) => {
  const net = memoryNet();
  const started = serveAdapter({ net, listen: BEYOND.listen, implementation: new Recorder(net) });
  await t.rejects(started, /192\.0\.2\.1:4400 needs a token/);
});

bench(
  'a request with a good mac is answered with one',
  async (t, { tester }) => {
    const answers = await tester.exchange(tester.next('hello', { nonce: NONCE }));
    t.same(answers, [{ answer: 'done', result: SAYS_HELLO }]);
    t.same(
      tester.received.map((datagram) => Object.keys(decode(datagram) as Fields)),
      [['mac', 'body']],
    );
  },
  BEYOND,
);

bench(
  'without a mac, or with a wrong one, nothing is answered or done',
  async (t, { tester, recorder }) => {
    const [good = NONCE] = tester.cut(tester.next('start', START));
    const forged = good.slice();
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    tester.send(forged, encode(tester.next('start', START)));
    t.same(await tester.answers(1000), []);
    t.same([tester.received, recorder.log], [[], []]);
    tester.send(good);
    t.equal((await tester.answers()).length, 1);
  },
  BEYOND,
);

bench(
  'no datagram is larger than 1200 bytes',
  async (t, { tester }) => {
    const sequences = Array.from({ length: 3000 }, (_, i) => i);
    const datagrams = tester.cut(tester.next('codec', { call: 'replay', sequences }));
    tester.send(...datagrams);
    const accepted = sequences.map((one) => one > 2);
    t.same(await tester.answers(), [{ answer: 'done', result: { accepted, width: 8192 } }]);
    t.same([datagrams.length, tester.received.length], [9, 3]);
    t.ok([...datagrams, ...tester.received].every(({ length }) => length <= 1200));
  },
  BEYOND,
);

bench('close ends every instance and answers no more', async (t, { adapter, tester, recorder }) => {
  await tester.done('start', START);
  await adapter.close();
  t.same(recorder.log, ['start one for kit.test', 'kill one']);
  t.same(await tester.exchange(tester.next('reset', {})), []);
});
