/** Unknown keys, critical keys, and what no body may hold wherever it stands. */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import { toDiagnostic } from '../../../reference/wire/cbor-diagnostic.ts';
import type { Bodies, Entry, GoodBody, Value } from './body.ts';
import { bytes, changed, inner, MALFORMED, raw, UNSUPPORTED } from './body.ts';
import type { Goods } from './good.ts';
import { LEGS } from './good.ts';
import { NODE, PEER } from './values.ts';

export function extensions(family: Bodies, goods: Goods): void {
  ignored(family, goods);
  critical(family, goods);
  forbidden(family, goods);
}

const GREASE = [0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a];
const BIG = 18_446_744_073_709_551_615n;

function ignored(family: Bodies, { probe, probeAnswer, relayS, route, registration }: Goods): void {
  const one = (
    { type, body }: GoodBody,
    name: string,
    comment: string,
    key: number,
    value: Value,
    clause = 'GEN-07',
  ) =>
    family.good(type, `ignored.${name}`, comment, changed(body, [key, value]), {
      ignored: [key],
      clauses: [clause],
    });
  for (const [length, key] of GREASE.entries()) {
    const hexKey = `0x${key.toString(16).padStart(4, '0')}`;
    one(
      probe,
      `grease-${hexKey}`,
      `Grease key ${hexKey} with ${2 * length} bytes.`,
      key,
      bytes(2 * length, 0x5a),
      'GEN-21',
    );
  }
  one(registration, 'grease', 'A request with grease.', 0x0a0a, bytes(16, 0xff), 'GEN-21');
  one(relayS, 'grease', 'A Relay Direction with grease.', 0x7a7a, bytes(1, 0), 'GEN-21');
  one(probeAnswer, 'grease', 'An answer with grease.', 0x3a3a, bytes(0, 0), 'GEN-21');
  one(probe, 'first-unassigned', 'Key 45, the first that is unassigned.', 45, 'whatever');
  one(probe, 'private', 'Key 0x7f00, of private use.', 0x7f00, 1);
  one(probe, 'last', 'Key 0x7fff, the last that is not critical.', 0x7fff, [1, 2]);
  const values: readonly (readonly [string, CborValue])[] = [
    ['null', null],
    ['false', false],
    ['negative', -1],
    ['largest', BIG],
    ['smallest', -BIG - 1n],
    ['text', 'm\u00e9'],
    ['byte-order-mark', '\ufeffa'],
    ['zero-character', 'a\u0000'],
    ['noncharacter', '\uffff'],
    ['four-bytes', '\u{10ffff}'],
    ['empty-map', inner()],
    ['map', inner([1, inner([2, [3]])])],
    ['long-list', Array.from({ length: 24 }, (_, i) => i)],
  ];
  for (const [name, value] of values)
    one(probe, `value.${name}`, 'An unknown key, with whatever value.', 0x0a0a, value);
  one(
    probe,
    'critical-below',
    'A critical key in a map under an unknown key is no critical key of ours.',
    0x0a0a,
    inner([0x8000, 1]),
  );
  const deep = raw('81818181818180', '[[[[[[[]]]]]]]');
  one(probe, 'depth-8', 'Eight levels: the body and seven lists.', 0x0a0a, deep, 'GEN-30');

  const peer = inner([4, PEER], [0x0a0a, bytes(2, 1)]);
  family.good(route.type, 'ignored.in-peer', 'Grease in an inner map.', changed(route.body, [23, peer]), {
    out: changed(route.body, [23, inner([4, PEER])]),
    clauses: ['GEN-07'],
  });
  const [first, second] = LEGS as readonly Map<CborValue, CborValue>[];
  const legs = [new Map(first).set(5, bytes(8, 1)), second ?? null];
  family.good(
    relayS.type,
    'ignored.in-leg',
    'A key of the registry that a leg does not have.',
    changed(relayS.body, [36, legs]),
    {
      out: relayS.body,
      clauses: ['GEN-22'],
    },
  );
}

function critical(family: Bodies, goods: Goods): void {
  const { probe, registration, relayS, route, probeAnswer, registered, routeAnswer, withdraw } = goods;
  const one = (base: GoodBody, name: string, comment: string, ...change: Entry[]) => {
    const answer = base.body.has(1);
    const fault = { clauses: ['GEN-07', answer ? 'GEN-24' : 'GEN-23'], flags: ['critical'], comment };
    family.bad(
      base,
      base === withdraw ? 'withdraw.critical' : `critical.${name}`,
      fault,
      changed(base.body, ...change),
      answer ? 0 : UNSUPPORTED,
    );
  };
  one(probe, 'first', 'Key 0x8000, the first critical one.', [0x8000, 0]);
  one(probe, 'last-of-16-bits', 'Key 0xffff, of private use.', [0xffff, 0]);
  one(probe, 'above-16-bits', 'Key 0x10000.', [0x10000, 0]);
  one(probe, 'above-32-bits', 'Key 2^32 + 1, whose low half is a known key.', [2 ** 32 + 1, 0]);
  one(registration, 'request', 'In a Registration Request.', [0x8001, null]);
  one(relayS, 'request', 'In a Relay Direction.', [0x8000, bytes(1, 1)]);
  one(probeAnswer, 'answer', 'In an answer, which then cannot be used.', [0x8000, 0]);
  one(registered, 'answer', 'In an answer, which then cannot be used.', [0x8000, 0]);
  one(routeAnswer, 'answer', 'In a Route Direction that is an answer.', [0x8000, 0]);
  const [first, second] = LEGS as readonly Map<CborValue, CborValue>[];
  one(relayS, 'in-leg', 'In a map of a list of a key of the registry.', [
    36,
    [new Map(first).set(0x8000, 0), second ?? null],
  ]);
  one(route, 'in-peer', 'In a map of a key of the registry.', [23, inner([4, PEER], [0x8000, 0])]);
  const relay = inner(
    [4, NODE],
    [26, 1],
    [27, [bytes(6, 1)]],
    [35, inner([28, bytes(16, 1)], [29, bytes(32, 1)], [0x8000, 0])],
  );
  one(route, 'two-maps-down', 'In a map in a map.', [25, relay]);
  one(probe, 'in-unlisted-peer', 'In a map of a key that this body does not have.', [
    23,
    inner([4, PEER], [0x8000, 0]),
  ]);
  one(relayS, 'in-only-leg', 'In a leg, and there is one leg alone.', [36, [new Map(first).set(0x8000, 0)]]);
  one(relayS, 'in-leg-beside-number', 'In a leg beside something that is none.', [
    36,
    [new Map(first).set(0x8000, 0), 1],
  ]);
  one(withdraw, 'withdraw', 'In a withdrawal.', [0x8000, 0]);
  one(
    registration,
    'and-missing-key',
    'With a key missing too: nothing can be said about the rest.',
    [0x8000, 0],
    [9, undefined],
  );
  one(registration, 'and-wrong-type', 'With a wrong type too.', [0x8000, 0], [9, 'soon']);
  one(
    registration,
    'and-not-listed',
    'With a wrong type under a key that is not listed too.',
    [0x8000, 0],
    [43, false],
  );
}

function forbidden(family: Bodies, { probe, padded, registration, probeAnswer }: Goods): void {
  const one = (base: GoodBody, name: string, comment: string, key: number, value: Value, more?: number) => {
    const answer = base.body.has(1);
    const fault = { clauses: ['GEN-30', answer ? 'GEN-24' : 'GEN-23'], flags: ['forbidden'], comment };
    const of = changed(base.body, [key, value], ...(more === undefined ? [] : [[more, 0] as const]));
    family.bad(base, `forbidden.${name}`, fault, of, answer ? 0 : MALFORMED);
  };
  const values: readonly (readonly [string, string, Value])[] = [
    ['tag', 'A tag', raw('c100', '1(0)')],
    ['bignum', 'A bignum', raw('c24101', "2(h'01')")],
    ['self-described', 'The tag of self-described CBOR', raw('d9d9f700', '55799(0)')],
    ['half', 'A float of 16 bits', raw('f93c00', '1.0')],
    ['single', 'A float of 32 bits', raw('fa47c35000', '100000.0')],
    ['double', 'A float of 64 bits', raw('fb3ff199999999999a', '1.1')],
    [
      'long-float',
      'A float that could be shorter: the encoding is not asked',
      raw('fb3ff0000000000000', '1.0'),
    ],
    ['nan', 'Not a number', raw('f97e00', 'NaN')],
    ['undefined', 'undefined', raw('f7', 'undefined')],
    ['simple', 'Simple value 16', raw('f0', 'simple(16)')],
    ['simple-in-two', 'Simple value 255', raw('f8ff', 'simple(255)')],
    ['text-key', 'A map with a key of text', raw('a1616100', '{"a": 0}')],
    ['bytes-key', 'A map with a key of bytes', raw('a1410100', "{h'01': 0}")],
    ['negative-key', 'A map with a negative key', raw('a21818002000', '{24: 0, -1: 0}')],
    ['list-key', 'A map with a key that is a list', raw('a18000', '{[]: 0}')],
    ['depth-9', 'Nine levels', raw('8181818181818180', '[[[[[[[[]]]]]]]]')],
  ];
  for (const [name, what, value] of values) one(probe, name, `${what}, under an unknown key.`, 0x0a0a, value);
  one(padded, 'tagged-padding', 'A tag before the value of a known key.', 2, raw(`d64100`, "22(h'00')"));
  one(registration, 'float-lifetime', 'A lifetime as a float.', 9, raw('f95780', '120.0'));
  one(registration, 'undefined-lifetime', 'A lifetime that is undefined.', 9, raw('f7', 'undefined'));
  one(
    probeAnswer,
    'answer',
    'A float in an answer, which then cannot be used.',
    0x0a0a,
    raw('f93c00', '1.0'),
  );
  one(
    probe,
    'and-critical',
    'With a critical key too: malformed comes first.',
    0x0a0a,
    raw('f93c00', '1.0'),
    0x8000,
  );
  one(
    probe,
    'below-critical',
    'The value of a critical key is a float: malformed comes first.',
    0x8000,
    raw('f93c00', '1.0'),
  );

  const text = {
    clauses: ['GEN-30', 'GEN-23'],
    flags: ['forbidden'],
    comment: 'A key of text in the body itself.',
  };
  const transaction = String(probe.vector.input.body).slice(2);
  family.broken(probe.vector, 'tunnel-request.forbidden.text-key-in-body', {
    ...text,
    input: { body: `a2${transaction}616100` },
    diagnostic: `{0: ${toDiagnostic(probe.body.get(0) as Uint8Array)}, "a": 0}`,
    layer: 'schema',
    status: MALFORMED,
  });
}
