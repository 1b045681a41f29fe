/** Bodies of so many pairs that the head of the map has more than one byte: the transaction is not at offset 1. */
import type { CborValue } from '../../../reference/wire/cbor.ts';
import type { Bodies, Body, GoodBody } from './body.ts';
import { body, changed, encoded, UNSUPPORTED } from './body.ts';
import type { Goods } from './good.ts';

const FIRST_UNKNOWN = 45;
const GREASE = [0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a];
const HEAD_AND_TRANSACTION_KEY = 2 * 2;

/** Unknown keys that are not critical, as many as are asked for. */
export function unknownEntries(count: number): [number, CborValue][] {
  return Array.from({ length: count }, (_, i) => [FIRST_UNKNOWN + i, i % 24]);
}

/** A probing request of so many pairs. */
export function probeOfPairs(total: number): Uint8Array {
  return encoded(body(...unknownEntries(total - 1)));
}

export function pairs(family: Bodies, goods: Goods): void {
  const made = many(family, goods);
  heads(family, made);
  inside(family, made);
}

interface Made {
  readonly of23: GoodBody;
  readonly of24: GoodBody;
  readonly of256: GoodBody;
}

function many(family: Bodies, { probe, probeAnswer, registration, relayS, withdraw }: Goods): Made {
  const one = ({ type, body: bare }: GoodBody, name: string, total: number, comment: string): GoodBody => {
    const more = unknownEntries(total - bare.size);
    return family.good(type, `pairs.${name}`, comment, changed(bare, ...more), {
      ignored: more.map(([key]) => key),
      clauses: ['GEN-07'],
    });
  };
  const of23 = one(probe, 'of-23', 23, '23 pairs, the most that fit into the first byte.');
  const of24 = one(probe, 'of-24', 24, '24 pairs: the head of the map has two bytes.');
  one(probe, 'of-255', 255, '255 pairs, the most for a head of two bytes.');
  const of256 = one(probe, 'of-256', 256, '256 pairs: the head of the map has three bytes.');
  one(probeAnswer, 'of-24', 24, 'An answer of 24 pairs.');
  one(registration, 'of-24', 24, 'A Registration Request of 24 pairs.');
  one(relayS, 'of-24', 24, 'A Relay Direction of 24 pairs.');
  one(withdraw, 'withdraw-of-24', 24, 'A withdrawal of 24 pairs.');
  const grease = GREASE.map((key): [number, CborValue] => [key, new Uint8Array(16)]);
  const more = [...unknownEntries(15), ...grease];
  family.good(
    probe.type,
    'pairs.grease',
    '24 pairs, all grease keys among them.',
    changed(probe.body, ...more),
    {
      ignored: more.map(([key]) => key),
      clauses: ['GEN-21'],
    },
  );
  return { of23, of24, of256 };
}

/** The head alone is another one. */
function heads(family: Bodies, { of23, of24, of256 }: Made): void {
  const one = (
    base: GoodBody,
    flag: string,
    name: string,
    comment: string,
    [was, is]: readonly [string, string],
    indicator?: string,
  ) => {
    const hex = String(base.vector.input.body);
    if (!hex.startsWith(was)) throw new Error(`${hex} does not begin with ${was}`);
    const fault = { clauses: ['GEN-08'], flags: [flag], comment };
    const diagnostic = String(base.vector.diagnostic).replace('{', `{${indicator} `);
    const wrong = is + hex.slice(was.length);
    family.misencoded(base, `pairs.${name}`, fault, wrong, indicator === undefined ? undefined : diagnostic);
  };
  one(of23, 'not-shortest', '23-in-two', '23 pairs, their number in two bytes.', ['b7', 'b817'], '_0');
  one(
    of24,
    'not-shortest',
    '24-in-three',
    '24 pairs, their number in three bytes.',
    ['b818', 'b90018'],
    '_1',
  );
  one(of256, 'not-shortest', '256-in-five', '256 in five bytes.', ['b90100', 'ba00000100'], '_2');
  one(of24, 'truncated', '25-of-24', 'A map of 25 pairs with 24.', ['b818', 'b819']);
  one(of24, 'trailing', '23-of-24', 'A pair after a map of 23.', ['b818', 'b7']);
}

/** Something in it is another one. */
function inside(family: Bodies, { of24 }: Made): void {
  const hex = String(of24.vector.input.body);
  const start = hex.slice(0, 4);
  const rest = hex.slice(4 + HEAD_AND_TRANSACTION_KEY + 16);
  const none = { clauses: ['GEN-08'], flags: ['no-transaction'] };
  const notation = String(of24.vector.diagnostic);
  family.misencoded(
    of24,
    'pairs.transaction-of-7',
    { ...none, comment: 'A transaction of 7 bytes in a map of 24 pairs.' },
    `${start}004701020304050607${rest}`,
    notation.replace('0708', '07'),
  );
  const critical: Body = changed(of24.body, [FIRST_UNKNOWN, undefined], [0x8000, 0]);
  family.bad(
    of24,
    'pairs.critical',
    { clauses: ['GEN-07', 'GEN-23'], flags: ['critical'], comment: 'A critical key among 24 pairs.' },
    critical,
    UNSUPPORTED,
  );
  const padding: Body = changed(of24.body, [FIRST_UNKNOWN, undefined], [2, 0]);
  family.bad(
    of24,
    'pairs.padding-type',
    {
      clauses: ['GEN-22', 'GEN-23'],
      flags: ['wrong-type'],
      comment: 'Padding that is a number among 24 pairs.',
    },
    padding,
  );
}
