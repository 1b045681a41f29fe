/** What `relay-time` found, as a section of the page. */
import type { Claim, Figure, Row, Section, Table } from '../page/section.ts';
import { figure } from '../page/section.ts';
import { DGRAM, EBPF, FORWARDING, NFT } from './ways.ts';

/** Microseconds, one of each round. */
export interface Times {
  readonly inside: number[];
  readonly roundTrip: number[];
}

interface How {
  readonly rounds: number;
  readonly pings: number;
  readonly versions: Readonly<Record<string, string>>;
}

const TITLE = 'Time inside an RS-S';

/** Means of the paper, in microseconds: of 100 pings at intervals of 1 s, and on its slides of 1 ms. */
const PAPER = {
  user: { inside: 150, slides: 141.48, roundTrip: 1194 },
  kernel: { inside: 13, slides: 4.48, roundTrip: 921 },
} as const;

/** @param found by name of the way */
export function timeSection(found: ReadonlyMap<string, Times>, { rounds, pings, versions }: How): Section {
  const rows = [...found].map(([name, { inside, roundTrip }]) => ({
    name,
    inside: figure(inside),
    roundTrip: figure(roundTrip),
  }));
  const medianOf = (wanted: string): number =>
    rows.find(({ name }) => name === wanted)?.inside.median ?? Number.NaN;
  const [plain, user, ebpf, nft] = [FORWARDING, DGRAM.name, EBPF.name, NFT.name].map(medianOf) as [
    number,
    number,
    number,
    number,
  ];
  return {
    id: 'relay-time',
    title: TITLE,
    about: `What the paper on relay servers measured ([RS] of the [specification](../../conformance/spec/README.md), section 5.3, tables 2 and 3, and the slides), for each data path of the RS-S: the time from the device that a datagram came in by to the device that it went out by, and the round trip between the two ends. Three network namespaces in a row, \`ping\` of ${pings} datagrams of 100 bytes, one every millisecond, ${rounds} rounds; the time inside is the median of both directions, by the nanosecond time stamps of a capture on both devices. Round trips are measured without a capture.`,
    tables: [
      againstPaper(rows),
      roundTrips(rows),
      {
        title: 'Beside plain forwarding',
        columns: [column('inside'), column('there and back')],
        rows: rows.map(({ name, inside, roundTrip }) => ({ name, figures: [inside, roundTrip] })),
        base: FORWARDING,
      },
    ],
    plots: [
      {
        id: 'relay-time-inside',
        title: TITLE,
        kind: 'bars',
        x: { name: 'way', values: rows.map(({ name }) => name) },
        y: { name: 'median time inside', unit: 'us' },
        series: [{ name: 'inside', values: rows.map(({ inside }) => inside) }],
      },
      {
        id: 'relay-time-round-trip',
        title: 'Round trip through an RS-S',
        kind: 'bars',
        x: { name: 'way', values: rows.map(({ name }) => name) },
        y: { name: 'median round trip', unit: 'us' },
        series: [{ name: 'round trip', values: rows.map(({ roundTrip }) => roundTrip) }],
      },
    ],
    claims: claims({ plain, user, ebpf, nft }),
    versions,
    notes: [
      'The figures of [RS] are means on machines of 2010 or so with a network of 100 Mbit/s between them; the paper has no row of plain forwarding. User space has become faster since by far more than the kernel, so the ratio is smaller here.',
      'A capture costs time of its own, the same for all rows.',
      'Nothing is bound to a processor. The relays in user space wait for each datagram, so most of their time is what the system takes to wake a process.',
    ],
  };
}

interface Found {
  readonly name: string;
  readonly inside: Figure;
  readonly roundTrip: Figure;
}

const column = (name: string) => ({ name, unit: 'us', better: 'less' }) as const;

/** The rows that the paper has something like, the figures of it beside. */
function beside(
  rows: readonly Found[],
  of: (row: Found) => Figure,
  paper: readonly ('inside' | 'slides' | 'roundTrip')[],
): Row[] {
  return rows.map((row) => {
    const theirs = row.name === DGRAM.name ? PAPER.user : row.name === EBPF.name ? PAPER.kernel : undefined;
    return {
      name: row.name,
      figures: [
        of(row),
        ...paper.map((name) => theirs && figure([theirs[name]])).map((each) => each ?? null),
      ],
    };
  });
}

function againstPaper(rows: readonly Found[]): Table {
  return {
    title: 'Time inside the RS-S, beside table 2 of [RS]',
    columns: [column('here'), column('[RS] table 2'), column('[RS] slides')],
    rows: beside(rows, ({ inside }) => inside, ['inside', 'slides']),
    base: DGRAM.name,
  };
}

function roundTrips(rows: readonly Found[]): Table {
  return {
    title: 'Round trip between the ends, beside table 3 of [RS]',
    columns: [column('here'), column('[RS] table 3')],
    rows: beside(rows, ({ roundTrip }) => roundTrip, ['roundTrip']),
    base: DGRAM.name,
  };
}

function claims({ plain, user, ebpf, nft }: Record<'plain' | 'user' | 'ebpf' | 'nft', number>): Claim[] {
  return [
    {
      text: 'Time inside an RS-S: user space (node:dgram on Node) to eBPF',
      measured: user / ebpf,
      bound: { atLeast: 8 },
    },
    {
      text: 'Time inside an RS-S: user space (node:dgram on Node) to nft',
      measured: user / nft,
      bound: { atLeast: 5 },
    },
    {
      text: 'Time inside: eBPF to plain forwarding',
      measured: ebpf / plain,
      bound: { atMost: 1.5 },
    },
  ];
}
