/** Section 9.7: what an RS-S holds for a leg that has no valid address yet. */
import { sameBytes } from '../../../reference/bytes.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { directed } from '../nodes.ts';
import { checkForwarded, checkHeld, sendOpaque } from '../relayed.ts';
import { RS_S } from '../steps.ts';

/** RSS-03 */
const COUNT = 4;
const HOLD_TIME = 2000;
/** GEN-38: what must not happen after a time does not happen more than a second after it. */
const FORGOTTEN = HOLD_TIME + 1000;
/** How old what must still be held can be. */
const HELD = 1000;

export const HOLDING_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.hold',
    title: 'For a leg that has no valid address the last 4 datagrams are held, and sent in their order.',
    clauses: ['RSS-03', 'RSS-02'],
    catches: 'Nothing held, the first ones held in place of the last, another order, or one sent twice.',
    async script(world) {
      const { a, b } = await directed(world);
      await a.openLeg();
      // A network that doubles datagrams would push others out.
      const [tooMany, count] = world.impaired ? [0, 2] : [2, COUNT];
      for (let i = 0; i < tooMany; i++) {
        sendOpaque(world, a, { fault: silentFault(`${COUNT} came after it`, 'relay-hold') });
      }
      const held = Array.from({ length: count }, () => sendOpaque(world, a));
      await b.openLeg();
      const order = held.map((datagram) => b.peer.inbox.findIndex(({ bytes }) => sameBytes(bytes, datagram)));
      const isSorted = order.every((at, i) => at > (order[i - 1] ?? -1));
      for (const datagram of held) await checkHeld(world, b, datagram);
      world.check(world.impaired || isSorted, 'the order in which they were sent', 'another order');
      await checkForwarded(world, a, b);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.hold-each',
    title: 'Both legs of a path, and the legs of several paths, have what is held of their own.',
    clauses: ['RSS-03'],
    catches: 'One store for all legs, so that one path takes the room of others.',
    async script(world) {
      const paths = [];
      for (let i = 0; i < 3; i++) {
        const path = await directed(world);
        await path.a.openLeg();
        paths.push(path);
      }
      const count = world.impaired ? 1 : COUNT;
      const held = paths.map(({ a }) => Array.from({ length: count }, () => sendOpaque(world, a)));
      for (const [i, { b }] of paths.entries()) {
        await b.openLeg();
        for (const datagram of held[i] ?? []) {
          await checkHeld(world, b, datagram);
        }
      }
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.hold-expiry',
    title: 'What is held for longer than 2 seconds does not come any more; what is younger does.',
    clauses: ['RSS-03', 'GEN-38'],
    catches: 'Datagrams of long ago that come to a node when it opens its leg.',
    waits: FORGOTTEN + 100,
    async script(world) {
      const { a, b } = await directed(world);
      await a.openLeg();
      const began = world.net.now();
      sendOpaque(world, a, { fault: silentFault(`${FORGOTTEN} ms before its leg`, 'relay-hold') });
      await world.sleep(FORGOTTEN + 100 - HELD);
      const young = sendOpaque(world, a);
      await world.sleep(began + FORGOTTEN + 100 - world.net.now());
      await b.openLeg();
      await checkHeld(world, b, young);
      await checkForwarded(world, a, b);
    },
  }),
];
