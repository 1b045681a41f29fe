/** Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, 4.2). */
function times(a: number, b: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) {
    if (b & (1 << bit)) result ^= a;
    a = a & 0x80 ? ((a << 1) ^ 0x11b) & 0xff : a << 1;
  }
  return result;
}

/** SubBytes of one byte, computed (FIPS 197, 5.1.1): the inverse, then the affine transformation. */
function substituted(value: number): number {
  let inverse = 0;
  for (let candidate = 1; candidate < 256; candidate++) {
    if (times(value, candidate) === 1) inverse = candidate;
  }
  let out = 0x63;
  for (let by = 0; by < 5; by++) out ^= ((inverse << by) | (inverse >> (8 - by))) & 0xff;
  return out;
}

const S_BOX: readonly number[] = Array.from({ length: 256 }, (_, value) => substituted(value));

function sub(value: number | undefined): number {
  return S_BOX[value ?? 0] ?? 0;
}

/** The key schedule of a 32-byte key: 15 round keys of 16 bytes (FIPS 197, 5.2). */
function roundKeys(key: Uint8Array): number[][] {
  const words: number[][] = [];
  for (let i = 0; i < 8; i++) words.push([...key.slice(4 * i, 4 * i + 4)]);
  let constant = 1;
  for (let i = 8; i < 60; i++) {
    let word = [...(words[i - 1] ?? [])];
    if (i % 8 === 0) {
      word = [word[1], word[2], word[3], word[0]].map(sub);
      word[0] = (word[0] ?? 0) ^ constant;
      constant = times(constant, 2);
    } else if (i % 8 === 4) {
      word = word.map(sub);
    }
    words.push(word.map((byte, n) => byte ^ (words[i - 8]?.[n] ?? 0)));
  }
  return Array.from({ length: 15 }, (_, round) => words.slice(4 * round, 4 * round + 4).flat());
}

/** ShiftRows (FIPS 197, 5.1.2); the state is held column by column. */
function shiftRows(state: readonly number[]): number[] {
  return state.map((_, i) => state[(i + 4 * (i % 4)) % 16] ?? 0);
}

/** MixColumns (FIPS 197, 5.1.3). */
function mixColumns(state: readonly number[]): number[] {
  return state.map((_, i) => {
    const column = i - (i % 4);
    const at = (row: number): number => state[column + (row % 4)] ?? 0;
    const row = i % 4;
    return times(at(row), 2) ^ times(at(row + 1), 3) ^ at(row + 2) ^ at(row + 3);
  });
}

/** AES-256 of one block of 16 bytes (FIPS 197, 5.1). */
export function aes256(key: Uint8Array, block: Uint8Array): Uint8Array {
  if (key.length !== 32 || block.length !== 16) throw new RangeError('32 bytes of key, 16 of block');
  const keys = roundKeys(key);
  const add = (state: readonly number[], round: number): number[] =>
    state.map((byte, i) => byte ^ (keys[round]?.[i] ?? 0));
  let state = add([...block], 0);
  for (let round = 1; round <= 14; round++) {
    state = shiftRows(state.map(sub));
    if (round < 14) state = mixColumns(state);
    state = add(state, round);
  }
  return Uint8Array.from(state);
}
