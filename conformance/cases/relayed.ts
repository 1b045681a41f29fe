/** Steps with what an RS-S relays: bytes that it cannot read. */
import { concat, sameBytes } from '../../reference/bytes.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import { body } from '../fields.ts';
import type { Intent } from '../intent.ts';
import { RELAYED, silentFault } from '../intent.ts';
import type { Received } from '../observe/received.ts';
import type { PlayedChannel } from '../played/channel.ts';
import type { PlayedNode } from '../played/node.ts';
import type { Peer } from '../played/peer.ts';
import type { World } from '../world.ts';
import type { Bound } from './nodes.ts';

const MAGIC = 0x05;
/** Nothing else: no type, key ID or sequence number matters to an RS-S. [RSS-10] */
const SIZE = 64;

export interface OpaqueOptions {
  /** Data if not given. */
  readonly type?: number;
  readonly keyId?: number;
  /** Bytes of UDP payload. */
  readonly size?: number;
  /** The node's socket if not given. */
  readonly from?: Peer;
  /** Why it must not be forwarded; it has to be if not given. */
  readonly fault?: Intent;
  /** The channel that its context names, where that is no path. */
  readonly channel?: PlayedChannel;
}

/** Sends bytes of a path that nobody has keys for. @returns the datagram. */
export function sendOpaque(world: World, node: PlayedNode, options: OpaqueOptions = {}): Uint8Array {
  const { type = MessageType.data, keyId = 1, size = SIZE, from = node.peer, fault, channel } = options;
  const rest = world.random(size - 20);
  const head = Uint8Array.of(MAGIC, type, keyId >> 8, keyId & 0xff);
  const bytes = concat(head, node.path.id, rest);
  // The twin knows no keys for it either.
  if (fault === undefined) from.send(bytes, undefined, { intent: RELAYED, channel: node.path });
  else from.send(bytes, undefined, { intent: fault, content: rest, channel });
  return bytes;
}

/** A source that is not the address in use of a leg. [RSS-12] */
export const NOT_A_LEG: Intent = silentFault('a source that is no leg in use', 'relay-source');

/** How often to try on a network that loses datagrams, and how long each but the last, milliseconds. */
const TRIES = 4;
const TRY = 300;

/** Sends bytes of a path, again where the network loses some. @returns what came out at the other end */
export async function relay(world: World, from: PlayedNode, to: PlayedNode): Promise<Received | undefined> {
  for (let left = world.impaired ? TRIES : 1; ; left--) {
    const datagram = sendOpaque(world, from);
    const mail = await to.takeRelayed(datagram, left === 1 ? undefined : TRY);
    if (mail !== undefined || left === 1) return mail;
  }
}

/** Judges that one end's bytes come out at the other. */
export async function checkForwarded(
  world: World,
  from: PlayedNode,
  to: PlayedNode,
  requirement?: string,
): Promise<Received> {
  return world.came(await relay(world, from, to), `the datagram at ${to.peer.name}`, requirement);
}

/** Judges that what was held comes; on a network that loses datagrams nothing can be said. */
export async function checkHeld(
  world: World,
  node: PlayedNode,
  datagram: Uint8Array,
  requirement = 'RSS-03: what was held is sent as soon as the address is valid.',
): Promise<void> {
  const mail = await node.takeRelayed(datagram, world.impaired ? TRY : undefined);
  if (!world.impaired) world.came(mail, 'what was held for this leg', requirement);
}

/** Judges that bytes of one end are not forwarded, while those of another path are. */
export async function checkNotForwarded(
  world: World,
  from: PlayedNode,
  fault: Intent,
  fence: () => Promise<Received | undefined>,
  requirement?: string,
): Promise<void> {
  await world.silence({
    bad: () => sendOpaque(world, from, { fault }),
    fence,
    ...(requirement !== undefined && { requirement }),
  });
}

/** Judges that a datagram that is right did not come to a socket. */
export function checkAbsent(world: World, peer: Peer, datagram: Uint8Array, requirement?: string): void {
  const came = peer.inbox.some(({ bytes }) => sameBytes(bytes, datagram));
  world.check(!came, `nothing of the path at ${peer.name}`, 'the datagram came there', requirement);
}

const NOTHING = new Uint8Array(0);

/** Sends an opening on a leg that the RS-S does not have. */
export function sendVainOpening({ peer, leg }: PlayedNode): void {
  const { message1 } = leg.message1(peer.stage.fresh);
  // To the twin too the channel is not there.
  peer.send(message1, undefined, { intent: silentFault('no such leg', 'context'), content: NOTHING });
}

/** Sends a probing request, under the keys that there were, on a leg that the RS-S does not have. */
export function sendVainProbe({ peer, leg }: PlayedNode): void {
  const bytes = leg.seal(MessageType.probeRequest, body({ transaction: peer.stage.fresh(8) }));
  peer.send(bytes, undefined, { intent: silentFault('no such leg', 'context'), content: NOTHING });
}

/** Judges that of an entry nothing is there: neither its legs nor its path. */
export async function checkGone(
  world: World,
  { a, b }: Pick<Bound, 'a' | 'b'>,
  fence: () => Promise<Received | undefined>,
  requirement?: string,
): Promise<void> {
  const why = requirement === undefined ? {} : { requirement };
  const gone = silentFault('no such path', 'context');
  for (const node of [a, b]) {
    if (node.leg.current !== undefined)
      await world.silence({ bad: () => sendVainProbe(node), fence, ...why });
    await world.silence({ bad: () => sendVainOpening(node), fence, ...why });
    await checkNotForwarded(world, node, gone, fence, requirement);
  }
}
