/** What mixed implementations are put through, a path at a time: is what goes in at one end what comes out at the other? */
import type { Fields } from '../../adapters/cbor.ts';
import type { Ip } from '../../reference/address.ts';
import { ipFromBytes } from '../../reference/address.ts';
import { ascii, sameBytes } from '../../reference/bytes.ts';
import { udpPacket } from '../application/packets.ts';
import { GENERAL, LENT, NAMES, RELAY_ADDRESSES } from './configs.ts';
import type { Part } from './masks.ts';
import type { Troupe } from './troupe.ts';
import { Failed } from './troupe.ts';

/** What one part is started with beside what all are. */
export interface Own {
  readonly listen?: Ip;
  readonly config?: Fields;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly parts: readonly Part[];
  /** It takes several addresses on this host. */
  readonly needsLoopback?: true;
  /** @param dns where general names are answered */
  readonly own?: (dns: string) => Partial<Record<Part, Own>>;
  /** @throws Failed */
  readonly play: (troupe: Troupe) => Promise<void>;
}

const TWO_NODES: readonly Part[] = ['dc-cn', 'dc-mn', 'cn', 'mn'];
const GENERAL_IP = GENERAL.address as Ip;
const [QUESTION, ANSWER] = ['a question', 'an answer'].map(ascii) as [Uint8Array, Uint8Array];
const ELSEWHERE = '127.0.0.5' as Ip;

/** A node that takes no direct path, as one behind a bad NAT has none. */
const RELAY_ONLY: Own = { config: { features: ['relay-only'] } };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'direct',
    title: 'two nodes find each other by name and exchange packets over a direct path',
    parts: TWO_NODES,
    play: async (troupe) => void (await thereAndBack(troupe, 'cn')),
  },
  {
    name: 'relay',
    title: 'the same by an RS-S, since both want no direct path',
    parts: ['dc-cn', 'dc-mn', 'rs-s', 'cn', 'mn'],
    own: () => ({ mn: RELAY_ONLY, cn: RELAY_ONLY }),
    play: async (troupe) => {
      await thereAndBack(troupe, 'cn');
      const relayed = await troupe.counter('rs-s', 'relay.packets');
      if (relayed === 0) throw new Failed('the packets did not go by the RS-S');
    },
  },
  {
    name: 'handover',
    title: 'a node moves to another address while it talks, and keeps talking',
    parts: TWO_NODES,
    needsLoopback: true,
    own: () => ({ mn: { listen: '127.0.0.3' as Ip } }),
    play: async (troupe) => {
      const addresses = await thereAndBack(troupe, 'cn');
      await troupe.move('mn', ELSEWHERE);
      await exchange(troupe, 'cn', addresses);
    },
  },
  {
    name: 'rs-n',
    title: 'a node reaches a general host by an RS-N, which that host takes for its peer',
    parts: ['dc-cn', 'dc-mn', 'rs-n', 'cn', 'mn'],
    own: (dns) => ({
      mn: { config: { resolver: dns, general: { policy: 'rs-n', destinations: [], lease: false } } },
    }),
    play: async (troupe) => {
      const { mn } = await addressesOf(troupe, 'cn');
      const standsFor = await troupe.resolve('mn', GENERAL.name);
      const out = udpPacket({ from: mn, to: standsFor, payload: QUESTION });
      const seen = await troupe.passes(['mn', out], ['rs-n', udpTo(GENERAL_IP, QUESTION)]);
      if (seen.from !== RELAY_ADDRESSES['rs-n'])
        throw new Failed(`the general host sees ${seen.from}, not the RS-N's ${RELAY_ADDRESSES['rs-n']}`);
      const ports: [number, number] = [seen.ports[1], seen.ports[0]];
      const back = udpPacket({ from: GENERAL_IP, to: seen.from, payload: ANSWER, ports });
      const came = await troupe.passes(['rs-n', back], ['mn', udpTo(mn, ANSWER)]);
      if (came.from !== standsFor)
        throw new Failed(`the answer is from ${came.from}, not from ${standsFor}, which stands for the host`);
    },
  },
  {
    name: 'rs-t',
    title: 'a node reaches a general host by an RS-T, from the address that it is lent, unchanged',
    parts: ['dc-mn', 'rs-t', 'mn'],
    own: () => ({ mn: { config: { general: { policy: 'rs-t', destinations: [], lease: false } } } }),
    play: async (troupe) => {
      const lent = LENT as Ip;
      const out = udpPacket({ from: lent, to: GENERAL_IP, payload: QUESTION });
      const seen = await troupe.passes(['mn', out], ['rs-t', udpTo(GENERAL_IP, QUESTION)]);
      if (seen.from !== lent) throw new Failed(`the general host sees ${seen.from}, not the lent ${lent}`);
      const back = udpPacket({ from: GENERAL_IP, to: lent, payload: ANSWER });
      await troupe.passes(['rs-t', back], ['mn', udpTo(lent, ANSWER)]);
    },
  },
  {
    name: 'ntma',
    title: 'a node reaches a service behind an NTMA, and has its answer',
    parts: ['dc-cn', 'dc-mn', 'ntma', 'cn', 'mn'],
    play: async (troupe) => void (await thereAndBack(troupe, 'ntma')),
  },
];

interface Addresses {
  readonly mn: Ip;
  readonly far: Ip;
}

/** The virtual addresses of both, which each asks for by the other's name; CN asks where the far end has no resolver. */
async function addressesOf(troupe: Troupe, far: 'cn' | 'ntma'): Promise<Addresses> {
  const mn = await troupe.resolve('cn', NAMES.mn);
  return { mn, far: await troupe.resolve('mn', NAMES[far]) };
}

async function thereAndBack(troupe: Troupe, far: 'cn' | 'ntma'): Promise<Addresses> {
  const addresses = await addressesOf(troupe, far);
  await exchange(troupe, far, addresses);
  return addresses;
}

async function exchange(troupe: Troupe, far: 'cn' | 'ntma', addresses: Addresses): Promise<void> {
  const question = udpPacket({ from: addresses.mn, to: addresses.far, payload: QUESTION });
  await troupe.passes(['mn', question], [far, same(question)]);
  const answer = udpPacket({ from: addresses.far, to: addresses.mn, payload: ANSWER });
  await troupe.passes([far, answer], ['mn', same(answer)]);
}

const same = (packet: Uint8Array) => (came: Uint8Array) => (sameBytes(came, packet) ? came : undefined);

interface Udp {
  readonly from: Ip;
  readonly ports: readonly [source: number, destination: number];
}

/** Reads an IPv4 packet with UDP to an address, if it has that payload. */
function udpTo(to: Ip, payload: Uint8Array) {
  return (packet: Uint8Array): Udp | undefined => {
    const header = 4 * ((packet[0] ?? 0) & 15);
    const [from, destination] = [packet.subarray(12, 16), packet.subarray(16, 20)].map(ipFromBytes);
    if (packet[9] !== 17 || destination !== to || from === undefined) return undefined;
    if (!sameBytes(packet.subarray(header + 8), payload)) return undefined;
    const u16 = (at: number): number => ((packet[at] ?? 0) << 8) | (packet[at + 1] ?? 0);
    return { from, ports: [u16(header), u16(header + 2)] };
  };
}
