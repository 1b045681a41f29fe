/** What `relay-throughput` found, as a section of the page. */
import type { Claim, Section } from '../page/section.ts';
import { figure } from '../page/section.ts';
import { COTURN, EBPF, FORWARDING, MMSG, NFT } from './ways.ts';

/** One of each round. */
export interface Costs {
  /** Datagrams a second. */
  readonly perSecond: number[];
  /** Nanoseconds of processor time for a datagram. */
  readonly cost: number[];
}

/** What a datagram costs with tables of several sizes: for each size the nanoseconds of each time. */
export interface Sweep {
  readonly name: string;
  readonly costs: readonly (readonly number[])[];
}

interface How {
  readonly rounds: number;
  readonly seconds: number;
  readonly versions: Readonly<Record<string, string>>;
}

const TITLE = 'Throughput of an RS-S';

/** @param found by name of the way */
export function throughputSection(
  found: ReadonlyMap<string, Costs>,
  { sizes, sweeps }: { readonly sizes: readonly number[]; readonly sweeps: readonly Sweep[] },
  { rounds, seconds, versions }: How,
): Section {
  const rows = [...found].map(([name, { perSecond, cost }]) => ({
    name,
    perSecond: figure(perSecond.map((count) => count / 1000)),
    cost: figure(cost),
  }));
  const names = rows.map(({ name }) => name);
  const series = sweeps.map(({ name, costs }) => ({ name, values: costs.map((each) => figure(each)) }));
  return {
    id: 'relay-throughput',
    title: TITLE,
    about: `One sender on a processor of its own sends datagrams of 100 bytes as fast as it can through three network namespaces in a row, ${seconds} s at a time, ${rounds} rounds; the far end drops and counts them. A relay in user space has the other processor: its processor time is divided by the datagrams that came out. What the kernel forwards it forwards on the sender's processor, as virtual devices do: there the cost is what a datagram takes more than one that the relay's host drops at once. For growing tables the Path ID of each datagram is drawn from all of them, and the paths are put into the tables without handshakes.`,
    tables: [
      {
        title: 'One path',
        columns: [
          { name: 'datagrams', unit: 'thousand a second', better: 'more' },
          { name: 'processor time of a datagram', unit: 'ns', better: 'less' },
        ],
        rows: rows.map(({ name, perSecond, cost }) => ({ name, figures: [perSecond, cost] })),
        base: FORWARDING,
      },
      {
        title: 'Tables that grow: processor time of a datagram',
        columns: series.map(({ name }) => ({ name, unit: 'ns', better: 'less' })),
        rows: sizes.map((size, index) => ({
          name: pathsText(size),
          figures: series.map(({ values }) => values[index] ?? null),
        })),
        base: pathsText(sizes[0] ?? 1),
      },
    ],
    plots: [
      {
        id: 'relay-throughput',
        title: TITLE,
        kind: 'bars',
        x: { name: 'way', values: names },
        y: { name: 'datagrams', unit: 'thousand a second' },
        series: [{ name: 'one path', values: rows.map(({ perSecond }) => perSecond) }],
      },
      {
        id: 'relay-cost',
        title: 'What a datagram costs a relay',
        kind: 'bars',
        x: { name: 'way', values: names },
        y: { name: 'processor time of a datagram', unit: 'ns' },
        series: [{ name: 'one path', values: rows.map(({ cost }) => cost) }],
      },
      {
        id: 'relay-paths',
        title: 'What a datagram costs as the Relay Table grows',
        kind: 'lines',
        x: { name: 'paths in the table', values: sizes, logarithmic: true },
        y: { name: 'processor time of a datagram', unit: 'ns', logarithmic: true },
        series,
      },
    ],
    claims: claims(found),
    versions,
    notes: [
      "What the kernel forwards shares the sender's processor, so its datagrams a second are fewer than it would forward with a processor of its own. What the kernel does on the sender's processor for a relay in user space, up to its socket, is not counted: the ratio of user space to the kernel is rather too small.",
      'What a relay sends at once is parted into single datagrams before its device, as for one that cannot do that itself.',
      'coturn relays ChannelData of TURN (RFC 8656), the form of it that is cheapest; it has one thread.',
    ],
  };
}

const pathsText = (paths: number): string => (paths === 1 ? '1 path' : `${paths.toLocaleString('en')} paths`);

function claims(found: ReadonlyMap<string, Costs>): Claim[] {
  const median = (name: string, of: keyof Costs): number => figure(found.get(name)?.[of] ?? []).median;
  const coturn = { cost: median(COTURN, 'cost'), perSecond: median(COTURN, 'perSecond') };
  return [
    {
      text: 'Datagrams for a second of processor time: an RS-S by eBPF to coturn',
      measured: coturn.cost / median(EBPF.name, 'cost'),
      bound: { atLeast: 3 },
    },
    {
      text: 'Datagrams for a second of processor time: an RS-S by nft to coturn',
      measured: coturn.cost / median(NFT.name, 'cost'),
      bound: { atLeast: 1.8 },
    },
    {
      text: 'Datagrams a second: an RS-S on Node by recvmmsg and sendmmsg (mmsg) to coturn',
      measured: median(MMSG.name, 'perSecond') / coturn.perSecond,
      bound: { atLeast: 1.3 },
    },
  ];
}
