/** What stands in an answer. */

import { MessageType } from '../../../reference/wire/registry.ts';
import type { FieldName } from '../../fields.ts';
import { body, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { World } from '../../world.ts';

/** Any body can have these, with a byte string of at most 16 bytes. [GEN-21] */
const GREASE: ReadonlySet<unknown> = new Set([
  0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a,
]);
const MOST_GREASE = 16;
/** Key 2, zero bytes. */
const PADDING = 2;

/** Judges that a body has these keys and, but for grease and padding, no others. */
export function checkKeys(world: World, mail: Received, names: readonly FieldName[]): void {
  const wanted = names.flatMap((name) => [...body({ [name]: 0 }).keys()]);
  // ERR-07, GEN-36: neither errors nor probing answers are padded.
  const mayPad = mail.type !== MessageType.probeResponse && !((numberField(mail.body, 'status') ?? 0) > 0);
  const found = [...(mail.body ?? new Map())].filter(([key, value]) => {
    if (!(value instanceof Uint8Array)) return true;
    return !(GREASE.has(key) && value.length <= MOST_GREASE) && !(key === PADDING && mayPad && isZero(value));
  });
  const keys = found.map(([key]) => key);
  world.check(
    keys.length === wanted.length && wanted.every((key) => keys.includes(key)),
    `a body with keys ${wanted.join(', ')} and perhaps grease${mayPad ? ' and padding' : ''}`,
    `keys ${keys.join(', ')}`,
  );
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
