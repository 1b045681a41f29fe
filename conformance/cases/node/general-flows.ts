/** Section 12.6: the flows to a general peer when the RS-N or RS-T that knew of them is lost. */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { RelayKind } from '../../../reference/wire/registry.ts';
import { TCP_FLAG, readSegment, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { World } from '../../world.ts';
import { shownAs } from '../shown.ts';
import { exactNetwork } from '../steps.ts';
import { between, checkOldClosed, dataAt, lentOf, relayEnd, translated } from './general-steps.ts';
import { checkIcmp } from './held.ts';
import type { Lent } from './lent.ts';
import { byPacket } from './lent.ts';
import { QUICK } from './optimisation.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  delivered,
  directionRequest,
  farEnd,
  isData,
  NODE_USED,
  OWN,
  packets,
  sendLoosely,
  successor,
  whenOpen,
} from './steps.ts';

const UNREACHABLE = { type: 3, code: 1 } as const;
const [SEQUENCE, EXPECTED] = [1000, 0x8000_0001] as const;

interface Flow extends OnPath {
  /** The inner addresses of the node's application, and of the peer as it sees it. */
  readonly own: Ip;
  readonly peer: Ip;
}

/** How a path is replaced, and whether the relay knows the flows. */
interface Replaced {
  readonly name: string;
  readonly kind: 2 | 3;
  readonly relay: 'same' | 'another';
  /** By another address; RS-T only. */
  readonly isOtherLease: boolean;
  readonly ends: boolean;
}

const REPLACED = shownAs<Replaced>(
  ({ name }) => name,
  [
    { name: 'the same RS-N', kind: 2, relay: 'same', isOtherLease: false, ends: false },
    { name: 'another RS-N', kind: 2, relay: 'another', isOtherLease: false, ends: true },
    { name: 'an RS-T with another lease', kind: 3, relay: 'same', isOtherLease: true, ends: true },
    { name: 'the same RS-T and lease', kind: 3, relay: 'same', isOtherLease: false, ends: false },
  ],
);

const segment = ({ own, peer }: Flow, flags: number, more = 0) =>
  tcpSegment({ from: own, to: peer, ports: [4000, 80], flags, sequence: SEQUENCE + more, acknowledgement: EXPECTED });

/** A path that a connection and a UDP flow go by. */
async function used(world: World, kind: 2 | 3): Promise<Flow & { readonly real: Ip }> {
  if (kind === RelayKind.t) {
    const on: Lent = await byPacket(world, 4, { timers: QUICK });
    return { ...on, own: on.lent, peer: on.real };
  }
  const on = await translated(world, { node: { timers: QUICK } });
  return { ...on, own: OWN[4], peer: on.standsFor };
}

export const NODE_GENERAL_FLOW_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.general.flows',
    title: 'Flows end by resets and ICMP where the relay that knew of them is lost, and go on where it is not.',
    clauses: ['HO-09', 'HO-06', 'RST-05'],
    catches: 'Connections that hang until their own time-outs; resets of what the relay still knows.',
    waits: 5000,
    arbitrary: fc.constantFrom(...REPLACED),
    boundaries: REPLACED,
    async script(world, { kind, relay, isOtherLease, ends }) {
      exactNetwork(world);
      const on = await used(world, kind);
      const { node, dc, far, plan, own, peer, real } = on;
      const udp = between(world, own, peer);
      await checkSends(world, on, segment(on, TCP_FLAG.ACK), 'TUN-18.');
      await checkSends(world, on, udp, 'TUN-18.');
      const had = packets(await node.events()).length;
      Object.assign(far.peer.habits, { answerProbes: false, answerOpenings: false, acknowledges: false });
      await sendLoosely(node, [far], udp);
      const request = await directionRequest(world, dc, 'HO-10, HO-06.', 4000);
      const next = relay === 'same' ? successor(dc, plan) : { ...dc.plan(), far: plan.far };
      const again = await farEnd(world, node, next, { name: 'relay again' });
      const lent = isOtherLease ? lentOf(next) : own;
      const given = kind === RelayKind.t ? { kind, real, lent } : { kind, real, standsFor: peer };
      const fields = { replaces: plan.pathId };
      dc.answer(request, relayEnd(dc, next, again, { ...given, fields }));
      await whenOpen(world, again);
      await checkOldClosed(world, far);
      const renewed = { ...on, far: again, plan: next };
      if (ends) return checkEnded(world, renewed, { udp, lent, had });
      await checkSends(world, renewed, segment(on, TCP_FLAG.ACK, 1), 'HO-06: the connection goes on.');
      await checkDelivers(world, renewed, between(world, peer, own), 'HO-06.');
      const resets = packets(await node.events()).slice(had).filter((packet) => readSegment(packet));
      world.check(resets.length === 0, 'no reset', `${resets.length}`, 'HO-06: the relay still knows it.');
    },
  }),
];

interface Ended {
  readonly udp: Uint8Array;
  /** What the new path has to be used from. */
  readonly lent: Ip;
  /** Packets that came out of the interface before. */
  readonly had: number;
}

/** Judges that a connection and a UDP flow were ended towards the application, and that new ones go. */
async function checkEnded(world: World, on: Flow & { readonly far: PlayedNode }, { udp, lent, had }: Ended) {
  const { node, own, peer, far } = on;
  const requirement = 'HO-09: the flows of the old path are ended.';
  const isReset = (packet: Uint8Array): boolean => {
    const read = readSegment(packet);
    return (
      read !== undefined &&
      (read.flags & TCP_FLAG.RST) !== 0 &&
      read.isSound &&
      read.from === toHex(ipToBytes(peer)) &&
      read.to === toHex(ipToBytes(own)) &&
      read.ports[0] === 80 &&
      read.ports[1] === 4000 &&
      read.sequence === EXPECTED
    );
  };
  const resets = async () => packets(await node.events()).slice(had).filter(isReset).length;
  const first = await delivered(world, node, ({ packet }) => packet !== undefined && isReset(packet));
  world.check(first !== undefined, 'a reset that the application takes', 'none', requirement);
  await checkIcmp(world, node, udp, UNREACHABLE, requirement);
  if (lent !== own) return;
  const before = await resets();
  await node.packet(segment(on, TCP_FLAG.ACK, 1));
  const isAnswered = async (): Promise<boolean> => {
    for (let tries = 0; tries < 50; tries++) {
      if ((await resets()) > before) return true;
      await world.sleep(20);
    }
    return false;
  };
  world.check(await isAnswered(), 'another reset for what it sends on', 'none', requirement);
  const syn = segment(on, TCP_FLAG.SYN);
  await checkSends(world, on, syn, 'HO-09: a new connection goes.');
  const old = dataAt(far).filter((mail) => !isData(syn, far)(mail) && mail.plaintext?.[9] === 6);
  world.check(old.length === 0, 'nothing of the old connection by the new path', 'Data', requirement);
}
