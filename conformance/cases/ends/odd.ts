/** Section 10.1 at an RS-N: what is odd about a packet is for who gets it. */
import fc from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { udpPacket } from '../../application/packets.ts';
import type { Case } from '../../case.ts';
import { propertyCase } from '../../case.ts';
import { checksumsAreRight } from '../../twin/index.ts';
import { delivered } from '../node/steps.ts';
import { FAMILIES } from './data.ts';
import { spoiled, withOptions } from './lent.ts';
import { endCommon, opened } from './steps.ts';

const ODD = {
  'a wrong checksum': spoiled,
  'no checksum': withoutChecksum,
  options: withOptions,
} as const;

const ROWS = (Object.keys(ODD) as (keyof typeof ODD)[])
  .flatMap((what) => FAMILIES.map((version) => ({ what, version })))
  // Over IPv6, UDP has one. (RFC 8200, 8.1)
  .filter(({ what, version }) => version === 4 || what !== 'no checksum');

/** UDP over IPv4, RFC 768. */
function withoutChecksum(packet: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(packet);
  changed.set([0, 0], 26);
  return changed;
}

export const RS_N_ODD_CASES: readonly Case[] = [
  propertyCase({
    ...endCommon('rs-n'),
    id: 'rs-n.data.odd',
    title:
      'What is odd about a packet of the node does not keep it from its peer, and a wrong checksum stays wrong.',
    clauses: ['TUN-20', 'RSN-02'],
    catches:
      'A checksum that a translator makes right, so that a spoiled packet counts as whole; options that block it.',
    arbitrary: fc.constantFrom(...ROWS),
    boundaries: ROWS,
    async script(world, { what, version }) {
      const on = await opened(world, { plan: { families: [version, version] } });
      const payload = world.fresh(48);
      on.node.sendData(ODD[what](udpPacket({ from: on.inside, to: on.far, payload })));
      const isIt = (packet: Uint8Array) => sameBytes(packet.slice(-payload.length), payload);
      const event = await delivered(world, on.end, ({ packet }) => packet !== undefined && isIt(packet));
      const out = world.came(event?.packet, 'the packet out of the general side', 'TUN-20.');
      const hasChecksum = what !== 'no checksum';
      const isRight = hasChecksum ? checksumsAreRight(out) : out[26] === 0 && out[27] === 0;
      const wanted = what !== 'a wrong checksum';
      world.check(
        isRight === wanted,
        `right: ${wanted}`,
        `right: ${isRight}`,
        'TUN-20: for who gets the packet.',
      );
    },
  }),
];
