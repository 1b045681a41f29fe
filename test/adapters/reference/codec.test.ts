/** The codec calls end to end through their schemas; exact bytes are the vectors' concern. */

import type { Fields } from '../../../adapters/cbor.ts';
import type { CodecCall, CodecInput } from '../../../adapters/codec.ts';
import { CODEC, resultSchema } from '../../../adapters/codec.ts';
import { RefusedError } from '../../../adapters/kit/implementation.ts';
import { REFERENCE_CODEC } from '../../../adapters/reference/codec.ts';
import { fromHex } from '../../../reference/bytes.ts';
import t from '../../tap.ts';

/** As the kit does it: read the request, call, and read the result as a tester would. */
function ask<Call extends CodecCall>(input: CodecInput<Call>): Record<string, unknown> {
  const { call } = input;
  const handler = REFERENCE_CODEC[call as Call] as (request: unknown) => Record<string, unknown>;
  const result = handler(CODEC[call].request.parse(input));
  return resultSchema(call, result as Fields).parse(result);
}

const fill = (length: number, byte: number) => new Uint8Array(length).fill(byte);
const OPENING = {
  kind: 'path',
  suite: 2,
  channel: fill(16, 1),
  secret: fill(32, 2),
  initiator: fill(16, 3),
  responder: fill(16, 4),
} as const;
const EPHEMERAL = fill(32, 5);
const ALIAS = fill(16, 9);

function openInitiate(): Uint8Array {
  const input = {
    call: 'open-initiate',
    ...OPENING,
    context: ALIAS,
    order: 7,
    ephemeral: EPHEMERAL,
  } as const;
  return ask(input).datagram as Uint8Array;
}

function openRespond(request: Uint8Array, ephemerals = [fill(32, 6)], held: number[] = []) {
  return ask({ call: 'open-respond', ...OPENING, request, ephemerals, held });
}

function openFinish(request: Uint8Array, response: Uint8Array, held: number[] = []) {
  return ask({ call: 'open-finish', ...OPENING, request, ephemeral: EPHEMERAL, response, held });
}

t.test('every call is there', (t) => {
  t.same(Object.keys(REFERENCE_CODEC), Object.keys(CODEC));
});

t.test('a header is written and read', (t) => {
  const fields = { type: 0x10, keyId: 0x1234, context: ALIAS, sequence: 2n ** 64n - 1n };
  const { header } = ask({ call: 'encode-header', ...fields });
  t.same(header, fromHex(`05101234${'09'.repeat(16)}ffffffffffffffff`));
  const datagram = Uint8Array.of(...(header as Uint8Array), ...fill(16, 0));
  t.same(ask({ call: 'decode-header', datagram }), fields);
});

t.test('headers are refused by the layers that need no key', (t) => {
  const layer = (hex: string) => ask({ call: 'decode-header', datagram: fromHex(hex) });
  const rest = '00'.repeat(40);
  t.same(layer('0510'), { layer: 'length' });
  t.same(layer(`06100001${rest}`), { layer: 'magic' });
  t.same(layer(`05ff0001${rest}`), { layer: 'type' });
  t.same(layer(`05100000${rest}`), { layer: 'key-id-zero' });
});

t.test('an opening: both ends have the same keys', (t) => {
  const request = openInitiate();
  t.same(request.slice(0, 28), fromHex(`050b0000${'09'.repeat(16)}0000000000000007`));
  const { datagram, ...keys } = openRespond(request);
  t.same(openFinish(request, datagram as Uint8Array), keys);
  const { hash, k1, k2, ...derived } = keys as Record<'hash' | 'k1' | 'k2', Uint8Array>;
  t.same(ask({ call: 'keys', kind: 'path', suite: 2, hash, k1, k2 }), derived);
});

t.test('openings are refused by the layer handshake', (t) => {
  const request = openInitiate();
  const { datagram } = openRespond(request) as { datagram: Uint8Array };
  const flipped = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const refused = { layer: 'handshake' };
  t.same(openRespond(flipped(request, 75)), refused, 'a tag of message 1');
  t.same(openRespond(flipped(request, 27)), refused, 'a header of message 1');
  t.same(openRespond(datagram), refused, 'message 2 for message 1');
  t.same(openFinish(request, flipped(datagram, 75)), refused, 'a tag of message 2');
  t.same(openFinish(request, flipped(datagram, 27)), refused, 'a header of message 2');
  t.same(openRespond(request.subarray(0, 75)), { layer: 'length' });
});

t.test('the responder draws on when a key ID is held', (t) => {
  const request = openInitiate();
  const first = openRespond(request, [fill(32, 6)]);
  const second = openRespond(request, [fill(32, 8)]);
  t.same(openRespond(request, [fill(32, 6), fill(32, 8)]), first);
  t.same(openRespond(request, [fill(32, 6), fill(32, 8)], [first.keyId as number]), second);
});

t.test('a key ID that is held makes an opening unusable, and no layer refuses it', (t) => {
  const request = openInitiate();
  const [first, second] = [openRespond(request, [fill(32, 6)]), openRespond(request, [fill(32, 8)])];
  const held = [first.keyId, second.keyId] as number[];
  t.same(openRespond(request, [fill(32, 6)], held), { unusable: first.keyId });
  t.same(openRespond(request, [fill(32, 6), fill(32, 8)], held), { unusable: second.keyId }, 'the last one');
  const answer = first.datagram as Uint8Array;
  t.same(openFinish(request, answer, held), { unusable: first.keyId });
  const broken = answer.map((byte, i) => (i === 75 ? byte ^ 1 : byte));
  t.same(openFinish(request, broken, held), { layer: 'handshake' }, 'a broken tag comes first');
  t.throws(() => openRespond(request, []), { name: 'ZodError' }, 'there is an ephemeral');
});

t.test('sealing and opening in both suites', (t) => {
  const fields = { type: 0x10, keyId: 1, context: ALIAS, sequence: 5n };
  const plaintext = fill(100, 0x45);
  for (const suite of [1, 2]) {
    const sealed = ask({ call: 'seal', suite, key: fill(32, 7), ...fields, plaintext })
      .datagram as Uint8Array;
    t.equal(sealed.length, 28 + 100 + 16);
    t.same(ask({ call: 'open', suite, key: fill(32, 7), datagram: sealed }), { ...fields, plaintext });
    t.same(ask({ call: 'open', suite, key: fill(32, 8), datagram: sealed }), { layer: 'tag' });
    t.same(ask({ call: 'open', suite: 3 - suite, key: fill(32, 7), datagram: sealed }), { layer: 'tag' });
  }
  t.throws(() => ask({ call: 'seal', suite: 3, key: EPHEMERAL, ...fields, plaintext }), RefusedError);
  t.throws(
    () => ask({ call: 'seal', suite: 1, key: EPHEMERAL, ...fields, type: 99, plaintext }),
    RefusedError,
  );
});

t.test('a replay window', (t) => {
  const { accepted, width } = ask({ call: 'replay', sequences: [0, 0, 20_000, 20_000 - 8191, 1, 2n ** 63n] });
  t.same(accepted, [true, false, true, true, false, true]);
  t.ok((width as number) >= 8192);
});

t.test('bodies: recognised fields come back, the others do not', (t) => {
  const transaction = '00480102030405060708';
  const request = { call: 'decode-body', type: 0x0d } as const;
  t.same(ask({ ...request, body: fromHex(`a1${transaction}`) }), { body: fromHex(`a1${transaction}`) });
  const grease = fromHex(`a2${transaction}190a0a4101`);
  t.same(ask({ ...request, body: grease }), { body: fromHex(`a1${transaction}`) });
  t.same(ask({ ...request, body: fromHex(`a2${transaction}1980004101`) }), { layer: 'schema', status: 2 });
  t.same(ask({ ...request, body: fromHex(`a2${transaction}0201`) }), { layer: 'schema', status: 1 });
  t.same(ask({ ...request, body: fromHex(`a1${transaction}00`) }), { layer: 'encoding' });
  t.throws(() => ask({ ...request, type: 0x10, body: fromHex('a0') }), RefusedError);
});

t.test('bodies: fields in any order are written in the one order', (t) => {
  const fields: [number, Uint8Array][] = [
    [2, fromHex('420000')],
    [0, fromHex('480102030405060708')],
  ];
  const body = fromHex('a20048010203040506070802420000');
  t.same(ask({ call: 'encode-body', type: 0x0d, fields }), { body });
  t.throws(() => ask({ call: 'encode-body', type: 0x0d, fields: [[0, fromHex('1800')]] }), RefusedError);
});

t.test('data: the inner packet between addresses of the path', (t) => {
  const packet = fromHex(`45000014${'00'.repeat(8)}c6120001c6120002`);
  const [peer, own] = [[fromHex('c6120001')], [fromHex('c6120002')]];
  const request = { call: 'data', peer, own } as const;
  t.same(ask({ ...request, payload: Uint8Array.of(...packet, 0, 0) }), { packet });
  t.same(ask({ ...request, payload: Uint8Array.of(...packet, 1) }), { layer: 'inner-length' });
  t.same(ask({ ...request, payload: packet, peer: own }), { layer: 'inner-source' });
  t.same(ask({ ...request, payload: packet, own: [] }), { layer: 'inner-destination' });
  t.throws(() => ask({ ...request, payload: packet, own: [fill(5, 1)] }), RefusedError);
});
