/** Sections 9.11 and 9.12: how many ICMP errors of its own an RS-N or RS-T sends. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import { readIcmp, udpPacket } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind } from '../../played/end-dc.ts';
import { exactNetwork } from '../steps.ts';
import { checkFlows, endCommon, NAMES, opened, outs, packetTo } from './steps.ts';

/** Packets at once, and how many errors there may be of them in a second. [RSN-15] */
const [MANY, RATE] = [400, 100];
/** After so many milliseconds it may make errors again. */
const REFILLED = 1500;

function isData({ type }: Received): boolean {
  return type === MessageType.data;
}

export function errorRateCases(role: EndKind): readonly Case[] {
  return [
    scriptCase({
      ...endCommon(role),
      id: `${role}.icmp.rate`,
      title: `ICMP errors of an ${NAMES[role]}’s own are made at a limited rate, to either side.`,
      clauses: [role === 'rs-n' ? 'RSN-15' : 'RST-03'],
      catches: 'A flood that is answered packet by packet; a relay by which others are flooded.',
      waits: REFILLED,
      async script(world) {
        exactNetwork(world);
        const on = await opened(world);
        const { node, end } = on;
        const flow = await checkFlows(world, on, 'The path works.');
        const ports = [flow.ports[1], flow.ports[0]] as const;
        const payload = world.fresh(8);
        const toNode = packetTo(world, on, { hopLimit: 1, payload });
        const toPeer = udpPacket({ from: flow.to, to: flow.from, ports, payload, hopLimit: 1 });
        for (const side of ['node', 'peer'] as const) {
          const began = world.net.now();
          for (let i = 0; i < MANY; i++) {
            if (side === 'node') node.sendData(toNode);
            else await end.packet(toPeer);
          }
          world.status(await node.peer.probe(node.path), Status.ok);
          let came = 0;
          if (side === 'node') while (node.peer.takeNow(isData) !== undefined) came++;
          else came = (await outs(end)).filter((packet) => readIcmp(packet) !== undefined).length;
          const seconds = (world.net.now() - began) / 1000;
          const most = Math.ceil(RATE * (seconds + 1));
          const expected = `1 to ${most} errors in ${seconds.toFixed(2)} s`;
          world.check(came >= 1 && came <= most, expected, `${came}`, 'RSN-15: 100 a second at most.');
          // Both sides may have one rate.
          await world.sleep(REFILLED);
        }
      },
    }),
  ];
}
