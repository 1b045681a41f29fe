/** Ciphers of OpenSSL's libcrypto, from this program itself or from the system, with the names and numbers of its headers. */
import type { Found, Library } from './koffi.ts';
import { loadKoffi } from './koffi.ts';

// openssl/evp.h
export const EVP_CTRL_AEAD_GET_TAG = 0x10;
export const EVP_CTRL_AEAD_SET_TAG = 0x11;

/**
 * Addresses are numbers, which cost less on their way than arrays: whoever calls keeps what is there. Each call returns 1
 * if it did what it is for.
 */
export interface Libcrypto {
  /** A new context, or 0. */
  newContext(): number;
  freeContext(context: number): void;
  /** Sets what is given: a cipher, a key, a nonce; 0 leaves it as it is. @param isSealing 1 or 0 */
  init(context: number, cipher: number, engine: 0, key: number, nonce: number, isSealing: number): number;
  update(context: number, out: number, outLength: number, input: number, length: number): number;
  final(context: number, out: number, outLength: number): number;
  control(context: number, command: number, value: number, at: number): number;
  /** The ciphers, by their suites. */
  readonly ciphers: Readonly<Record<1 | 2, number>>;
  /** The address at which the memory of a buffer begins. */
  addressOf(memory: Uint8Array): number;
}

let bound: Found<Libcrypto> | undefined;

/** The library, loaded once a thread. */
export function loadLibcrypto(): Found<Libcrypto> {
  bound ??= bind();
  return bound;
}

function bind(): Found<Libcrypto> {
  const { found: koffi, missing } = loadKoffi();
  if (koffi === undefined) return { missing };
  // Node has one of its own. A second one beside it would find the functions of the first.
  for (const name of [null, 'libcrypto.so.3']) {
    try {
      return { found: declareAll(koffi.load(name), koffi.load(null)) };
    } catch {
      // The next has it, perhaps.
    }
  }
  return { missing: 'there is no libcrypto.so.3 here' };
}

function declareAll(library: Library, libc: Library): Libcrypto {
  const declare = <Call>(from: Library, declaration: string): Call =>
    from.func(declaration) as unknown as Call;
  const cipher = (name: string): number =>
    Number(declare<() => number | bigint>(library, `uintptr_t ${name}()`)());
  const newContext = declare<() => number | bigint>(library, 'uintptr_t EVP_CIPHER_CTX_new()');
  const memcpy = declare<(to: Uint8Array, from: Uint8Array, length: number) => number | bigint>(
    libc,
    'uintptr_t memcpy(void *to, void *from, size_t length)',
  );
  return {
    newContext: () => Number(newContext()),
    freeContext: declare(library, 'void EVP_CIPHER_CTX_free(uintptr_t context)'),
    init: declare(
      library,
      'int EVP_CipherInit_ex(uintptr_t context, uintptr_t cipher, uintptr_t engine, uintptr_t key, uintptr_t nonce, int seals)',
    ),
    update: declare(
      library,
      'int EVP_CipherUpdate(uintptr_t context, uintptr_t out, uintptr_t outLength, uintptr_t input, int length)',
    ),
    final: declare(library, 'int EVP_CipherFinal_ex(uintptr_t context, uintptr_t out, uintptr_t outLength)'),
    control: declare(
      library,
      'int EVP_CIPHER_CTX_ctrl(uintptr_t context, int command, int value, uintptr_t at)',
    ),
    ciphers: { 1: cipher('EVP_chacha20_poly1305'), 2: cipher('EVP_aes_256_gcm') },
    addressOf: (memory) => Number(memcpy(memory, memory, 0)),
  };
}
