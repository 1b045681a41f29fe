import type { Mutant } from './mutant.ts';
import { change, mutant } from './mutant.ts';

const HEADER = 'reference/wire/header.ts';
const SEAL = 'reference/wire/seal.ts';
const REPLAY = 'reference/wire/replay.ts';
const CBOR = 'reference/wire/cbor.ts';
const SCAN = 'reference/wire/cbor-scan.ts';
const FIELDS = 'reference/wire/fields.ts';
const ADDRESS = 'reference/address.ts';
const MESSAGES = 'reference/wire/messages.ts';
const REGISTRY = 'reference/wire/registry.ts';

const AD_READ = 'const ad = bytes.subarray(0, HEADER_LENGTH);';
const SEALS = 'const message = aead.seal(nonceFor(header.sequence), ad, plaintext, HEADER_LENGTH);';
const SEALS_KNOWN = SEALS.replace(', ad,', ', known,');

/** Mistakes in header, sealing, window and bodies. */
export const WIRE_MUTANTS: readonly Mutant[] = [
  mutant(
    'header-key-id-little-endian',
    'GEN-14',
    'the key ID has its low byte first',
    change(HEADER, 'view.getUint16(KEY_ID_OFFSET)', 'view.getUint16(KEY_ID_OFFSET, true)'),
    change(
      HEADER,
      'view.setUint16(KEY_ID_OFFSET, header.keyId)',
      'view.setUint16(KEY_ID_OFFSET, header.keyId, true)',
    ),
  ),
  mutant(
    'header-sequence-little-endian',
    'GEN-14',
    'the sequence has its lowest byte first',
    change(HEADER, 'view.getBigUint64(SEQUENCE_OFFSET)', 'view.getBigUint64(SEQUENCE_OFFSET, true)'),
    change(
      HEADER,
      'setBigUint64(SEQUENCE_OFFSET, header.sequence)',
      'setBigUint64(SEQUENCE_OFFSET, header.sequence, true)',
    ),
    change(SEAL, 'getBigUint64(SEQUENCE_OFFSET)', 'getBigUint64(SEQUENCE_OFFSET, true)'),
  ),
  mutant(
    'header-sequence-before-context',
    'GEN-02',
    'sequence and context have changed places',
    change(HEADER, 'const CONTEXT_OFFSET = 4;', 'const CONTEXT_OFFSET = 12;'),
    change(HEADER, 'const SEQUENCE_OFFSET = 20;', 'const SEQUENCE_OFFSET = 4;'),
    change(SEAL, 'const SEQUENCE_OFFSET = 20;', 'const SEQUENCE_OFFSET = 4;'),
  ),
  mutant(
    'header-magic',
    'GEN-03',
    'another magic',
    change(HEADER, 'export const MAGIC = 0x05;', 'export const MAGIC = 0x04;'),
  ),
  mutant(
    'header-tag-length',
    'GEN-05',
    'datagrams with a tag of 12 bytes are long enough',
    change(HEADER, 'export const TAG_LENGTH = 16;', 'export const TAG_LENGTH = 12;'),
  ),
  mutant(
    'header-opening-length',
    'GEN-05',
    'openings may have any length',
    change(HEADER, 'return length === OPENING_LENGTH ? undefined', 'return length > 0 ? undefined'),
  ),
  mutant(
    'header-control-length',
    'GEN-05',
    'messages over 1200 bytes are refused',
    change(HEADER, 'MAX_CONTROL_LENGTH = 1500;', 'MAX_CONTROL_LENGTH = 1200;'),
  ),
  mutant(
    'header-key-id-zero',
    'GEN-05',
    'sealed messages may have the key ID 0',
    change(HEADER, 'isOpening(type) !== (keyId === 0)', 'isOpening(type) && keyId !== 0'),
  ),
  mutant(
    'ad-without-context',
    'TUN-02',
    'the context is not in the associated data',
    change(SEAL, SEALS, `const known = ad.slice().fill(0, 4, 20);\n  ${SEALS_KNOWN}`),
    change(SEAL, AD_READ, `${AD_READ.replace(';', '')}.slice().fill(0, 4, 20);`),
  ),
  mutant(
    'ad-without-type',
    'TUN-02',
    'the type is not in the associated data',
    change(SEAL, SEALS, `const known = ad.slice().fill(0, 1, 2);\n  ${SEALS_KNOWN}`),
    change(SEAL, AD_READ, `${AD_READ.replace(';', '')}.slice().fill(0, 1, 2);`),
  ),
  mutant(
    'ad-empty',
    'TUN-02',
    'there is no associated data',
    change(SEAL, SEALS, `const known = new Uint8Array(0);\n  ${SEALS_KNOWN}`),
    change(SEAL, AD_READ, 'const ad = new Uint8Array(0);'),
  ),
  mutant(
    'window-narrow',
    'TUN-04',
    'the replay window is narrower than 8192',
    change(REPLAY, 'const WORDS = 512;', 'const WORDS = 128;'),
  ),
  mutant(
    'window-takes-the-highest-again',
    'TUN-04',
    'the highest sequence is taken twice',
    change(REPLAY, 'if (offset > this.#highest) return true;', 'if (offset >= this.#highest) return true;'),
  ),
  mutant(
    'window-forgets',
    'TUN-04',
    'what lies below the window is taken',
    change(REPLAY, 'if (offset < 0 || word <=', 'if (offset < 0) return true;\n    if (word <='),
    change(
      REPLAY,
      'this.#highest / BITS) - WORDS) return false;',
      'this.#highest / BITS) - WORDS) return true;',
    ),
  ),
  mutant(
    'window-of-32-bits',
    'TUN-04',
    'only the low 32 bits of a sequence are looked at',
    change(REPLAY, 'const offset = Number(sequence);', 'const offset = Number(sequence) % 2 ** 32;'),
  ),
  mutant(
    'map-order',
    'GEN-08',
    'the keys of a map stand in falling order',
    change(
      CBOR,
      'entries.sort((a, b) => compareBytes(a.key, b.key));',
      'entries.sort((a, b) => compareBytes(b.key, a.key));',
    ),
    change(SCAN, 'if (order > 0) throw', 'if (order < 0) throw'),
  ),
  mutant(
    'not-deterministic',
    'GEN-08',
    'encodings other than the deterministic one are taken',
    change(
      SCAN,
      "    if (value < (size === 1 ? 24 : 2 ** (4 * size))) throw new Fault('a head that is not the shortest');\n",
      '',
    ),
    change(SCAN, "      if (order > 0) throw new Fault('map keys out of order');\n", ''),
    change(CBOR, 'if (!sameBytes(encodeCbor(value), bytes))', 'if (bytes.length === 0)'),
  ),
  mutant(
    'trailing-bytes',
    'GEN-08',
    'bytes after the body are ignored',
    change(SCAN, "    if (this.#at < this.#bytes.length) throw new Fault('trailing bytes');\n", ''),
    change(CBOR, 'DECODER.decode(bytes.subarray())', 'DECODER.decodeMultiple(bytes.subarray())?.[0]'),
    change(CBOR, 'if (!sameBytes(encodeCbor(value), bytes))', 'if (bytes.length === 0)'),
  ),
  mutant(
    'map-key-twice',
    'GEN-08',
    'a key may be in a map twice',
    change(SCAN, "      if (order === 0) throw new Fault('a map with the same key twice');\n", ''),
    change(CBOR, 'if (!sameBytes(encodeCbor(value), bytes))', 'if (bytes.length === 0)'),
  ),
  mutant(
    'depth',
    'GEN-30',
    'bodies may be nested one deeper',
    change(SCAN, 'export const MAX_DEPTH = 8;', 'export const MAX_DEPTH = 9;'),
  ),
  mutant(
    'critical-too-low',
    'GEN-07',
    'keys count as critical from 0x7fff',
    change(REGISTRY, 'FIRST_CRITICAL_KEY = 0x8000', 'FIRST_CRITICAL_KEY = 0x7fff'),
  ),
  mutant(
    'critical-too-high',
    'GEN-07',
    'key 0x8000 does not count as critical',
    change(REGISTRY, 'FIRST_CRITICAL_KEY = 0x8000', 'FIRST_CRITICAL_KEY = 0x8001'),
  ),
  mutant(
    'body-keys-swapped',
    'GEN-22',
    'lifetime and keep-alive have each other’s number',
    change(REGISTRY, '  lifetime: 9,', '  lifetime: 12,'),
    change(REGISTRY, '  keepAlive: 12,', '  keepAlive: 9,'),
  ),
  mutant(
    'port-little-endian',
    'GEN-13',
    'ports have their low byte first',
    change(
      ADDRESS,
      'bytes[address.length] = endpoint.port >> 8;',
      'bytes[address.length] = endpoint.port & 0xff;',
    ),
    change(
      ADDRESS,
      'bytes[address.length + 1] = endpoint.port & 0xff;',
      'bytes[address.length + 1] = endpoint.port >> 8;',
    ),
    change(
      ADDRESS,
      '((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0)',
      '((bytes.at(-1) ?? 0) << 8) | (bytes.at(-2) ?? 0)',
    ),
  ),
  mutant(
    'mapped-addresses',
    'GEN-13',
    'IPv4 addresses mapped into IPv6 are taken',
    change(FIELDS, ' && !isMapped(bytes), ', ', '),
    change(FIELDS, 'return !isMapped(bytes) && ', 'return '),
  ),
  mutant(
    'port-zero',
    'GEN-31',
    'endpoints may have port 0',
    change(
      FIELDS,
      '(endpointFromBytes(bytes)?.port ?? 0) > 0',
      '(endpointFromBytes(bytes)?.port ?? -1) >= 0',
    ),
  ),
  mutant(
    'transaction-at-offset-1',
    'GEN-08',
    'the transaction is looked for at the second byte, whatever the head of the map',
    change(MESSAGES, 'const at = initial < 0xb8 ? 1 : initial === 0xb8 ? 2 : 3;', 'const at = 1;'),
  ),
];
