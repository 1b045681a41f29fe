/** A few lives of paths through each data path: what a relay holds is counted, and memory is what `run.ts` looks at. */

import { has, whyNot } from '../drivers/tun/space.ts';
import t, { runtime } from '../tap.ts';
import type { Seen } from './judge.ts';
import { compare, tableOf } from './judge.ts';
import { soak } from './soak.ts';

const skip = runtime === 'bun' ? whyNot() : 'on Bun, where programs start soon';
const KERNEL = { user: 0, mmsg: 0, ebpf: 1, nft: 1 } as const;

for (const [datapath, kernel] of Object.entries(KERNEL)) {
  const missing = datapath === 'nft' && !has('nft') ? 'no nft here' : false;
  t.test(`${datapath}: 300 lives of paths leave nothing`, { skip: skip || missing }, async (t) => {
    const { seen, packets, inKernel, said } = await soak({ datapath, cycles: 300, hours: 3, together: 30 });
    const [first, last] = [seen[0], seen.at(-1)] as [Seen, Seen];
    const lines = compare(first, last);
    t.same(
      lines.filter(({ hasGrown, isBytes }) => hasGrown && !isBytes),
      [],
      tableOf(lines, first, last),
    );
    // Two datagrams before a path moves and two after it, and those of the paths that stay.
    t.ok(packets >= 1200, `${packets} datagrams were forwarded`);
    t.equal(inKernel > 0, kernel > 0, `${inKernel} by the kernel`);
    t.same(said, kernel > 0 ? [`forwards in the kernel by ${datapath}`] : []);
    t.equal(last.entries, datapath === 'ebpf' ? last.counters['table.paths.size'] : 0, 'those that stay');
    t.equal(last.nftTables, datapath === 'nft' ? 1 : 0);
  });
}
