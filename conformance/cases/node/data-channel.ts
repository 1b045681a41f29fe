/** Chapter 5 on a path that carries data: replays, keys, types and addresses. */
import fc from 'fast-check';
import { ipToBytes } from '../../../reference/address.ts';
import { concat } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import { silentFault } from '../../intent.ts';
import { exactNetwork, hex } from '../steps.ts';
import { NOT_ON_PATHS } from './openings.ts';
import {
  checkDelivers,
  checkNotDelivered,
  checkSends,
  delivered,
  isPacket,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
} from './steps.ts';

export const NODE_DATA_CHANNEL_CASES: readonly Case[] = [
  propertyCase({
    ...NODE_USED,
    id: 'node.data.replay',
    title: 'Data that comes again is dropped; what is late is taken within the window, once.',
    clauses: ['TUN-04', 'TUN-03', 'TUN-05'],
    catches: 'Data that skips the replay window for speed; a window that is too narrow for a fast path.',
    arbitrary: fc.integer({ min: 1, max: 8191 }),
    boundaries: [1, 64, 8191],
    async script(world, below) {
      exactNetwork(world);
      const on = await openPath(world);
      const { far } = on;
      const packet = packetFrom(world, on.plan);
      const once = far.sendData(packet);
      world.came(await delivered(world, on.node, isPacket(packet)), 'the packet');
      const again = silentFault('the same datagram again', 'replay');
      await checkNotDelivered(world, on, () =>
        far.peer.send(once, undefined, { channel: far.path, intent: again, content: packet }),
      );
      const keys = far.path.current;
      if (keys === undefined) throw new Error('an open path without keys');
      const skipped = keys.next;
      keys.next += BigInt(below);
      await checkDelivers(world, on, packetFrom(world, on.plan));
      const late = packetFrom(world, on.plan);
      const bytes = far.path.seal(MessageType.data, late, { sequence: skipped });
      far.peer.send(bytes, undefined, { channel: far.path, content: late });
      const came = await delivered(world, on.node, isPacket(late));
      world.check(came !== undefined, `a packet of ${below} numbers before`, 'it was dropped', 'TUN-04.');
      const intent = silentFault('late, and again', 'replay');
      await checkNotDelivered(world, on, () =>
        far.peer.send(bytes, undefined, { channel: far.path, intent, content: late }),
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.data.confirms',
    title: 'Data as the first message under new keys confirms them, and is delivered.',
    clauses: ['KEY-11', 'GEN-37', 'KEY-21', 'KEY-29'],
    catches: 'Packets lost at each renewal of keys.',
    async script(world) {
      const on = await openPath(world);
      const { far, node } = on;
      const mail = await far.peer.message2(far.peer.sendOpening(far.path));
      const { keys } = world.came(mail, 'message 2');
      if (keys === undefined) throw new Error('a message 2 without keys');
      const packet = packetFrom(world, on.plan);
      far.path.current = keys;
      far.sendData(packet);
      if ((await delivered(world, node, isPacket(packet))) === undefined)
        world.stage.violated('the packet', 'nothing', { timedOut: true });
      const sent = await checkSends(world, on, packetTo(world, on.plan));
      world.check(sent.keys === keys, 'Data under the new keys', 'Data under others', 'KEY-21.');
    },
  }),
  propertyCase({
    ...NODE,
    id: 'node.path.types',
    title: 'A message of a type that a path does not carry gets no answer, whatever it says.',
    clauses: ['GEN-18', 'NODE-12'],
    catches: 'A peer that directs the node by their path.',
    arbitrary: fc.constantFrom(...NOT_ON_PATHS),
    boundaries: NOT_ON_PATHS,
    async script(world, type) {
      const { far } = await openPath(world);
      const intent = silentFault(`type ${hex(type)} on the path`, 'channel-type');
      await world.silence({
        bad: () => far.peer.sendSealed(far.path, type, new Map([[0, world.fresh(8)]]), { intent }),
        fence: () => far.peer.probe(far.path),
      });
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.data.moves',
    title: 'When the far end sends from another address, data goes there once it answered, and not before.',
    clauses: ['KEY-31', 'KEY-32', 'KEY-30', 'HO-03', 'DOS-02'],
    catches: 'A path that follows the source of a datagram; one that stays at an address which is gone.',
    async script(world) {
      const on = await openPath(world);
      const { far, node } = on;
      const after = await world.peer('B, moved', node.endpoint());
      after.hold(far.path);
      after.habits.answerProbes = false;
      world.status(await after.probe(far.path), Status.ok);
      const isProbe = ({ type, channel }: { type: number | undefined; channel: unknown }) =>
        type === MessageType.probeRequest && channel === far.path;
      const probe = world.came(await after.take(isProbe), 'a probe at the new address', 'KEY-31.');
      await checkSends(world, on, packetTo(world, on.plan), 'KEY-32: until then the old address is used.');
      after.habits.answerProbes = true;
      after.sendSealed(
        far.path,
        MessageType.probeResponse,
        new Map([
          [0, probe.body?.get(0) ?? new Uint8Array(8)],
          [1, 0],
          [11, concat(ipToBytes(probe.from.ip), Uint8Array.of(probe.from.port >> 8, probe.from.port & 255))],
        ]),
        { auto: true },
      );
      world.status(await after.probe(far.path), Status.ok);
      await world.arrived();
      await checkSends(world, on, packetTo(world, on.plan), 'KEY-32: answered, it is in use.', after);
    },
  }),
];
