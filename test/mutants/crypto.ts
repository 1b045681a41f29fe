import type { Mutant } from './mutant.ts';
import { change, mutant } from './mutant.ts';

const KEYS = 'reference/crypto/keys.ts';
const NOISE = 'reference/crypto/noise.ts';
const HASH = 'reference/crypto/hash.ts';
const AEAD = 'reference/crypto/aead.ts';
const X25519 = 'reference/crypto/x25519.ts';

/** Mistakes in key schedule, handshake and AEADs. */
export const CRYPTO_MUTANTS: readonly Mutant[] = [
  mutant(
    'psk-without-kind',
    'KEY-01',
    'the label of the psk does not name the kind of channel',
    change(KEYS, "expect('secret', secret, SECRET_LENGTH);", "kind = 'leg';"),
  ),
  mutant(
    'psk-without-salt',
    'KEY-01',
    'the psk does not depend on the channel ID',
    change(KEYS, 'hkdf(channelId, secret,', 'hkdf(new Uint8Array(0), secret,'),
  ),
  mutant(
    'psk-salt-and-secret-swapped',
    'KEY-01',
    'the secret is the salt and the channel ID the keying material',
    change(KEYS, 'hkdf(channelId, secret,', 'hkdf(secret, channelId,'),
  ),
  mutant(
    'prologue-label',
    'KEY-02',
    'another word in the label of the prologue',
    change(KEYS, '`ntmobile/1 open $', '`ntmobile/1 opening $'),
  ),
  mutant(
    'prologue-order',
    'KEY-02',
    'responder before initiator in the prologue',
    change(KEYS, 'header, initiatorNodeId, responderNodeId,', 'header, responderNodeId, initiatorNodeId,'),
  ),
  mutant(
    'prologue-without-header',
    'KEY-02',
    'the header of message 1 is not in the prologue',
    change(KEYS, 'header, initiatorNodeId, responderNodeId,', 'initiatorNodeId, responderNodeId,'),
  ),
  mutant(
    'prologue-without-suite',
    'KEY-02',
    'the suite is not in the prologue',
    change(KEYS, 'responderNodeId, u8(suite));', 'responderNodeId);'),
  ),
  mutant(
    'key-label',
    'KEY-15',
    'another word in the info of the traffic keys',
    change(KEYS, '`ntmobile/1 key $', '`ntmobile/1 keys $'),
  ),
  mutant(
    'key-info-without-suite',
    'KEY-15',
    'the suite is not in the info of the traffic keys',
    change(KEYS, 'const info = concat(', 'const info = ((label: Uint8Array, _suite: Uint8Array) => label)('),
  ),
  mutant(
    'k1-k2-swapped',
    'KEY-15',
    'the directions have each other’s keys',
    change(KEYS, 'hkdfExpand(split.k1,', 'hkdfExpand(split.kX,'),
    change(KEYS, 'hkdfExpand(split.k2,', 'hkdfExpand(split.k1,'),
    change(KEYS, 'hkdfExpand(split.kX,', 'hkdfExpand(split.k2,'),
  ),
  mutant(
    'key-id-from-the-end',
    'KEY-17',
    'the key ID is the last two bytes of the handshake hash',
    change(KEYS, '((hash[0] ?? 0) << 8) | (hash[1] ?? 0)', '((hash[30] ?? 0) << 8) | (hash[31] ?? 0)'),
  ),
  mutant(
    'key-id-turned',
    'KEY-17',
    'the bytes of the key ID are the wrong way round',
    change(KEYS, '((hash[0] ?? 0) << 8) | (hash[1] ?? 0)', '((hash[1] ?? 0) << 8) | (hash[0] ?? 0)'),
  ),
  mutant(
    'nonce-sequence-first',
    'TUN-02',
    'the zeros of the nonce come after the sequence',
    change(KEYS, 'setBigUint64(4, sequence)', 'setBigUint64(0, sequence)'),
  ),
  mutant(
    'nonce-little-endian',
    'TUN-02',
    'the sequence is in the nonce with its lowest byte first',
    change(KEYS, 'setBigUint64(4, sequence)', 'setBigUint64(4, sequence, true)'),
  ),
  mutant(
    'noise-name',
    'KEY-01',
    'another name of the Noise protocol',
    change(NOISE, "'Noise_NNpsk0_25519_ChaChaPoly_SHA256'", "'Noise_NNpsk2_25519_ChaChaPoly_SHA256'"),
  ),
  mutant(
    'ephemeral-not-in-the-key',
    'KEY-01',
    'ephemeral keys are hashed, but not mixed into the chaining key as a psk pattern needs it',
    change(NOISE, '    this.mixKey(publicKey);\n', ''),
  ),
  mutant(
    'psk-not-hashed',
    'KEY-01',
    'the psk changes the key, but not the handshake hash',
    change(NOISE, '    this.#mixHash(hash);\n', ''),
  ),
  mutant(
    'tag-not-hashed',
    'KEY-01',
    'what a message seals is not in the handshake hash',
    change(NOISE, '    this.#mixHash(sealed);\n    return sealed;', '    return sealed;'),
    change(NOISE, '    if (plaintext !== undefined) this.#mixHash(sealed);\n', ''),
  ),
  mutant(
    'zero-shared-secret',
    'KEY-19',
    'a public key of small order is taken',
    change(X25519, '    return undefined;\n  }\n', '    return new Uint8Array(32);\n  }\n'),
    change(X25519, 'shared.every((byte) => byte === 0) ? undefined : shared', 'shared'),
  ),
  mutant(
    'hkdf-counter',
    'KEY-15',
    'the blocks of HKDF are counted from 0',
    change(HASH, 'Uint8Array.of(number)', 'Uint8Array.of(number - 1)'),
  ),
  mutant(
    'hkdf-without-info',
    'KEY-15',
    'HKDF leaves the info out',
    change(HASH, 'hmacSha256(prk, block, info, Uint8Array', 'hmacSha256(prk, block, Uint8Array'),
  ),
  mutant(
    'suites-swapped',
    'KEY-45',
    'each suite has the other’s AEAD',
    change(AEAD, 'if (suite === 1) return', 'if (suite === 3) return'),
    change(AEAD, 'if (suite === 2) return', 'if (suite === 1) return'),
    change(AEAD, 'if (suite === 3) return', 'if (suite === 2) return'),
  ),
  mutant(
    'gcm-short-tag',
    'TUN-02',
    'tags of AES-256-GCM have 12 bytes',
    change(AEAD, 'export const TAG_LENGTH = 16;', 'export const TAG_LENGTH = 12;'),
  ),
];
