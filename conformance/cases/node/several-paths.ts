/** Sections 12.5: several paths to one node, of which one is sent on; which are replaced, which closed, and when. */
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { field } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { World } from '../../world.ts';
import { inTime } from '../channel/key-times.ts';
import { exactNetwork } from '../steps.ts';
import { QUICK } from './route-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkSends,
  farEnd,
  isData,
  isUpdate,
  LATE,
  leave,
  NODE_USED,
  openPath,
  packetTo,
  sendLoosely,
  successor,
} from './steps.ts';

/** HO-11, here shorter: milliseconds. */
const LOWEST_PATH = 3000;
const LOWEST_HEARD = 1000;
/** HO-10 with short timers, and time for the way and the host; milliseconds. */
const DEAD = 4000;

const isClose = (mail: Received): boolean => isUpdate(mail) && field(mail.body, 'close') === true;

function pathId(byte: number): Uint8Array {
  return new Uint8Array(16).fill(byte);
}

/** Another path to the far end, directed and not opened yet. */
async function another(
  world: World,
  { node, dc, plan }: OnPath,
  id: number,
  replaces?: Uint8Array,
): Promise<PlayedNode> {
  const next = successor(dc, plan, pathId(id));
  const far = await farEnd(world, node, next, { name: `B, path ${id.toString(16)}` });
  await dc.send(next, replaces === undefined ? {} : { fields: { replaces } });
  return far;
}

function checkKept(world: World, { peer }: PlayedNode, requirement: string): void {
  const closed = peer.takeNow(isClose);
  world.check(closed === undefined, `no goodbye at ${peer.name}`, 'a Path Update with close', requirement);
}

export const NODE_SEVERAL_PATHS_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.paths.lowest-unheard',
    title:
      'A second path is not closed as long as nothing is heard on the one with the lowest Path ID, and then as soon as something is.',
    clauses: ['HO-11'],
    catches: 'A node that gives up the path that works for the sake of one that may be dead already.',
    waits: LOWEST_PATH + 2000,
    async script(world) {
      exactNetwork(world);
      const timers = { 'lowest-path': LOWEST_PATH / 1000, 'lowest-path-heard': LOWEST_HEARD / 1000 };
      const began = world.net.now();
      const on = await openPath(world, { node: { timers }, plan: { pathId: pathId(0x20) } });
      const lowest = await another(world, on, 0x10);
      await lowest.openLeg();
      inTime(world, began, LOWEST_PATH - LOWEST_HEARD - LATE);
      await world.sleep(began + LOWEST_PATH + 1000 - world.net.now());
      checkKept(world, on.far, 'HO-11: only if something was heard on the lowest within the last 5 s.');
      world.status(await lowest.peer.probe(lowest.path), Status.ok);
      const closed = await on.far.peer.take(isClose, 2000);
      world.came(
        closed,
        'a Path Update with close on the higher path',
        'HO-11: or else as soon as that is so.',
      );
      await checkSends(world, { node: on.node, far: lowest }, packetTo(world, on.plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.paths.one-dies',
    title:
      'When the path that is sent on dies and there is another one, that one carries the data, nothing is asked for, and the dead one is closed.',
    clauses: ['HO-11', 'HO-10'],
    catches: 'A third path to a node that has two already; data held although there is a way.',
    waits: DEAD + 1500,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { node: { timers: QUICK }, plan: { pathId: pathId(0x20) } });
      const { node, dc, plan, far } = on;
      const lowest = await another(world, on, 0x10);
      await lowest.openLeg();
      await checkSends(world, { node, far: lowest }, packetTo(world, plan), 'HO-11: on the lowest.');
      await leave(world, { dc, far: lowest });
      const end = world.net.now() + DEAD;
      let came: Received | undefined;
      while (came === undefined && world.net.now() < end) {
        const packet = packetTo(world, plan);
        await sendLoosely(node, [far, lowest], packet);
        came = await far.peer.take(isData(packet, far), 200);
      }
      world.came(came, 'Data on the path that lives', 'HO-11: it has a live route, so it is sent on.');
      world.status(await far.peer.probe(far.path), Status.ok);
      const closed = await lowest.peer.take(isClose, 2000);
      world.came(
        closed,
        'a Path Update with close on the dead one',
        'HO-11: something was heard on the other.',
      );
      const asked = await dc.takeDirectionRequest(1000);
      const requirement = 'HO-11: a path to a Node ID that has another live path is not replaced.';
      world.check(asked === undefined, 'no Direction Request', 'one', requirement);
      while (lowest.peer.takeNow(() => true) !== undefined);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.paths.all-replaced',
    title:
      'A path that replaces another one replaces all that were confirmed before it was directed, and none that was confirmed later.',
    clauses: ['HO-06', 'HO-11', 'TUN-17'],
    catches: 'A path left over beside the one that took its place; a newer path closed with the old ones.',
    waits: 500,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { plan: { pathId: pathId(0x10) } });
      const { node, plan, far } = on;
      const second = await another(world, on, 0x20);
      await second.openLeg();
      // What is before and what after is clear on any clock.
      await world.sleep(50);
      const replacing = await another(world, on, 0x30, plan.pathId);
      await world.sleep(50);
      const later = await another(world, on, 0x40);
      await later.openLeg();
      for (const kept of [far, second]) checkKept(world, kept, 'HO-06: it goes on until then.');
      await replacing.openLeg();
      for (const [what, { peer }] of [
        ['that it names', far],
        ['that was confirmed before its direction', second],
      ] as const) {
        const requirement = 'HO-11: once confirmed it replaces all that were confirmed before its direction.';
        world.came(await peer.take(isClose), `a Path Update with close on the path ${what}`, requirement);
      }
      await checkSends(world, { node, far: replacing }, packetTo(world, plan), 'HO-11: on the lowest.');
      await world.sleep(300);
      checkKept(world, later, 'HO-11: it was confirmed after the direction of the one that replaces.');
    },
  }),
];
