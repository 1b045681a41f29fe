/**
 * xoshiro128** (Blackman and Vigna): a small generator of which the same seed gives the same numbers on
 * every runtime. For impairments and the like; it has nothing to do with secrets.
 */
export class Xoshiro128 {
  private readonly state = new Uint32Array(4);

  /** @param seed any text, or the four words of the state, which must not all be 0. */
  constructor(seed: string | readonly [number, number, number, number]) {
    this.state.set(typeof seed === 'string' ? stateFrom(seed) : seed);
  }

  /** The next 32 bits, as an unsigned number. */
  next(): number {
    // By index: to take it apart as a list costs several times as much.
    const { state } = this;
    const a = state[0] ?? 0;
    const b = state[1] ?? 0;
    const c = state[2] ?? 0;
    const d = state[3] ?? 0;
    const mixed = c ^ a;
    const crossed = d ^ b;
    state[0] = a ^ crossed;
    state[1] = b ^ mixed;
    state[2] = mixed ^ (b << 9);
    state[3] = rotate(crossed, 11);
    return Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
  }

  /** From 0 to below 1, in steps of 2^-32. */
  unit(): number {
    return this.next() / 2 ** 32;
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Four words that depend on every character: FNV-1a from four starts, each finished as in MurmurHash3. */
function stateFrom(seed: string): [number, number, number, number] {
  const lane = (start: number): number => {
    let hash = start;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  // An odd word: the state of zeros would give zeros for ever.
  return [lane(0x811c9dc5), lane(0x9e3779b9), lane(0x7f4a7c15), (lane(0xf39cc060) | 1) >>> 0];
}
