/** Section 9: what an RS-S forwards, and what not. */
import fc from 'fast-check';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';

export const FORWARDING_CASES: readonly Case[] = [
  propertyCase({
    id: 'rs-s.forward.unchanged',
    title: 'Data of either end comes out at the other byte for byte, from the address of the RS-S.',
    clauses: ['RSS-01', 'RSS-02', 'RS-06'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'Bytes after the UDP header are changed, cut or padded; the wrong source address.',
    arbitrary: fc.record({ size: fc.integer({ min: 0, max: 1400 }), back: fc.boolean() }),
    parameters: { values: { size: [0, 1, 16, 576, 1279, 1280, 1281, 1400], back: [false, true] } },
    boundaries: [
      { size: 1280, back: false },
      { size: 0, back: false },
      { size: 1, back: true },
      { size: 1400, back: true },
    ],
    async script(world, { size, back }) {
      const { rs, a, b } = await world.relayed();
      const [from, to] = back ? [b, a] : [a, b];
      const datagram = from.sendData(world.random(size));
      const mail = world.came(await to.takeRelayed(datagram), 'the same bytes at the other end');
      const { ip, port } = rs.endpoint();
      world.check(
        mail.from.ip === ip && mail.from.port === port,
        'the address at which the RS-S receives as its source',
        `${mail.from.ip} port ${mail.from.port}`,
      );
    },
  }),
  scriptCase({
    id: 'rs-s.forward.other-source',
    title: 'A datagram of a live path that comes from neither leg is not forwarded.',
    clauses: ['RSS-12'],
    level: 'MUST',
    roles: ['rs-s'],
    adapterLevel: 0,
    features: [],
    needs: [],
    isolation: 'shared',
    catches: 'Forwarding by Path ID alone, so that anybody can inject.',
    async script(world) {
      const { rs, a, b } = await world.relayed();
      const stranger = await world.stranger(rs);
      await world.silence({
        bad: () => {
          const payload = world.random(64);
          const bytes = a.path.seal(MessageType.data, payload);
          const intent = silentFault('a source that is neither leg', 'relay-source');
          stranger.send(bytes, stranger.target, { channel: a.path, content: payload, intent });
        },
        fence: () => b.takeRelayed(a.sendData(world.random(64))),
      });
    },
  }),
];
