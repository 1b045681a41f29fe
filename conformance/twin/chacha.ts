/** ChaCha20 (RFC 8439, 2.4): the input xored with the key stream from block `counter` on. */
export function chacha20(key: Uint8Array, nonce: Uint8Array, counter: number, input: Uint8Array): Uint8Array {
  const out = input.slice();
  let block = new Uint8Array(0);
  for (let at = 0; at < out.length; at++) {
    if (at % 64 === 0) block = chachaBlock(key, nonce, counter + at / 64);
    out[at] = (out[at] ?? 0) ^ (block[at % 64] ?? 0);
  }
  return out;
}

/** One block of 64 bytes (RFC 8439, 2.3). Words have a sign: without one they are slow where they are above 2^31. */
export function chachaBlock(key: Uint8Array, nonce: Uint8Array, counter: number): Uint8Array<ArrayBuffer> {
  const state = new Int32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) state[4 + i] = word(key, i);
  state[12] = counter;
  for (let i = 0; i < 3; i++) state[13 + i] = word(nonce, i);
  const mixed = state.slice();
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
  const out = new DataView(new ArrayBuffer(64));
  for (let i = 0; i < 16; i++) out.setInt32(4 * i, ((mixed[i] ?? 0) + (state[i] ?? 0)) | 0, true);
  return new Uint8Array(out.buffer);
}

function word(from: Uint8Array, i: number): number {
  return new DataView(from.buffer, from.byteOffset).getInt32(4 * i, true);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The quarter round (RFC 8439, 2.1). */
function quarter(s: Int32Array, ai: number, bi: number, ci: number, di: number): void {
  let a = s[ai] ?? 0;
  let b = s[bi] ?? 0;
  let c = s[ci] ?? 0;
  let d = s[di] ?? 0;
  a = (a + b) | 0;
  d = rotate(d ^ a, 16);
  c = (c + d) | 0;
  b = rotate(b ^ c, 12);
  a = (a + b) | 0;
  d = rotate(d ^ a, 8);
  c = (c + d) | 0;
  b = rotate(b ^ c, 7);
  s[ai] = a;
  s[bi] = b;
  s[ci] = c;
  s[di] = d;
}
