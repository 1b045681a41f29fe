/** Every vector on the reference: by its codec calls, and by its code where there is no such call. */
import { CODEC, isCodecCall } from '../../adapters/codec.ts';
import { REFERENCE_CODEC } from '../../adapters/reference/codec.ts';
import { endpointFromBytes, endpointToBytes, ipFromBytes, sameEndpoint } from '../../reference/address.ts';
import { sameBytes } from '../../reference/bytes.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { hkdfExpand, hkdfExtract, hmacSha256, sha256 } from '../../reference/crypto/hash.ts';
import { nonceFor, openingPrologue } from '../../reference/crypto/keys.ts';
import { x25519 } from '../../reference/crypto/x25519.ts';
import { decodeNtmRecord, encodeNtmRecord } from '../../reference/dns/record.ts';
import { Refusal } from '../../reference/refusal.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import t from '../tap.ts';
import type { Vector } from './load.ts';
import { loadVectors, meantFields } from './load.ts';

type Bytes = Record<string, Uint8Array>;
type Call = (input: never) => Record<string, unknown>;

/** What the contract has no call for. */
const CALLS: Readonly<Record<string, Call>> = {
  prologue: ({ kind, suite, header, initiator, responder }) => ({
    prologue: openingPrologue(kind, header, initiator, responder, suite),
  }),
  nonce: ({ sequence }) => ({ nonce: nonceFor(sequence) }),
  endpoint: ({ address, port }) => {
    const ip = ipFromBytes(address);
    if (ip === undefined) return { layer: 'schema' };
    const bytes = endpointToBytes({ ip, port });
    return sameEndpoint(endpointFromBytes(bytes) ?? { ip, port: 0 }, { ip, port }) ? { endpoint: bytes } : {};
  },
  sha256: ({ message }: Bytes) => ({ digest: message && sha256(message) }),
  'hmac-sha256': ({ key, data }) => ({ digest: hmacSha256(key, data) }),
  'hkdf-sha256': ({ salt, ikm, info, length }) => {
    const prk = hkdfExtract(salt, ikm);
    return { prk, okm: hkdfExpand(prk, info, length) };
  },
  x25519: ({ scalar, u }) => ({ result: x25519(scalar, u) }),
  'chacha20-poly1305': ({ key, nonce, ad, plaintext }) => ({
    sealed: chacha20Poly1305(key).seal(nonce, ad, plaintext),
  }),
  'chacha20-poly1305-open': ({ key, nonce, ad, sealed }) => {
    const plaintext = chacha20Poly1305(key).open(nonce, ad, sealed);
    return plaintext === undefined ? { layer: 'tag' } : { plaintext };
  },
  'aes-256-gcm': ({ key, nonce, ad, plaintext }) => ({ sealed: aes256Gcm(key).seal(nonce, ad, plaintext) }),
  'read-ntm-record': ({ rdata }) => {
    const record = decodeNtmRecord(rdata);
    if (record !== undefined) return { rdata: encodeNtmRecord(record) };
    const decoded = decodeCbor(rdata);
    const isMap =
      !(decoded instanceof Refusal) && (decoded.kind === 'forbidden' || decoded.value instanceof Map);
    return { layer: isMap ? 'schema' : 'encoding' };
  },
  cbor: ({ encoded }) => {
    const decoded = decodeCbor(encoded);
    if (decoded instanceof Refusal) return { layer: decoded.layer };
    if (decoded.kind === 'forbidden') return { layer: 'schema' };
    return { diagnostic: toDiagnostic(decoded.value) };
  },
};

/** What the reference says to a vector. */
function answer({ call, input }: Vector): Record<string, unknown> {
  const fields = meantFields(input);
  if (!isCodecCall(call)) return (CALLS[call] as Call)(fields as never);
  const handler = REFERENCE_CODEC[call] as (request: unknown) => Record<string, unknown>;
  return handler(CODEC[call].request.parse({ call, ...fields }));
}

/** Whether what a window took is what it must take; `null` stands where it is free. */
function sameChoices(found: readonly boolean[], wanted: readonly (boolean | null)[]): boolean {
  return found.length === wanted.length && wanted.every((take, i) => take === null || take === found[i]);
}

/** Vectors that are checked elsewhere: by a role, by the generator, in a test of their own. */
const ELSEWHERE = new Set([
  'datagram',
  'digest',
  'decide-route',
  'decide-relay-end',
  'read-sequence',
  'answer-dns',
]);

const vectors = loadVectors().filter(({ call }) => !ELSEWHERE.has(call));

t.test('every call of a vector is one that is checked', (t) => {
  const calls = [...new Set(vectors.map(({ call }) => call))];
  t.ok(calls.length > 15);
  t.same(
    calls.filter((call) => !isCodecCall(call) && CALLS[call] === undefined),
    [],
  );
});

t.test('each has its result', (t) => {
  const wrong: unknown[] = [];
  for (const vector of vectors) {
    const { width, ...found } = answer(vector);
    if (vector.call === 'replay') {
      const wanted = vector.output?.accepted as (boolean | null)[];
      if (!sameChoices(found.accepted as boolean[], wanted)) wrong.push([vector.id, found, wanted]);
      continue;
    }
    const wanted = vector.result === 'valid' ? meantFields(vector.output ?? {}) : { ...vector.refused };
    if (JSON.stringify(plain(found)) !== JSON.stringify(plain(wanted)))
      wrong.push([vector.id, found, wanted]);
  }
  t.same(wrong, []);
});

/** Comparable as text, whatever the order of the fields. */
function plain(fields: Record<string, unknown>): unknown {
  const text = (value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);
  return Object.entries(fields)
    .map(([name, value]) => [name, value instanceof Uint8Array ? [...value] : text(value)])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

t.test('what parses encodes to the same bytes', (t) => {
  const items = vectors.filter(
    ({ call, result }) => result === 'valid' && (call === 'cbor' || call === 'decode-body'),
  );
  t.ok(items.length > 100);
  const lost = items.filter(({ input }) => {
    const { encoded, body } = meantFields(input);
    const bytes = (encoded ?? body) as Uint8Array;
    const decoded = decodeCbor(bytes);
    const again = !(decoded instanceof Refusal) && decoded.kind === 'value' && encodeCbor(decoded.value);
    return !again || !sameBytes(again, bytes);
  });
  t.same(
    lost.map(({ id }) => id),
    [],
  );
});
