/** Benchmark `relay-throughput`: how many datagrams an RS-S forwards, and what one of them costs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { versionOf } from '../machine.ts';
import type { Benchmark } from '../page/section.ts';
import type { Party } from '../party.ts';
import { lacksFor, RelayBench } from './bench.ts';
import { startCoturn } from './coturn.ts';
import { Flood } from './flood.ts';
import { CN, dropAll, RS, translate } from './network.ts';
import type { Costs, Sweep } from './throughput-section.ts';
import { throughputSection } from './throughput-section.ts';
import type { Way } from './ways.ts';
import { COTURN, DGRAM, EBPF, FORWARDING, kernelWays, MMSG, NAT, NFT, throughputWays } from './ways.ts';

const PROGRAMS = { ip: 'iproute2', nft: 'nftables', gcc: 'gcc libc6-dev', turnserver: 'coturn' };
const FIRST_PORT = 4331;
const PORT = 4330;
const AT = `${RS}:${PORT}`;
/** The relay's processor; the sender's is the other one. */
const PROCESSOR = 1;

export const relayThroughput: Benchmark = {
  id: 'relay-throughput',
  title: 'Throughput of an RS-S',
  lacks: () => lacksFor(PROGRAMS),
  measure: async ({ quick, progress }) => {
    const [rounds, seconds] = quick ? [1, 0.2] : [5, 0.7];
    const sizes = quick ? [1, 100] : [1, 100, 1000, 10_000, 100_000];
    const bench = new RelayBench();
    try {
      const flood = new Flood(bench, seconds);
      dropAll(bench.network.cn, 'udp dport 5000');
      const found = await compare(bench, flood, rounds, progress);
      const sweeps = await grow(bench, flood, quick ? 1 : 5, sizes, progress);
      const versions = { coturn: versionOf('turnserver', '--version'), nft: versionOf('nft', '--version') };
      return throughputSection(found, { sizes, sweeps }, { rounds, seconds, versions });
    } finally {
      bench.close();
    }
  },
};

/** Undoes what was begun. */
type Undone = () => void | Promise<void>;
type Progress = (line: string) => void;

/** All ways with one path, turn by turn. */
async function compare(bench: RelayBench, flood: Flood, rounds: number, progress: Progress) {
  const found = new Map<string, Costs>();
  const note = (name: string, perSecond: number, cost: number): void => {
    const costs = found.get(name) ?? { perSecond: [], cost: [] };
    found.set(name, costs);
    costs.perSecond.push(perSecond);
    costs.cost.push(cost);
  };
  const coturn = await startCoturn(bench, PROCESSOR);
  const relays: (readonly [Way, Party, string])[] = [];
  for (const [index, way] of throughputWays.entries())
    relays.push([way, await bench.relay(way, FIRST_PORT + index, PROCESSOR), `${RS}:${FIRST_PORT + index}`]);
  progress('those in user space compile what they do again and again');
  for (const [, relay, to] of relays) await flood.relayed(relay, to, 1);
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}: the kernel`);
    const kernel = async (name: string, to: string, begin: () => Undone | Promise<Undone>): Promise<void> => {
      const alone = await flood.dropped(1);
      const end = await begin();
      const { perSecond, cost } = await flood.forwarded(to, 1);
      await end();
      note(name, perSecond, cost - alone);
    };
    await kernel(FORWARDING, CN, () => () => {});
    await kernel(NAT, AT, () => translate(bench.network.rs, PORT));
    for (const way of kernelWays)
      await kernel(way.name, AT, async () => {
        const relay = await bench.relay(way, PORT, PROCESSOR);
        return () => relay.end();
      });
    progress(`round ${round} of ${rounds}: user space`);
    const turn = await flood.relayed(coturn.party, coturn.at, 1, 'turn');
    note(COTURN, turn.perSecond, turn.cost);
    for (const [{ name }, relay, to] of relays) {
      const { perSecond, cost } = await flood.relayed(relay, to, 1);
      note(name, perSecond, cost);
    }
  }
  await Promise.all([coturn.party, ...relays.map(([, relay]) => relay)].map((party) => party.end()));
  return found;
}

/** What a datagram costs as the table grows. */
async function grow(
  bench: RelayBench,
  flood: Flood,
  times: number,
  sizes: readonly number[],
  progress: Progress,
): Promise<Sweep[]> {
  const sweeps: Sweep[] = [];
  for (const way of [EBPF, NFT, MMSG, DGRAM]) {
    const isUser = way.datapath === 'user';
    const loaded = async (paths: number): Promise<Party> => {
      const relay = await bench.relay(way, PORT, PROCESSOR);
      const start = performance.now();
      await relay.ask({ paths });
      progress(`${way.name}: ${paths} paths, loaded in ${Math.round(performance.now() - start)} ms`);
      await sleep(200);
      return relay;
    };
    // The kernel's is a difference of two: one is taken beside the other each time, so that neither is of another hour.
    const inKernel = async (paths: number): Promise<number> => {
      const alone = await flood.dropped(paths);
      const relay = await loaded(paths);
      const { cost } = await flood.forwarded(AT, paths);
      await relay.end();
      return cost - alone;
    };
    const costs: number[][] = [];
    for (const paths of sizes) {
      const each: number[] = [];
      const relay = isUser ? await loaded(paths) : undefined;
      if (relay !== undefined) await flood.relayed(relay, AT, paths);
      for (let time = 0; time < times; time++)
        each.push(relay ? (await flood.relayed(relay, AT, paths)).cost : await inKernel(paths));
      await relay?.end();
      costs.push(each);
    }
    sweeps.push({ name: way.name, costs });
  }
  return sweeps;
}
