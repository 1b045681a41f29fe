/** The section of the handover. */
import type { Column, Figure, Section, Table } from '../page/section.ts';
import type { Pauses } from './pauses.ts';
import { TRAFFIC } from './traffic.ts';
import { KEEP_ALIVE } from './wireguard.ts';

export const OURS = 'NTMobile';
export const RIVAL = 'wireguard-go';

export interface Tried {
  /** Moves for each kind of traffic where wireguard-go takes part, and where it cannot. */
  readonly shared: number;
  readonly alone: number;
  readonly versions: Readonly<Record<string, string>>;
}

const COLUMNS: readonly Column[] = TRAFFIC.map((name) => ({ name, unit: 'ms', better: 'less' }));

export function handoverSection(pauses: Pauses, { shared: many, alone, versions }: Tried): Section {
  const all = pauses.moves();
  const figures = (move: string, tunnel: string): (Figure | null)[] =>
    TRAFFIC.map((traffic) => pauses.of(move, traffic, tunnel));
  const shared = all.filter((move) => pauses.isTried(move, RIVAL));
  const beside: Table[] = shared.map((move) => ({
    title: `Interruption: ${move}`,
    columns: COLUMNS,
    rows: [OURS, RIVAL].map((name) => ({ name, figures: figures(move, name) })),
    base: OURS,
  }));
  const [first = ''] = all;
  return {
    id: 'handover',
    title: 'Handover: how long nothing comes through',
    about: about(many, alone),
    tables: [
      ...beside,
      {
        title: 'Interruption by NTMobile, for each kind of move',
        columns: [...COLUMNS, { name: 'the change of the host itself', unit: 'ms', better: 'less' }],
        rows: all.map((move) => ({ name: move, figures: [...figures(move, OURS), pauses.change(move)] })),
        base: first,
      },
    ],
    plots: [
      {
        id: 'handover',
        title: 'Interruption by kind of move',
        kind: 'bars',
        x: { name: 'move', values: all },
        y: { name: 'interruption', unit: 'ms' },
        series: TRAFFIC.map((traffic) => ({
          name: traffic,
          values: all.map((move) => pauses.of(move, traffic, OURS)),
        })),
      },
    ],
    claims: [],
    versions,
    notes: [...NOTES, ...pauses.faults],
  };
}

const NOTES = [
  'wireguard-go goes on sending from the source address that it had, as long as its route has the same interface ' +
    '(`device/sticky_linux.go` of its sources): an address that is gone is in its way until a handshake has failed. An ' +
    'interruption of more than 10 s was measured once with each kind of traffic.',
  'The other family and a relay are NTMobile’s alone: the endpoint of a WireGuard peer has one family, and its packets go nowhere else.',
  'From the relay back to a direct route there are two steps: first data goes on by the relay, which is what is measured here; the direct route is found beside that, without an interruption of its own.',
  `WireGuard's end sends something every ${KEEP_ALIVE} s if nothing else is to be sent (its manual has 25 s): with a download alone the far end hears of the new address no sooner, if nothing of TCP goes out before.`,
  'TCP waits longer after each loss before it sends again, so that an interruption of the way is longer for it, by up to as much again.',
];

function about(shared: number, alone: number): string {
  return (
    'Alice has a flow to another host through a tunnel and changes her place; shown is the longest time without a ' +
    'packet at the virtual interface of the receiver, from a capture there, the time in which she has no address at ' +
    'all included. Namespaces with NATs of the kernel (`ntmobile lab --netns`), everybody on one machine without ' +
    `delay between them; there and back, ${shared} moves with each kind of traffic where wireguard-go takes part and ${alone} ` +
    'elsewhere. curl loads 500,000 bytes a second from a ' +
    'server that never ends, iperf3 sends 1.6 Mbit/s to the far end, by UDP and by TCP. NTMobile and wireguard-go have ' +
    'their flows at the same time, so that it is the same change of the same host. Bob has public addresses of both ' +
    'families; alice goes from one NAT to another, and to a network with IPv6 alone. Carol is behind a NAT, which a ' +
    'host behind a symmetric NAT reaches by a relay.'
  );
}
