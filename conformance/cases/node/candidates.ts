/** Section 13.2: private addresses among the candidates of both ends. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { endpointToBytes, formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { Part } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { field, listField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { OUTSIDE } from '../../played/probe-answer.ts';
import type { World } from '../../world.ts';
import { withRelay } from './openings.ts';
import type { OnRelay } from './route-steps.ts';
import { isProbe, tell } from './route-steps.ts';
import { checkDelivers, isUpdate, NODE_USED, packetFrom } from './steps.ts';

/** More than a search that has begun waits for its first probes and its Path Update; milliseconds. */
const SOON = 600;

/**
 * A path by a relay of a node that is behind a NAT, as its DC and the relay see it, on a network of private addresses
 * that the far end's direct socket is on, too.
 * @param isAlone whether the Route Direction has no candidates beside the relay
 */
async function behindNat(world: World, isAlone: boolean): Promise<OnRelay> {
  const habits = { natted: [4] } as const;
  const { node, dc, plan, relay, far } = await withRelay(world, { habits, private: [world.source(4)] });
  relay.peer.habits.natted = habits.natted;
  const direct = await world.peer('B direct', node.endpoint());
  direct.hold(far.path);
  // An end that awaits does not open there.
  const candidates = isAlone ? undefined : [direct.local];
  await dc.send(plan, { part: Part.await, relay, ...(candidates && { candidates }) });
  const isOpen = () => relay.leg.current?.confirmed || undefined;
  world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
  await far.openLeg();
  await checkDelivers(world, { node, far }, packetFrom(world, plan));
  return { node, dc, plan, relay, far, direct };
}

/** A place behind the same NAT, as both are seen from outside. */
const SAME_NAT: Endpoint = { ip: OUTSIDE[4], port: 4000 };
/** One behind another. */
const OTHER_NAT: Endpoint = { ip: '203.0.113.77' as Ip, port: 4000 };

const hex = (endpoint: Endpoint): string => toHex(endpointToBytes(endpoint));

/** Takes what the node tells of itself next, as text. */
async function told({ relay }: OnRelay, timeout?: number): Promise<readonly string[] | undefined> {
  const isTelling = (mail: Received): boolean =>
    isUpdate(mail) && field(mail.body, 'candidates') !== undefined;
  const mail = await relay.peer.take(isTelling, timeout);
  return mail && listField(mail.body, 'candidates').map((bytes) => toHex(bytes as Uint8Array));
}

function checkTold(world: World, on: OnRelay, list: readonly string[] | undefined, isPrivate: boolean): void {
  const { ip, port } = on.node.endpoint();
  const [own, outside] = [hex({ ip, port }), hex({ ip: OUTSIDE[4], port })];
  const actual = list?.join(', ') ?? 'no Path Update with candidates';
  world.check(list?.includes(outside) === true, `${outside}, as it is seen`, actual, 'OPT-06.');
  const expected = isPrivate ? `${own}, its private endpoint, too` : `not ${own}, its private endpoint`;
  world.check(list?.includes(own) === isPrivate, expected, actual, 'OPT-07.');
}

export const NODE_CANDIDATE_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.private-hidden',
    title:
      'A node tells its private IPv4 endpoint only once the far end shows that both are behind the same NAT.',
    clauses: ['OPT-07', 'OPT-06'],
    level: 'SHOULD',
    catches:
      'The plan of a private network told to every peer; two nodes of one house that meet at the relay alone.',
    async script(world) {
      const on = await behindNat(world, true);
      checkTold(world, on, await told(on), false);
      await tell(world, on, [OTHER_NAT]);
      const other = await told(on, SOON);
      if (other !== undefined) checkTold(world, on, other, false);
      await tell(world, on, [SAME_NAT]);
      checkTold(world, on, await told(on), true);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.private-directed',
    title: 'Where its DC gave candidates beside the relay, a node tells its private IPv4 endpoint at once.',
    clauses: ['OPT-07', 'OPT-06'],
    level: 'SHOULD',
    catches: 'Two nodes of one network that do not find each other though the DC knows that they are near.',
    async script(world) {
      const on = await behindNat(world, false);
      checkTold(world, on, await told(on), true);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.private-probed',
    title: 'A private candidate is probed only where the far end is seen under the same address as the node.',
    clauses: ['OPT-08', 'OPT-02'],
    catches: 'Probes at whatever host has that address in the network of the node.',
    waits: SOON,
    async script(world) {
      const on = await behindNat(world, true);
      const { direct, far } = on;
      await tell(world, on, [direct.local, OTHER_NAT]);
      await world.sleep(SOON);
      const stray = direct.inbox.filter(isProbe(far)).length;
      world.check(stray === 0, `nothing at ${formatEndpoint(direct.local)}`, `${stray} probes`, 'OPT-08.');
      await tell(world, on, [direct.local, SAME_NAT]);
      world.came(await direct.take(isProbe(far)), 'a probing request', 'OPT-08: as it is the same network.');
    },
  }),
];
