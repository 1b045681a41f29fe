/** Sealed messages in both suites: header, ciphertext, tag. */
import { ascii, concat, fromHex, toHex, u64ToBytes } from '../../reference/bytes.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import { probeOfPairs } from './bodies/pairs.ts';
import { draw } from './random.ts';
import type { Fields, Vector } from './vector.ts';
import { Family } from './vector.ts';

const NOTES = {
  'one-bit': {
    about: 'One bit of a good datagram is another one.',
    effect: 'The tag is not checked, or not over all of it.',
  },
  length: {
    about: 'A good datagram that lost or gained bytes.',
    effect: 'The tag is looked for elsewhere than at the end.',
  },
  key: {
    about: 'A key that is not the one that sealed.',
    effect: 'A message opens under keys of another direction or channel.',
  },
  suite: {
    about: 'The AEAD of the other suite.',
    effect: 'The suite of a path is not what its direction says.',
  },
  nonce: {
    about: 'Ciphertext and tag were made with another nonce than that of the sequence.',
    effect: 'The two ends of an implementation agree with each other and with nobody else.',
  },
  'associated-data': {
    about: 'Ciphertext and tag were made with other associated data than the header.',
    effect: 'Type, key ID or context can be changed on the way.',
  },
};

interface Message {
  readonly type: MessageType;
  readonly keyId: number;
  readonly context: Uint8Array;
  readonly sequence: bigint;
  readonly plaintext: Uint8Array;
}

const AEADS: Readonly<Record<number, (key: Uint8Array) => Aead>> = { 1: chacha20Poly1305, 2: aes256Gcm };

export function sealed(): Family {
  const family = new Family('sealed', 1, 'Messages sealed and opened under one key.', NOTES);
  for (const suite of [1, 2]) {
    const base = good(family, suite);
    bits(family, suite, base);
    rest(family, suite, base);
  }
  return family;
}

function aead(suite: number, key: Uint8Array): Aead {
  const made = AEADS[suite]?.(key);
  if (made === undefined) throw new Error(`no suite ${suite}`);
  return made;
}

/** Returns the message that is broken later. */
function good(family: Family, suite: number): Vector {
  const key = draw(`sealed ${suite}: key`, 32);
  const plain: Message = {
    type: 0x10,
    keyId: 0xbeef,
    context: draw('sealed: context', 16),
    sequence: 0x0102030405060708n,
    plaintext: draw('sealed: plaintext', 40),
  };
  const probe = concat(fromHex('a10048'), fromHex('0102030405060708'));
  const text = (length: number) => draw('sealed: text', length);
  const both = (name: string, comment: string, change: Partial<Message>): Vector => {
    const { plaintext, ...header } = { ...plain, ...change };
    const ad = writeHeader(header);
    const nonce = concat(new Uint8Array(4), u64ToBytes(header.sequence));
    const datagram = concat(ad, aead(suite, key).seal(nonce, ad, plaintext));
    const clauses = ['TUN-02', 'TUN-03', ...(suite === 1 ? [] : ['KEY-45'])];
    const shared = { clauses, steps: { ad, nonce } };
    family.valid(`suite-${suite}.seal.${name}`, {
      ...shared,
      comment: `${comment} Sealed.`,
      call: 'seal',
      input: { suite, key, ...header, plaintext },
      output: { datagram },
    });
    return family.valid(`suite-${suite}.open.${name}`, {
      ...shared,
      comment: `${comment} Opened.`,
      call: 'open',
      input: { suite, key, datagram },
      output: { ...header, plaintext },
    });
  };
  const base = both('data', 'Data of 40 bytes.', {});
  both('empty', 'No content: header and tag alone.', { plaintext: new Uint8Array(0) });
  both('probe', 'A probing Tunnel Request, the first message of its key.', {
    type: 0x0d,
    sequence: 0n,
    plaintext: probe,
  });
  both('pairs', 'A probing Tunnel Request of 24 pairs.', {
    type: 0x0d,
    sequence: 1n,
    plaintext: probeOfPairs(24),
  });
  both('byte', 'One byte of content.', { plaintext: text(1) });
  for (const length of [15, 16, 17, 63, 64, 65, 128]) {
    both(`length-${length}`, `${length} bytes, at the blocks of the ciphers.`, { plaintext: text(length) });
  }
  both('above-32-bits', 'A sequence beyond 32 bits.', { sequence: (1n << 32n) + 1n });
  both('highest', 'The highest sequence.', { sequence: (1n << 64n) - 1n });
  both('zero-plaintext', 'Content of zeros, of a whole number of blocks.', { plaintext: new Uint8Array(64) });
  return base;
}

function bits(family: Family, suite: number, base: Vector): void {
  const hex = String(base.input.datagram);
  const places: readonly (readonly [string, string, number, number, string])[] = [
    ['magic', 'A bit of the magic.', 0, 0x40, 'magic'],
    ['type-known', 'A bit of the type: Acknowledgement for Data.', 1, 0x01, 'tag'],
    ['type-unknown', 'A bit of the type: one that no message has.', 1, 0x80, 'type'],
    ['key-id', 'A bit of the key ID.', 3, 0x01, 'tag'],
    ['context-first', 'A bit of the first byte of the context.', 4, 0x80, 'tag'],
    ['context-last', 'A bit of the last byte of the context.', 19, 0x01, 'tag'],
    ['sequence-highest', 'The highest bit of the sequence.', 20, 0x80, 'tag'],
    ['sequence-lowest', 'The lowest bit of the sequence.', 27, 0x01, 'tag'],
    ['ciphertext-first', 'A bit of the first byte of the ciphertext.', 28, 0x80, 'tag'],
    ['ciphertext-middle', 'A bit inside the ciphertext.', 48, 0x10, 'tag'],
    ['ciphertext-last', 'A bit of the last byte of the ciphertext.', 67, 0x01, 'tag'],
    ['tag-first', 'A bit of the first byte of the tag.', 68, 0x01, 'tag'],
    ['tag-middle', 'A bit inside the tag.', 76, 0x10, 'tag'],
    ['tag-last', 'The highest bit of the last byte of the tag.', 83, 0x80, 'tag'],
  ];
  for (const [name, comment, at, bit, layer] of places) {
    const datagram = fromHex(hex);
    datagram[at] = (datagram[at] ?? 0) ^ bit;
    family.broken(base, `suite-${suite}.bit.${name}`, {
      clauses: layer === 'tag' ? ['TUN-02', 'TUN-05'] : layer === 'magic' ? ['GEN-03'] : ['GEN-04'],
      comment,
      flags: ['one-bit'],
      input: { datagram },
      layer,
    });
  }
}

function rest(family: Family, suite: number, base: Vector): void {
  const hex = String(base.input.datagram);
  const key = fromHex(String(base.input.key));
  const one = (name: string, comment: string, flag: keyof typeof NOTES, input: Fields, layer = 'tag') =>
    family.broken(base, `suite-${suite}.${name}`, {
      clauses: layer === 'tag' ? ['TUN-02', 'TUN-05'] : ['GEN-05'],
      comment,
      flags: [flag],
      input,
      layer,
    });
  one('length.short', 'The last byte is missing.', 'length', { datagram: hex.slice(0, -2) });
  one('length.long', 'One byte too many.', 'length', { datagram: `${hex}00` });
  one('length.first-missing', 'The first byte of the ciphertext is missing.', 'length', {
    datagram: hex.slice(0, 56) + hex.slice(58),
  });
  one('length.no-ciphertext', 'The tag alone: the ciphertext is missing.', 'length', {
    datagram: hex.slice(0, 56) + hex.slice(-32),
  });
  one('length.43', 'Less than a tag is left.', 'length', { datagram: hex.slice(0, 86) }, 'length');
  one('tag.zero', 'A tag of zeros.', 'one-bit', { datagram: `${hex.slice(0, -32)}${'00'.repeat(16)}` });
  const other = draw(`sealed ${suite}: key of the other direction`, 32);
  one('key.other-direction', 'The key of the other direction.', 'key', { key: toHex(other) });
  const almost = key.slice();
  almost[31] = (almost[31] ?? 0) ^ 1;
  one('key.one-bit', 'The key differs in one bit.', 'key', { key: toHex(almost) });
  one('suite.other', 'Opened with the AEAD of the other suite.', 'suite', { suite: 3 - suite });

  const ad = fromHex(hex.slice(0, 56));
  const plaintext = fromHex(String(base.output?.plaintext));
  const sequence = fromHex(hex.slice(40, 56));
  const resealed = (nonce: Uint8Array, data: Uint8Array) => ({
    datagram: toHex(concat(ad, aead(suite, key).seal(nonce, data, plaintext))),
  });
  const zeros = new Uint8Array(4);
  const little = Uint8Array.from(sequence).reverse();
  one('nonce.little-endian', 'The sequence in the nonce has its bytes in the other order.', 'nonce', {
    ...resealed(concat(zeros, little), ad),
  });
  one('nonce.sequence-first', 'The zero bytes of the nonce come after the sequence.', 'nonce', {
    ...resealed(concat(sequence, zeros), ad),
  });
  one('nonce.zero', 'The nonce is zero whatever the sequence.', 'nonce', resealed(new Uint8Array(12), ad));
  one('ad.none', 'Sealed without associated data.', 'associated-data', {
    ...resealed(concat(zeros, sequence), new Uint8Array(0)),
  });
  one('ad.sequence-missing', 'The associated data ends before the sequence.', 'associated-data', {
    ...resealed(concat(zeros, sequence), ad.slice(0, 20)),
  });
  one('ad.label', 'The associated data is not the header but a text.', 'associated-data', {
    ...resealed(concat(zeros, sequence), ascii('ntmobile/1')),
  });
}
