/** Section 12.6: the flows to a general peer when the RS-N or RS-T that knew of them is lost. */
import type { Ip } from '../../../reference/address.ts';
import { ipToBytes } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { RelayKind } from '../../../reference/wire/registry.ts';
import { readSegment, TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { between, checkOldClosed, dataAt, lentOf, relayEnd, translated } from './general-steps.ts';
import { checkIcmp } from './held.ts';
import type { Lent } from './lent-steps.ts';
import { byPacket } from './lent-steps.ts';
import { QUICK } from './route-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  delivered,
  directionRequest,
  farEnd,
  isData,
  leave,
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
  readonly kind: 2 | 3;
  readonly relay: 'same' | 'another';
  /** By another address; RS-T only. */
  readonly isOtherLease: boolean;
  readonly ends: boolean;
}

const segment = ({ own, peer }: Flow, flags: number, more = 0) =>
  tcpSegment({
    from: own,
    to: peer,
    ports: [4000, 80],
    flags,
    sequence: SEQUENCE + more,
    acknowledgement: EXPECTED,
  });

/** A path that a connection and a UDP flow go by. */
async function used(world: World, kind: 2 | 3): Promise<Flow & { readonly real: Ip }> {
  if (kind === RelayKind.t) {
    const on: Lent = await byPacket(world, 4, { timers: QUICK });
    return { ...on, own: on.lent, peer: on.real };
  }
  const on = await translated(world, { node: { timers: QUICK } });
  return { ...on, own: OWN[4], peer: on.standsFor };
}

/** A relay is lost, and another path takes the place of that to it. */
async function replaced(world: World, { kind, relay, isOtherLease, ends }: Replaced): Promise<void> {
  exactNetwork(world);
  const on = await used(world, kind);
  const { node, dc, far, plan, own, peer, real } = on;
  const udp = between(world, own, peer);
  await checkSends(world, on, segment(on, TCP_FLAG.ACK), 'TUN-18.');
  await checkSends(world, on, udp, 'TUN-18.');
  const had = packets(await node.events()).length;
  await leave(world, { dc, far });
  await sendLoosely(node, [far], udp);
  const request = await directionRequest(world, dc, 'HO-10, HO-06.', 4000);
  const next = relay === 'same' ? successor(dc, plan) : { ...dc.plan(), far: plan.far };
  const again = await farEnd(world, node, next, { name: 'relay again' });
  const lent = isOtherLease ? lentOf(dc.plan()) : own;
  const given = kind === RelayKind.t ? { kind, real, lent } : { kind, real, standsFor: peer };
  const fields = { replaces: plan.pathId };
  dc.answer(request, relayEnd(dc, next, again, { ...given, fields }));
  await whenOpen(world, again);
  await checkOldClosed(world, far);
  const renewed = { ...on, far: again, plan: next };
  if (ends) return checkEnded(world, renewed, { udp, lent, had });
  await checkSends(world, renewed, segment(on, TCP_FLAG.ACK, 1), 'HO-06: the connection goes on.');
  await checkDelivers(world, renewed, between(world, peer, own), 'HO-06.');
  const resets = packets(await node.events())
    .slice(had)
    .filter((packet) => readSegment(packet));
  world.check(resets.length === 0, 'no reset', `${resets.length}`, 'HO-06: the relay still knows it.');
}

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
  const resets = async () =>
    packets(await node.events())
      .slice(had)
      .filter(isReset).length;
  const first = await delivered(world, node, ({ packet }) => packet !== undefined && isReset(packet));
  world.came(first, 'a reset that the application takes', requirement);
  await checkIcmp(world, node, udp, UNREACHABLE, requirement, { to: own });
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

export const NODE_GENERAL_FLOW_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.general.flows-kept',
    title: 'Where a path replaces a lost one to the same RS-N, the flows go on.',
    clauses: ['HO-06', 'HO-09'],
    catches: 'Resets of what the relay still knows.',
    waits: 4000,
    script: (world) => replaced(world, { kind: 2, relay: 'same', isOtherLease: false, ends: false }),
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.general.flows-ended',
    title: 'Where another RS-N takes over, the flows that it knows nothing of end by resets and ICMP.',
    clauses: ['HO-09'],
    catches: 'Connections that hang until their own time-outs, and reset strangers behind the new relay.',
    waits: 4000,
    script: (world) => replaced(world, { kind: 2, relay: 'another', isOtherLease: false, ends: true }),
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.lent.flows-ended',
    title: 'Where an RS-T lends another address than before, the flows from that one end by resets and ICMP.',
    clauses: ['HO-09', 'RST-05'],
    catches: 'Connections from an address that is somebody else’s soon.',
    waits: 4000,
    script: (world) => replaced(world, { kind: 3, relay: 'same', isOtherLease: true, ends: true }),
  }),
];
