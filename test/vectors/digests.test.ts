/** The accumulated vectors, by the recipes of the page on vectors and the codec calls of the reference. */
import { CODEC } from '../../adapters/codec.ts';
import { REFERENCE_CODEC } from '../../adapters/reference/codec.ts';
import { ascii, concat, fromHex, toHex } from '../../reference/bytes.ts';
import { sha256 } from '../../reference/crypto/hash.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import t from '../tap.ts';
import { loadVectors } from './load.ts';

type Call = keyof typeof CODEC;
type Result = Readonly<Record<string, never>>;

function ask(call: Call, fields: object): Result {
  const handler = REFERENCE_CODEC[call] as unknown as (request: unknown) => Result;
  return handler(CODEC[call].request.parse({ call, ...fields }));
}

/** Bytes that a label stands for, read one after the other. */
function reader(label: string) {
  let block = 0;
  let rest = new Uint8Array(0);
  const bytes = (length: number): Uint8Array => {
    while (rest.length < length) {
      rest = Uint8Array.from(concat(rest, sha256(ascii(`NTMobile golden vectors: ${label}: ${block++}`))));
    }
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  const uint = (length: number) => (length === 0 ? 0n : BigInt(`0x${toHex(bytes(length))}`));
  return { bytes, uint };
}

const KINDS = ['association', 'path', 'leg'];
const TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17];
const keyId = (drawn: bigint) => Number(drawn) || 1;

type Recipe = (read: ReturnType<typeof reader>, round: number) => Uint8Array;

function sealed(suite: number): Recipe {
  return ({ bytes, uint }, round) => {
    const [key, sequence] = [bytes(32), uint(8)];
    const fields = { suite, key, type: 16, sequence, keyId: keyId(uint(2)), context: bytes(16) };
    return ask('seal', { ...fields, plaintext: bytes(round) }).datagram as unknown as Uint8Array;
  };
}

const RECIPES: Readonly<Record<string, Recipe>> = {
  header: ({ bytes, uint }, round) => {
    const type = TYPES[round % 15];
    const fields = { type, keyId: keyId(uint(2)), context: bytes(16), sequence: uint(8) };
    return ask('encode-header', fields).header as unknown as Uint8Array;
  },
  integers: ({ uint }, round) => {
    const value = uint(8) >> BigInt(round % 65);
    return encodeCbor(value);
  },
  psk: ({ bytes }, round) =>
    ask('psk', { kind: KINDS[round % 3], channel: bytes(16), secret: bytes(32) })
      .psk as unknown as Uint8Array,
  keys: ({ bytes }, round) => {
    const split = { k1: bytes(32), k2: bytes(32), hash: bytes(32) };
    const keys = ask('keys', { kind: KINDS[round % 3], suite: 1 + (round % 2), ...split });
    const id = Number(keys.keyId);
    return concat(keys.initiatorKey as never, keys.responderKey as never, Uint8Array.of(id >> 8, id & 255));
  },
  opening: ({ bytes, uint }, round) => {
    const kind = KINDS[round % 3];
    const channel = bytes(16);
    const setting = {
      kind,
      suite: 1,
      channel,
      secret: bytes(32),
      initiator: bytes(16),
      responder: bytes(16),
    };
    const [ephemeral, r] = [bytes(32), bytes(32)];
    const order = kind === 'association' ? 0n : uint(8);
    const { datagram: request } = ask('open-initiate', { ...setting, context: channel, order, ephemeral });
    const answer = ask('open-respond', { ...setting, request, ephemerals: [r] });
    const keys = [answer.initiatorKey, answer.responderKey] as never[];
    return concat(request as never, answer.datagram as never, ...keys);
  },
  'seal-suite-1': sealed(1),
  'seal-suite-2': sealed(2),
};

/** All sequences first: a window is offered them in one call. */
function replayed(rounds: number): Uint8Array {
  const { uint } = reader('digests replay');
  let highest = 8191n;
  const sequences = Array.from({ length: rounds }, (_, round) => {
    const drawn = uint(2);
    const sequence = round % 3 === 0 ? highest + 1n + (drawn % 512n) : highest - (drawn % 8192n);
    if (sequence > highest) highest = sequence;
    return sequence;
  });
  const { accepted } = ask('replay', { sequences });
  return Uint8Array.from(accepted as unknown as boolean[], (taken) => (taken ? 1 : 0));
}

t.test('each digest is that of its recipe', (t) => {
  const vectors = loadVectors().filter(({ call }) => call === 'digest');
  t.equal(vectors.length, Object.keys(RECIPES).length + 1);
  for (const { id, input, output } of vectors) {
    const { primitive, rounds } = input as { primitive: string; rounds: number };
    const recipe = RECIPES[primitive];
    const read = reader(`digests ${primitive}`);
    const results =
      recipe === undefined
        ? [replayed(rounds)]
        : Array.from({ length: rounds }, (_, round) => recipe(read, round));
    t.same(sha256(...results), fromHex(String(output?.digest)), id);
  }
});
