/** What cases of lent addresses begin with: a path to an RS-T, with a peer and without one. */
import type { Ip } from '../../../reference/address.ts';
import { RelayKind } from '../../../reference/wire/registry.ts';
import type { NodeTestOptions } from '../../target/node-under-test.ts';
import type { World } from '../../world.ts';
import { between, checkAsked, lentOf, realOf, relayEnd } from './general-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  directionRequest,
  farEnd,
  OWN,
  packets,
  registered,
  whenOpen,
} from './steps.ts';

export const BY_T = { general: { policy: 'rs-t' } } as const;

export interface Lent extends OnPath {
  /** A general peer. */
  readonly real: Ip;
  readonly lent: Ip;
}

/** A path to an RS-T that the first packet for a peer asked for. @throws Unjudged, Violation */
export async function byPacket(
  world: World,
  version: 4 | 6 = 4,
  options: NodeTestOptions = {},
): Promise<Lent> {
  const { node, dc } = await registered(world, { ...BY_T, ...options });
  const plan = dc.plan();
  const far = await farEnd(world, node, plan, { name: 'RS-T' });
  const [real, lent] = [realOf(plan, version), lentOf(plan, version)];
  await node.packet(between(world, OWN[version], real));
  const request = await directionRequest(world, dc, 'NODE-20: the first packet asks for a path.');
  checkAsked(world, request, { kind: 3, real });
  dc.answer(request, relayEnd(dc, plan, far, { kind: RelayKind.t, real, lent }));
  await whenOpen(world, far);
  return { node, dc, plan, far, real, lent };
}

/** An address that is held without a peer. */
export async function alone(world: World, timers?: NodeTestOptions['timers']): Promise<Lent> {
  const general = { policy: 'rs-t', lease: true } as const;
  const { node, dc } = await registered(world, { general, ...(timers && { timers }) });
  const request = await directionRequest(world, dc, 'NODE-20: it asks for an address without a peer.');
  checkAsked(world, request, { kind: 3, real: undefined });
  const plan = dc.plan();
  const far = await farEnd(world, node, plan, { name: 'RS-T' });
  const [real, lent] = [realOf(plan), lentOf(plan)];
  dc.answer(request, relayEnd(dc, plan, far, { kind: RelayKind.t, lent }));
  await whenOpen(world, far);
  return { node, dc, plan, far, real, lent };
}

export async function checkFlows(world: World, on: Lent, requirement: string): Promise<void> {
  await checkSends(world, on, between(world, on.lent, on.real), requirement);
  await checkDelivers(world, on, between(world, on.real, on.lent), requirement);
}

/** A packet of an RS-T that is to be dropped. */
export interface Wrong {
  readonly name: string;
  readonly from?: (on: Lent) => Ip;
  readonly to?: (on: Lent) => Ip;
  readonly counter: 'refused.inner-source' | 'refused.inner-destination';
}

export const source = (name: string, from: (on: Lent) => Ip): Wrong => ({
  name,
  from,
  counter: 'refused.inner-source',
});

/** Judges that a packet of an RS-T does not come out, and is counted by its layer. */
export async function checkDropped(world: World, on: Lent, { from, to, counter }: Wrong): Promise<void> {
  const before = (await on.node.counters())[counter] ?? 0;
  const had = packets(await on.node.events()).length;
  on.far.sendData(between(world, from?.(on) ?? on.real, to?.(on) ?? on.lent));
  await checkDelivers(world, on, between(world, on.real, on.lent), 'A good packet of the same path.');
  const out = packets(await on.node.events()).length - had;
  world.check(out === 1, 'nothing but the good packet', `${out} packets`, 'NODE-11, TUN-13.');
  if (world.impaired) return;
  const rose = ((await on.node.counters())[counter] ?? 0) - before;
  world.check(rose === 1, `${counter} by 1`, `by ${rose}`, 'GEN-19: counted once, by its layer.');
}
