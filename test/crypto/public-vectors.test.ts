/**
 * Public vectors of others, where the environment variable NTM_PUBLIC_VECTORS names a folder that has
 * them: noise-nnpsk0.json (cacophony, as kept by snow) and wycheproof-*.json (C2SP).
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import type { Aead } from '../../reference/crypto/aead.ts';
import { aes256Gcm, chacha20Poly1305 } from '../../reference/crypto/aead.ts';
import { hkdf } from '../../reference/crypto/hash.ts';
import { nonceFor } from '../../reference/crypto/keys.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../reference/crypto/noise.ts';
import { x25519, x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import type { T } from '../tap.ts';
import t from '../tap.ts';

const folder = process.env.NTM_PUBLIC_VECTORS;

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly Group[];
}

interface Group {
  readonly keySize: number;
  readonly ivSize?: number;
  readonly tests: readonly WycheproofTest[];
}

/** All values but `tcId` and `size` are text, in hex where they are bytes. */
interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly size: number;
  readonly [bytes: string]: unknown;
}

interface NoiseVector {
  readonly protocol_name: string;
  readonly init_psks: readonly string[];
  readonly init_prologue: string;
  readonly init_ephemeral: string;
  readonly resp_ephemeral: string;
  readonly handshake_hash?: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const field = (test: WycheproofTest, name: string): Uint8Array => fromHex(String(test[name]));

/** A test of each vector: nothing when it holds, else what went wrong. */
function wycheproof(name: string, fault: (test: WycheproofTest, group: Group) => string | undefined): void {
  fileTest<Wycheproof>(name, (vectors, t) => {
    const tests = vectors.testGroups.flatMap((group) => group.tests.map((test) => ({ test, group })));
    const faults = tests.flatMap(({ test, group }) => {
      const found = fault(test, group);
      return found === undefined ? [] : [`${test.tcId} ${test.comment}: ${found}`];
    });
    t.equal(tests.length, vectors.numberOfTests);
    t.same(faults, []);
  });
}

function fileTest<V>(name: string, check: (vectors: V, t: T) => void): void {
  const file = folder === undefined ? undefined : join(folder, name);
  if (file === undefined) t.comment(`NTM_PUBLIC_VECTORS is not set: ${name} is not tried`);
  const skip =
    file === undefined ? 'NTM_PUBLIC_VECTORS is not set' : !existsSync(file) && `${folder} has no ${name}`;
  t.test(name, { skip }, (t) => check(JSON.parse(readFileSync(String(file), 'utf8')), t));
}

function aeadFault(make: (key: Uint8Array) => Aead, test: WycheproofTest, group: Group): string | undefined {
  const aead = make(field(test, 'key'));
  const [iv, ad, message] = [field(test, 'iv'), field(test, 'aad'), field(test, 'msg')];
  const sealed = concat(field(test, 'ct'), field(test, 'tag'));
  const opened = attempt(() => aead.open(iv, ad, sealed));
  // Nonces have 12 bytes in every suite, so vectors with others are to be refused, valid or not.
  const good = test.result === 'valid' && group.ivSize === 96;
  if (!good) return opened === undefined ? undefined : 'opens';
  if (toHex(aead.seal(iv, ad, message)) !== toHex(sealed)) return 'seals differently';
  return opened !== undefined && toHex(opened) === toHex(message) ? undefined : 'does not open';
}

/** A nonce or length that the primitive does not have is refused by an exception. */
function attempt<R>(work: () => R): R | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

wycheproof('wycheproof-chacha20_poly1305.json', (test, group) => aeadFault(chacha20Poly1305, test, group));

wycheproof('wycheproof-aes_gcm.json', (test, group) => {
  // Keys of 128 and 192 bits are not ours: the suite has to refuse them.
  if (group.keySize === 256) return aeadFault(aes256Gcm, test, group);
  return attempt(() => aes256Gcm(field(test, 'key'))) === undefined ? undefined : 'takes a short key';
});

wycheproof('wycheproof-hkdf_sha256.json', (test) => {
  const okm = attempt(() => hkdf(field(test, 'salt'), field(test, 'ikm'), field(test, 'info'), test.size));
  if (test.result === 'invalid') return okm === undefined ? undefined : 'gives too much';
  return okm !== undefined && toHex(okm) === test.okm ? undefined : 'gives other bytes';
});

wycheproof('wycheproof-x25519.json', (test) => {
  const shared = x25519(field(test, 'private'), field(test, 'public'));
  const wanted = field(test, 'shared');
  if (wanted.every((byte) => byte === 0))
    return shared === undefined ? undefined : 'takes an all-zero result';
  return shared !== undefined && toHex(shared) === toHex(wanted) ? undefined : 'gives another secret';
});

fileTest<{ readonly vectors: readonly NoiseVector[] }>('noise-nnpsk0.json', ({ vectors }, t) => {
  const ours = vectors.filter((vector) => vector.protocol_name === 'Noise_NNpsk0_25519_ChaChaPoly_SHA256');
  t.equal(ours.length, 1);
  for (const vector of ours) checkNoise(vector, t);
});

function checkNoise(vector: NoiseVector, t: T): void {
  const input = { psk: fromHex(vector.init_psks[0] ?? ''), prologue: fromHex(vector.init_prologue) };
  const [payload1, payload2, ...transport] = vector.messages.map(({ payload }) => fromHex(payload));
  const [message1, message2, ...sealed] = vector.messages.map(({ ciphertext }) => ciphertext);
  const initiator = new Initiator({ ...input, ephemeral: x25519KeyPairFrom(fromHex(vector.init_ephemeral)) });
  const first = initiator.message1(payload1);
  t.equal(toHex(first), message1);
  const state = readMessage1(input, first);
  const answer = state && writeMessage2(state, x25519KeyPairFrom(fromHex(vector.resp_ephemeral)), payload2);
  if (state === undefined || answer === undefined) throw new Error('the responder gives up');
  t.same(state.payload, payload1);
  t.equal(toHex(answer.message), message2);
  t.same(initiator.readMessage2(answer.message), { ...answer.split, payload: payload2 });
  if (vector.handshake_hash !== undefined) t.equal(toHex(answer.split.hash), vector.handshake_hash);
  // The messages that follow go by turns, the initiator's first; Noise counts in little endian, so only 0 looks like ours.
  const keys = [answer.split.k1, answer.split.k2];
  const found = transport
    .slice(0, 2)
    .map((plaintext, turn) =>
      toHex(chacha20Poly1305(keys[turn] ?? new Uint8Array()).seal(nonceFor(0n), new Uint8Array(), plaintext)),
    );
  t.same(found, sealed.slice(0, 2));
}
