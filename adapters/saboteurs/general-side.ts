/** What comes out of the general side of a relay, changed on its way out. */
import type { Endpoint } from '../../reference/address.ts';
import { formatEndpoint } from '../../reference/address.ts';
import type { RoleConfig } from '../../reference/config/schema.ts';
import { readHead } from '../../reference/packet/head.ts';
import type { Created } from '../reference/created.ts';
import type { Saboteur } from '../reference/variant.ts';
import { withEffects, withHandle } from '../reference/variant.ts';

const TCP = 6;
const SYN = 2;

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

/** Lets a TCP segment of a node through only if there was a SYN from where the node is. */
function inspecting(created: Created, { role }: RoleConfig, of: 'rs-n' | 'rs-t'): Created {
  const { tunnels } = created;
  if (role !== of || tunnels === undefined) return created;
  const begun = new Set<string>();
  const passes = (packet: Uint8Array, from: Endpoint): boolean => {
    const head = readHead(packet);
    if (head?.protocol !== TCP) return true;
    if (((packet[head.payload + 13] ?? 0) & SYN) !== 0) begun.add(formatEndpoint(from));
    return begun.has(formatEndpoint(from));
  };
  const changed = withEffects(created, (effect, input) =>
    effect.kind === 'deliver' && input.kind === 'datagram' && !passes(effect.packet, input.from)
      ? []
      : [effect],
  );
  return {
    ...changed,
    tunnels: {
      seal: (packet, now) => tunnels.seal(packet, now),
      open: (bytes, from, now) => {
        const packet = tunnels.open(bytes, from, now);
        return packet === undefined || passes(packet, from) ? packet : new Uint8Array(0);
      },
      apply: (effect) => tunnels.apply(effect),
    },
  };
}

/** A node that sends a TCP segment only if there was a SYN since it moved last. */
function minding(created: Created): Created {
  const { role, tunnels } = created;
  let isBegun = false;
  const passes = (packet: Uint8Array): boolean => {
    const head = readHead(packet);
    if (head?.protocol !== TCP) return true;
    if (((packet[head.payload + 13] ?? 0) & SYN) !== 0) isBegun = true;
    return isBegun;
  };
  const changed = withHandle(created, (input, now) => {
    if (input.kind === 'addresses') isBegun = false;
    return input.kind === 'packet' && !passes(input.packet) ? [] : role.handle(input, now);
  });
  return {
    ...changed,
    ...(tunnels && {
      tunnels: {
        seal: (packet, now) => (passes(packet) ? tunnels.seal(packet, now) : undefined),
        open: (bytes, from, now) => tunnels.open(bytes, from, now),
        apply: (effect) => tunnels.apply(effect),
      },
    }),
  };
}

export const INSPECTING: readonly Saboteur[] = [
  ...(['rs-n', 'rs-t'] as const).map((of) => ({
    name: `${of}-inspects-tcp`,
    title: 'drops TCP segments in mid-stream after the node moved',
    clause: 'TUN-12',
    caughtBy: `${of}.flow.tcp-moved`,
    wrap: (created: Created, config: RoleConfig) => inspecting(created, config, of),
  })),
  {
    name: 'node-inspects-tcp',
    title: 'drops TCP segments in mid-stream after it moved',
    clause: 'TUN-12',
    caughtBy: 'node.move.tcp',
    wrap: minding,
  },
];
