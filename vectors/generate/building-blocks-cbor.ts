/** Examples of RFC 8949, appendix A: what of CBOR can stand in a body, and what cannot. */
import type { Family, Vector } from './vector.ts';

const SOURCE = 'RFC 8949, appendix A';

/** Encoding and diagnostic notation, as in the table of the appendix. */
const TAKEN: readonly (readonly [string, string])[] = [
  ['00', '0'],
  ['01', '1'],
  ['0a', '10'],
  ['17', '23'],
  ['1818', '24'],
  ['1819', '25'],
  ['1864', '100'],
  ['1903e8', '1000'],
  ['1a000f4240', '1000000'],
  ['1b000000e8d4a51000', '1000000000000'],
  ['1bffffffffffffffff', '18446744073709551615'],
  ['20', '-1'],
  ['29', '-10'],
  ['3863', '-100'],
  ['3903e7', '-1000'],
  ['3bffffffffffffffff', '-18446744073709551616'],
  ['f4', 'false'],
  ['f5', 'true'],
  ['f6', 'null'],
  ['40', "h''"],
  ['4401020304', "h'01020304'"],
  ['60', '""'],
  ['6161', '"a"'],
  ['6449455446', '"IETF"'],
  ['62225c', '"\\"\\\\"'],
  ['62c3bc', '"\u00fc"'],
  ['63e6b0b4', '"\u6c34"'],
  ['64f0908591', '"\u{10151}"'],
  ['80', '[]'],
  ['83010203', '[1, 2, 3]'],
  ['8301820203820405', '[1, [2, 3], [4, 5]]'],
  [
    '98190102030405060708090a0b0c0d0e0f101112131415161718181819',
    '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]',
  ],
  ['a0', '{}'],
  ['a201020304', '{1: 2, 3: 4}'],
];

/** Of these the third column is what about them no body may have. */
const FORBIDDEN: readonly (readonly [string, string, string])[] = [
  ['c249010000000000000000', '18446744073709551616', 'a tag'],
  ['c11a514b67b0', '1(1363896240)', 'a tag'],
  ['f90000', '0.0', 'a float'],
  ['f93c00', '1.0', 'a float'],
  ['fb3ff199999999999a', '1.1', 'a float'],
  ['f97e00', 'NaN', 'a float'],
  ['f7', 'undefined', 'a simple value'],
  ['f0', 'simple(16)', 'a simple value'],
  ['f8ff', 'simple(255)', 'a simple value'],
  ['a26161016162820203', '{"a": 1, "b": [2, 3]}', 'a key of text'],
  ['826161a161626163', '["a", {"b": "c"}]', 'a key of text'],
];

/** Beside the encoding and its notation: the deterministic encoding of the same. */
const INDEFINITE: readonly (readonly [string, string, string])[] = [
  ['5f42010243030405ff', "(_ h'0102', h'030405')", '450102030405'],
  ['7f657374726561646d696e67ff', '(_ "strea", "ming")', '6973747265616d696e67'],
  ['9fff', '[_ ]', '80'],
  ['9f018202039f0405ffff', '[_ 1, [2, 3], [_ 4, 5]]', '8301820203820405'],
  ['83018202039f0405ff', '[1, [2, 3], [_ 4, 5]]', '8301820203820405'],
  ['83019f0203ff820405', '[1, [_ 2, 3], [4, 5]]', '8301820203820405'],
];

export function cborExamples(family: Family): void {
  const byEncoding = new Map<string, Vector>();
  const good = (encoded: string, diagnostic: string): Vector => {
    const vector = family.valid(`cbor.${encoded}`, {
      clauses: ['GEN-08', 'GEN-14'],
      comment: 'One item and its one encoding.',
      source: SOURCE,
      call: 'cbor',
      input: { encoded },
      output: { diagnostic },
    });
    byEncoding.set(encoded, vector);
    return vector;
  };
  for (const [encoded, diagnostic] of TAKEN) good(encoded, diagnostic);
  good('450102030405', "h'0102030405'");
  good('6973747265616d696e67', '"streaming"');
  const refuse = (encoded: string, diagnostic: string, base: string, layer: string, comment: string) => {
    const from = byEncoding.get(base);
    if (from === undefined) throw new Error(`no example ${base}`);
    family.broken(from, `cbor.${encoded}`, {
      clauses: [layer === 'encoding' ? 'GEN-08' : 'GEN-30'],
      comment,
      source: SOURCE,
      flags: [layer === 'encoding' ? 'not-deterministic' : 'forbidden'],
      input: { encoded },
      diagnostic,
      layer,
    });
  };
  for (const [encoded, diagnostic, base] of INDEFINITE) {
    refuse(encoded, diagnostic, base, 'encoding', 'An indefinite length.');
  }
  for (const [encoded, diagnostic, what] of FORBIDDEN) {
    refuse(encoded, diagnostic, '00', 'schema', `Deterministic, but ${what}, which fails every schema.`);
  }
}
