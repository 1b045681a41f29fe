/** The RDATA of NTM records in DNS: what a reader takes from them, and which it ignores. */
import { concat, fromHex } from '../../reference/bytes.ts';
import { decodeNtmRecord, encodeNtmRecord } from '../../reference/dns/record.ts';
import type { Body, Entry } from './bodies/body.ts';
import { changed, encoded, notation, raw } from './bodies/body.ts';
import type { Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  trailing: { about: 'Bytes after the map.', effect: 'Bytes travel that nobody checks.' },
  truncated: { about: 'RDATA that ends before the map does.', effect: 'Memory beyond the record is read.' },
  'not-a-map': { about: 'RDATA that is no map.', effect: 'Code that expects a map fails elsewhere.' },
  'not-shortest': {
    about: 'A number, a length or an order of keys that is not the deterministic one.',
    effect: 'One record has several encodings.',
  },
  'missing-key': { about: 'Key 4 or key 44 is not there.', effect: 'A value is made up.' },
  'wrong-type': {
    about: 'A key of the registry with a value of another type.',
    effect: 'Code that expects a type fails elsewhere, or datagrams go nowhere.',
  },
  forbidden: { about: 'What GEN-30 forbids anywhere.', effect: 'Each decoder makes another thing of it.' },
  critical: {
    about: 'An unknown key from 0x8000 up.',
    effect: 'A condition that has to be understood is passed over.',
  },
};

/** Keys of chapter 11. */
const [FQDN, NODE_ID, REAL, VIRTUAL, OBSERVED, DC] = [3, 4, 6, 10, 33, 44];
const ID = fromHex('000102030405060708090a0b0c0d0e0f');
const FOUR = fromHex('c0000201'.concat('10ea'));
const SIX = fromHex('20010db8000000000000000000000001'.concat('10ea'));

const APEX: Body = new Map<number, Uint8Array | Uint8Array[]>([
  [NODE_ID, ID],
  [DC, [FOUR, SIX]],
]) as Body;
const FULL = changed(
  APEX,
  [FQDN, 'alice.ntmobile.example.net'],
  [REAL, [fromHex('0a000002'.concat('1388'))]],
  [VIRTUAL, [fromHex('c6120001'), fromHex('fd000001000000000000000000000001')]],
  [OBSERVED, [fromHex('cb007105'.concat('9c40'))]],
);

export function ntmRecord(): Family {
  const family = new Family('ntm-record', 1, 'RDATA of NTM records in DNS (type 65330).', NOTES);
  const good = (name: string, clauses: readonly string[], comment: string, record: Body): Vector => {
    const rdata = encoded(record);
    const read = decodeNtmRecord(rdata);
    if (read === undefined) throw new Error(`${name} is ignored`);
    const output = { rdata: encodeNtmRecord(read) };
    const input = { rdata };
    return family.valid(name, {
      clauses,
      comment,
      call: 'read-ntm-record',
      input,
      output,
      diagnostic: notation(record),
    });
  };
  const apex = good(
    'apex',
    ['DNS-19', 'DNS-20'],
    'At the apex of a zone: its DC, with endpoints of both families.',
    APEX,
  );
  const full = good('full', ['DNS-19', 'DNS-21'], 'Of a node, with the policy full: all six keys.', FULL);
  good(
    'locator-free',
    ['DNS-19', 'DNS-21'],
    'Of a node, with the policy locator-free: as at an apex.',
    changed(APEX, [NODE_ID, ID.toReversed()]),
  );
  good(
    'full.empty',
    ['DNS-19'],
    'A list may be empty.',
    changed(FULL, [REAL, []], [VIRTUAL, []], [OBSERVED, []]),
  );
  good(
    'part',
    ['DNS-27'],
    'Any of the other keys may be there or not.',
    changed(FULL, [FQDN, undefined], [VIRTUAL, undefined]),
  );
  good(
    'unknown',
    ['DNS-27', 'GEN-07'],
    'An unknown key below 0x8000 is ignored.',
    changed(APEX, [0x7ffe, 'later']),
  );

  const bad = (
    name: string,
    comment: string,
    flag: keyof typeof NOTES,
    layer: 'encoding' | 'schema',
    rdata: Uint8Array,
    base = apex,
  ): Vector =>
    family.broken(base, name, { clauses: ['DNS-27'], comment, flags: [flag], input: { rdata }, layer });
  const without = (name: string, comment: string, flag: keyof typeof NOTES, ...entries: Entry[]): Vector =>
    bad(name, comment, flag, 'schema', encoded(changed(APEX, ...entries)));
  const of = (record: Body): Uint8Array => encoded(record);

  bad('trailing', 'One byte after the map.', 'trailing', 'encoding', concat(of(APEX), Uint8Array.of(0)));
  bad('cut', 'The last byte is not there.', 'truncated', 'encoding', of(APEX).slice(0, -1));
  bad('empty', 'RDATA of no byte.', 'truncated', 'encoding', new Uint8Array(0));
  bad('array', 'An array in place of the map.', 'not-a-map', 'encoding', fromHex('8104'));
  const [first, second] = [concat(Uint8Array.of(0x04, 0x50), ID), of(APEX).slice(19)];
  bad(
    'key-order',
    'Key 44 before key 4.',
    'not-shortest',
    'encoding',
    concat(Uint8Array.of(0xa2), second, first),
  );
  const long = concat(fromHex('a21804'), of(APEX).slice(2));
  bad('key-long', 'Key 4 in two bytes.', 'not-shortest', 'encoding', long);
  without('no-node-id', 'No key 4.', 'missing-key', [NODE_ID, undefined]);
  without('no-dc', 'No key 44.', 'missing-key', [DC, undefined]);
  without('node-id-short', 'A Node ID of 15 bytes.', 'wrong-type', [NODE_ID, ID.slice(1)]);
  without('dc-no-list', 'One endpoint in place of a list.', 'wrong-type', [DC, FOUR]);
  without('port-zero', 'An endpoint with port 0.', 'wrong-type', [DC, [fromHex('c0000201'.concat('0000'))]]);
  const mapped = fromHex('00000000000000000000ffffc0000201'.concat('10ea'));
  without('mapped', 'An IPv4-mapped IPv6 address.', 'wrong-type', [DC, [mapped]]);
  without('critical', 'An unknown key 0x8001.', 'critical', [0x8001, 1]);
  without('tag', 'A tag, under a key that is unknown.', 'forbidden', [0x7ffe, raw('c101', '1(1)')]);
  without('float', 'A floating-point number, under a key that is unknown.', 'forbidden', [
    0x7ffe,
    raw('f93c00', '1.0'),
  ]);
  const name = changed(FULL, [FQDN, 'Alice.ntmobile.example.net']);
  bad('name-case', 'An FQDN with a capital.', 'wrong-type', 'schema', of(name), full);
  const virtual = changed(FULL, [VIRTUAL, [fromHex('c61200')]]);
  bad('virtual-short', 'A virtual address of 3 bytes.', 'wrong-type', 'schema', of(virtual), full);
  return family;
}
