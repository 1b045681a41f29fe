/** The 28 bytes that every datagram begins with, and the checks that need no key. */
import { concat } from '../../reference/bytes.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import { MESSAGES } from '../../reference/wire/registry.ts';
import { draw } from './random.ts';
import type { Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  length: {
    about: 'A datagram that is too short or too long for what it says it is.',
    effect: 'Who reads on reads beyond the datagram, or does cryptography for what can never open.',
  },
  magic: {
    about: 'Another first byte than 0x05: another protocol on the port, or another wire version.',
    effect: 'Two protocols on one port read each other.',
  },
  type: {
    about: 'A type that no message has.',
    effect: 'A later version could not give that number to a message.',
  },
  'key-id': {
    about: 'A sealed message with key ID 0, or an opening with another one.',
    effect: 'One message has two encodings, or 0 becomes a name of keys.',
  },
};

interface Plain {
  readonly type: MessageType;
  readonly keyId: number;
  readonly context: Uint8Array;
  readonly sequence: bigint;
}

export function header(): Family {
  const family = new Family('header', 1, 'The header of a datagram and the checks that need no key.', NOTES);
  const context = draw('header: context', 16);
  const datagram = (fields: Plain, length: number) =>
    concat(writeHeader(fields), draw('header: sealed part', length - 28));
  const decoded = (name: string, comment: string, fields: Plain, length: number): Vector =>
    family.valid(name, {
      clauses: ['GEN-02', 'GEN-14'],
      comment,
      call: 'decode-header',
      input: { datagram: datagram(fields, length) },
      output: { ...fields },
    });

  const byType = new Map<number, Vector>();
  for (const [number, { name, use }] of Object.entries(MESSAGES)) {
    const type = Number(number) as MessageType;
    const opening = use === 'opening';
    const id = name.toLowerCase().replace(/[ ,]+/g, '-');
    const plain = {
      type,
      keyId: opening ? 0 : 0x1234,
      context,
      sequence: opening ? 1n : 0x0102030405060708n,
    };
    const length = opening ? 'an opening has 76 bytes' : 'with no more than a tag after it';
    byType.set(type, decoded(`type.${id}`, `The header of a ${name}; ${length}.`, plain, opening ? 76 : 44));
  }
  const base = (type: number): Vector => {
    const found = byType.get(type);
    if (found === undefined) throw new Error(`no vector of type ${type}`);
    return found;
  };

  const probe: Plain = { type: 0x0d, keyId: 0x1234, context, sequence: 0n };
  decoded('key-id.lowest', 'Key ID 1, in network byte order.', { ...probe, keyId: 1 }, 44);
  decoded('key-id.byte-order', 'Key ID 0x0100: its second byte alone is 0.', { ...probe, keyId: 0x100 }, 44);
  decoded('key-id.highest', 'Key ID 0xffff.', { ...probe, keyId: 0xffff }, 44);
  decoded('sequence.zero', 'The first sequence of a key is 0.', probe, 44);
  decoded('sequence.above-32-bits', 'Sequence 2^32.', { ...probe, sequence: 1n << 32n }, 44);
  const above = (1n << 53n) + 1n;
  decoded(
    'sequence.above-53-bits',
    'Sequence 2^53 + 1, which no double holds.',
    { ...probe, sequence: above },
    44,
  );
  const highest = (1n << 64n) - 1n;
  decoded('sequence.highest', 'Sequence 2^64 - 1.', { ...probe, sequence: highest }, 44);
  decoded(
    'context.zero',
    'A context of zeros is one like others.',
    { ...probe, context: new Uint8Array(16) },
    44,
  );
  const ones = new Uint8Array(16).fill(0xff);
  decoded('context.ones', 'A context of ones is one like others.', { ...probe, context: ones }, 44);
  const order = { type: 0x0b, keyId: 0, context, sequence: highest } as const;
  decoded('opening.highest-order', 'An opening with order number 2^64 - 1.', order, 76);
  const largest = decoded('length.control-1500', 'The longest control message that is taken.', probe, 1500);
  const data: Plain = { ...probe, type: 0x10 };
  const long = decoded('length.data-1501', 'Data has no upper bound of its own.', data, 1501);

  for (const [name, fields] of [
    ['probe', probe],
    ['data', { ...data, sequence: highest, keyId: 0xffff }],
    ['opening', { ...order, sequence: 7n }],
    ['association-opening', { ...order, sequence: 0n }],
  ] as const) {
    family.valid(`encode.${name}`, {
      clauses: ['GEN-02', 'GEN-14'],
      comment: `The header of ${name === 'data' ? 'Data' : `a${name === 'probe' ? '' : 'n'} ${name.replace('-', ' ')}`} as it is sent.`,
      call: 'encode-header',
      input: { ...fields },
      output: { header: writeHeader(fields) },
    });
  }
  refusals(family, base, largest, long);
  return family;
}

function refusals(family: Family, base: (type: number) => Vector, largest: Vector, long: Vector): void {
  const bytesOf = ({ input }: Vector) => String(input.datagram);
  const cut = (type: number, length: number, comment: string) =>
    family.broken(base(type), `length.${type.toString(16).padStart(2, '0')}-of-${length}`, {
      clauses: ['GEN-05'],
      comment,
      flags: ['length'],
      input: {
        datagram: bytesOf(base(type))
          .slice(0, 2 * length)
          .padEnd(2 * length, '5a'),
      },
      layer: 'length',
    });
  cut(0x0d, 0, 'An empty datagram.');
  cut(0x0d, 1, 'The magic alone.');
  cut(0x0d, 27, 'A header less one byte.');
  cut(0x0d, 28, 'A header without a tag.');
  cut(0x0d, 43, 'A tag less one byte.');
  cut(0x10, 43, 'Data whose tag lacks one byte.');
  cut(0x0b, 44, 'Message 1 of the length of the shortest sealed message.');
  cut(0x0b, 75, 'Message 1 less one byte.');
  cut(0x0b, 77, 'Message 1 and one byte more.');
  cut(0x0c, 75, 'Message 2 less one byte.');
  cut(0x0c, 77, 'Message 2 and one byte more.');
  family.broken(largest, 'length.0d-of-1501', {
    clauses: ['GEN-05'],
    comment: 'A control message of one byte more than is taken.',
    flags: ['length'],
    input: { datagram: `${bytesOf(largest)}5a` },
    layer: 'length',
  });

  const byte = (
    from: Vector,
    name: string,
    comment: string,
    at: number,
    is: string,
    flag: keyof typeof NOTES,
  ) => {
    const hex = bytesOf(from);
    family.broken(from, name, {
      clauses: [{ length: 'GEN-05', magic: 'GEN-03', type: 'GEN-04', 'key-id': 'GEN-05' }[flag]],
      comment,
      flags: [flag],
      input: { datagram: hex.slice(0, 2 * at) + is + hex.slice(2 * at + is.length) },
      layer: flag === 'key-id' ? 'key-id-zero' : flag,
    });
  };
  const magics: readonly (readonly [string, string, string])[] = [
    ['00', 'stun', 'STUN has the first byte 0 to 3.'],
    ['04', 'below', "4 is nobody's."],
    ['06', 'above', "6 is nobody's."],
    ['0f', 'highest-unused', "15 is nobody's."],
    ['10', 'zrtp', 'ZRTP has the first byte 16 to 19.'],
    ['16', 'dtls', 'DTLS has the first byte 20 to 63.'],
    ['40', 'turn', 'TURN channels have the first byte 64 to 79.'],
    ['80', 'rtp', 'RTP has the first byte 128 to 191.'],
    ['c0', 'quic', 'QUIC with a long header has the first byte 192 or above.'],
    ['85', 'high-bit', '0x05 with its highest bit set.'],
    ['ff', 'ones', 'A first byte of ones.'],
  ];
  for (const [is, name, comment] of magics) byte(base(0x0d), `magic.${name}`, comment, 0, is, 'magic');
  byte(base(0x0b), 'magic.opening', 'An opening of another wire version.', 0, '06', 'magic');

  byte(base(0x0d), 'type.zero', 'Type 0.', 1, '00', 'type');
  byte(base(0x0d), 'type.first-unassigned', 'The first type after the last one.', 1, '12', 'type');
  byte(base(0x0d), 'type.high-bit', 'Data with the highest bit of the type set.', 1, '90', 'type');
  byte(base(0x0d), 'type.ones', 'Type 0xff.', 1, 'ff', 'type');
  byte(base(0x0b), 'type.opening-length', 'A type of nobody, 76 bytes long.', 1, '7f', 'type');

  byte(long, 'type.long', 'A type of nobody, beyond 1500 bytes: no length is asked of it.', 1, '12', 'type');
  byte(long, 'magic.long', 'Another protocol, beyond 1500 bytes.', 0, '06', 'magic');

  for (const type of [0x01, 0x07, 0x0d, 0x0e, 0x0f, 0x10, 0x11]) {
    const name = MESSAGES[type as MessageType].name;
    const id = name.toLowerCase().replace(/[ ,]+/g, '-');
    byte(base(type), `key-id.zero-on-${id}`, `A ${name} with key ID 0.`, 2, '0000', 'key-id');
  }
  byte(base(0x0b), 'key-id.low-byte-on-opening', 'Message 1 with key ID 1.', 3, '01', 'key-id');
  byte(base(0x0b), 'key-id.high-byte-on-opening', 'Message 1 with key ID 0x0100.', 2, '01', 'key-id');
  byte(
    base(0x0c),
    'key-id.on-message-2',
    'Message 2 with the key ID of the keys that it makes.',
    2,
    'ffff',
    'key-id',
  );
}
