/** Accumulated vectors: one digest over the results of many inputs, which come from a stream. */
import { ascii, concat, toHex, u64ToBytes } from '../../reference/bytes.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { hkdf, hkdfExpand, sha256 } from '../../reference/crypto/hash.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import type { MessageType } from '../../reference/wire/registry.ts';
import type { Kind } from './noise.ts';
import { message1, message2, publicOf, sharedOf } from './noise.ts';
import { Stream } from './random.ts';
import { Family } from './vector.ts';

const KINDS: readonly Kind[] = ['association', 'path', 'leg'];
const TYPES: readonly MessageType[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17];

/** The result of one round. */
type Round = (stream: Stream, round: number) => Uint8Array;

export function digests(): Family {
  const about = 'One digest over the results of many rounds, for each primitive.';
  const family = new Family('digests', 1, about, {});
  const one = (
    primitive: string,
    rounds: number,
    clauses: readonly string[],
    comment: string,
    make: () => Round,
  ) => {
    const stream = new Stream(`digests ${primitive}`);
    const round = make();
    const results = Array.from({ length: rounds }, (_, index) => round(stream, index));
    family.valid(primitive, {
      clauses,
      comment,
      call: 'digest',
      input: { primitive, rounds },
      output: { digest: toHex(sha256(...results)) },
    });
  };
  one('header', 1000, ['GEN-02', 'GEN-14'], 'Headers of all types but the openings.', () => headerRound);
  one(
    'integers',
    1000,
    ['GEN-08', 'GEN-14'],
    'Unsigned integers of 0 to 64 bits in CBOR.',
    () => integerRound,
  );
  one('psk', 300, ['KEY-01'], 'The psk of each kind in turn.', () => pskRound);
  one(
    'keys',
    300,
    ['KEY-15', 'KEY-17'],
    'Keys and key ID of each kind in turn, suite 1 and 2.',
    () => keysRound,
  );
  one('opening', 30, ['KEY-01', 'KEY-02'], 'Whole openings of each kind in turn.', () => openingRound);
  one('seal-suite-1', 200, ['TUN-02'], 'Messages of 0 to 199 bytes in suite 1.', () => sealRound(1));
  one('seal-suite-2', 200, ['TUN-02', 'KEY-45'], 'Messages of 0 to 199 bytes in suite 2.', () =>
    sealRound(2),
  );
  one(
    'replay',
    20_000,
    ['TUN-04'],
    'One window, sequences that stay within 8192 of the highest.',
    replayRounds,
  );
  return family;
}

const headerRound: Round = (stream, round) =>
  writeHeader({
    type: TYPES[round % TYPES.length] ?? 1,
    keyId: stream.uint(2) || 1,
    context: stream.bytes(16),
    sequence: stream.u64(),
  });

const integerRound: Round = (stream, round) => encodeCbor(stream.u64() >> BigInt(round % 65));

const pskRound: Round = (stream, round) => {
  const [channel, secret] = [stream.bytes(16), stream.bytes(32)];
  return hkdf(channel, secret, ascii(`ntmobile/1 psk ${KINDS[round % 3]}`), 32);
};

const keysRound: Round = (stream, round) => {
  const [k1, k2, hash] = [stream.bytes(32), stream.bytes(32), stream.bytes(32)];
  const info = concat(ascii(`ntmobile/1 key ${KINDS[round % 3]}`), Uint8Array.of(1 + (round % 2)));
  return concat(hkdfExpand(k1, info, 32), hkdfExpand(k2, info, 32), hash.slice(0, 2));
};

const openingRound: Round = (stream, round) => {
  const kind = KINDS[round % 3] ?? 'leg';
  const setting = {
    kind,
    suite: 1,
    channel: stream.bytes(16),
    secret: stream.bytes(32),
    initiator: stream.bytes(16),
    responder: stream.bytes(16),
  };
  const [e, r] = [stream.bytes(32), stream.bytes(32)];
  const first = message1(setting, setting.channel, kind === 'association' ? 0n : stream.u64(), publicOf(e));
  const { datagram, opened } = message2(setting, first, publicOf(r), sharedOf(r, first.E));
  return concat(first.datagram, datagram, opened.initiatorKey, opened.responderKey);
};

function sealRound(suite: number): Round {
  return (stream, round) => {
    const key = stream.bytes(32);
    const sequence = stream.u64();
    const header = writeHeader({
      type: 0x10,
      keyId: stream.uint(2) || 1,
      context: stream.bytes(16),
      sequence,
    });
    const aead = suite === 1 ? chacha20Poly1305(key) : aes256Gcm(key);
    const nonce = concat(new Uint8Array(4), u64ToBytes(sequence));
    return concat(header, aead.seal(nonce, header, stream.bytes(round)));
  };
}

/** In turn a step up, and two numbers in the 8192 up to the highest: new ones and ones that were there. */
function replayRounds(): Round {
  const taken = new Set<number>();
  let highest = 8191;
  return (stream, round) => {
    const drawn = stream.uint(2);
    const sequence = round % 3 === 0 ? highest + 1 + (drawn % 512) : highest - (drawn % 8192);
    const accepted = !taken.has(sequence);
    taken.add(sequence);
    highest = Math.max(highest, sequence);
    return Uint8Array.of(accepted ? 1 : 0);
  };
}
