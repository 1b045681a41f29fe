/** The worked example of the contract's page is what the kit reads and writes. */
import { readFile } from 'node:fs/promises';
import { CODEC } from '../../adapters/codec.ts';
import { answerSchema, OPS, ROLES, request } from '../../adapters/contract.ts';
import { fromDatagram, toDatagrams } from '../../adapters/framing.ts';
import { serveAdapter } from '../../adapters/kit/serve.ts';
import { ascii, fromHex, toHex } from '../../reference/bytes.ts';
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
