/**
 * Many lives of paths through the data paths of an RS-S, over a day of its time, and whether it holds more at the end
 * than after a tenth. As root on Linux: `run.ts [--datapath user,mmsg,ebpf,nft] [--cycles 100000] [--hours 24]
 * [--together 200]`. Exits with 1 if anything grew.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { whyNot } from '../drivers/tun/space.ts';
import { compare, tableOf } from './judge.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    datapath: { type: 'string', default: 'user,mmsg,ebpf,nft' },
    cycles: { type: 'string', default: '100000' },
    hours: { type: 'string', default: '24' },
    together: { type: 'string', default: '200' },
  },
});
const [cycles, hours, together] = [values.cycles, values.hours, values.together].map(Number) as [
  number,
  number,
  number,
];
let hasGrown = false;
const missing = whyNot();
if (missing !== false) {
  process.stderr.write(`not here: ${missing}\n`);
  process.exit(2);
}

for (const datapath of values.datapath.split(',')) {
  const since = performance.now();
  const seconds = (): string => ((performance.now() - since) / 1000).toFixed(0);
  const { seen, packets, inKernel, again, said } = await soak({
    datapath,
    cycles,
    hours,
    together,
    onTenth: ({ cycles: done, hours: passed, rss, heap = 0 }) =>
      process.stderr.write(
        `${datapath}: ${done} cycles, ${passed.toFixed(1)} h, ${seconds()} s, RSS ${mebi(rss)}, heap ${mebi(heap)}\n`,
      ),
  });
  const [first] = seen;
  const last = seen.at(-1);
  if (first === undefined || last === undefined) throw new Error('nothing was seen');
  const lines = compare(first, last);
  hasGrown ||= lines.some((line) => line.hasGrown);
  console.log(`\n## ${datapath}: ${last.cycles} cycles, ${last.hours.toFixed(1)} hours, in ${seconds()} s\n`);
  for (const line of said) console.log(`${line}\n`);
  console.log(
    `${packets} datagrams forwarded, ${inKernel} of them in the kernel; ${again} times sent again\n`,
  );
  console.log(tableOf(lines, first, last));
}
process.exit(hasGrown ? 1 : 0);

function mebi(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
