import { bigEndian } from './bytes.ts';

/** ChaCha20 (RFC 8439, 2.4): the input xored with the key stream from block `counter` on. */
export function chacha20(key: Uint8Array, nonce: Uint8Array, counter: number, input: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < input.length; at += 64) {
    const block = chachaBlock(key, nonce, counter + at / 64);
    input.slice(at, at + 64).forEach((byte, i) => out.push(byte ^ (block[i] ?? 0)));
  }
  return Uint8Array.from(out);
}

/** One block of 64 bytes (RFC 8439, 2.3). */
export function chachaBlock(key: Uint8Array, nonce: Uint8Array, counter: number): Uint8Array {
  const state = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
  for (let i = 0; i < 8; i++) state.push(word(key, i));
  state.push(counter);
  for (let i = 0; i < 3; i++) state.push(word(nonce, i));
  const mixed = [...state];
  for (let round = 0; round < 10; round++) {
    quarter(mixed, 0, 4, 8, 12);
    quarter(mixed, 1, 5, 9, 13);
    quarter(mixed, 2, 6, 10, 14);
    quarter(mixed, 3, 7, 11, 15);
    quarter(mixed, 0, 5, 10, 15);
    quarter(mixed, 1, 6, 11, 12);
    quarter(mixed, 2, 7, 8, 13);
    quarter(mixed, 3, 4, 9, 14);
  }
  return Uint8Array.from(
    mixed.flatMap((value, i) => [...bigEndian((value + (state[i] ?? 0)) >>> 0, 4)].reverse()),
  );
}

function word(from: Uint8Array, i: number): number {
  const at = (offset: number): number => from[4 * i + offset] ?? 0;
  return (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> 0;
}

function rotate(value: number, by: number): number {
  return ((value << by) | (value >>> (32 - by))) >>> 0;
}

/** The quarter round (RFC 8439, 2.1). */
function quarter(s: number[], a: number, b: number, c: number, d: number): void {
  const at = (i: number): number => s[i] ?? 0;
  s[a] = (at(a) + at(b)) >>> 0;
  s[d] = rotate(at(d) ^ at(a), 16);
  s[c] = (at(c) + at(d)) >>> 0;
  s[b] = rotate(at(b) ^ at(c), 12);
  s[a] = (at(a) + at(b)) >>> 0;
  s[d] = rotate(at(d) ^ at(a), 8);
  s[c] = (at(c) + at(d)) >>> 0;
  s[b] = rotate(at(b) ^ at(c), 7);
}
