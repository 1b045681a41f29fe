/** Every vector on the twin, the codec that was written from the spec's text alone. */
import * as twin from '../../conformance/twin/index.ts';
import { concat, sameBytes, toHex } from '../../reference/bytes.ts';
import t from '../tap.ts';
import type { Vector } from './load.ts';
import { loadVectors, meantFields } from './load.ts';

/** What a call answers: its output, or the layer that refuses, with the status if one is due. */
type Answer = Readonly<Record<string, unknown>>;
type Call = (input: never, vector: Vector) => Answer;
type Setting = Omit<twin.Opening, 'id'> & { readonly channel: Uint8Array };

const refused = (layer: string): Answer => ({ layer });
const HANDSHAKE = refused('handshake');

/** The layers before any key; undefined where none of them refuses. */
function early(datagram: Uint8Array): Answer | undefined {
  const finding = twin.twin.judge(datagram, []);
  return finding.kind === 'refused' && finding.layer !== 'context' ? refused(finding.layer) : undefined;
}

function headerOf(datagram: Uint8Array): Answer {
  const header = twin.parseHeader(datagram);
  if (header === undefined) throw new Error('less than a header');
  const { magic: _, ...fields } = header;
  return fields;
}

function openingOf({ kind, suite, channel, secret, initiator, responder }: Setting): twin.Opening {
  return { kind, suite, id: channel, secret, initiator, responder };
}

function opened({ handshakeHash: hash, k1, k2, forward, back, keyId }: twin.Message2): Answer {
  return { hash, k1, k2, initiatorKey: forward, responderKey: back, keyId };
}

/** The steps that a vector lists, by their names. */
function stepsAgree(steps: Vector['steps'], ...found: readonly object[]): void {
  const all = Object.assign({}, ...found) as Record<string, unknown>;
  for (const [name, hex] of Object.entries(steps ?? {})) {
    const value = all[name];
    if (!(value instanceof Uint8Array) || toHex(value) !== hex) throw new Error(`step ${name}`);
  }
}

function bodyOf(fields: ReadonlyMap<number, twin.Cbor>): Uint8Array {
  const entries = [...fields].map(([key, value]) => [twin.cbor.int(key), value] as const);
  return twin.encodeCbor(twin.cbor.map(...entries));
}

const CALLS: Readonly<Record<string, Call>> = {
  'decode-header': ({ datagram }) => early(datagram) ?? headerOf(datagram),
  'encode-header': (header) => ({ header: twin.buildHeader(header) }),
  psk: ({ kind, channel, secret }) => ({ psk: twin.psk(kind, channel, secret) }),
  prologue: ({ kind, header, initiator, responder, suite }) => ({
    prologue: twin.prologue(kind, header, initiator, responder, suite),
  }),
  keys: ({ kind, suite, k1, k2, hash }) => {
    const { forward, back } = twin.trafficKeys(k1, k2, kind, suite);
    return { initiatorKey: forward, responderKey: back, keyId: twin.keyId(hash) };
  },
  nonce: ({ sequence }) => ({ nonce: twin.nonce(sequence) }),
  // Nothing to ask the twin for: it leaves endpoints as they are.
  endpoint: ({ address, port }: { address: Uint8Array; port: number }) => ({
    endpoint: concat(address, Uint8Array.of(Math.floor(port / 256), port % 256)),
  }),
  'open-initiate': (
    input: Setting & { context: Uint8Array; order: bigint; ephemeral: Uint8Array },
    { steps },
  ) => {
    const { context, order, ephemeral } = input;
    const header = twin.buildHeader({ type: 0x0b, keyId: 0, context, sequence: order });
    const first = twin.message1(openingOf(input), header, ephemeral);
    stepsAgree(steps, first);
    return { datagram: first.datagram };
  },
  'open-respond': (
    input: Setting & { request: Uint8Array; ephemerals: Uint8Array[]; held: number[] },
    { steps },
  ) => {
    const { request, ephemerals, held } = input;
    const layer = early(request);
    if (layer !== undefined) return layer;
    const setting = openingOf(input);
    const first = request[1] === 0x0b ? twin.readMessage1(setting, request) : undefined;
    if (first === undefined) return HANDSHAKE;
    let unusable = 0;
    for (const ephemeral of ephemerals) {
      const second = twin.message2(setting, request, ephemeral);
      if (second === undefined) return HANDSHAKE;
      unusable = second.keyId;
      if (!twin.isUsable(unusable, held)) continue;
      stepsAgree(steps, first, second);
      return { datagram: second.datagram, ...opened(second) };
    }
    return { unusable };
  },
  'open-finish': (
    input: Setting & { request: Uint8Array; ephemeral: Uint8Array; response: Uint8Array; held: number[] },
    { steps },
  ) => {
    const { request, ephemeral, response, held } = input;
    const layer = early(response);
    if (layer !== undefined) return layer;
    const setting = openingOf(input);
    const second = twin.finish(setting, request, ephemeral, response);
    if (second === undefined) return HANDSHAKE;
    if (!twin.isUsable(second.keyId, held)) return { unusable: second.keyId };
    stepsAgree(steps, twin.message1(setting, request.subarray(0, 28), ephemeral), second);
    return opened(second);
  },
  seal: ({ suite, key, plaintext, type, keyId, context, sequence }) => {
    const ad = twin.buildHeader({ type, keyId, context, sequence });
    return { datagram: concat(ad, twin.sealSuite(suite, key, twin.nonce(sequence), ad, plaintext)) };
  },
  open: ({ suite, key, datagram }: { suite: number; key: Uint8Array; datagram: Uint8Array }) => {
    const layer = early(datagram);
    if (layer !== undefined) return layer;
    const header = headerOf(datagram);
    const ad = datagram.slice(0, 28);
    const nonce = twin.nonce(header.sequence as bigint);
    const plaintext = twin.openSuite(suite, key, nonce, ad, datagram.slice(28));
    return plaintext === undefined ? refused('tag') : { ...header, plaintext };
  },
  'decode-body': ({ type, body }) => {
    const found = twin.checkBody(type, body);
    if (found instanceof Map) return { body: bodyOf(found) };
    const { layer, status } = found as twin.BodyRefusal;
    return status === undefined ? { layer } : { layer, status };
  },
  'read-ntm-record': ({ rdata }) => {
    const found = twin.checkNtmRecord(rdata);
    return typeof found === 'string' ? refused(found) : { rdata: bodyOf(found as Map<number, twin.Cbor>) };
  },
  data: ({ payload, peer, own }) => {
    const found = twin.dataPacket(payload, peer, own);
    return typeof found === 'string' ? refused(found) : { packet: found };
  },
  cbor: ({ encoded }) => {
    try {
      return { diagnostic: twin.diagnostic(twin.decodeCbor(encoded)) };
    } catch (error) {
      if (error instanceof twin.EncodingError) return refused('encoding');
      throw error;
    }
  },
  'hkdf-sha256': ({ salt, ikm, info, length }) => {
    const prk = twin.hkdfExtract(salt, ikm);
    return { prk, okm: twin.hkdfExpand(prk, info, length) };
  },
  x25519: ({ scalar, u }) => ({ result: twin.x25519(twin.secretKey(scalar), u) }),
  'chacha20-poly1305': ({ key, nonce, ad, plaintext }) => ({
    sealed: twin.sealSuite(1, key, nonce, ad, plaintext),
  }),
  'chacha20-poly1305-open': ({ key, nonce, ad, sealed }) => {
    const plaintext = twin.openSuite(1, key, nonce, ad, sealed);
    return plaintext === undefined ? refused('tag') : { plaintext };
  },
  'aes-256-gcm': ({ key, nonce, ad, plaintext }) => ({
    sealed: twin.sealSuite(2, key, nonce, ad, plaintext),
  }),
};

/** By a window of the least width; what is free there has no verdict. */
function replayAgrees(vector: Vector): boolean {
  const { sequences } = meantFields(vector.input) as { sequences: bigint[] };
  const wanted = vector.output?.accepted as (boolean | null)[];
  return twin.replayNaive(sequences).every((take, i) => wanted[i] === null || wanted[i] === take);
}

/** A body that no body may have decodes all the same; its notation is that of the vector. */
function forbiddenAgrees({ input, diagnostic }: Vector): boolean {
  const { encoded } = meantFields(input) as { encoded: Uint8Array };
  const item = twin.decodeCbor(encoded);
  return twin.diagnostic(item) === NOTATIONS[diagnostic ?? ''] || twin.diagnostic(item) === diagnostic;
}

/** Where notation leaves a choice: a bignum is a number or a tag. */
const NOTATIONS: Readonly<Record<string, string>> = {
  '18446744073709551616': "2(h'010000000000000000')",
};

/** The hashes alone are not the twin's; a role, the generator and tests of their own check the others. */
const NOT_HERE = new Set([
  'sha256',
  'hmac-sha256',
  'datagram',
  'digest',
  'decide-route',
  'decide-relay-end',
  'read-sequence',
  'answer-dns',
]);

const vectors = loadVectors().filter(({ call }) => !NOT_HERE.has(call));

t.test('each has its result', (t) => {
  const wrong: unknown[] = [];
  for (const vector of vectors) {
    if (vector.call === 'replay') {
      if (!replayAgrees(vector)) wrong.push([vector.id]);
    } else if (vector.call === 'cbor' && vector.refused?.layer === 'schema') {
      if (!forbiddenAgrees(vector)) wrong.push([vector.id]);
    } else {
      const found = judged(vector);
      const wanted = vector.result === 'valid' ? meantFields(vector.output ?? {}) : { ...vector.refused };
      if (plain(found) !== plain(wanted)) wrong.push([vector.id, plain(found), plain(wanted)]);
    }
  }
  t.same(wrong, []);
  t.ok(vectors.length > 700);
});

function judged(vector: Vector): Answer {
  const call = CALLS[vector.call];
  if (call === undefined) throw new Error(`no call ${vector.call}`);
  try {
    return call(meantFields(vector.input) as never, vector);
  } catch (error) {
    return { threw: String(error) };
  }
}

/** As text, whatever the order of the fields. */
function plain(fields: Answer): string {
  const text = (value: unknown) =>
    value instanceof Uint8Array ? toHex(value) : typeof value === 'bigint' ? value.toString() : value;
  const entries = Object.entries(fields).map(([name, value]) => [name, text(value)] as const);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

t.test('the diagnostic notation of bodies is that of the twin', (t) => {
  const wrong: unknown[] = [];
  const bodies = vectors.filter(({ call, refused: by, diagnostic }) => {
    return call === 'decode-body' && by?.layer !== 'encoding' && diagnostic !== undefined;
  });
  t.ok(bodies.length > 200);
  for (const { id, input, diagnostic } of bodies) {
    const { body } = meantFields(input) as { body: Uint8Array };
    const found = twin.diagnostic(twin.decodeCbor(body));
    if (found !== diagnostic) wrong.push([id, found, diagnostic]);
  }
  t.same(wrong, []);
});

t.test('what the twin decodes it encodes to the same bytes', (t) => {
  const items = vectors.filter(({ call, result }) => result === 'valid' && /^(cbor|decode-body)$/.test(call));
  const lost = items.filter(({ input }) => {
    const { encoded, body } = meantFields(input) as Record<string, Uint8Array | undefined>;
    const bytes = encoded ?? body ?? new Uint8Array(0);
    return !sameBytes(twin.encodeCbor(twin.decodeCbor(bytes)), bytes);
  });
  t.ok(items.length > 100);
  t.same(
    lost.map(({ id }) => id),
    [],
  );
});
