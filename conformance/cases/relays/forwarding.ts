/** Section 9.7: what an RS-S forwards, and how. */
import fc from 'fast-check';
import { sameEndpoint } from '../../../reference/address.ts';
import { MessageType } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { RELAYED } from '../../intent.ts';
import { bound } from '../nodes.ts';
import { checkForwarded, sendOpaque } from '../relayed.ts';
import { RS_S } from '../steps.ts';

/** What an RS-S needs to see: header and tag. [RSS-10] */
const LEAST = 44;
const OPENING = 76;
const MOST = 8000;

export const FORWARDING_CASES: readonly Case[] = [
  propertyCase({
    ...RS_S,
    id: 'rs-s.forward.unchanged',
    title: 'Data of either end comes out at the other byte for byte, from the address of the RS-S.',
    clauses: ['RSS-01', 'RSS-02', 'RS-06', 'GEN-15'],
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
      world.check(
        sameEndpoint(mail.from, rs.endpoint()),
        'the address at which the RS-S receives as its source',
        `${mail.from.ip} port ${mail.from.port}`,
      );
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.forward.any-type',
    title: 'What has a live Path ID is forwarded whatever its type, key ID, sequence number and size.',
    clauses: ['RSS-10', 'RSS-02', 'GEN-05'],
    catches: 'Forwarding of Data alone; the checks of own messages made on those of a path.',
    arbitrary: fc.record({
      type: fc.integer({ min: 0, max: 255 }),
      keyId: fc.integer({ min: 0, max: 0xffff }),
      size: fc.integer({ min: LEAST, max: MOST }),
      back: fc.boolean(),
    }),
    parameters: {
      values: {
        type: [0x00, 0x07, 0x0b, 0x0c, 0x0d, 0x0f, 0x10, 0x12, 0xff],
        keyId: [0, 1, 0xffff],
        size: [LEAST, LEAST + 1, OPENING, 1500, 1501, MOST],
        back: [false, true],
      },
    },
    boundaries: [
      { type: MessageType.data, keyId: 1, size: LEAST, back: false },
      { type: 0xff, keyId: 1, size: LEAST, back: true },
      { type: MessageType.openingRequest, keyId: 0, size: OPENING, back: false },
      { type: MessageType.openingRequest, keyId: 1, size: OPENING + 1, back: false },
      { type: MessageType.openingResponse, keyId: 0, size: OPENING, back: true },
      { type: MessageType.probeRequest, keyId: 0, size: 1501, back: false },
      { type: MessageType.relayDirection, keyId: 9, size: 300, back: true },
      { type: 0x00, keyId: 0, size: LEAST, back: false },
      { type: MessageType.data, keyId: 0, size: MOST, back: true },
    ],
    async script(world, { type, keyId, size, back }) {
      const { a, b } = await bound(world);
      const [from, to] = back ? [b, a] : [a, b];
      const datagram = sendOpaque(world, from, { type, keyId, size });
      world.came(await to.takeRelayed(datagram), 'the same bytes at the other end');
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.forward.families',
    title: 'Legs of one address family or of two are joined, in both directions.',
    clauses: ['RSS-05', 'RS-13', 'RSS-01'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'A table of one family, or a datagram that leaves by the socket that it came to.',
    arbitrary: fc.record({ a: fc.constantFrom(4, 6), b: fc.constantFrom(4, 6) }) as fc.Arbitrary<Families>,
    parameters: { values: { a: [4, 6], b: [4, 6] } },
    boundaries: [
      { a: 4, b: 6 },
      { a: 6, b: 4 },
      { a: 6, b: 6 },
    ],
    async script(world, families) {
      const { rs, a, b } = await bound(world, {}, { families: [families.a, families.b] });
      for (const [from, to, version] of [
        [a, b, families.b],
        [b, a, families.a],
      ] as const) {
        const mail = await checkForwarded(world, from, to);
        const isOwn = sameEndpoint(mail.from, rs.endpoint(version));
        const requirement = 'RSS-01: it leaves from the own endpoint of that family.';
        world.check(isOwn, 'the endpoint of the RS-S as source', `port ${mail.from.port}`, requirement);
      }
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.replay',
    title: 'A datagram that was forwarded before is forwarded again when it comes again.',
    clauses: ['RSS-07', 'RSS-02'],
    catches: 'A replay window, or a memory of what was seen, where nothing can be authenticated.',
    async script(world) {
      const { a, b } = await bound(world);
      const datagram = sendOpaque(world, a);
      world.came(await b.takeRelayed(datagram), 'the datagram');
      a.peer.send(datagram, undefined, { intent: RELAYED, channel: a.path });
      world.came(await b.takeRelayed(datagram), 'the same datagram once more');
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.forward.once',
    title: 'One datagram in makes one datagram out.',
    clauses: ['RSS-02', 'RSS-08'],
    catches: 'A datagram that is sent twice, or to both legs.',
    async script(world) {
      const { a, b } = await bound(world);
      const sent = Array.from({ length: 8 }, () => sendOpaque(world, a));
      await checkForwarded(world, a, b);
      for (const datagram of sent) world.came(await b.takeRelayed(datagram), 'each datagram');
      // What came once more by then, at either end, is one that nobody had sent.
      for (const { peer, leg } of [a, b]) world.status(await peer.probe(leg), 0);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.forward.end-to-end',
    title: 'Two nodes open a path through an RS-S and exchange Data, whoever opens and with either suite.',
    clauses: ['RSS-10', 'RSS-02', 'RS-06'],
    catches: 'Openings of a path that the relay takes for its own.',
    arbitrary: fc.record({ suite: fc.constantFrom(1, 2), opener: fc.constantFrom('a', 'b') }),
    parameters: { values: { suite: [1, 2], opener: ['a', 'b'] } },
    boundaries: [
      { suite: 1, opener: 'a' },
      { suite: 2, opener: 'b' },
    ],
    async script(world, { suite, opener }) {
      const { a, b } = await bound(world, {}, { suite });
      const { peer, path } = opener === 'a' ? a : b;
      const failed = await peer.open(path);
      const requirement = 'RSS-10: openings and probes of a path are relayed like all else of it.';
      world.check(failed === undefined, 'the path opened through the relay', `no ${failed}`, requirement);
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        const payload = world.random(200);
        const mail = world.came(await to.takeRelayed(from.sendData(payload)), 'the Data');
        world.check(mail.fault === undefined, 'Data that opens at the other end', mail.fault ?? '');
      }
    },
  }),
];

interface Families {
  readonly a: 4 | 6;
  readonly b: 4 | 6;
}
