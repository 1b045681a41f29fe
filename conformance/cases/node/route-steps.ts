/** What cases of a path by a relay begin with whose far end could be reached directly, too. */
import type { Endpoint } from '../../../reference/address.ts';
import { endpointToBytes } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { body } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { PlayedRelay } from '../../played/node-dc.ts';
import type { Peer } from '../../played/peer.ts';
import { probeAnswer } from '../../played/probe-answer.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { withRelay } from './openings.ts';
import type { OnPath } from './steps.ts';
import { checkDelivers, isData, packetFrom, packetTo, sendLoosely } from './steps.ts';

/** TUN-06: UDP payload of the probe of inner size 1280. */
export const DATA_SIZE = 1324;
/** HO-10 with the timers below, and the tries of probes; milliseconds. */
const LONG = 4000;
/** HO-10, here shorter: seconds. */
export const QUICK = { heard: 1, 'heard-over': 1 } as const;

export interface OnRelay extends OnPath {
  readonly relay: PlayedRelay;
  /** Where the far end can be reached directly. */
  readonly direct: Peer;
}

/**
 * A path by a relay on which a packet went, and a socket by which the far end could be reached directly.
 * @param prepare what the relay is like before anything goes by it
 */
export async function onRelay(
  world: World,
  options: NodeTestOptions = {},
  prepare: (relay: PlayedRelay) => void = () => undefined,
): Promise<OnRelay> {
  const { node, dc, plan, relay, far } = await withRelay(world, options);
  prepare(relay);
  const direct = await world.peer('B direct', node.endpoint());
  direct.hold(far.path);
  await dc.send(plan, { part: 2, relay });
  const isOpen = () => relay.leg.current?.confirmed || undefined;
  world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
  await far.openLeg();
  await checkDelivers(world, { node, far }, packetFrom(world, plan));
  return { node, dc, plan, relay, far, direct };
}

/** The far end says by the relay where it is. */
export async function tell(world: World, { far }: Pick<OnPath, 'far'>, places: readonly Endpoint[]) {
  const content = body({ transaction: world.fresh(8), candidates: places.map(endpointToBytes) });
  world.status(await far.peer.request(far.path, MessageType.pathUpdate, content), Status.ok);
}

export function isProbe({ path }: Pick<PlayedNode, 'path'>): (mail: Received) => boolean {
  return ({ type, channel }) => type === MessageType.probeRequest && channel === path;
}

export function isSized(far: PlayedNode): (mail: Received) => boolean {
  return (mail) => isProbe(far)(mail) && mail.bytes.length === DATA_SIZE;
}

/** Answers small probes alone. */
export function answersSmall(peer: Peer): void {
  peer.habits.answerProbes = false;
  peer.habits.reply = (mail) =>
    mail.type === MessageType.probeRequest && mail.bytes.length < 1000
      ? { type: MessageType.probeResponse, content: probeAnswer(mail) }
      : undefined;
}

/**
 * Sends packets until one comes at a peer; those before may come by either way.
 * @param meanwhile what the far end does before each
 */
export async function sendsAt(
  world: World,
  on: OnRelay,
  at: Peer,
  requirement: string,
  meanwhile: () => unknown = () => undefined,
): Promise<Received> {
  const end = world.net.now() + LONG;
  const sent: Uint8Array[] = [];
  const isOurs = (mail: Received): boolean => sent.some((packet) => isData(packet, on.far)(mail));
  for (;;) {
    meanwhile();
    const packet = packetTo(world, on.plan);
    sent.push(packet);
    await sendLoosely(on.node, [on.far], packet);
    const mail = await at.take(isData(packet, on.far), 100);
    if (mail === undefined && world.net.now() < end) continue;
    for (const peer of [on.direct, on.relay.peer]) while (peer.takeNow(isOurs) !== undefined);
    return world.came(mail, `Data at ${at.name}`, requirement);
  }
}

/** A path whose data goes directly. */
export async function onDirect(world: World, options: NodeTestOptions = {}): Promise<OnRelay> {
  const on = await onRelay(world, options);
  await tell(world, on, [on.direct.local]);
  await sendsAt(world, on, on.direct, 'OPT-03: probed with both sizes, it is the route.');
  return on;
}
