/** What many cases begin with, and the facts that they share. */

import { MessageType } from '../../reference/wire/registry.ts';
import type { CaseInfo } from '../case.ts';
import { body } from '../fields.ts';
import type { Intent } from '../intent.ts';
import { silentFault } from '../intent.ts';
import type { Received } from '../observe/received.ts';
import type { Message1Options, PlayedChannel } from '../played/channel.ts';
import type { PathPlan, PlayedDc } from '../played/dc.ts';
import type { PlayedKeys } from '../played/keys.ts';
import type { PlayedNode } from '../played/node.ts';
import type { Peer } from '../played/peer.ts';
import type { RsOptions, RsUnderTest } from '../target/target.ts';
import { Unjudged } from '../verdict.ts';
import type { NodeOptions, World } from '../world.ts';

type Common = Pick<CaseInfo, 'level' | 'roles' | 'adapterLevel' | 'features' | 'needs' | 'isolation'>;

/** A MUST of the RS-S that can be judged from outside. */
export const RS_S: Common = {
  level: 'MUST',
  roles: ['rs-s'],
  adapterLevel: 0,
  features: [],
  needs: [],
  isolation: 'shared',
};

/** The same where it takes an instance of its own configuration, its counters or its restart. */
export const RS_S_CONFIGURED: Common = { ...RS_S, adapterLevel: 1, isolation: 'own' };

export interface Associated {
  readonly rs: RsUnderTest;
  readonly dc: PlayedDc;
  readonly peer: Peer;
  readonly association: PlayedChannel;
}

/** The RS-S and the first of its DCs, their association open unless `bare` is given. @throws Unjudged */
export async function associated(world: World, options: RsOptions = {}): Promise<Associated> {
  const rs = await world.rs(options);
  const { dc } = rs;
  return { rs, dc, peer: dc.peer, association: dc.association };
}

export interface OnLeg extends Associated {
  readonly plan: PathPlan;
  readonly node: PlayedNode;
  /** The node's. */
  readonly nodePeer: Peer;
  readonly leg: PlayedChannel;
}

/** A leg that was directed and nothing more: a channel of the row's own. @throws Unjudged */
export async function newLeg(world: World, rs: RsOptions = {}, node: NodeOptions = {}): Promise<OnLeg> {
  const base = await associated(world, rs);
  const plan = await base.dc.relay();
  const played = await world.node(base.rs, plan, 0, node);
  return { ...base, plan, node: played, nodePeer: played.peer, leg: played.leg };
}

/** A leg that is open, with the node's address valid on it. @throws Unjudged */
export async function openLeg(world: World, rs: RsOptions = {}, node: NodeOptions = {}): Promise<OnLeg> {
  const made = await newLeg(world, rs, node);
  await made.node.openLeg();
  return made;
}

/** One opening, as a step on the way: message 1 and 2. @throws Unjudged if no message 2 came */
export async function halfOpen(
  peer: Peer,
  channel: PlayedChannel,
  options: Message1Options & { readonly intent?: Intent } = {},
): Promise<PlayedKeys> {
  const { keys } = (await peer.halfOpen(channel, options)) ?? {};
  if (keys !== undefined) return keys;
  throw new Unjudged('inconclusive', 'target', `the ${channel.kind} could not be opened: no message 2`, true);
}

/** A fence: an opening that has to be answered. */
export function opens(peer: Peer, channel: PlayedChannel): Promise<Received | undefined> {
  return peer.halfOpen(channel);
}

/** Marks keys as ones that the target must have erased, so that they count as unknown. */
export function forget(channel: PlayedChannel, keys: PlayedKeys): void {
  channel.erased.push(keys);
  if (channel.current === keys) channel.current = undefined;
}

/** The keys that the next message goes under. */
export function current(channel: PlayedChannel): PlayedKeys {
  if (channel.current === undefined) throw new Error(`the ${channel.kind} has no keys`);
  return channel.current;
}

/** A copy with one bit the other way, counted from the highest of the first byte. */
export function withBitFlipped(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  const at = bit >> 3;
  flipped[at] = (flipped[at] ?? 0) ^ (0x80 >> (bit & 7));
  return flipped;
}

/** A number as two-digit or longer hex with 0x. */
export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}

/** Judges that nothing opens under keys that are gone, with a fence that has to be answered. */
export async function gone(
  world: World,
  peer: Peer,
  channel: PlayedChannel,
  keys: PlayedKeys,
  why: string,
  fence: () => Promise<Received | undefined>,
): Promise<void> {
  forget(channel, keys);
  await world.silence({
    bad: () => {
      const content = body({ transaction: world.fresh(8) });
      const intent = silentFault(`keys ${why}`, 'key-id');
      peer.sendSealed(channel, MessageType.probeRequest, content, { keys, intent });
    },
    fence,
  });
}

/** For cases that count single datagrams. @throws Unjudged on a network that loses or copies them */
export function exactNetwork({ impaired }: World): void {
  if (!impaired) return;
  throw new Unjudged('not-exercised', 'network', 'what it counts, an impaired network loses or copies');
}
