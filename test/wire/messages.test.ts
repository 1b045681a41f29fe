import { ascii, concat, fromHex, toHex } from '../../reference/bytes.ts';
import { Refusal } from '../../reference/refusal.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { decodeCbor, encodeCbor } from '../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../reference/wire/cbor-diagnostic.ts';
import type { BodyType, Message } from '../../reference/wire/messages.ts';
import { bodyMap, decodeBody, encodeBody, grease, hasBody, isAnswer } from '../../reference/wire/messages.ts';
import { GREASE_KEYS } from '../../reference/wire/registry.ts';
import t from '../tap.ts';
import {
  bytes,
  changed,
  ip,
  MALFORMED,
  outcome,
  PROBE,
  PROBE_ANSWER,
  REGISTRATION,
  RELAY_S,
  ROUTE,
  transaction,
  UNSUPPORTED,
} from './examples.ts';

t.test('a Registration Request, byte by byte', (t) => {
  const body = encodeBody(REGISTRATION);
  const hex = [
    'a8',
    `0048${'11'.repeat(8)}`,
    `03781a${toHex(ascii('alice.ntmobile.example.net'))}`,
    `0450${'22'.repeat(16)}`,
    `0548${'33'.repeat(8)}`,
    '068246c0000201138852',
    '20010db80000000000000000000000011388',
    '078101',
    '08820201',
    '091878',
  ];
  t.equal(toHex(body), hex.join(''));
  t.same(decodeBody(0x01, body), { ok: true, message: REGISTRATION });
});

t.test('other messages in diagnostic notation, and back', (t) => {
  const notation: readonly (readonly [Message, string])[] = [
    [PROBE, "{0: h'1111111111111111'}"],
    [{ ...PROBE, padding: bytes(3, 0) }, "{0: h'1111111111111111', 2: h'000000'}"],
    [PROBE_ANSWER, "{0: h'1111111111111111', 1: 0, 11: h'c00002011388'}"],
    [{ type: 0x11, transaction, status: 0 }, "{0: h'1111111111111111', 1: 0}"],
    [{ type: 0x04, transaction, status: 5 }, "{0: h'1111111111111111', 1: 5}"],
    [{ type: 0x0f, transaction, route: 1, close: true }, "{0: h'1111111111111111', 42: 1, 43: true}"],
    [
      { type: 0x03, transaction, peerAddress: ip('192.0.2.9'), want: 2 },
      "{0: h'1111111111111111', 15: h'c0000209', 16: 2}",
    ],
    [
      { type: 0x07, transaction, pathId: bytes(16, 0x44), withdraw: true },
      `{0: h'1111111111111111', 19: h'${'44'.repeat(16)}', 37: true}`,
    ],
  ];
  for (const [message, text] of notation) {
    const body = encodeBody(message);
    const decoded = decodeCbor(body);
    t.equal(decoded instanceof Refusal || decoded.kind !== 'value' ? '' : toDiagnostic(decoded.value), text);
    t.same(decodeBody(message.type, body), { ok: true, message });
  }
});

t.test('inner maps by name, and back', (t) => {
  for (const message of [ROUTE, { ...ROUTE, status: 0 }, RELAY_S] as const) {
    t.same(decodeBody(message.type, encodeBody(message)), { ok: true, message });
  }
});

t.test('GEN-08: without a transaction there is nothing to answer', (t) => {
  const body = encodeBody(PROBE);
  t.equal(outcome(0x0d, body), 'ok');
  t.equal(outcome(0x0d, fromHex('a0')), 'encoding', 'none');
  t.equal(outcome(0x0d, fromHex(`a10047${'11'.repeat(7)}`)), 'encoding', '7 bytes');
  t.equal(outcome(0x0d, fromHex(`a10068${'61'.repeat(8)}`)), 'encoding', 'text');
  t.equal(outcome(0x0d, fromHex(`a100c148${'11'.repeat(8)}`)), 'encoding', 'a tag on it');
  t.equal(outcome(0x0d, fromHex(`820048${'11'.repeat(8)}`)), 'encoding', 'an array');
  t.equal(outcome(0x0d, concat(body, fromHex('00'))), 'encoding', 'a byte behind');
  t.equal(outcome(0x0d, fromHex(`b8010048${'11'.repeat(8)}`)), 'encoding', 'a longer head');
  t.equal(outcome(0x0d, fromHex(`bf0048${'11'.repeat(8)}ff`)), 'encoding', 'an indefinite length');
});

t.test('a transaction is found behind longer heads of the map too', (t) => {
  for (const count of [23, 24, 255, 256]) {
    const grown = new Map<number, CborValue>(Array.from({ length: count }, (_, i) => [100 + i, i]));
    t.equal(outcome(0x0d, encodeBody(PROBE, grown)), 'ok', `${count + 1} keys`);
  }
});

t.test('GEN-30: what no body may hold is malformed wherever it stands', (t) => {
  const items = [
    'c100',
    'f93c00',
    'fb3ff0000000000000',
    'f7',
    'e0',
    'f8ff',
    `${'81'.repeat(8)}00`,
    'a12000',
    'a1616100',
  ];
  for (const item of items) {
    for (const key of ['02', '190a0a']) {
      const body = fromHex(`a20048${'11'.repeat(8)}${key}${item}`);
      t.equal(outcome(0x0d, body), MALFORMED, `${item} under ${key}`);
    }
  }
  t.equal(outcome(0x0d, fromHex(`a20048${'11'.repeat(8)}2000`)), MALFORMED, 'a negative key');
  t.equal(outcome(0x0d, fromHex(`a20048${'11'.repeat(8)}190a0a${'81'.repeat(7)}00`)), 'ok', 'depth 8');
});

t.test('GEN-13, GEN-31: addresses and endpoints', (t) => {
  const mapped = `${'00'.repeat(10)}ffff`;
  for (const address of ['', '0a0000', '0a000001ff', '00'.repeat(15), '00'.repeat(17), `${mapped}c0000201`]) {
    const body = changed({ type: 0x03, transaction }, 15, fromHex(address));
    t.equal(outcome(0x03, body), MALFORMED, `address ${address}`);
  }
  for (const wrong of [
    '0a0000011388ff',
    '0a00000113',
    '0a0000010000',
    `${'00'.repeat(16)}1388ff`,
    `${mapped}c00002011388`,
  ]) {
    t.equal(
      outcome(0x0f, changed({ type: 0x0f, transaction }, 24, [fromHex(wrong)])),
      MALFORMED,
      `endpoint ${wrong}`,
    );
  }
  t.equal(outcome(0x0f, changed({ type: 0x0f, transaction }, 24, [fromHex('0a0000010001')])), 'ok');
});

t.test('GEN-07: unknown keys below 0x8000 are ignored, from there up they are unsupported', (t) => {
  const values: CborValue[] = [0, 'text', null, [new Map([[0x9000, 1]])], new Map([[0x9000, 1]])];
  for (const value of values) {
    t.same(decodeBody(0x0d, encodeBody(PROBE, new Map([[0x7fff, value]]))), { ok: true, message: PROBE });
    t.equal(outcome(0x0d, encodeBody(PROBE, new Map([[0x8000, value]]))), UNSUPPORTED);
  }
  t.equal(outcome(0x0d, changed(PROBE, 0xffff_ffff, 1)), UNSUPPORTED);
});

t.test('GEN-07: critical keys in inner maps count, listed there or not; in other maps they do not', (t) => {
  const inner = (key: number, change: (map: Map<CborValue, CborValue>) => void) => {
    const map = bodyMap(ROUTE);
    const found = new Map(map.get(key) as Map<CborValue, CborValue>);
    change(found);
    return encodeCbor(map.set(key, found));
  };
  t.equal(
    outcome(
      0x04,
      inner(25, (relay) => relay.set(0x8000, 0)),
    ),
    UNSUPPORTED,
  );
  t.equal(
    outcome(
      0x04,
      inner(25, (relay) => relay.set(0x7000, 0)),
    ),
    'ok',
  );
  const leg = new Map<CborValue, CborValue>([
    [28, bytes(16, 7)],
    [29, bytes(32, 8)],
    [0x8000, 0],
  ]);
  t.equal(
    outcome(
      0x04,
      inner(25, (relay) => relay.set(35, leg)),
    ),
    UNSUPPORTED,
  );
  t.equal(outcome(0x0d, changed(PROBE, 35, leg)), UNSUPPORTED, 'a leg is not listed in a probing request');
  t.equal(
    outcome(0x0d, changed(PROBE, 25, new Map([[35, leg]]))),
    UNSUPPORTED,
    'an inner map of an inner map',
  );
  t.equal(outcome(0x0d, changed(PROBE, 36, [0, leg])), UNSUPPORTED, 'one map among other things');
  for (const [key, value] of [
    [36, leg],
    [23, [leg]],
    [6, leg],
    [6, [leg]],
    [35, new Map([[50, leg]])],
  ] as const) {
    t.equal(outcome(0x0d, changed(PROBE, key, value)), MALFORMED, `key ${key} holds no inner map here`);
  }
  t.equal(
    outcome(0x0e, changed({ type: 0x0e, transaction, status: 2 }, 35, leg)),
    'fails',
    'in an error too',
  );
  const withdrawal: Message = { type: 0x07, transaction, pathId: bytes(16, 0x44), withdraw: true };
  t.equal(outcome(0x07, changed(withdrawal, 36, [leg, leg])), UNSUPPORTED, 'in a withdrawal too');
});

t.test('GEN-23: a critical key and a fault: unsupported, unless GEN-30 forbids something', (t) => {
  const map = bodyMap(REGISTRATION).set(9, 'soon').set(0x8000, 0);
  t.equal(outcome(0x01, encodeCbor(map)), UNSUPPORTED);
  t.equal(outcome(0x0d, fromHex(`a30048${'11'.repeat(8)}190a0af93c0019800000`)), MALFORMED, 'with a float');
  t.equal(
    outcome(0x0d, fromHex(`a20048${'11'.repeat(8)}190a0aa1198000f93c00`)),
    MALFORMED,
    'only below an unknown key',
  );
});

t.test('GEN-24: an answer that fails has no status to be answered with, but its transaction', (t) => {
  const failed = decodeBody(0x0e, changed(PROBE_ANSWER, 11, undefined));
  t.equal(failed.ok, false);
  t.same(!failed.ok && failed.transaction, transaction);
  t.equal(outcome(0x0e, changed(PROBE_ANSWER, 11, undefined)), 'fails');
  t.equal(outcome(0x0e, changed(PROBE_ANSWER, 0x8000, 0)), 'fails');
  t.equal(outcome(0x0e, changed(PROBE_ANSWER, 1, undefined)), 'fails', 'no status');
  t.equal(outcome(0x0e, fromHex(`a30048${'11'.repeat(8)}01000bf93c00`)), 'fails', 'a float');
});

t.test('a Route Direction is an answer if it has a status, also where it cannot be decoded', (t) => {
  t.equal(isAnswer(ROUTE), false);
  t.equal(isAnswer({ ...ROUTE, status: 0 }), true);
  t.equal(isAnswer({ type: 0x04, transaction, status: 6 }), true);
  t.equal(outcome(0x04, changed(ROUTE, 22, 9)), MALFORMED);
  t.equal(outcome(0x04, changed({ ...ROUTE, status: 0 }, 22, 9)), 'fails');
  t.equal(outcome(0x04, fromHex(`a20048${'11'.repeat(8)}16f93c00`)), MALFORMED);
  t.equal(outcome(0x04, fromHex(`a30048${'11'.repeat(8)}010016f93c00`)), 'fails');
});

t.test('ERR-03: of an error only transaction and status are looked at', (t) => {
  const body = changed({ type: 0x0e, transaction, status: 2 }, 11, fromHex('c00002011388'));
  t.same(decodeBody(0x0e, body), { ok: true, message: { type: 0x0e, transaction, status: 2 } });
  t.equal(
    outcome(0x0e, changed({ type: 0x0e, transaction, status: 2 }, 11, 'x')),
    'fails',
    'but the type of a key stands',
  );
  t.equal(
    outcome(0x11, changed({ type: 0x11, transaction, status: 2 }, 1, 77)),
    'ok',
    'an unassigned status',
  );
  t.equal(outcome(0x11, changed({ type: 0x11, transaction, status: 2 }, 1, 2 ** 32 - 1)), 'ok');
});

t.test('GEN-21: grease is one of eight keys with up to 16 bytes, and is ignored', (t) => {
  const found = new Set<number>();
  const lengths = new Set<number>();
  for (let draw = 0; draw < 256; draw++) {
    const [entry] = grease((length) => bytes(length, draw));
    if (entry === undefined) throw new Error('no grease');
    found.add(entry[0]);
    lengths.add((entry[1] as Uint8Array).length);
    t.same(decodeBody(0x0d, encodeBody(PROBE, new Map([entry]))), { ok: true, message: PROBE });
  }
  t.same(
    [...found].sort((a, b) => a - b),
    GREASE_KEYS,
  );
  t.equal(Math.max(...lengths), 16);
});

t.test('messages that do not fit are a mistake of the caller', (t) => {
  t.throws(() => encodeBody({ ...PROBE, transaction: bytes(7, 1) }));
  t.throws(() => encodeBody({ ...REGISTRATION, suites: [] }));
  t.throws(() => encodeBody({ ...REGISTRATION, fqdn: 'Alice.example' }));
  t.throws(() => encodeBody({ ...RELAY_S, lifetime: 0 }));
  t.throws(() => encodeBody(PROBE, new Map([[0, 1]])), RangeError);
});

t.test('openings and Data have no body', (t) => {
  t.same(
    [0x0b, 0x0c, 0x10].filter((type) => hasBody(type as BodyType)),
    [],
  );
  t.ok(hasBody(0x0d));
});
