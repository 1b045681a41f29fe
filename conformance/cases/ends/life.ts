/** Sections 9.3, 10.6 and chapter 12 at an RS-N and an RS-T: how paths end, move, and take over from each other. */
import type { Ip } from '../../../reference/address.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body, bytesField, field } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { EndKind } from '../../played/end-dc.ts';
import { Unjudged } from '../../verdict.ts';
import type { World } from '../../world.ts';
import { exactNetwork, opens } from '../steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkBack,
  checkFlows,
  checkOut,
  directAs,
  directed,
  endCommon,
  NAMES,
  opened,
  packetBack,
  packetTo,
} from './steps.ts';

/** RS-11: forwarding has stopped by then. */
const STOPPED = 1100;
/** On neither side of any path. */
const STRANGER = '203.0.113.252' as Ip;
/** A lifetime, milliseconds. */
const IDLE = 3000;

function isClose({ type, keys, body: content }: Received): boolean {
  return type === MessageType.pathUpdate && keys !== undefined && field(content, 'close') === true;
}

/** Judges that nothing of a path is left: Data, a probe and an opening of it bring nothing. */
async function checkGone(world: World, on: OnPath, requirement: string): Promise<void> {
  const { node, dc } = on;
  const gone = silentFault('no such path any more', 'context');
  const probe = node.path.seal(MessageType.probeRequest, body({ transaction: world.fresh(8) }));
  const data = node.path.seal(MessageType.data, packetTo(world, on));
  const { message1 } = node.path.message1(world.stage.fresh);
  for (const bytes of [probe, data, message1])
    await world.silence({
      bad: () => node.peer.send(bytes, undefined, { intent: gone, content: new Uint8Array(0) }),
      fence: () => dc.peer.probe(dc.association),
      requirement,
    });
}

/** Another path of the same node to the same peer. */
async function successor(world: World, on: OnPath): Promise<OnPath> {
  const { end, dc, plan } = on;
  const base = dc.plan();
  const [, relay] = base.legs;
  const next = {
    ...plan,
    pathId: base.pathId,
    pathSecret: base.pathSecret,
    legs: [plan.legs[0], relay] as const,
  };
  const fields = { replaces: plan.pathId };
  return await directAs(world, end, dc, next, { fields, node: { name: 'A, again' } });
}

export function lifeCases(role: EndKind): readonly Case[] {
  const name = NAMES[role];
  const used = endCommon(role);
  const isN = role === 'rs-n';
  return [
    scriptCase({
      ...used,
      id: `${role}.path.withdrawn`,
      title: 'After its withdrawal nothing is left of a path; others go on, and its ID can be directed anew.',
      clauses: ['RS-11', 'RS-07', 'RS-06', 'RS-22', 'RS-25', 'KEY-08', 'KEY-23'],
      catches: 'Forwarding that goes on; keys or numbers kept; a withdrawal that takes other paths along.',
      waits: STOPPED,
      async script(world) {
        const on = await opened(world);
        const other = await opened(world, { node: { name: 'B' } });
        const out = await checkFlows(world, on, 'The path works.');
        // Order number 2, so that a number that was kept would refuse 1.
        world.came(await opens(on.node.peer, on.node.path), 'message 2');
        world.status(await on.dc.direct(on.dc.withdrawal(on.plan)), Status.ok);
        await world.sleep(STOPPED);
        await checkGone(world, on, 'RS-11, RS-07.');
        await on.end.packet(packetBack(world, out));
        await checkFlows(world, other, 'RS-11: others go on.');
        const late = on.node.peer.inbox.find(({ type }) => type === MessageType.data);
        world.check(late === undefined, 'nothing more on the path', 'Data', 'RS-11.');
        const again = await directAs(world, on.end, on.dc, on.plan);
        await again.node.openLeg();
        await checkFlows(world, again, 'RS-22: it can be directed again.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.closed`,
      title:
        'A Path Update that closes is acknowledged; what is under way still comes in, and nothing goes out.',
      clauses: ['TUN-17', 'RS-25', 'GEN-26'],
      catches:
        'Packets lost that were under way; data, probes or answers on a path that the node has forgotten.',
      waits: 3500,
      async script(world) {
        exactNetwork(world);
        const on = await opened(world, { end: { timers: { 'close-receive': 2 } } });
        const out = await checkFlows(world, on, 'The path works.');
        const content = body({ transaction: world.fresh(8), close: true });
        const { node, end, dc } = on;
        world.status(await node.peer.request(node.path, MessageType.pathUpdate, content), Status.ok);
        await checkOut(world, on, 'TUN-17: it receives for 10 s more.');
        await end.packet(packetBack(world, out));
        world.status(await dc.peer.probe(dc.association), Status.ok);
        const sent = node.peer.inbox.find(({ type }) => type === MessageType.data);
        world.check(sent === undefined, 'nothing else on the path', 'Data', 'TUN-17.');
        const again = await node.peer.request(node.path, MessageType.pathUpdate, content);
        world.status(again, Status.ok, 'GEN-26: a repeat is acknowledged again.');
        while (node.peer.takeNow(() => true) !== undefined);
        const probe = body({ transaction: world.fresh(8) });
        node.peer.sendSealed(node.path, MessageType.probeRequest, probe);
        node.peer.sendSealed(node.path, MessageType.data, packetTo(world, on, { from: end.endpoint().ip }));
        // 2 s, and the second that GEN-38 allows.
        await world.sleep(3200);
        const last = node.peer.inbox.filter(({ channel }) => channel === node.path).length;
        world.check(last === 0, 'nothing else on the path', `${last} messages`, 'TUN-17: not even answers.');
        await checkGone(world, on, 'TUN-17: later datagrams with that Path ID are silent.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.idle`,
      title: `A path without inner packets for its lifetime is closed; probes and what is refused do not keep it, packets either way do.`,
      clauses: ['RS-25', 'TUN-17', 'GEN-11'],
      catches:
        'Paths that live for ever, that end under a flow which goes one way, or that probes or strangers keep.',
      waits: 10_000,
      async script(world) {
        exactNetwork(world);
        const on = await opened(world, { fields: { lifetime: IDLE / 1000 } });
        const { node } = on;
        const out = await checkOut(world, on, 'The path works.');
        for (let i = 0; i < 4; i++) {
          const last = world.net.now();
          await world.sleep(IDLE / 2);
          if (world.net.now() - last > IDLE * 0.8)
            throw new Unjudged('inconclusive', 'host', 'the host slept while a path was to be kept', true);
          // Longer than the lifetime either way alone.
          if (i < 2) await checkBack(world, on, out, 'RS-25: packets of the peer keep it.');
          else await checkOut(world, on, 'RS-25: packets of the node keep it.');
        }
        world.check(!node.peer.inbox.some(isClose), 'a path that goes on', 'a Path Update with close');
        const began = world.net.now();
        await world.sleep(IDLE / 2);
        world.status(await node.peer.probe(node.path), Status.ok);
        node.sendData(packetTo(world, on, { from: STRANGER }));
        await on.end.packet(packetBack(world, { ...out, to: STRANGER }));
        const mail = world.came(await node.peer.take(isClose, IDLE), 'a Path Update with close', 'RS-25.');
        const ms = Math.round(mail.at - began);
        world.timely(
          ms >= IDLE - 100 && ms <= IDLE + 1200,
          `one after ${IDLE} ms`,
          `after ${ms} ms`,
          'RS-25.',
        );
      },
    }),
    scriptCase({
      ...used,
      adapterLevel: 3,
      id: `${role}.path.long`,
      title: `A path that a direction gives two hours to is there after them, though its keys are long gone.`,
      clauses: ['RS-25', 'RS-20', 'HO-13'],
      waits: 2000,
      catches: 'The time of keys, of mappings or of the registration taken for that of the path.',
      async script(world) {
        exactNetwork(world);
        const on = await opened(world);
        await checkFlows(world, on, 'The path works.');
        // So that what it asks for meanwhile is answered in time.
        for (let s = 0; s < 7200; s += 100) {
          await on.end.forward(100_000);
          await world.sleep(20);
        }
        const { path, peer } = on.node;
        path.current = undefined;
        // The relay may have missed the node meanwhile, and opens then. [HO-10]
        const isOpen = () => path.current?.confirmed || undefined;
        if ((await world.stage.until(isOpen, 1000)) === undefined) await peer.open(path);
        world.status(await peer.probe(path), Status.ok);
        await checkFlows(world, on, 'RS-25: 7440 s.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.unconfirmed`,
      title: 'A path that no node opens in its time is erased.',
      clauses: ['KEY-36', 'RS-12'],
      catches: 'Paths that nobody uses and that fill the table.',
      waits: 2300,
      async script(world) {
        const on = await directed(world, { end: { timers: { 'path-unconfirmed': 1 } } });
        await world.sleep(2200);
        const { message1 } = on.node.path.message1(world.stage.fresh);
        await world.silence({
          bad: () =>
            on.node.peer.send(message1, undefined, {
              intent: silentFault('no such path any more', 'context'),
              content: new Uint8Array(0),
            }),
          fence: () => on.dc.peer.probe(on.dc.association),
          requirement: 'KEY-36: erased.',
        });
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.replaced`,
      title: `A path that replaces another takes over once it is confirmed; the old one is closed and still receives.`,
      clauses: ['HO-06', 'TUN-17', 'RS-26', ...(isN ? ['RSN-04'] : ['RST-05', 'RST-04'])],
      catches:
        'A new path that takes over when it is directed; another address or port after it; packets lost.',
      async script(world) {
        exactNetwork(world);
        const on = await opened(world);
        const out = await checkFlows(world, on, 'The path works.');
        const next = await successor(world, on);
        world.check(next.inside === on.inside, `${on.inside} lent again`, `${next.inside}`, 'RST-05.');
        await checkBack(world, on, out, 'HO-06: the old one goes on until the new one is confirmed.');
        await checkOut(world, on, 'HO-06: the old one goes on until the new one is confirmed.');
        await next.node.openLeg();
        const closed = await on.node.peer.take(isClose);
        world.came(closed, 'a Path Update with close on the old path', 'HO-06.');
        await checkBack(world, next, out, 'HO-06: it belongs to the new one now.');
        const again = await checkOut(world, next, 'HO-06: it belongs to the new one now.');
        const [was, is] = [out, again].map((one) => `${one.from} ${one.ports[0]}`);
        world.check(was === is, `${was} towards the peer`, `${is}`, 'RSN-04, RST-05.');
        await checkOut(world, on, 'TUN-17: the old one receives for 10 s more.');
        world.check(bytesField(closed?.body, 'transaction') !== undefined, 'a transaction', 'none');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.without-dc`,
      title: `Paths go on when the ${name} has lost its DC and its registration.`,
      clauses: ['HO-13', 'RS-20'],
      catches: 'Paths that end with an association or a registration.',
      waits: 1600,
      async script(world) {
        const on = await opened(world, { end: { habits: { registrationLifetime: 1 } } });
        Object.assign(on.dc.peer.habits, { answerRegistrations: false, answerProbes: false });
        await world.sleep(1500);
        await checkFlows(world, on, 'HO-13: live paths go on without any DC.');
        const next = on.dc.relayDirection(on.dc.plan());
        world.status(await on.dc.direct(next), Status.ok, 'RS-20: whether it is registered or not.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.stale`,
      title: 'A Path Update that is older than the last one that took effect is discarded in silence.',
      clauses: ['GEN-32'],
      catches: 'A close that was kept back, or overtaken, ends a path long after.',
      async script(world) {
        const on = await opened(world);
        const { node } = on;
        const content = body({ transaction: world.fresh(8), close: true });
        const old = node.path.seal(MessageType.pathUpdate, content);
        const later = body({ transaction: world.fresh(8), candidates: [Uint8Array.of(127, 0, 0, 8, 0, 9)] });
        world.status(await node.peer.request(node.path, MessageType.pathUpdate, later), Status.ok);
        await world.silence({
          bad: () => {
            const intent = silentFault('an older one', 'stale');
            node.peer.send(old, undefined, { channel: node.path, content, intent });
          },
          fence: () => node.peer.probe(node.path),
          requirement: 'GEN-32: another one is discarded silently.',
        });
        await checkFlows(world, on, 'GEN-32: the path goes on.');
      },
    }),
    scriptCase({
      ...used,
      id: `${role}.path.restart`,
      title: `After a restart the ${name} knows nothing of its paths, and takes their directions anew.`,
      clauses: ['RS-15', 'RS-07', 'KEY-09'],
      catches: 'Paths or keys that are stored and read back.',
      async script(world) {
        const on = await opened(world);
        await checkFlows(world, on, 'The path works.');
        on.dc.restarting();
        await on.end.restart({ hard: true });
        await on.dc.associate();
        await checkGone(world, on, 'RS-15: nothing survives a restart.');
        const again = await directAs(world, on.end, on.dc, on.plan);
        await again.node.openLeg();
        await checkFlows(world, again, 'RS-15, DC-39: the direction comes again.');
      },
    }),
  ];
}
