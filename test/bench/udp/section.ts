/** What `udp` found, as a section of the page. */
import type { Section } from '../page/section.ts';
import { figure } from '../page/section.ts';

/** One of each round. */
export interface Costs {
  /** A second. */
  readonly relayed: number[];
  /** Microseconds of processor time for each. */
  readonly relaying: number[];
  /** A second. */
  readonly pinged: number[];
  readonly sockets: number[];
}

/** @param found by name of the way; the first one is what the others are compared with */
export function udpSection(
  found: ReadonlyMap<string, Costs>,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Section {
  const thousands = (values: readonly number[]) => figure(values.map((value) => value / 1000));
  const rows = [...found].map(([name, { relayed, relaying, pinged, sockets }]) => ({
    name,
    relayed: thousands(relayed),
    relaying: figure(relaying),
    pinged: thousands(pinged),
    sockets: thousands(sockets),
  }));
  const [base] = found.keys();
  const unit = 'thousand a second';
  return {
    id: 'udp',
    title: 'UDP sockets of the runtimes',
    about: `The ways to have UDP sockets that \`reference/net/udp\` has, on the loopback, with datagrams of 100 bytes, ${seconds} s at a time, ${rounds} rounds after one that is not counted. Relayed: what a process on one processor sends on while the other processor sends as much as it can, and the time of the process for each. There and back: one datagram after the other between processes of the same way, with one socket, and with a new one for each among a hundred that are open.`,
    tables: [
      {
        title: 'Datagrams',
        columns: [
          { name: 'relayed', unit, better: 'more' },
          { name: 'processor time of one relayed', unit: 'us', better: 'less' },
          { name: 'there and back', unit, better: 'more' },
          { name: 'there and back with a new socket', unit, better: 'more' },
        ],
        rows: rows.map(({ name, relayed, relaying, pinged, sockets }) => ({
          name,
          figures: [relayed, relaying, pinged, sockets],
        })),
        base: base ?? '',
      },
    ],
    plots: [
      {
        id: 'udp-relayed',
        title: 'Datagrams relayed by UDP sockets of the runtimes',
        kind: 'bars',
        x: { name: 'way', values: rows.map(({ name }) => name) },
        y: { name: 'relayed', unit },
        series: [{ name: 'relayed', values: rows.map(({ relayed }) => relayed) }],
      },
      {
        id: 'udp-there-and-back',
        title: 'Datagrams there and back by UDP sockets of the runtimes',
        kind: 'bars',
        x: { name: 'way', values: rows.map(({ name }) => name) },
        y: { name: 'one after the other', unit },
        series: [
          { name: 'with one socket', values: rows.map(({ pinged }) => pinged) },
          { name: 'with a new socket for each', values: rows.map(({ sockets }) => sockets) },
        ],
      },
    ],
    claims: [],
    versions: {},
    notes: ['`mmsg` is recvmmsg and sendmmsg of Linux by the package koffi: many datagrams with one call.'],
  };
}
