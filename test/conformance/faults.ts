/** Implementations with one fault each: the reference with something between it and its loop. */
import type { Created } from '../../adapters/reference/created.ts';
import { withTable } from '../../adapters/reference/variant.ts';
import type { Endpoint } from '../../reference/address.ts';
import { toHex } from '../../reference/bytes.ts';
import type { Effect, Input } from '../../reference/core.ts';

type Handle = Created['role']['handle'];

function withHandle(created: Created, handle: Handle, wakeAt = () => created.role.wakeAt()): Created {
  const { role, table } = created;
  return { table, role: { handle, wakeAt, counters: () => role.counters() } };
}

/** Takes any first byte for the right one. */
export function takesAnyMagic(created: Created): Created {
  return withHandle(created, (input, now) => {
    if (input.kind !== 'datagram') return created.role.handle(input, now);
    const bytes = Uint8Array.from(input.bytes);
    bytes[0] = 0x05;
    return created.role.handle({ ...input, bytes }, now);
  });
}

/** Takes first bytes from 0x20 up for the right one. */
export function takesHighMagic(created: Created): Created {
  return withHandle(created, (input, now) => {
    if (input.kind !== 'datagram' || (input.bytes[0] ?? 0) < 0x20) return created.role.handle(input, now);
    const bytes = Uint8Array.from(input.bytes);
    bytes[0] = 0x05;
    return created.role.handle({ ...input, bytes }, now);
  });
}

/** Forwards whatever has the Path ID of an entry, to its second end. */
export function forwardsFromAnywhere(created: Created): Created {
  const ends = new Map<string, Endpoint>();
  return withTable(created, (table) => ({
    forward: (bytes, from, now) => table.forward(bytes, from, now) ?? ends.get(toHex(bytes.subarray(4, 20))),
    apply(effect) {
      if (effect.kind === 'relay-set') ends.set(effect.path.pathId, effect.path.ends[1]);
      table.apply(effect);
    },
  }));
}

/** Sends what it should have dropped back to its sender, 300 ms later. */
export function echoesLate(created: Created): Created {
  let due: { at: number; effect: Effect } | undefined;
  const handle = (input: Input, now: number): Effect[] => {
    const late = due !== undefined && due.at <= now ? [due.effect] : [];
    if (late.length > 0) due = undefined;
    if (input.kind === 'datagram' && input.bytes[0] !== 0x05) {
      due = { at: now + 300, effect: { kind: 'send', bytes: Uint8Array.from(input.bytes), to: input.from } };
    }
    return [...late, ...created.role.handle(input, now)];
  };
  return withHandle(created, handle, () => {
    const own = created.role.wakeAt();
    return due === undefined ? own : Math.min(due.at, own ?? due.at);
  });
}

/** Is there, but never says anything. */
export function mute(created: Created): Created {
  return withHandle(
    created,
    () => [],
    () => undefined,
  );
}

/** Answers nothing any more once it has seen a datagram with this first byte. */
export function diesOf(first: number): (created: Created) => Created {
  return (created) => {
    let dead = false;
    const handle: Handle = (input, now) => {
      if (input.kind === 'datagram' && input.bytes[0] === first) dead = true;
      return dead ? [] : created.role.handle(input, now);
    };
    return withHandle(created, handle, () => (dead ? undefined : created.role.wakeAt()));
  };
}
