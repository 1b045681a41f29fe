/** What stands in an answer. */
import type { FieldName } from '../../fields.ts';
import { body } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { World } from '../../world.ts';

/** Any body can have these, with a byte string of at most 16 bytes. [GEN-21] */
const GREASE: ReadonlySet<unknown> = new Set([
  0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a,
]);
const MOST_GREASE = 16;

/** Judges that a body has these keys and, but for grease, no others. */
export function checkKeys(world: World, mail: Received, names: readonly FieldName[]): void {
  const wanted = names.flatMap((name) => [...body({ [name]: 0 }).keys()]);
  const found = [...(mail.body ?? new Map())].filter(([key, value]) => {
    return !(GREASE.has(key) && value instanceof Uint8Array && value.length <= MOST_GREASE);
  });
  const keys = found.map(([key]) => key);
  world.check(
    keys.length === wanted.length && wanted.every((key) => keys.includes(key)),
    `a body with keys ${wanted.join(', ')} and perhaps grease`,
    `keys ${keys.join(', ')}`,
  );
}
