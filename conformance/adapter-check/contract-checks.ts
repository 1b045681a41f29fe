/** Checks of the contract itself: versions, repetitions, nonsense, answers. */
import { encode } from '../../adapters/cbor.ts';
import type { Op } from '../../adapters/contract.ts';
import { CONTRACT_VERSION, OPS } from '../../adapters/contract.ts';
import { concat } from '../../reference/bytes.ts';
import type { AdapterCheck } from './check.ts';
import type { Heard } from './raw.ts';
import { Breach } from './raw.ts';

const NONCE = new Uint8Array(8);
/** More than that at once says no more. */
const MOST_IN_FLIGHT = 64;

export const CONTRACT_CHECKS: readonly AdapterCheck[] = [
  {
    id: 'unknown-keys',
    title: 'Keys that nobody knows are ignored.',
    async check(bench) {
      const tester = await bench.tester();
      const message = tester.message('hello', { nonce: NONCE, grease: { deep: [1, 'two', null] } });
      await tester.answered(['done'], message);
    },
  },
  {
    id: 'nonsense',
    title: 'What is no request gets no answer, and does no harm.',
    async check(bench) {
      const tester = await bench.tester();
      const { random, token } = bench.options;
      const nonsense: readonly (readonly [string, Uint8Array])[] = [
        ['an empty datagram', new Uint8Array(0)],
        ['random bytes', concat(Uint8Array.of(0xff), random(31))],
        ['an empty map', Uint8Array.of(0xa0)],
        ['a list', Uint8Array.of(0x80)],
        ['a map that is cut short', encode(tester.message('hello', { nonce: NONCE })).subarray(0, -3)],
        ['a request without an op', encode({ v: CONTRACT_VERSION, tester: tester.tester, id: 9000 })],
        ['a protocol datagram', concat(Uint8Array.of(0x05, 0x0d), random(42))],
      ];
      for (const [what, bytes] of nonsense) await tester.silent(what, () => tester.throwBytes(bytes));
      if (token === undefined) return;
      const forged = { datagram: bench.framing.datagram, token: random(32) };
      const message = tester.message('hello', { nonce: NONCE });
      await tester.silent('a wrong mac', () => tester.tell(message, forged));
      await tester.silent('a request without its mac', () => tester.throwBytes(encode(message)));
    },
  },
  {
    id: 'unknown-op',
    title: 'An op that nobody knows is answered not-implemented.',
    async check(bench) {
      const tester = await bench.tester();
      await tester.answered(['not-implemented'], tester.message('xyzzy'));
    },
  },
  {
    id: 'absent-ops',
    title: 'An op of the contract that hello does not name is answered not-implemented.',
    needs: ({ ops }) => (absent(ops).length === 0 ? 'it has every op' : undefined),
    async check(bench) {
      const tester = await bench.tester();
      for (const op of absent(bench.hello.ops))
        await tester.answered(['not-implemented'], tester.message(op, { ...FIELDS[op] }));
    },
  },
  {
    id: 'versions',
    title: 'Another minor version is spoken, another major one is answered error.',
    async check(bench) {
      const tester = await bench.tester();
      const [major = '1'] = CONTRACT_VERSION.split('.');
      await tester.answered(['done'], { ...tester.message('hello', { nonce: NONCE }), v: `${major}.999` });
      await tester.answered(['error'], {
        ...tester.message('hello', { nonce: NONCE }),
        v: `${Number(major) + 8}.0`,
      });
    },
  },
  {
    id: 'same-id',
    title: 'The same request again gets the same answer, byte for byte.',
    async check(bench) {
      const tester = await bench.tester();
      const message = tester.message('hello', { nonce: bench.options.random(8) });
      const first = await tester.ask(message);
      await tester.ask(tester.message('hello', { nonce: NONCE }));
      same(first, await tester.ask(message));
    },
  },
  {
    id: 'pieces',
    title: 'A request in pieces is put together, whatever their order.',
    needs: ({ ops }) => (ops.includes('codec') ? undefined : 'without codec it may do without'),
    async check(bench) {
      const tester = await bench.tester();
      const message = tester.message('hello', {
        nonce: NONCE,
        filling: new Uint8Array(2 * bench.framing.datagram),
      });
      await tester.answered(['done'], message);
    },
  },
  {
    id: 'in-flight',
    title: 'As many requests as limits.inFlight says are answered side by side.',
    async check(bench) {
      const number = Math.min(bench.hello.limits.inFlight, MOST_IN_FLIGHT);
      const testers = await Promise.all(Array.from({ length: number }, () => bench.tester()));
      await Promise.all(testers.map((tester) => tester.done('hello', { nonce: NONCE })));
    },
  },
  {
    id: 'missing-fields',
    title: 'A request that lacks a field is answered error.',
    async check(bench) {
      const tester = await bench.tester();
      await tester.answered(['error'], tester.message('hello'));
      if (bench.hello.ops.includes('stop')) await tester.answered(['error'], tester.message('stop'));
    },
  },
  {
    id: 'codec-calls',
    title: 'A codec call that hello does not name is answered not-implemented, a broken one error.',
    needs: ({ ops }) => (ops.includes('codec') ? undefined : 'there is no op codec'),
    async check(bench) {
      const tester = await bench.tester();
      await tester.answered(['not-implemented'], tester.message('codec', { call: 'xyzzy' }));
      const [call] = bench.hello.calls;
      if (call === undefined) throw new Breach('hello names the op codec, but no calls');
      await tester.answered(['error'], tester.message('codec', { call }));
    },
  },
  {
    id: 'unknown-instance',
    title: 'An instance that does not exist is answered error.',
    needs: ({ ops }) => (ops.includes('stop') ? undefined : 'there is no op stop'),
    async check(bench) {
      const tester = await bench.tester();
      const instance = 2 ** 31;
      await tester.answered(['error'], tester.message('stop', { instance }));
      await tester.answered(['error'], tester.message('counters', { instance }));
      if (bench.hello.ops.includes('time'))
        await tester.answered(['error'], tester.message('time', { instance, forward: 1 }));
    },
  },
];

/** Of each op fields that would do. */
const FIELDS: Readonly<Record<Op, object>> = {
  hello: { nonce: NONCE },
  reset: {},
  start: { role: 'rs-s', config: {}, case: 'check-adapter' },
  stop: { instance: 1 },
  counters: { instance: 1 },
  trigger: { what: 'packet', instance: 1, packet: new Uint8Array(20) },
  events: { instance: 1 },
  codec: { call: 'keys' },
  time: { instance: 1, forward: 1 },
};

function absent(ops: readonly string[]): Op[] {
  return (Object.keys(OPS) as Op[]).filter((op) => !ops.includes(op));
}

function same(first: Heard, second: Heard): void {
  if (first.bytes !== second.bytes) throw new Breach('the second answer is another one than the first');
}
