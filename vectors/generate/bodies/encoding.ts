/** Bodies that are not the one deterministic encoding of a map: discarded, never answered. */
import type { Bodies, GoodBody } from './body.ts';
import type { Goods } from './good.ts';

const CLAUSES = ['GEN-08'];

/** Replaces the one place where a piece of hex stands. */
function replaced(from: GoodBody, was: string, is: string): string {
  const hex = hexOf(from);
  const at = hex.indexOf(was);
  if (at < 0 || hex.indexOf(was, at + 1) >= 0)
    throw new Error(`${was} does not stand in one place of ${hex}`);
  return hex.slice(0, at) + is + hex.slice(at + was.length);
}

function hexOf({ vector }: GoodBody): string {
  return String(vector.input.body);
}

export function misencoded(family: Bodies, goods: Goods): void {
  shortest(family, goods);
  structure(family, goods);
  order(family, goods);
  text(family, goods);
  transaction(family, goods);
  nested(family, goods);
}

const TR = '0102030405060708';

function shortest(family: Bodies, { probe, relayS, registered }: Goods): void {
  const one = (base: GoodBody, name: string, comment: string, wrong: string, diagnostic: string) => {
    const fault = { clauses: CLAUSES, flags: ['not-shortest'], comment };
    family.misencoded(base, `shortest.${name}`, fault, wrong, diagnostic);
  };
  one(probe, 'key-in-two', 'Key 0 in two bytes.', `a1180048${TR}`, `{0_0: h'${TR}'}`);
  one(probe, 'key-in-three', 'Key 0 in three bytes.', `a119000048${TR}`, `{0_1: h'${TR}'}`);
  one(probe, 'key-in-nine', 'Key 0 in nine bytes.', `a11b000000000000000048${TR}`, `{0_3: h'${TR}'}`);
  one(
    probe,
    'length-in-two',
    'The length of the transaction in two bytes.',
    `a1005808${TR}`,
    `{0: h'${TR}'_0}`,
  );
  one(probe, 'length-in-three', 'The same in three bytes.', `a100590008${TR}`, `{0: h'${TR}'_1}`);
  one(probe, 'length-in-five', 'The same in five bytes.', `a1005a00000008${TR}`, `{0: h'${TR}'_2}`);
  one(probe, 'map-in-two', 'The number of pairs in two bytes.', `b8010048${TR}`, `{_0 0: h'${TR}'}`);
  one(
    probe,
    'map-in-nine',
    'The number of pairs in nine bytes.',
    `bb00000000000000010048${TR}`,
    `{_3 0: h'${TR}'}`,
  );
  const lifetime = (name: string, comment: string, value: string, text: string) =>
    one(
      relayS,
      `lifetime-${name}`,
      comment,
      replaced(relayS, '091878', `09${value}`),
      String(relayS.vector.diagnostic).replace('9: 120', `9: ${text}`),
    );
  lifetime('in-three', 'A number below 256 in three bytes.', '190078', '120_1');
  lifetime('in-five', 'A number below 256 in five bytes.', '1a00000078', '120_2');
  lifetime('in-nine', 'A number below 256 in nine bytes.', '1b0000000000000078', '120_3');
  const list = replaced(relayS, '182482', '18249802');
  one(
    relayS,
    'array-in-two',
    'The length of a list in two bytes.',
    list,
    String(relayS.vector.diagnostic).replace('36: [', '36: [_0 '),
  );
  const status = replaced(registered, '01000918', '0118000918');
  one(
    registered,
    'status-of-answer',
    'An answer is checked like a request: status 0 in two bytes.',
    status,
    String(registered.vector.diagnostic).replace('1: 0,', '1: 0_0,'),
  );
}

function structure(family: Bodies, { probe, padded, nodeRequest }: Goods): void {
  const one = (
    base: GoodBody,
    flag: string,
    name: string,
    comment: string,
    wrong: string,
    diagnostic?: string,
  ) => {
    family.misencoded(
      base,
      `${flag}.${name}`,
      { clauses: CLAUSES, flags: [flag], comment },
      wrong,
      diagnostic,
    );
  };
  one(
    probe,
    'indefinite',
    'map',
    'The body is a map of indefinite length.',
    `bf0048${TR}ff`,
    `{_ 0: h'${TR}'}`,
  );
  one(probe, 'indefinite', 'transaction', 'A byte string in pieces.', `a1005f48${TR}ff`, `{0: (_ h'${TR}')}`);
  const pieces = replaced(nodeRequest, '6a6d6e2e', '7f636d6e2e67').concat('ff');
  one(
    nodeRequest,
    'indefinite',
    'name',
    'A text in pieces.',
    pieces,
    `{0: h'${TR}', 3: (_ "mn.", "example")}`,
  );
  one(probe, 'indefinite', 'break-alone', 'A break that ends nothing.', `a100ff`);

  one(probe, 'trailing', 'zero', 'A zero byte after the map.', `${hexOf(probe)}00`);
  one(probe, 'trailing', 'second-map', 'An empty map after the map.', `${hexOf(probe)}a0`);
  one(probe, 'trailing', 'break', 'A break after the map.', `${hexOf(probe)}ff`);
  one(padded, 'truncated', 'last-byte', 'The last byte is missing.', hexOf(padded).slice(0, -2));
  one(padded, 'truncated', 'value', 'The last value is missing.', hexOf(padded).slice(0, 2 * 12));
  one(probe, 'truncated', 'pair', 'A map of two pairs with one.', `a20048${TR}`);
  one(probe, 'truncated', 'head', 'A head that lacks its number.', 'b8');
  one(probe, 'truncated', 'empty', 'No body.', '');
  one(
    padded,
    'truncated',
    'length-beyond',
    'Padding that is said to be one byte longer.',
    replaced(padded, '025828', '025829'),
  );
  one(
    padded,
    'truncated',
    'length-huge',
    'Padding that is said to be 2^64 - 1 bytes long.',
    replaced(padded, '025828', '025bffffffffffffffff'),
  );
  one(probe, 'truncated', 'map-huge', 'A map that is said to have 2^32 - 1 pairs.', `baffffffff0048${TR}`);

  one(probe, 'not-a-map', 'array', 'An array of what the map has.', `820048${TR}`, `[0, h'${TR}']`);
  one(
    probe,
    'not-a-map',
    'byte-string',
    'The map inside of a byte string.',
    `4b${hexOf(probe)}`,
    `h'${hexOf(probe)}'`,
  );
  one(probe, 'not-a-map', 'transaction', 'The transaction alone.', `48${TR}`, `h'${TR}'`);
  one(
    probe,
    'not-a-map',
    'tagged',
    'The map inside of a tag.',
    `d9d9f7${hexOf(probe)}`,
    `55799({0: h'${TR}'})`,
  );
  one(probe, 'not-a-map', 'null', 'null.', 'f6', 'null');

  for (const head of ['1c', '1d', '1e']) {
    one(
      probe,
      'reserved-head',
      head,
      `A number with additional information ${Number.parseInt(head, 16)}.`,
      `a20048${TR}09${head}`,
    );
  }
  one(probe, 'reserved-head', 'fc', 'A simple value with additional information 28.', `a20048${TR}09fc`);
  one(probe, 'reserved-head', 'negative-indefinite', 'A number of indefinite length.', `a20048${TR}093f`);
  one(
    probe,
    'reserved-head',
    'two-byte-false',
    'false in two bytes, which is not well-formed.',
    `a20048${TR}190a0af814`,
  );
}

function order(family: Bodies, { padded, nodeRequest, directionRequest, probe }: Goods): void {
  const one = (
    base: GoodBody,
    flag: string,
    name: string,
    comment: string,
    wrong: string,
    diagnostic: string,
  ) => {
    family.misencoded(
      base,
      `${flag}.${name}`,
      { clauses: CLAUSES, flags: [flag], comment },
      wrong,
      diagnostic,
    );
  };
  const padding = hexOf(padded).slice(2 + 2 * 10);
  const zeros = '00'.repeat(40);
  one(
    padded,
    'key-order',
    'swapped',
    'The two keys in the other order.',
    `a2${padding}0048${TR}`,
    `{2: h'${zeros}', 0: h'${TR}'}`,
  );
  const grease = '190a0a4101';
  const after = `a30048${TR}${grease}0e6a636e2e6578616d706c65`;
  one(
    directionRequest,
    'key-order',
    'long-key-first',
    'A long key before a short one.',
    after,
    `{0: h'${TR}', 2570: h'01', 14: "cn.example"}`,
  );
  const higher = `a30048${TR}191a1a4101190a0a4101`;
  one(
    probe,
    'key-order',
    'same-length',
    'Two keys of one length, the higher one first.',
    higher,
    `{0: h'${TR}', 6682: h'01', 2570: h'01'}`,
  );
  const map = `a20048${TR}190a0aa22000181800`;
  one(
    probe,
    'key-order',
    'length-first',
    'An inner map in the order of RFC 7049: shorter keys first, -1 before 24.',
    map,
    `{0: h'${TR}', 2570: {-1: 0, 24: 0}}`,
  );
  one(
    nodeRequest,
    'duplicate-key',
    'name',
    'Key 3 twice, with one value.',
    `a3${hexOf(nodeRequest).slice(2)}036a6d6e2e6578616d706c65`,
    `{0: h'${TR}', 3: "mn.example", 3: "mn.example"}`,
  );
  one(
    probe,
    'duplicate-key',
    'transaction',
    'Key 0 twice, with two values.',
    `a20048${TR}0048${'ff'.repeat(8)}`,
    `{0: h'${TR}', 0: h'${'ff'.repeat(8)}'}`,
  );
  one(
    probe,
    'duplicate-key',
    'unknown',
    'An unknown key twice.',
    `a30048${TR}${grease}${grease}`,
    `{0: h'${TR}', 2570: h'01', 2570: h'01'}`,
  );
}

function text(family: Bodies, { nodeRequest }: Goods): void {
  const one = (name: string, comment: string, bytes: string) => {
    const fault = { clauses: CLAUSES, flags: ['not-utf8'], comment };
    const length = (0x60 + bytes.length / 2).toString(16);
    family.misencoded(nodeRequest, `not-utf8.${name}`, fault, `a20048${TR}03${length}${bytes}`);
  };
  one('latin-1', 'An e with acute accent as one byte.', '6de9');
  one('continuation', 'A continuation byte alone.', '6d80');
  one('truncated', 'A character that lacks its last byte.', '6de6b0');
  one('overlong', 'A full stop in two bytes.', '6dc0ae');
  one('surrogate', 'A surrogate in three bytes.', '6deda080');
  one('beyond', 'A character above U+10FFFF.', '6df4908080');
}

function transaction(family: Bodies, { probe, padded, nodeRequest }: Goods): void {
  const one = (base: GoodBody, name: string, comment: string, wrong: string, diagnostic: string) => {
    const fault = { clauses: CLAUSES, flags: ['no-transaction'], comment };
    family.misencoded(base, `transaction.${name}`, fault, wrong, diagnostic);
  };
  one(probe, 'empty-map', 'An empty map.', 'a0', '{}');
  const rest = hexOf(nodeRequest).slice(2 + 2 * 10);
  one(nodeRequest, 'missing', 'A good body without key 0.', `a1${rest}`, '{3: "mn.example"}');
  one(probe, 'of-7', 'A transaction of 7 bytes.', 'a1004701020304050607', "{0: h'01020304050607'}");
  one(probe, 'of-9', 'A transaction of 9 bytes.', `a10049${TR}09`, `{0: h'${TR}09'}`);
  one(probe, 'of-0', 'A transaction of no bytes.', 'a10040', "{0: h''}");
  one(probe, 'number', 'A transaction that is a number.', `a1001b${TR}`, `{0: ${BigInt(`0x${TR}`)}}`);
  one(probe, 'text', 'A transaction that is text of 8 bytes.', 'a100686162636465666768', '{0: "abcdefgh"}');
  one(
    padded,
    'null',
    'A transaction that is null.',
    hexOf(padded).replace(`48${TR}`, 'f6'),
    `{0: null, 2: h'${'00'.repeat(40)}'}`,
  );
  one(probe, 'text-key', 'The transaction under the text "0".', `a1613048${TR}`, `{"0": h'${TR}'}`);
}

/** Under an unknown key too, at any depth. */
function nested(family: Bodies, { probe }: Goods): void {
  const one = (name: string, flag: string, comment: string, value: string, diagnostic?: string) => {
    const fault = { clauses: CLAUSES, flags: [flag], comment };
    const notation = diagnostic === undefined ? undefined : `{0: h'${TR}', 2570: ${diagnostic}}`;
    family.misencoded(probe, `ignored-key.${name}`, fault, `a20048${TR}190a0a${value}`, notation);
  };
  one(
    'not-shortest',
    'not-shortest',
    'A number that is not the shortest, under an unknown key.',
    '1800',
    '0_0',
  );
  one(
    'indefinite-array',
    'indefinite',
    'A list of indefinite length, under an unknown key.',
    '9f00ff',
    '[_ 0]',
  );
  one(
    'indefinite-empty',
    'indefinite',
    'An empty byte string of indefinite length, under an unknown key.',
    '5fff',
    '(_ )',
  );
  one(
    'duplicate',
    'duplicate-key',
    'A map with a key twice, under an unknown key.',
    'a201000100',
    '{1: 0, 1: 0}',
  );
  one('order', 'key-order', 'A map out of order, under an unknown key.', 'a202000100', '{2: 0, 1: 0}');
  one('not-utf8', 'not-utf8', 'Text that is not UTF-8, under an unknown key.', '61ff');
  one('deep', 'not-shortest', 'Six lists down.', '8181818181811800', '[[[[[[0_0]]]]]]');
  one('tagged', 'not-shortest', 'A tag number that is not the shortest.', 'd80100', '1_0(0)');
}
