import { MemoryNet } from '../../reference/net/memory/memory.ts';

/** A network in virtual time. */
export function memoryNet(): MemoryNet {
  return new MemoryNet({ seed: 'adapters', afterPromises: setImmediate });
}
