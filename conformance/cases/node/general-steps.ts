/** What cases of general peers begin with: the relay at which the tunnel ends, and what the DC says of it. */
import type { Ip } from '../../../reference/address.ts';
import { endpointToBytes, ipToBytes } from '../../../reference/address.ts';
import { sameBytes, toHex } from '../../../reference/bytes.ts';
import { MessageType, Part, RelayKind } from '../../../reference/wire/registry.ts';
import { QTYPE } from '../../application/dns.ts';
import { address } from '../../application/dns-answers.ts';
import { udpPacket } from '../../application/packets.ts';
import type { Body, Fields } from '../../fields.ts';
import { body, bytesField, field, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { NodePlan, PlayedNodeDc } from '../../played/node-dc.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { checkKeys } from '../messages/shape.ts';
import { askOf, generalName, resolving } from '../resolver/steps.ts';
import type { Asked, OnPath } from './steps.ts';
import { addressOf, directionRequest, farEnd, isUpdate, whenOpen } from './steps.ts';

/** A general peer's real address; each plan of a DC has one of its own. */
export function realOf(plan: NodePlan, version: 4 | 6 = 4): Ip {
  return (version === 4 ? `203.0.113.${numberOf(plan)}` : `2001:db8:80::${numberOf(plan)}`) as Ip;
}

/** What an RS-T lends. */
export function lentOf(plan: NodePlan, version: 4 | 6 = 4): Ip {
  return (version === 4 ? `192.0.2.${numberOf(plan)}` : `2001:db8:31::${numberOf(plan)}`) as Ip;
}

function numberOf(plan: NodePlan): string {
  return addressOf(plan, 4).split('.')[3] ?? '';
}

export interface Behind {
  readonly kind?: 2 | 3 | undefined;
  /** Key 15, 30 and 31; undefined: not there. */
  readonly real?: Ip | undefined;
  readonly standsFor?: Ip | undefined;
  readonly lent?: Ip | undefined;
  readonly fields?: Fields;
  /** Seconds. */
  readonly lifetime?: number | undefined;
}

/** A Route Direction to an RS-N or RS-T, of which the far end plays the tunnel end. */
export function relayEnd(dc: PlayedNodeDc, plan: NodePlan, far: PlayedNode, of: Behind): Body {
  const { kind = RelayKind.n, real, standsFor, lent, fields, lifetime = 7440 } = of;
  const relay = body({ kind, nodeId: plan.legs[0].nodeId, endpoints: [endpointToBytes(far.peer.local)] });
  return dc.routeDirection(plan, {
    part: Part.initiate,
    lifetime,
    fields: {
      peer: undefined,
      relay,
      peerAddress: real && ipToBytes(real),
      peerVirtualAddress: standsFor && ipToBytes(standsFor),
      lentAddress: lent && ipToBytes(lent),
      ...fields,
    },
  });
}

/** Judges that a Direction Request asks for this, and for nothing else. [NODE-20] */
export function checkAsked(
  world: World,
  request: Received,
  { kind, real, replaces = false }: { kind: 2 | 3; real: Ip | undefined; replaces?: boolean },
): void {
  const told = bytesField(request.body, 'peerAddress');
  const isRight =
    real === undefined ? told === undefined : told !== undefined && sameBytes(told, ipToBytes(real));
  const requirement = "NODE-20: the peer's real address, and that kind in `want`.";
  world.check(isRight, real ?? 'no peer', told === undefined ? 'no peer' : toHex(told), requirement);
  const want = numberField(request.body, 'want');
  world.check(want === kind, `want ${kind}`, `${want}`, requirement);
  const peer = real === undefined ? [] : (['peerAddress'] as const);
  const more = replaces ? (['replaces', 'reason'] as const) : [];
  checkKeys(world, request, ['transaction', ...peer, 'want', ...more]);
}

/** Whether there is a Direction Request of which nothing is known yet. */
export function otherRequest(dc: PlayedNodeDc): Received | undefined {
  return dc.peer.inbox.find(
    ({ type, explained }) => type === MessageType.directionRequest && explained === undefined,
  );
}

export function checkNotAskedAgain(world: World, dc: PlayedNodeDc, requirement: string): void {
  world.check(otherRequest(dc) === undefined, 'no Direction Request', 'one', requirement);
}

export interface Translated extends OnPath {
  readonly version: 4 | 6;
  readonly real: Ip;
  /** What stands for the peer. */
  readonly standsFor: Ip;
  readonly asked: Asked;
}

export interface TranslatedOptions {
  readonly version?: 4 | 6;
  readonly node?: NodeTestOptions;
  /** The plan of the path; another one of the DC if not given. */
  readonly plan?: (dc: PlayedNodeDc) => NodePlan;
  readonly name?: string;
  /** Of the path, in seconds. */
  readonly lifetime?: number;
}

/** A path to an RS-N for a name that an application asked for; it is open. @throws Unjudged, Violation */
export async function translated(world: World, options: TranslatedOptions = {}): Promise<Translated> {
  const { version = 4, node: more, name: called = 'RS-N' } = options;
  const on = await resolving(world, { general: { policy: 'rs-n' }, ...more });
  const { node, dc } = on;
  const plan = options.plan?.(dc) ?? dc.plan();
  const far = await farEnd(world, node, plan, { name: called });
  const [real, standsFor] = [realOf(plan, version), addressOf(plan, version)];
  const name = generalName(world);
  const type = version === 4 ? QTYPE.A : QTYPE.AAAA;
  const asked = askOf(world, on, { name, type }, { answers: [address(name, [...ipToBytes(real)])] });
  const request = await directionRequest(world, dc, 'NODE-20, DNS-16.');
  dc.answer(request, relayEnd(dc, plan, far, { real, standsFor, lifetime: options.lifetime }));
  await asked.answer;
  await whenOpen(world, far);
  return { node, dc, plan, far, version, real, standsFor, asked };
}

/** A UDP packet of so many random bytes. */
export function between(world: World, from: Ip, to: Ip, size = 32): Uint8Array {
  return udpPacket({ from, to, payload: world.random(size) });
}

/** What of Data is left in the inbox of a far end. */
export function dataAt(far: PlayedNode): Received[] {
  return far.peer.inbox.filter(({ type }) => type === MessageType.data);
}

const THERE = { answerProbes: true, answerOpenings: true, acknowledges: true } as const;

/** Judges that the node says goodbye on a path that another one has taken the place of. The relay is back then. */
export async function checkOldClosed(world: World, far: PlayedNode): Promise<void> {
  const isClose = (mail: Received) => isUpdate(mail) && field(mail.body, 'close') === true;
  world.came(await far.peer.take(isClose), 'a Path Update with close on the old path', 'HO-06.');
  Object.assign(far.peer.habits, THERE);
}
