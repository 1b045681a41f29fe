import { CRYPTO_MUTANTS } from './crypto.ts';
import type { Mutant } from './mutant.ts';
import { WIRE_MUTANTS } from './wire.ts';

export const MUTANTS: readonly Mutant[] = [...CRYPTO_MUTANTS, ...WIRE_MUTANTS];
