/** Section 12.5: paths that are replaced, whoever has moved and whichever end has asked. */
import { Part, Reason, Status } from '../../../reference/wire/registry.ts';
import { readIcmp } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { PlayedNode } from '../../played/node.ts';
import type { NodePlan } from '../../played/node-dc.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import { QUICK } from './route-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkReplaces,
  checkSends,
  directionRequest,
  farEnd,
  isData,
  isError,
  isOpeningOf,
  isUpdate,
  LATE,
  leave,
  move,
  NODE_USED,
  packetFrom,
  packets,
  packetTo,
  pathByName,
  sendLoosely,
  successor,
} from './steps.ts';

/** HO-07: milliseconds. */
const BOTH_MOVE = 5000;

/** A path that data goes by, and whose node sees within 2 s that it is dead. */
async function used(world: World): Promise<OnPath> {
  exactNetwork(world);
  const on = await pathByName(world, { node: { timers: QUICK } });
  await checkSends(world, on, packetTo(world, on.plan));
  return on;
}

/** Where the node registers from, now that it has moved; its DC answers there from now on. */
async function registeredAgain(world: World, { dc }: Pick<OnPath, 'dc'>): Promise<Received> {
  const request = world.came(await dc.peer.take(isRegistrationRequest), 'a Registration Request', 'HO-02.');
  dc.peer.target = request.from;
  return request;
}

interface Lost {
  readonly request: Received;
  /** What the node holds since then. */
  readonly held: readonly Uint8Array[];
  /** The plan of another path, and the far end of it, elsewhere. */
  readonly next: NodePlan;
  readonly again: PlayedNode;
}

/** The far end has gone, and the node asks for another path as a packet goes by the dead one. */
async function lost(world: World, on: OnPath): Promise<Lost> {
  const { node, dc, plan, far } = on;
  await leave(world, on);
  await sendLoosely(node, [far], packetTo(world, plan));
  const request = await directionRequest(world, dc, 'HO-06: it asks for a replacement.', 4000);
  const held = Array.from({ length: 3 }, (_, index) => packetTo(world, plan, { size: 16 + index }));
  for (const packet of held) await node.packet(packet);
  const next = successor(dc, plan);
  return { request, held, next, again: await farEnd(world, node, next, { name: 'B elsewhere' }) };
}

/** The far end awaits the node's opening of a new path; at its end the address of each is valid at the other. */
async function whenOpened(world: World, far: PlayedNode): Promise<void> {
  const opening = world.came(
    await far.peer.take(isOpeningOf(far.path)),
    'an opening of the new path',
    'HO-06.',
  );
  const isOpen = () => far.path.current?.confirmed || undefined;
  world.check((await world.stage.until(isOpen)) === true, 'an opening that is confirmed', 'none');
  // A node that moved has another port since then.
  far.peer.target = opening.from;
  world.status(await far.peer.probe(far.path), Status.ok);
}

/** Judges that held packets come by a path in their order, and that it carries the flow in both directions. */
async function checkTakenOver(
  world: World,
  on: Pick<OnPath, 'node' | 'plan'>,
  far: PlayedNode,
  held: readonly Uint8Array[] = [],
): Promise<void> {
  const came: Received[] = [];
  for (const packet of held)
    came.push(
      world.came(await far.peer.take(isData(packet, far)), 'what was held, by the new path', 'NODE-10.'),
    );
  const isSorted = came.every(({ at }, index) => at >= (came[index - 1]?.at ?? at));
  world.check(isSorted, 'the order in which it was sent', 'another order', 'NODE-10.');
  await checkSends(world, { node: on.node, far }, packetTo(world, on.plan), 'HO-05: the flow goes on.');
  await checkDelivers(
    world,
    { node: on.node, far },
    packetFrom(world, on.plan),
    'HO-01: the same addresses.',
  );
}

/** Nothing that was on the way to where an end was is of interest any more. */
async function forgetOld(world: World, { far }: Pick<OnPath, 'far'>): Promise<void> {
  await world.sleep(300);
  while (far.peer.takeNow(() => true) !== undefined);
}

export const NODE_REPLACEMENT_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.far-moved',
    title:
      'When the far end has moved and its path is dead, the node asks, and what it held goes by the new path in order.',
    clauses: ['HO-05', 'HO-06', 'HO-19', 'HO-01', 'NODE-10'],
    catches:
      'Packets lost between two paths; a reason by which the DC takes the node for the one that moved.',
    waits: 3000,
    async script(world) {
      const on = await used(world);
      const { dc, plan } = on;
      const { request, held, next, again } = await lost(world, on);
      checkReplaces(world, request, plan.pathId, Reason.directFailed);
      const candidates = [again.peer.local];
      const fields = { replaces: plan.pathId };
      dc.answer(request, dc.routeDirection(next, { part: Part.initiate, candidates, fields }));
      await whenOpened(world, again);
      await checkTakenOver(world, on, again, held);
      await forgetOld(world, on);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.far-asks',
    title:
      'A path that the far end has asked for takes a dead one over, also where the node’s own request is refused after it.',
    clauses: ['HO-05', 'HO-06', 'HO-17', 'NODE-22', 'NODE-10'],
    catches:
      'An error to applications, or a path given up, because of a request that is not needed any more.',
    waits: 3000,
    async script(world) {
      const on = await used(world);
      const { node, dc, plan } = on;
      const { request, held, next, again } = await lost(world, on);
      await dc.send(next, { part: Part.await, fields: { replaces: plan.pathId } });
      const before = (await node.events()).length;
      await again.openLeg();
      await checkTakenOver(world, on, again, held);
      dc.answer(request, Status.noRoute);
      world.status(await dc.peer.probe(dc.association), Status.ok);
      await checkTakenOver(world, on, again);
      const events = (await node.events()).slice(before);
      const came = packets(events).filter((packet) => readIcmp(packet) !== undefined);
      world.check(came.length === 0, 'no ICMP error', `${came.length}`, 'HO-05: the flow goes on.');
      await forgetOld(world, on);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.moved-told',
    title:
      'A node that moved and is directed the far end’s new path before its own has died takes that one, and asks for none.',
    clauses: ['HO-05', 'HO-06', 'HO-11', 'HO-01'],
    catches: 'A second replacement of what is replaced; an old path that is waited for.',
    waits: 4000,
    async script(world) {
      const on = await used(world);
      const { node, dc, plan } = on;
      await leave(world, on);
      await move(on, [on.far.peer]);
      const { from } = await registeredAgain(world, on);
      await sendLoosely(node, [on.far], packetTo(world, plan));
      const next = successor(dc, plan);
      const again = await farEnd(world, node, next, { name: 'B elsewhere' });
      again.peer.target = from;
      await dc.send(next, { part: Part.await, fields: { replaces: plan.pathId } });
      await again.openLeg();
      await checkTakenOver(world, on, again);
      const asked = await dc.takeDirectionRequest(2500);
      world.check(asked === undefined, 'no Direction Request', 'one', 'HO-11: it has a live path.');
      await checkTakenOver(world, on, again);
      await forgetOld(world, on);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.without-network',
    title:
      'A node between two networks asks for nothing, and what it held goes by its path as soon as it has an address.',
    clauses: ['HO-20', 'HO-02', 'HO-08', 'HO-01', 'NODE-10'],
    catches:
      'A replacement of what works, or an error shown, at each change of networks; packets lost in between.',
    waits: 5500,
    async script(world) {
      const on = await used(world);
      const { node, dc, plan, far } = on;
      const { ip } = node.endpoint();
      // What is measured is done, and from the next packet on it waits to hear something.
      await world.sleep(200);
      await checkSends(world, on, packetTo(world, plan));
      await node.move([]);
      const held = Array.from({ length: 3 }, (_, index) => packetTo(world, plan, { size: 16 + index }));
      for (const packet of held) await node.packet(packet);
      // Longer than it takes to find a route dead.
      await world.sleep(2500);
      while (dc.peer.takeNow(() => true) !== undefined);
      await node.move([ip]);
      const { from } = await registeredAgain(world, on);
      far.peer.target = from;
      await checkTakenOver(world, on, far, held);
      const asked = await dc.takeDirectionRequest(2500);
      world.check(asked === undefined, 'no Direction Request', 'one', 'HO-20.');
      await checkTakenOver(world, on, far);
      const errors = (await node.events()).filter(isError).length;
      world.check(errors === 0, 'no error', `${errors}`, 'HO-20.');
    },
  }),
  ...[
    { id: 'node.move.both-own-lower', which: 'own', isOwnLower: true },
    { id: 'node.move.both-far-lower', which: 'the far end’s', isOwnLower: false },
  ].map(({ id, which, isOwnLower }) =>
    scriptCase({
      ...NODE_USED,
      id,
      title: `When both ends have moved and both have asked, the flow goes on in time by the lower path, here ${which}.`,
      clauses: ['HO-07', 'HO-11', 'HO-05', 'HO-06', 'HO-19'],
      catches:
        'A direction refused since the path is replaced already; ends that each send on a path of their own.',
      waits: 6000,
      async script(world) {
        exactNetwork(world);
        // The times of the clause are those of the defaults.
        const on = await pathByName(world);
        const { node, dc, plan } = on;
        await checkSends(world, on, packetTo(world, plan));
        await leave(world, on);
        await move(on, [on.far.peer]);
        const { at: began, from } = await registeredAgain(world, on);
        await sendLoosely(node, [on.far], packetTo(world, plan));
        const fields = { replaces: plan.pathId };
        const [low, high] = [0x10, 0x20].map((byte) => new Uint8Array(16).fill(byte));
        const request = await directionRequest(world, dc, 'HO-07: it asks.', BOTH_MOVE);
        checkReplaces(world, request, plan.pathId, Reason.moved);
        const own = successor(dc, plan, isOwnLower ? low : high);
        const theirs = successor(dc, plan, isOwnLower ? high : low);
        const asked = await farEnd(world, node, own, { name: 'B, path of the node' });
        const told = await farEnd(world, node, theirs, { name: 'B, its own path' });
        for (const { peer } of [asked, told]) peer.target = from;
        const candidates = [asked.peer.local];
        dc.answer(request, dc.routeDirection(own, { part: Part.initiate, candidates, fields }));
        const direction = dc.routeDirection(theirs, { part: Part.await, fields });
        world.status(await dc.direct(direction), Status.ok, 'HO-07: both paths are directed.');
        await told.openLeg();
        await whenOpened(world, asked);
        const lower = isOwnLower ? asked : told;
        const data = await checkSends(
          world,
          { node, far: lower },
          packetTo(world, plan),
          'HO-11: the lowest.',
        );
        const ms = Math.round(data.at - began);
        const isInTime = ms <= BOTH_MOVE + LATE;
        world.timely(isInTime, `within ${BOTH_MOVE} ms of the registration`, `after ${ms} ms`, 'HO-07.');
        const requirement = 'HO-14: receiving has no preference.';
        for (const far of [asked, told])
          await checkDelivers(world, { node, far }, packetFrom(world, plan), requirement);
        await forgetOld(world, on);
      },
    }),
  ),
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.relay',
    title:
      'When its RS-S is lost, the flow goes on by the new one, with what was held in between, on the same addresses.',
    clauses: ['HO-09', 'HO-06', 'HO-19', 'HO-01', 'NODE-10'],
    catches: 'A relay that takes the flows with it; a new leg that is never opened.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world, { timers: QUICK });
      await dc.send(plan, { part: Part.await, relay });
      const isBound = (leg: typeof relay.leg) => () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isBound(relay.leg))) === true, 'a leg that opens', 'none');
      await far.openLeg();
      const on = { node, dc, plan, far };
      await checkTakenOver(world, on, far);
      await leave(world, on);
      await sendLoosely(node, [far], packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-09: it asks for another relay.', 5000);
      checkReplaces(world, request, plan.pathId, Reason.relayLost);
      const held = [packetTo(world, plan, { size: 16 }), packetTo(world, plan, { size: 17 })];
      for (const packet of held) await node.packet(packet);
      const next = successor(dc, plan);
      const second = dc.relayAt(await world.peer('second RS', node.endpoint()), next);
      const again = new PlayedNode(second.peer, next, 0, undefined);
      const fields = { replaces: plan.pathId };
      dc.answer(request, dc.routeDirection(next, { part: Part.await, relay: second, fields }));
      world.check(
        (await world.stage.until(isBound(second.leg))) === true,
        'a leg that opens',
        'none',
        'HO-09.',
      );
      await again.openLeg();
      await checkTakenOver(world, on, again, held);
      await forgetOld(world, on);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.both-live',
    title: 'A live path that was replaced is closed once, and what still comes by it is delivered.',
    clauses: ['HO-06', 'TUN-17', 'HO-14'],
    catches: 'Packets of the far end lost that were on the way when the paths changed.',
    async script(world) {
      exactNetwork(world);
      const on = await used(world);
      const { node, dc, plan, far } = on;
      const next = successor(dc, plan);
      const again = await farEnd(world, node, next, { name: 'B again' });
      const before = (await node.events()).filter(isError).length;
      await dc.send(next, { part: Part.await, fields: { replaces: plan.pathId } });
      await checkTakenOver(world, on, far);
      await again.openLeg();
      await checkTakenOver(world, on, again);
      const update = world.came(await far.peer.take(isUpdate), 'a Path Update on the old path', 'HO-06.');
      world.check(field(update.body, 'close') === true, 'one with close', 'one without', 'HO-06.');
      await checkDelivers(world, on, packetFrom(world, plan), 'TUN-17: it receives for 10 s more.');
      const packet = packetTo(world, plan);
      await checkSends(world, { node, far: again }, packet, 'HO-06: the new one’s.');
      const old = far.peer.takeNow(isData(packet, far));
      world.check(old === undefined, 'nothing more on the old one', 'Data', 'HO-06, TUN-17.');
      const errors = (await node.events()).filter(isError).length - before;
      world.check(errors === 0, 'no error', `${errors}`, 'HO-06.');
    },
  }),
];
