import type { Random } from '../core.ts';

/** The system's cryptographic source. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
