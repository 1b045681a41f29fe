/** Section 9.7: what an RS-S counts of what it forwards, and of that what its kernel forwards. */
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { bound } from '../nodes.ts';
import { sendOpaque } from '../relayed.ts';
import { exactNetwork, RS_S_CONFIGURED } from '../steps.ts';

const COUNT = 8;
/** Bytes of UDP payload. */
const SIZE = 300;
/** Milliseconds until the kernel has an entry, if it is to have it at all. */
const TAKEN_OVER = 1000;
const POLL = 50;
/** Where it can: of what is sent then at least one datagram goes by the kernel. */
const LEAST = 1;

export const COUNTED_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    level: 'SHOULD',
    id: 'rs-s.forward.counted',
    title:
      'What is forwarded is counted, with its bytes; of that, and of the entries, what is the kernel’s is told apart.',
    clauses: ['RSS-09', 'GEN-17'],
    catches: 'Counters that stand still once the kernel forwards, or say that it does where it does not.',
    async script(world) {
      exactNetwork(world);
      const { rs, a, b } = await bound(world);
      const isKernel = world.target.claims('kernel');
      const kernelEntries = async () => (await rs.counters())['table.kernel.size'] ?? 0;
      for (const end = world.net.now() + TAKEN_OVER; isKernel && (await kernelEntries()) === 0; ) {
        if (world.net.now() >= end) break;
        await world.sleep(POLL);
      }
      const before = await rs.counters();
      for (let index = 0; index < COUNT; index++) {
        const [from, to] = index % 3 === 0 ? [b, a] : [a, b];
        const datagram = sendOpaque(world, from, { size: SIZE });
        world.came(await to.takeRelayed(datagram), 'the same bytes at the other end', 'RSS-01.');
      }
      const after = await rs.counters();
      const rise = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
      const all = `relay.packets by ${COUNT}, relay.bytes by ${COUNT * SIZE}`;
      const rose = `relay.packets by ${rise('relay.packets')}, relay.bytes by ${rise('relay.bytes')}`;
      world.check(rose === all, all, rose, 'GEN-17: what an RS-S sent on.');
      const [packets, bytes] = [rise('relay.kernel.packets'), rise('relay.kernel.bytes')];
      const entries = after['table.kernel.size'] ?? 0;
      const [least, most] = isKernel ? [LEAST, COUNT] : [0, 0];
      const requirement = 'RSS-09: its counters tell kernel and user space apart.';
      const isRight = packets >= least && packets <= most && bytes === packets * SIZE;
      const expected = `relay.kernel.packets by ${least} to ${most}, ${SIZE} bytes each`;
      world.check(isRight, expected, `by ${packets}, ${bytes} bytes`, requirement);
      const isIn = isKernel ? entries >= 1 && entries <= (after['table.paths.size'] ?? 0) : entries === 0;
      world.check(isIn, isKernel ? 'the entry in table.kernel too' : 'none', `${entries}`, requirement);
    },
  }),
];
