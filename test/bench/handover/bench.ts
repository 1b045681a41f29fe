/** Benchmark `handover`: for how long nothing comes through a tunnel when one of its ends changes its address. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { has, PACKAGES } from '../../../reference/netns/requirements.ts';
import { versionOf } from '../machine.ts';
import type { Benchmark } from '../page/section.ts';
import type { Series } from './moves.ts';
import { titleOf } from './moves.ts';
import { Pauses } from './pauses.ts';
import { handoverSection, OURS, RIVAL } from './report.ts';
import type { Stage } from './stage.ts';
import { openStage } from './stage.ts';
import type { Traffic } from './traffic.ts';
import { Flow, TRAFFIC } from './traffic.ts';

const PROGRAMS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['ip', 'nft', 'sysctl', 'named', 'ping', 'curl', 'iperf3'].map((name) => [name, PACKAGES[name] ?? name]),
  ),
  tcpdump: 'tcpdump',
  wg: 'wireguard-tools',
  'wireguard-go': 'wireguard-go',
};

/** Milliseconds until a flow is there at all, or again, and to the next move after it. */
const BEGUN = 30_000;
const AGAIN = 30_000;
/** What the other tunnel needs longer for is measured once. */
const SLOW = 10_000;
const BETWEEN = 300;

export const handover: Benchmark = {
  id: 'handover',
  title: 'Handover: how long nothing comes through',
  lacks: () => {
    if (process.platform !== 'linux') return 'namespaces are Linux’s: run it on Linux';
    if (process.getuid?.() !== 0) return 'making namespaces needs root: run it as root, by sudo for instance';
    const absent = Object.keys(PROGRAMS).filter((name) => !has(name));
    if (absent.length > 0)
      return `${absent.join(', ')} not found: apt-get install ${absent.map((name) => PROGRAMS[name]).join(' ')}`;
    const bun = fileURLToPath(new URL('../../../node_modules/.bin/bun', import.meta.url));
    if (!existsSync(bun)) return 'bun is missing: npm ci';
    return existsSync('/dev/net/tun') ? undefined : '/dev/net/tun is not there: modprobe tun';
  },
  measure: async ({ quick, progress }) => {
    const [shared, alone] = quick ? [2, 2] : [4, 6];
    const pauses = new Pauses(progress);
    const stage = await openStage(progress);
    try {
      let port = 5201;
      for (const series of stage.series)
        for (const traffic of quick ? TRAFFIC.slice(0, 2) : TRAFFIC) {
          progress(`${series.name}, ${traffic}`);
          await play(stage, series, traffic, series.hasRival ? shared : alone, port, pauses);
          port += 2;
        }
    } finally {
      await stage.close();
    }
    const versions = {
      'wireguard-go': versionOf('wireguard-go', '--version'),
      curl: versionOf('curl', '--version'),
      iperf3: versionOf('iperf3', '--version'),
    };
    return handoverSection(pauses, { shared, alone, versions });
  },
};

/** One kind of traffic by each tunnel, while alice moves so many times. */
async function play(
  stage: Stage,
  series: Series,
  traffic: Traffic,
  moves: number,
  port: number,
  pauses: Pauses,
): Promise<void> {
  const { ground, rival } = stage;
  await series.begin();
  const { near, far, to } = stage.ours(series.peer);
  const flows = new Map<string, Flow>();
  const places = series.hasRival ? [to, rival.far.address] : [to];
  for (const place of places)
    if (!(await isReached(stage, place)))
      return pauses.fault(`${series.name}, ${traffic}: no way to ${place}`);
  try {
    flows.set(OURS, await Flow.start(ground, traffic, near, far, to, port));
    if (series.hasRival)
      flows.set(RIVAL, await Flow.start(ground, traffic, rival.near, rival.far, rival.far.address, port + 1));
    if (!(await areSteady(flows, Date.now(), BEGUN))) {
      pauses.fault(`${series.name}, ${traffic}: nothing came before the first move`);
      return;
    }
    for (let move = 0; move < moves; move++) {
      await sleep(BETWEEN);
      const since = Date.now();
      await series.steps[move % series.steps.length]?.take();
      const changed = Date.now();
      await areSteady(flows, changed, AGAIN);
      for (const [name, flow] of flows) {
        const isThere = flow.arrivals.isSteady(changed);
        const gap = isThere ? flow.arrivals.longestGap(since, Date.now()) : undefined;
        pauses.add(titleOf(series, move), traffic, name, gap, changed - since);
        if (gap !== undefined && (gap < SLOW || name === OURS)) continue;
        flows.delete(name);
        await flow.stop();
      }
      if (!flows.has(OURS)) return;
    }
  } finally {
    await Promise.all([...flows.values()].map((flow) => flow.stop()));
  }
}

/** Waits until there is a tunnel, as programs give up at once that find nobody; whether there is one. */
async function isReached({ ground }: Stage, place: string): Promise<boolean> {
  const end = Date.now() + BEGUN;
  while (Date.now() < end)
    if ((await ground.run('alice', ['ping', '-4', '-c', '1', '-W', '1', place])).status === 0) return true;
  return false;
}

/** Whether packets come by all of them in that time. */
async function areSteady(flows: ReadonlyMap<string, Flow>, since: number, within: number): Promise<boolean> {
  const end = Date.now() + within;
  const all = [...flows.values()];
  while (!all.every(({ arrivals }) => arrivals.isSteady(since))) {
    if (Date.now() > end) return false;
    await sleep(50);
  }
  return true;
}
