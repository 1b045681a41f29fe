/** Sections 9.7 and 9.9: what an RS-S counts of what it forwards, and of that what its kernel forwards. */
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { RsUnderTest } from '../../target/target.ts';
import type { World } from '../../world.ts';
import type { Bound } from '../nodes.ts';
import { bound } from '../nodes.ts';
import { sendOpaque } from '../relayed.ts';
import { exactNetwork, RS_S_CONFIGURED } from '../steps.ts';

const COUNT = 8;
/** Bytes of UDP payload. */
const SIZE = 300;
/** Milliseconds until the kernel has an entry, if it is to have it at all. */
const TAKEN_OVER = 1000;
const POLL = 50;

/** Sends so many datagrams through, in both directions. @returns by how much each counter rose, and what they are then */
async function relayed(world: World, { rs, a, b }: Bound) {
  const before = await rs.counters();
  for (let index = 0; index < COUNT; index++) {
    const [from, to] = index % 3 === 0 ? [b, a] : [a, b];
    const datagram = sendOpaque(world, from, { size: SIZE });
    world.came(await to.takeRelayed(datagram), 'the same bytes at the other end', 'RSS-01.');
  }
  const after = await rs.counters();
  return { after, rise: (name: string): number => (after[name] ?? 0) - (before[name] ?? 0) };
}

/** Waits for the kernel to have an entry. */
async function takenOver(world: World, rs: RsUnderTest): Promise<void> {
  const end = world.net.now() + TAKEN_OVER;
  while (((await rs.counters())['table.kernel.size'] ?? 0) === 0 && world.net.now() < end)
    await world.sleep(POLL);
}

export const COUNTED_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S_CONFIGURED,
    id: 'rs-s.forward.counted',
    title: 'What is forwarded is counted, with its bytes; of the kernel’s is only what the kernel forwards.',
    clauses: ['GEN-17'],
    catches: 'Counters that stand still once the kernel forwards, or say that it does where it does not.',
    async script(world) {
      exactNetwork(world);
      const on = await bound(world);
      const isKernel = world.target.claims('kernel');
      if (isKernel) await takenOver(world, on.rs);
      const { after, rise } = await relayed(world, on);
      const all = `relay.packets by ${COUNT}, relay.bytes by ${COUNT * SIZE}`;
      const rose = `relay.packets by ${rise('relay.packets')}, relay.bytes by ${rise('relay.bytes')}`;
      world.check(rose === all, all, rose, 'GEN-17: what an RS-S sent on.');
      const [packets, bytes] = [rise('relay.kernel.packets'), rise('relay.kernel.bytes')];
      const most = isKernel ? COUNT : 0;
      const requirement = 'GEN-17: of what it sent on, what its kernel did.';
      const expected = `relay.kernel.packets by at most ${most}, ${SIZE} bytes each`;
      const isRight = packets >= 0 && packets <= most && bytes === packets * SIZE;
      world.check(isRight, expected, `by ${packets}, ${bytes} bytes`, requirement);
      const entries = after['table.kernel.size'] ?? 0;
      const room = isKernel ? (after['table.paths.size'] ?? 0) : 0;
      world.check(entries <= room, `table.kernel.size at most ${room}`, `${entries}`, requirement);
    },
  }),
  scriptCase({
    ...RS_S_CONFIGURED,
    level: 'SHOULD',
    features: ['kernel'],
    id: 'rs-s.forward.kernel',
    title: 'Who claims to forward in the kernel does, and its counters say so.',
    clauses: ['RSS-09'],
    catches: 'A kernel that never gets an entry, or whose packets are counted as those of user space.',
    async script(world) {
      exactNetwork(world);
      const on = await bound(world);
      await takenOver(world, on.rs);
      const { after, rise } = await relayed(world, on);
      const requirement = 'RSS-09: its counters tell kernel and user space apart.';
      const packets = rise('relay.kernel.packets');
      world.check(packets > 0, 'relay.kernel.packets rises', `by ${packets}`, requirement);
      const entries = after['table.kernel.size'] ?? 0;
      world.check(entries > 0, 'the entry in table.kernel too', `${entries}`, requirement);
    },
  }),
];
