/** The worked example of the contract's page is what the kit reads and writes. */
import { readFile } from 'node:fs/promises';
import { CODEC } from '../../adapters/codec.ts';
import {
  answerSchema,
  claimsSchema,
  limitsSchema,
  OPS,
  REQUESTS,
  RESULTS,
  ROLES,
  request,
  requestSchema,
} from '../../adapters/contract.ts';
import { fromDatagram, toDatagrams } from '../../adapters/framing.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import { AdapterClient } from '../../conformance/target/adapter-client.ts';
import { Unjudged } from '../../conformance/verdict.ts';
import { ascii, fromHex, toHex } from '../../reference/bytes.ts';
import { sleepUntil } from '../../reference/net/net.ts';
import t from '../tap.ts';
import { memoryNet } from './net.ts';
import { endpoint } from './tester.ts';

const README = await readFile(new URL('../../adapters/README.md', import.meta.url), 'utf8');

/** The bytes of the block ```hex NAME, less its remarks. */
function block(name: string): Uint8Array {
  const [, text] = README.match(new RegExp(`^\`\`\`hex ${name}\n([^\`]*)^\`\`\`$`, 'm')) ?? [];
  if (text === undefined) throw new Error(`no block ${name}`);
  return fromHex(text.replaceAll(/#.*$/gm, '').replaceAll(/\s/g, ''));
}

/** A schema of one field, as far as it matters here. */
interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}
type Shape = Readonly<Record<string, Schema>>;

const [resolve, packet, move] = REQUESTS.trigger.options.map(({ shape: { what, ...fields } }) => fields);

/** Each message of the page's table, with the fields that the contract has for it. */
const MESSAGES: Readonly<Record<string, Shape | undefined>> = {
  hello: REQUESTS.hello.shape,
  'hello result': RESULTS.hello.shape,
  claims: claimsSchema.shape,
  limits: limitsSchema.shape,
  'reset result': RESULTS.reset.shape,
  start: REQUESTS.start.shape,
  'start result': RESULTS.start.shape,
  stop: REQUESTS.stop.shape,
  counters: REQUESTS.counters.shape,
  'counters result': RESULTS.counters.shape,
  'trigger resolve': resolve,
  'trigger packet': packet,
  'trigger move': move,
  'trigger result': RESULTS.trigger.shape,
  events: REQUESTS.events.shape,
  'events result': RESULTS.events.shape,
  'each of events': RESULTS.events.shape.events.element.shape,
  codec: REQUESTS.codec.shape,
  time: REQUESTS.time.shape,
};

/** Values of the types that the page names, and of no other one of them. */
const VALUES: Readonly<Record<string, unknown>> = {
  uint: 7,
  text: 'some text',
  bool: true,
  map: {},
  'map, below': { instances: 4, inFlight: 1, answers: 64, message: 65536 },
  bytes: new Uint8Array(9),
  'bytes(8)': new Uint8Array(8),
  '[text]': ['one'],
  '[uint]': [7],
  '[map]': [{ number: 1, what: 'x' }],
  '[`4` or `6`]': [6],
};

interface Row {
  readonly message: string;
  readonly field: string;
  readonly type: string;
  readonly leftOut: string;
}

/** The table of all fields; a row that names no message goes on with that of the row above. */
function fieldRows(): Row[] {
  const [, rows = ''] = README.split('| message | field | type | left out |\n| --- | --- | --- | --- |\n');
  let message = '';
  return (rows.split('\n\n')[0] ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [named = '', field = '', type = '', leftOut = ''] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      if (named !== '') message = named.replaceAll('`', '');
      return { message, field: field.replaceAll('`', ''), type, leftOut };
    });
}

/** Values of a type, first one that is of it, then those that are not. */
function valuesOf(type: string): readonly [unknown, ...unknown[]] {
  const words = Array.from(type.matchAll(/`([a-z]+)`/g), ([, word]) => word);
  if (words.length > 0) return [words[0], VALUES.text, VALUES.uint];
  const others = Object.entries(VALUES).filter(([name]) => !isAlso(name, type));
  return [VALUES[type], ...others.map(([, value]) => value)];
}

/** Whether a value of the one type is one of the other too, or is taken for one. */
function isAlso(one: string, other: string): boolean {
  if (one === other) return true;
  if (other === 'bytes') return one === 'bytes(8)';
  if (other === '[uint]') return one === '[`4` or `6`]';
  if (other === 'map') return one === 'map, below';
  // A byte string is an object, too, for the schema of one.
  return other === 'map, below' && /^(map|bytes)/.test(one);
}

/** The first cells of the rows of a table whose head begins so. */
function firstCells(head: string): string[] {
  const [, rows = ''] = README.split(`| ${head} |`);
  const table = rows.split('\n\n')[0] ?? '';
  return Array.from(table.matchAll(/^\| `([^`]+)` \|/gm), ([, cell = '']) => cell);
}

const TESTER = ascii('tester#1');

t.test('the hello of the page is the one that a tester sends', (t) => {
  const hello = request(TESTER, 1, 'hello', { nonce: ascii('nonce##1') });
  t.same(toDatagrams(hello, { datagram: 8192, token: undefined }), [block('hello')]);
  t.equal(block('hello').length, 51);
});

t.test('the answer of the page is the one that the kit gives', async (t) => {
  const net = memoryNet();
  const answers: string[] = [];
  const script = async () => {
    const adapter = await serveAdapter({
      net,
      listen: endpoint('127.0.0.1:4400'),
      implementation: {
        name: 'example',
        version: '0.1',
        roles: ['rs-s'],
        claims: { suites: [1], families: [4] },
        instances: 4,
        start: () => Promise.reject(new Error('not in this test')),
      },
    });
    await new Promise<void>((resolve, reject) => {
      const answered = (bytes: Uint8Array) => {
        answers.push(toHex(bytes));
        resolve();
      };
      net
        .bind(endpoint('127.0.0.1:4401'), answered)
        .then((socket) => socket.send(block('hello'), adapter.local), reject);
    });
  };
  await net.run(script());
  t.same(answers, [toHex(block('answer'))]);
  const frame = fromDatagram(block('answer'), { datagram: 8192, token: undefined });
  t.ok(frame !== undefined && 'message' in frame && answerSchema.safeParse(frame.message).success);
});

t.test('the reset of the page has the mac of its token', (t) => {
  const reset = request(TESTER, 2, 'reset', {});
  t.same(toDatagrams(reset, { datagram: 1200, token: ascii('a shared token') }), [block('reset')]);
});

t.test('the tables of the page have every op and every codec call', (t) => {
  t.same(firstCells('op'), Object.keys(OPS));
  t.same(firstCells('call'), Object.keys(CODEC));
  for (const role of ROLES) t.ok(README.includes(`\`${role}\``), role);
});

t.test('the table of fields is the contract: names, types, what is required, defaults', (t) => {
  const rows = fieldRows();
  const messages = [...new Set(rows.map(({ message }) => message))];
  t.same(messages, Object.keys(MESSAGES));
  for (const message of messages) {
    const shape = MESSAGES[message] ?? {};
    const own = rows.filter((row) => row.message === message);
    t.same(own.map(({ field }) => field).toSorted(), Object.keys(shape).toSorted(), message);
    for (const { field, type, leftOut } of own) {
      const schema = shape[field];
      if (schema === undefined) continue;
      const name = `${message} ${field}`;
      const [right, ...wrong] = valuesOf(type);
      t.ok(schema.safeParse(right).success, `${name} is ${type}`);
      t.same(
        wrong.filter((value) => schema.safeParse(value).success),
        [],
        `${name} is nothing else`,
      );
      t.same(standsFor(schema), meant(leftOut), `${name} left out`);
    }
  }
});

/** What a field counts as where it is left out. */
function standsFor(schema: Schema): string {
  const read = schema.safeParse(undefined);
  return read.success ? (JSON.stringify(read.data) ?? 'nothing') : 'required';
}

/** The same of a cell: a default is code, what has none says so in words. */
function meant(cell: string): string {
  if (cell === 'required') return cell;
  return /^`(.+)`$/.exec(cell)?.[1] ?? 'nothing';
}

t.test('ops without a row of fields have none', (t) => {
  t.same(Object.keys(REQUESTS.reset.shape), []);
  for (const op of ['stop', 'time'] as const) t.same(Object.keys(RESULTS[op].shape), []);
});

t.test(
  'what every message has is required; a reason may be empty, and left out may not be written null',
  (t) => {
    const asked = { v: '1.0', tester: TESTER, id: 0, op: 'reset' };
    const done = { v: '1.0', tester: TESTER, id: 0, answer: 'done', result: {} };
    const refused = { v: '1.0', tester: TESTER, id: 0, answer: 'refused', reason: '' };
    t.ok(requestSchema.safeParse(asked).success);
    for (const key of Object.keys(asked))
      t.notOk(requestSchema.safeParse({ ...asked, [key]: undefined }).success, `a request without ${key}`);
    for (const answer of [done, refused]) {
      t.ok(answerSchema.safeParse(answer).success);
      for (const key of Object.keys(answer))
        t.notOk(
          answerSchema.safeParse({ ...answer, [key]: undefined }).success,
          `${answer.answer} without ${key}`,
        );
    }
    t.notOk(REQUESTS.stop.safeParse({ instance: 1, hard: null }).success);
  },
);

t.test('byte strings of codec calls have the lengths that the page says', (t) => {
  const of32 = ['psk', 'k1', 'k2', 'hash', 'key', 'ephemeral', 'secret', 'initiatorKey', 'responderKey'];
  const isOf = (schema: Schema, length: number): boolean =>
    [length - 1, length, length + 1].every(
      (size) => schema.safeParse(new Uint8Array(size)).success === (size === length),
    );
  for (const [call, { request, result }] of Object.entries(CODEC)) {
    for (const shape of [request.shape, result.shape] as Shape[])
      for (const name of of32) if (shape[name] !== undefined) t.ok(isOf(shape[name], 32), `${call} ${name}`);
  }
  t.ok(isOf(CODEC['open-initiate'].result.shape.datagram, 76));
  t.ok(isOf(CODEC['open-respond'].result.shape.datagram, 76));
  t.ok(isOf(CODEC['open-finish'].request.shape.request, 76));
  for (const call of ['open-respond', 'open-finish'] as const)
    t.equal(standsFor(CODEC[call].request.shape.held), '[]');
});

t.test('an answer is waited for as long as the page says', async (t) => {
  t.match(README, 'After 5 s without an answer (`hello` 2 s, `resolve` 15 s)');
  for (const [takes, isInTime] of [
    [4500, true],
    [5500, false],
  ] as const) {
    const net = memoryNet();
    let heard: unknown;
    const script = async () => {
      const adapter = await serveAdapter({
        net,
        listen: endpoint('127.0.0.1:4400'),
        implementation: {
          name: 'slow',
          version: '0',
          roles: ['rs-s'],
          claims: {},
          start: async () => {
            await sleepUntil(net, net.now() + takes);
            return { endpoints: [endpoint('127.0.0.1:5000')], stop: () => Promise.resolve() };
          },
        },
      });
      const client = await AdapterClient.connect({
        net,
        adapter: adapter.local,
        local: endpoint('127.0.0.1:0'),
        random: () => TESTER,
      });
      heard = await client.call('start', { role: 'rs-s', config: {}, case: 'x' }).catch((error) => error);
      t.same(client.hello.claims, { features: [], suites: [1], families: [4] });
    };
    await net.run(script());
    if (isInTime) t.same(heard, { instance: 1, endpoints: ['127.0.0.1:5000'], dns: [] });
    else {
      t.ok(heard instanceof Unjudged);
      t.match(heard, { verdict: 'inconclusive', blame: 'adapter' });
    }
  }
});
