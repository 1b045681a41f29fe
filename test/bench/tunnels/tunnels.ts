/** Throughput and latency of tunnels between two hosts: ours beside others, turn by turn in the same namespaces. */
import process from 'node:process';
import { has, whyNot } from '../../drivers/tun/space.ts';
import { versionOf } from '../machine.ts';
import type { Benchmark, Claim, Column, Row, Section } from '../page/section.ts';
import { figure } from '../page/section.ts';
import type { Way } from './ground.ts';
import { Ground } from './ground.ts';
import { nebula, plain, tinc, wireguard } from './others.ts';
import { ours, runtimes } from './ours.ts';
import type { Measured } from './probes.ts';
import { measure, untilUp } from './probes.ts';
import { build } from './programs.ts';

/** Of its newest sources: it takes and gives many segments at once since 2023. */
const BASE = 'wireguard-go';
/** What `apt-get install wireguard-go` gives: of 2022 in Debian 12. */
const PACKAGED = 'wireguard-go of Debian';
const PROGRAM = 'wireguard-go';
/** What the relays are measured on. */
const BEST = 'Bun';
const TITLE = 'Tunnels: throughput and latency';

type Rounds = ReadonlyMap<number, Measured>;
/** By the names of ways. */
type Results = ReadonlyMap<string, Rounds>;

const columns: readonly (Column & { readonly of: keyof Measured })[] = [
  { of: 'there', name: 'A to B', unit: 'Mbit/s', better: 'more' },
  { of: 'back', name: 'B to A', unit: 'Mbit/s', better: 'more' },
  { of: 'median', name: 'round trip', unit: 'µs', better: 'less' },
  { of: 'late', name: 'round trip, 99 of 100', unit: 'µs', better: 'less' },
  { of: 'cost', name: 'processor time', unit: 's/GB', better: 'less' },
];

export const tunnels: Benchmark = {
  id: 'tunnels',
  title: TITLE,
  lacks: () => {
    if (process.platform !== 'linux') return 'it needs Linux';
    const missing = ['iperf3', 'ping', 'ip'].filter((program) => !has(program));
    if (missing.length > 0)
      return `${missing.join(', ')} missing: apt-get install iperf3 iputils-ping iproute2`;
    const why = whyNot();
    return why === false ? undefined : why;
  },
  measure: async ({ quick, progress }) => {
    const ground = new Ground();
    try {
      return await measureAll(ground, quick, progress);
    } finally {
      ground.undo.all();
    }
  },
};

async function measureAll(
  ground: Ground,
  quick: boolean,
  progress: (line: string) => void,
): Promise<Section> {
  const { ways, versions } = everything(ground.folder);
  /** What was measured of each way, by the number of the round. */
  const results = new Map<string, Map<number, Measured>>(ways.map(({ name }) => [name, new Map()]));
  const faults = new Map<Way, string>();
  const server = ground.start('tnb', ['iperf3', '-s', '--forceflush']);
  await server.found(/listening/);
  const rounds = quick ? 1 : 7;
  const sizes = quick ? { seconds: 1, pings: 20 } : { seconds: 2, pings: 200 };
  for (let round = 0; round < rounds; round++)
    for (const way of ways) {
      try {
        if (way.missing !== undefined) throw new Error(way.missing);
        const to = await way.start(ground);
        await untilUp(ground, to);
        const measured = await measure(ground, to, sizes, [server]);
        results.get(way.name)?.set(round, measured);
        const said = columns.map(({ of, unit }) => `${measured[of].toPrecision(3)} ${unit}`);
        progress(`${way.name}: ${said.join(', ')}`);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (!faults.has(way)) progress(`${way.name}: ${reason}`);
        faults.set(way, reason);
      }
      await ground.clear([server]);
    }
  const rows = ways.map((way): Row => {
    const all = [...(results.get(way.name)?.values() ?? [])];
    const isNone = (of: keyof Measured): boolean => all.length === 0 || (of === 'cost' && way === plain);
    const figures = columns.map(({ of }) => (isNone(of) ? null : figure(all.map((one) => one[of]))));
    return { name: way.name, figures };
  });
  return section(rows, faults, versions, results);
}

function everything(folder: string): { readonly ways: Way[]; readonly versions: Record<string, string> } {
  const versions: Record<string, string> = {};
  // For one who tries some of them.
  const only = process.env.NTM_BENCH_ONLY?.split(';');
  const built = (name: 'wireguard' | 'nebula', make: (program: string) => Way): Way => {
    const way = make('');
    if (only?.includes(way.name) === false) return way;
    const { program, version, missing } = build(name, folder);
    if (program === undefined) return { ...way, missing };
    versions[name === 'wireguard' ? BASE : name] = version;
    return make(program);
  };
  if (has('tincd')) versions.tinc = versionOf('tincd', '--version');
  if (has(PROGRAM)) versions[PACKAGED] = versionOf(PROGRAM, '--version');
  versions.iperf3 = versionOf('iperf3', '--version');
  const best = runtimes.find(({ name }) => name === BEST) as (typeof runtimes)[number];
  const ways = [
    plain,
    built('wireguard', wireguard),
    {
      ...wireguard(PROGRAM, PACKAGED),
      missing: has(PROGRAM) ? undefined : 'not installed: apt-get install wireguard-go',
    },
    built('nebula', (program) => nebula(program, false)),
    built('nebula', (program) => nebula(program, true)),
    { ...tinc, missing: has('tincd') ? undefined : 'not installed: apt-get install tinc' },
    ...runtimes.map((runtime) => ours(runtime)),
    ours(best, 'user'),
    ours(best, 'ebpf'),
  ];
  return { ways: only === undefined ? ways : ways.filter(({ name }) => only.includes(name)), versions };
}

function section(
  rows: readonly Row[],
  faults: ReadonlyMap<Way, string>,
  versions: Record<string, string>,
  results: Results,
): Section {
  const measured = rows.filter(({ figures }) => figures[0] !== null);
  const base = measured.find(({ name }) => name === BASE) ?? measured[0];
  const names = measured.map(({ name }) => name);
  const plots = [0, 2].map((index) => ({
    id: index === 0 ? 'tunnels-throughput' : 'tunnels-latency',
    title: index === 0 ? 'One TCP stream through a tunnel' : 'Round trip through a tunnel',
    kind: 'bars' as const,
    x: { name: 'tunnel', values: names },
    y: {
      name: index === 0 ? 'throughput' : 'time',
      unit: columns[index]?.unit ?? '',
      ...(index === 0 && { logarithmic: true as const }),
    },
    series: [0, 1].map((more) => ({
      name: columns[index + more]?.name ?? '',
      values: measured.map(({ figures }) => figures[index + more] ?? null),
    })),
  }));
  return {
    id: 'tunnels',
    title: TITLE,
    about:
      'Two hosts in network namespaces, on one link that also has a DC and a relay, exchange packets of 1400 bytes at ' +
      'most through a tunnel. Throughput is that of one TCP stream (iperf3), in each direction, after one that ' +
      'does not count; the round trip is that of a ping each 4 ms; the processor time is that of the programs of both ' +
      'ends, and of a relay, while the streams run. Each tunnel is started anew in every round, and all ' +
      'are taken turn by turn.',
    tables: [
      {
        title: TITLE,
        columns: columns.map(({ name, unit, better }) => ({ name, unit, better })),
        rows,
        base: base?.name ?? '',
      },
    ],
    plots,
    claims: claims(results),
    versions,
    notes: [
      'Without a tunnel there is no program whose processor time could be counted.',
      'All processes of both hosts, iperf3 among them, share the processors of one machine: what is measured is what ' +
        'both ends of a tunnel cost together, not what a faster link would show.',
      'Devices between namespaces pass on many segments in one piece, which is to the advantage of those that can make ' +
        'use of it: wireguard-go and NTMobile do on both sides.',
      'What is claimed is the median of the ratios of each round, for a machine that others share is not as fast in one ' +
        'round as in the next.',
      'NTMobile seals with AES-256-GCM here, which both ends offer first, wireguard-go with ChaCha20-Poly1305, nebula ' +
        'with AES-256-GCM, tinc with AES-256-CBC and HMAC-SHA-256.',
      'What limits it, by profiles on a busy machine: the five calls of libcrypto for each message (1.3 to 2 µs), then ' +
        'views of buffers on Bun and checksums in TypeScript everywhere. Ciphers of the runtime, made anew for each ' +
        'message, took 6 µs (Bun) to 17 µs (Node 24) instead.',
      ...[...faults].map(([way, reason]) => `${way.name} was not, or not always, measured: ${reason}`),
    ],
  };
}

function claims(results: Results): Claim[] {
  return [PACKAGED, BASE].flatMap((other) => {
    const direct = runtimes.flatMap((runtime) => {
      const measured = ratio(results.get(ours(runtime).name), results.get(other));
      return measured === undefined ? [] : [{ runtime, measured }];
    });
    if (direct.length === 0) return [];
    const whose = other === BASE ? `the newest ${BASE}` : `the ${other}`;
    return [
      ...direct.map(({ runtime, measured }) => ({
        text: `The throughput of a tunnel on ${runtime.name}, as a part of that of ${whose}`,
        measured,
        bound: { atLeast: 0.8 },
      })),
      {
        text: 'The same on the runtime on which it is best',
        measured: Math.max(...direct.map(({ measured }) => measured)),
        bound: { atLeast: 1 },
      },
    ];
  });
}

/**
 * How many times as much as the other one, the median of the rounds that both have: a machine that others share is
 * not as fast in one round as in the next. The direction in which it is worse counts.
 */
function ratio(own: Rounds | undefined, other: Rounds | undefined): number | undefined {
  const both = [...(own ?? [])].flatMap(([round, measured]) => {
    const beside = other?.get(round);
    return beside === undefined ? [] : [{ measured, beside }];
  });
  if (both.length === 0) return undefined;
  const worse = (['there', 'back'] as const).map(
    (of) => figure(both.map(({ measured, beside }) => measured[of] / beside[of])).median,
  );
  return Math.min(...worse);
}
