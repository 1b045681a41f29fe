/** What comes out of the general side of a relay, changed on its way out. */
import type { RoleConfig } from '../../reference/config/schema.ts';
import type { Created } from '../reference/created.ts';
import { withEffects } from '../reference/variant.ts';

/** @param change gives undefined for what is to be lost. Other roles stay as they are. */
export function outgoing(
  created: Created,
  { role }: RoleConfig,
  of: 'rs-n' | 'rs-t',
  change: (packet: Uint8Array) => Uint8Array | undefined,
): Created {
  const { tunnels } = created;
  if (role !== of || tunnels === undefined) return created;
  const changed = withEffects(created, (effect) => {
    if (effect.kind !== 'deliver') return [effect];
    const packet = change(effect.packet);
    return packet === undefined ? [] : [{ ...effect, packet }];
  });
  return {
    ...changed,
    tunnels: {
      seal: (packet, now) => tunnels.seal(packet, now),
      open: (bytes, from, now) => {
        const packet = tunnels.open(bytes, from, now);
        // Taken, and nothing comes of it.
        return packet && (change(packet) ?? new Uint8Array(0));
      },
      apply: (effect) => tunnels.apply(effect),
    },
  };
}
