/** Section 5.8 and chapter 12 at an RS-N and an RS-T: where a node is, and how the relay finds out. */
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body, bytesField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind } from '../../played/end-dc.ts';
import { answerProbe, checkNotProbed, move, openUnanswered, socketOf, takeProbe } from '../nodes.ts';
import { exactNetwork } from '../steps.ts';
import {
  checkBack,
  checkFlows,
  checkOut,
  dataWith,
  directed,
  endCommon,
  NAMES,
  opened,
  packetBack,
  packetTo,
} from './steps.ts';

export function routeCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  const isN = role === 'rs-n';
  return [
    scriptCase({
      ...used,
      id: `${role}.port.one`,
      title: 'Answers to a DC, answers on a path and Data all leave from the one endpoint.',
      clauses: ['GEN-01', 'GEN-15'],
      catches: 'A socket for each channel, or one for control and one for data, which no NAT lets through.',
      async script(world) {
        const on = await opened(world);
        const { end, dc, node } = on;
        const out = await checkOut(world, on, 'The path works.');
        const packet = packetBack(world, out);
        await end.packet(packet);
        const mails = [
          world.came(await node.peer.take(dataWith(node, packet.slice(28))), 'the packet in Data'),
          world.came(await dc.peer.probe(dc.association), 'an answer on the association'),
          world.came(await node.peer.probe(node.path), 'an answer on the path'),
        ];
        const { ip, port } = end.endpoint();
        for (const { from } of mails)
          world.check(
            from.ip === ip && from.port === port,
            `${ip} port ${port}`,
            `${from.ip} port ${from.port}`,
          );
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.moved`,
      title: 'Data goes to a node’s new address once that answered the relay’s own probe, and not before.',
      clauses: ['HO-01', 'HO-03', 'HO-04', 'HO-08', 'KEY-31', 'KEY-32', ...(isN ? ['RSN-04'] : ['RST-05'])],
      catches: 'A path that follows any source, or none; another address towards the peer after a move.',
      async script(world) {
        const on = await opened(world);
        const { end, node } = on;
        const out = await checkFlows(world, on, 'The path works.');
        const before = node.peer;
        const after = await socketOf(world, end, node, 'A, moved', { answersProbes: false });
        // An answer of the old address to a probe could overtake it, and it would not be the newest.
        before.habits.answerProbes = false;
        await world.arrived();
        world.status(await after.probe(node.path), Status.ok);
        const probe = await takeProbe(world, after, node.path, 'KEY-31.');
        before.habits.answerProbes = true;
        await checkBack(world, on, out, 'HO-03: the old address stays in use.', before);
        const early = after.inbox.find(({ type }) => type === MessageType.data);
        world.check(early === undefined, 'no Data to an address that is not valid', 'Data', 'HO-03.');
        answerProbe(after, node.path, probe);
        world.status(await after.probe(node.path), Status.ok);
        after.habits.answerProbes = true;
        await after.settle(node.path);
        node.moveTo(after);
        await checkBack(world, on, out, 'HO-01: the flow goes on.');
        const again = await checkOut(world, on, 'HO-01: the flow goes on.');
        const [was, is] = [out, again].map((one) => `${one.from} ${one.ports[0]}`);
        world.check(was === is, `${was} towards the peer`, `${is}`, 'RSN-04, HO-01.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.data-alone`,
      title:
        'Data that somebody copies to another source has that address probed, and does not move the path.',
      clauses: ['KEY-31', 'KEY-32', 'HO-03'],
      catches: 'A flow that whoever copies a datagram draws to himself.',
      async script(world) {
        const on = await opened(world);
        const { end, node } = on;
        const out = await checkFlows(world, on, 'The path works.');
        const thief = await socketOf(world, end, node, 'thief', { answersProbes: false });
        const packet = packetTo(world, on);
        // An answer to a probe could overtake it, and it would not be the newest.
        node.peer.habits.answerProbes = false;
        await world.arrived();
        thief.sendSealed(node.path, MessageType.data, packet);
        await takeProbe(world, thief, node.path, 'KEY-31: the newest message nominates its source.');
        node.peer.habits.answerProbes = true;
        await checkBack(world, on, out, 'HO-03: the old address stays in use.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.old-source`,
      title: 'A message that is not the newest of its key has nothing probed.',
      clauses: ['KEY-31'],
      catches: 'A path that goes back to an old address when a datagram from there was late.',
      async script(world) {
        const { end, node } = await opened(world);
        const late = await socketOf(world, end, node, 'late', { answersProbes: false });
        const keys = node.path.current;
        if (keys === undefined) throw new Error('the path has no keys');
        const sequence = keys.next;
        keys.next += 1n;
        world.status(await node.peer.probe(node.path), Status.ok);
        world.status(await late.probe(node.path, { sequence, repeats: [] }), Status.ok);
        world.status(await node.peer.probe(node.path), Status.ok);
        checkNotProbed(world, late, node.path);
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.not-valid`,
      title:
        'Nothing goes to an address whose probe was answered by an error, and the error is not answered.',
      clauses: ['KEY-30', 'KEY-29', 'ERR-04', 'ERR-03', 'GEN-24'],
      catches: 'Data to the source of an opening; two ends that answer each other for ever.',
      async script(world) {
        const on = await directed(world);
        const { node, end } = on;
        const { peer, path } = node;
        const probe = await openUnanswered(world, node);
        const out = await checkOut(world, on, 'HO-14: an end accepts what opens.');
        await world.silence({
          bad: () => {
            const transaction = bytesField(probe.body, 'transaction');
            const content = body({ transaction, status: Status.malformed });
            peer.sendSealed(path, MessageType.probeResponse, content, { auto: true });
          },
          fence: () => peer.probe(path),
          requirement: 'ERR-04: an error is not answered.',
        });
        await end.packet(packetBack(world, out));
        world.status(await peer.probe(path), Status.ok);
        const early = peer.inbox.find(({ type }) => type === MessageType.data);
        world.check(early === undefined, 'no Data to an address that is not valid', 'Data', 'KEY-30.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.dead`,
      title: `An ${name} that hears nothing on a path probes it, then opens it again, and its flow goes on.`,
      clauses: ['HO-10', 'KEY-27', 'KEY-24'],
      catches:
        'Packets of peers that go into nothing, until the node happens to send; one opening and no other; a number twice.',
      waits: 6000,
      async script(world) {
        exactNetwork(world);
        const on = await opened(world, { end: { timers: { heard: 1, 'heard-over': 1, 'opening-over': 1 } } });
        const { peer, path } = on.node;
        const out = await checkFlows(world, on, 'The path works.');
        await world.sleep(300);
        while (peer.takeNow(() => true) !== undefined);
        Object.assign(peer.habits, { answerProbes: false, answerOpenings: false });
        await checkBack(world, on, out, 'The path works.');
        const isProbe = ({ type, channel }: Received) =>
          type === MessageType.probeRequest && channel === path;
        world.came(await peer.take(isProbe, 2500), 'a probing request', 'HO-10.');
        const isOpening = ({ type, channel }: Received) =>
          type === MessageType.openingRequest && channel === path;
        const first = world.came(
          await peer.take(isOpening, 3500),
          'an opening of the path',
          'HO-10: it opens.',
        );
        const order = first.header?.sequence;
        world.check(
          order === 2n,
          'order number 2',
          `${order}`,
          'KEY-24: one more than the highest confirmed.',
        );
        const isNext = (mail: Received) => isOpening(mail) && mail.header?.sequence !== order;
        const next = world.came(
          await peer.take(isNext, 3000),
          'another opening',
          'HO-10: anew, when it is over.',
        );
        const more = next.header?.sequence;
        world.check(
          more === 3n,
          'order number 3',
          `${more}`,
          'KEY-24: one more than its own earlier attempts.',
        );
        Object.assign(peer.habits, { answerProbes: true, answerOpenings: true });
        world.status(await peer.probe(path), Status.ok);
        await checkFlows(world, on, 'HO-10: the node is back.');
      },
    }),
    scriptCase({
      ...used,
      needs: ['ipv6'],
      id: `${role}.path.families`,
      title: `A node can reach the ${name} over IPv4 and over IPv6, and move from one to the other.`,
      clauses: ['RS-13', 'HO-01', 'HO-14'],
      catches: 'A relay of one family alone; a flow that ends when the outer family is another.',
      async script(world) {
        const on = await opened(world);
        await checkFlows(world, on, 'RS-13.');
        const six = await socketOf(world, on.end, on.node, 'A, by IPv6', { family: 6 });
        await move(world, on.node, six);
        await checkFlows(world, on, 'HO-01, HO-14: IPv6 before IPv4.');
        const alone = await opened(world, { node: { family: 6, name: 'B' } });
        await checkFlows(world, alone, 'RS-13: by IPv6 from the start.');
      },
    }),
  ];
}
