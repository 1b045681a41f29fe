/** Steps with the opening that an RS-S makes itself. */
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { PlayedKeys } from '../../played/keys.ts';
import type { Peer } from '../../played/peer.ts';
import type { RsOptions, RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import type { Associated } from '../steps.ts';
import { associated } from '../steps.ts';

/** A DC that leaves the attempt of the RS-S outstanding. */
export const SILENT = { answerOpenings: false } as const;

export function isOpening({ type }: Received): boolean {
  return type === MessageType.openingRequest;
}

/** Instances of which an earlier row, or an earlier try, had the opening already. */
const used = new WeakSet<RsUnderTest>();

export interface OwnOpening extends Associated {
  /** Message 1, not answered. */
  readonly first: Received;
}

/** The RS-S's own opening of its association, just begun: by another start, if need be. */
export async function ownOpening(world: World, options: RsOptions = {}): Promise<OwnOpening> {
  const on = await associated(world, { bare: true, opens: true, habits: SILENT, ...options });
  const { rs, peer } = on;
  if (used.has(rs)) {
    while (peer.inbox.length > 0) await peer.take(() => true);
    await rs.restart({ hard: true });
  }
  used.add(rs);
  await rs.provoke?.();
  const requirement =
    rs.provoke === undefined
      ? 'KEY-43: a relay opens its associations when it starts.'
      : 'FED-15, KEY-27: a DC opens when it starts, and when a message is due and it has no keys.';
  const first = world.came(await peer.take(isOpening), 'message 1 of the target', requirement);
  return { ...on, first };
}

/** Answers a message 1 as the DC. @returns message 2, not sent, and its keys */
export function answer(world: World, association: PlayedChannel, message1: Uint8Array) {
  const state = association.readMessage1(message1);
  const made = state && association.message2(state, message1, world.stage.fresh);
  return made ?? world.stage.violated('a message 1 that verifies', 'one that does not');
}

export async function confirmingProbe(world: World, peer: Peer, keys: PlayedKeys): Promise<Received> {
  const probe = await peer.take((mail) => mail.type === MessageType.probeRequest && mail.keys === keys);
  const requirement = 'KEY-11: on message 2 the initiator sends a probing request under the new keys.';
  return world.came(probe, 'a probing request under the new keys', requirement);
}

/** A peer that confirms nothing by itself: it answers nothing that is sealed. */
export const MUTE = { ...SILENT, answerProbes: false, answerRegistrations: false } as const;

/** The same of what else it is asked. */
export function mute({ habits }: Peer): void {
  const { reply } = habits;
  habits.reply = (mail) => {
    reply?.(mail);
    return undefined;
  };
}
