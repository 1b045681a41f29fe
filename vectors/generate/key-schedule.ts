/** What is derived from a channel's secret and from a handshake's outputs, one derivation a vector. */
import { ascii, concat, fromHex, u64ToBytes } from '../../reference/bytes.ts';
import { hkdfExpand, hkdfExtract } from '../../reference/crypto/hash.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import { draw } from './random.ts';
import { Family } from './vector.ts';

const KINDS = ['association', 'path', 'leg'] as const;
type Kind = (typeof KINDS)[number];

export function keySchedule(): Family {
  const family = new Family(
    'key-schedule',
    1,
    'The psk, the prologue, the keys of each direction, the key ID and the nonce.',
    {},
  );
  for (const kind of KINDS) psks(family, kind);
  for (const kind of KINDS) prologues(family, kind);
  for (const [kind, suite] of [
    ['association', 1],
    ['path', 1],
    ['path', 2],
    ['leg', 1],
  ] as const) {
    keys(family, kind, suite);
  }
  keyIds(family);
  nonces(family);
  return family;
}

function psks(family: Family, kind: Kind): void {
  const one = (name: string, comment: string, channel: Uint8Array, secret: Uint8Array) => {
    const prk = hkdfExtract(channel, secret);
    const info = ascii(`ntmobile/1 psk ${kind}`);
    family.valid(`psk.${kind}.${name}`, {
      clauses: ['KEY-01'],
      comment,
      call: 'psk',
      input: { kind, channel, secret },
      steps: { info, prk },
      output: { psk: hkdfExpand(prk, info, 32) },
    });
  };
  const [channel, secret] = [draw(`psk ${kind}: channel`, 16), draw('psk: secret', 32)];
  one('plain', `The psk of the openings of a channel of kind ${kind}.`, channel, secret);
  one('same-inputs', 'One ID and one secret give each kind another psk.', draw('psk: channel', 16), secret);
  one('zero-id', 'An ID of zeros is a salt of 16 zero bytes.', new Uint8Array(16), secret);
  one('zero-secret', 'A secret of zeros.', channel, new Uint8Array(32));
}

function prologues(family: Family, kind: Kind): void {
  const one = (name: string, comment: string, suite: number, order: bigint, alias?: Uint8Array) => {
    const context = alias ?? draw(`prologue ${kind}: context`, 16);
    const header = writeHeader({ type: 0x0b, keyId: 0, context, sequence: order });
    const [initiator, responder] = [draw('prologue: initiator', 16), draw('prologue: responder', 16)];
    const label = ascii(`ntmobile/1 open ${kind}`);
    family.valid(`prologue.${kind}.${name}`, {
      clauses: ['KEY-02', ...(kind === 'association' ? ['KEY-24'] : [])],
      comment,
      call: 'prologue',
      input: { kind, suite, header, initiator, responder },
      steps: { label },
      output: { prologue: concat(label, header, initiator, responder, Uint8Array.of(suite)) },
    });
  };
  if (kind === 'association') {
    one('by-id', 'On an association the order number is 0.', 1, 0n);
    one(
      'by-alias',
      'The header is the one that was sent, with the alias.',
      1,
      0n,
      draw('prologue: alias', 16),
    );
    return;
  }
  one('first', `The first opening of a ${kind}.`, 1, 1n);
  one('large-order', 'An order number of 64 bits, in network byte order.', 1, 0x0102030405060708n);
  if (kind === 'path') one('suite-2', 'The suite is that of the path.', 2, 1n);
}

function keys(family: Family, kind: Kind, suite: number): void {
  const [k1, k2] = [draw('keys: k1', 32), draw('keys: k2', 32)];
  const hash = draw('keys: hash', 32);
  const info = concat(ascii(`ntmobile/1 key ${kind}`), Uint8Array.of(suite));
  family.valid(`keys.${kind}.suite-${suite}`, {
    clauses: ['KEY-15', 'KEY-17'],
    comment: `Split() of one handshake gives the keys of a channel of kind ${kind} with suite ${suite}.`,
    call: 'keys',
    input: { kind, suite, k1, k2, hash },
    steps: { info },
    output: {
      initiatorKey: hkdfExpand(k1, info, 32),
      responderKey: hkdfExpand(k2, info, 32),
      keyId: ((hash[0] ?? 0) << 8) | (hash[1] ?? 0),
    },
  });
}

function keyIds(family: Family): void {
  const [k1, k2] = [draw('key ID: k1', 32), draw('key ID: k2', 32)];
  const info = concat(ascii('ntmobile/1 key leg'), Uint8Array.of(1));
  const cases = [
    ['lowest', '0001', 'Key ID 1: the hash begins with 0001.'],
    ['byte-order', '0100', 'Key ID 0x0100: the first byte is the high one.'],
    ['highest', 'ffff', 'Key ID 0xffff.'],
    [
      'zero',
      '0000',
      'The derivation can give 0, which no channel can use: its handshake is dropped or drawn anew.',
    ],
  ] as const;
  for (const [name, start, comment] of cases) {
    const hash = concat(fromHex(start), draw('key ID: hash', 30));
    family.valid(`key-id.${name}`, {
      clauses: ['KEY-17'],
      comment,
      call: 'keys',
      input: { kind: 'leg', suite: 1, k1, k2, hash },
      steps: { info },
      output: {
        initiatorKey: hkdfExpand(k1, info, 32),
        responderKey: hkdfExpand(k2, info, 32),
        keyId: Number.parseInt(start, 16),
      },
    });
  }
}

function nonces(family: Family): void {
  const cases = [
    ['zero', 0n, 'The first message of a key.'],
    ['one', 1n, 'The last byte counts fastest.'],
    ['byte-order', 0x0102030405060708n, 'Network byte order, as in the header.'],
    ['above-32-bits', 1n << 32n, 'The counter has 64 bits.'],
    ['highest', (1n << 64n) - 1n, 'The four zero bytes before it stay zero.'],
  ] as const;
  for (const [name, sequence, comment] of cases) {
    family.valid(`nonce.${name}`, {
      clauses: ['TUN-02', 'TUN-03'],
      comment,
      call: 'nonce',
      input: { sequence },
      output: { nonce: concat(new Uint8Array(4), u64ToBytes(sequence)) },
    });
  }
}
