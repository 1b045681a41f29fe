/** Section 10.6: how paths are kept and closed. */
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body, bytesField, field } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedChannel } from '../../played/channel.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  checkTimes,
  close,
  isUpdate,
  LATE,
  NODE,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
} from './steps.ts';

/** TUN-08: of a live path, milliseconds. */
const KEEP_ALIVE_MIN = 20_000;
const KEEP_ALIVE_MAX = 25_000;

function probes(peer: Peer, channel: PlayedChannel): Received[] {
  return peer.inbox.filter((mail) => mail.type === MessageType.probeRequest && mail.channel === channel);
}

/** Judges that a path of which nothing is left is silent: a probe and a Path Update under its keys, and a new opening. */
async function checkSilent(world: World, { node, dc, far }: OnPath): Promise<void> {
  const gone = silentFault('no such path any more', 'context');
  const content = body({ transaction: world.fresh(8) });
  const probe = far.path.seal(MessageType.probeRequest, content);
  const again = far.path.seal(MessageType.pathUpdate, body({ transaction: world.fresh(8), close: true }));
  const { message1 } = far.path.message1(world.stage.fresh);
  for (const bytes of [probe, again, message1])
    await world.silence({
      bad: () => far.peer.send(bytes, undefined, { intent: gone, content: new Uint8Array(0) }),
      fence: () => dc.peer.probe(dc.association),
      requirement: 'TUN-17: later datagrams with that Path ID are silent.',
    });
  world.check(node.endpoints.length > 0, 'a node', 'none');
}

/** The tries of the first Path Update that came. */
function tries(peer: Peer, first: Received): Received[] {
  const transaction = bytesField(first.body, 'transaction') ?? new Uint8Array();
  const isSame = ({ body: content }: Received) =>
    toHex(bytesField(content, 'transaction') ?? new Uint8Array()) === toHex(transaction);
  return [first, ...peer.inbox.filter((mail) => isUpdate(mail) && isSame(mail))];
}

export const NODE_CLOSING_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.close.received',
    title:
      'A Path Update that closes is acknowledged; what is under way still comes in, and nothing more goes out.',
    clauses: ['TUN-17', 'GEN-26'],
    catches: 'Packets lost that were under way; data on a path that the far end has forgotten.',
    async script(world) {
      const on = await openPath(world);
      await checkSends(world, on, packetTo(world, on.plan));
      await close(world, on);
      await checkDelivers(world, on, packetFrom(world, on.plan), 'TUN-17: it receives for 10 s more.');
      await on.node.packet(packetTo(world, on.plan));
      world.status(await on.dc.peer.probe(on.dc.association), Status.ok);
      const sent = on.far.peer.inbox.find(({ type }) => type === MessageType.data);
      world.check(sent === undefined, 'nothing else on the path', 'Data', 'TUN-17.');
      // The name of the peer is known, so it is asked for.
      await on.dc.takeDirectionRequest(100);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.close.erased',
    title: 'When its time is over, nothing is left of a closed path, nor of its leg.',
    clauses: ['TUN-17', 'KEY-08', 'GEN-20'],
    catches: 'Secrets of paths that are long closed; a table that fills with them.',
    waits: 3000,
    async script(world) {
      const on = await openPath(world, { node: { timers: { 'close-receive': 1 } } });
      await close(world, on);
      // 1 s, and the second that GEN-38 allows.
      await world.sleep(2200);
      await checkSilent(world, on);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.close.idle',
    title: 'A path that carried no inner packet for its lifetime is closed by a Path Update with its tries.',
    clauses: ['TUN-08', 'TUN-17', 'GEN-11', 'GEN-10'],
    catches: 'Paths that live for ever, or go without a word; one that probes keep alive.',
    waits: 6000,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { direction: { lifetime: 2 } });
      on.far.peer.habits.acknowledges = false;
      await checkSends(world, on, packetTo(world, on.plan));
      const began = world.net.now();
      await world.sleep(1200);
      world.status(await on.far.peer.probe(on.far.path), Status.ok);
      const first = world.came(await on.far.peer.take(isUpdate, 3000), 'a Path Update', 'TUN-08.');
      const ms = Math.round(first.at - began);
      // What an inner packet is counted from lies between its sending and our instant.
      world.check(ms >= 1900 && ms <= 2000 + 1000, 'one after 2 s', `after ${ms} ms`, 'TUN-08.');
      world.check(field(first.body, 'close') === true, 'one with close', 'one without');
      await world.sleep(2700);
      checkTimes(world, tries(on.far.peer, first), first.at, [0, 500, 1500], 'GEN-11: Path Updates.', 0.1);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.close.not-idle',
    title: 'Inner packets in either direction keep a path; dropped ones do not.',
    clauses: ['TUN-08'],
    catches: 'Paths closed under a flow that goes one way alone.',
    waits: 4500,
    async script(world) {
      exactNetwork(world);
      const on = await openPath(world, { direction: { lifetime: 2 } });
      for (let i = 0; i < 3; i++) {
        await world.sleep(1000);
        await checkDelivers(world, on, packetFrom(world, on.plan));
      }
      const update = on.far.peer.takeNow(isUpdate);
      world.check(update === undefined, 'a path that goes on', 'a Path Update');
      await checkSends(world, on, packetTo(world, on.plan));
      world.came(await on.far.peer.take(isUpdate, 3200), 'a Path Update after 2 s without one', 'TUN-08.');
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.keep-alive.association',
    title:
      'Behind a NAT a node probes its DC at 80 to 100 % of the interval that the DC gave; else it does not.',
    clauses: ['TUN-08', 'KEY-35'],
    catches: 'A mapping that the NAT forgets; keep-alives of nodes that need none; an interval of its own.',
    waits: 6500,
    async script(world) {
      exactNetwork(world);
      const natted = await world.ntm({ habits: { natted: [4], keepAlive: 2 } });
      const global = await world.ntm({ habits: { keepAlive: 2 } });
      for (const { dc } of [natted, global]) while (dc.peer.takeNow(() => true) !== undefined);
      const began = world.net.now();
      await world.sleep(6200);
      const times = probes(natted.dc.peer, natted.dc.association).map(({ at }) => at);
      const gaps = [began, ...times].map((at, i, all) => Math.round(at - (all[i - 1] ?? at))).slice(2);
      const isRight = gaps.length >= 1 && gaps.every((ms) => ms >= 1600 - LATE && ms <= 2000 + LATE);
      world.check(isRight, 'a probing request every 1600 to 2000 ms', `${gaps.join(', ')} ms apart`);
      const others = probes(global.dc.peer, global.dc.association).length;
      world.check(others === 0, 'no keep-alive of a node that is global', `${others}`);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.path',
    title:
      'Behind a NAT each direct route of a live path is probed every 20 to 25 s, whatever else goes that way.',
    clauses: ['TUN-08'],
    adapterLevel: 3,
    catches: 'A path that dies with a mapping; keep-alives that data puts off.',
    async script(world) {
      exactNetwork(world);
      const node = { habits: { natted: [4] as const, keepAlive: 25 } };
      const on = await openPath(world, { node });
      await checkSends(world, on, packetTo(world, on.plan));
      await settled(world, on.far.peer);
      await passes(world, on, KEEP_ALIVE_MIN - 5000);
      await checkSends(world, on, packetTo(world, on.plan));
      await checkDelivers(world, on, packetFrom(world, on.plan));
      await passes(world, on, 4000);
      const early = smallProbes(on.far.peer, on.far.path).length;
      world.check(early === 0, `none before ${KEEP_ALIVE_MIN} ms`, `${early}`);
      await passes(world, on, KEEP_ALIVE_MAX - KEEP_ALIVE_MIN + 1500);
      const due = smallProbes(on.far.peer, on.far.path).length;
      world.check(due > 0, `one by ${KEEP_ALIVE_MAX} ms`, 'none');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.keep-alive.leg',
    title: 'The leg of a live path is probed every 20 to 25 s, behind a NAT or not.',
    clauses: ['TUN-08'],
    adapterLevel: 3,
    catches: 'A relay entry that runs out under a path that waits.',
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world);
      await dc.send(plan, { part: 2, relay });
      const isOpen = () => relay.leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      await far.openLeg();
      await checkSends(world, { node, far }, packetTo(world, plan));
      await settled(world, relay.peer);
      await passes(world, { node, far }, KEEP_ALIVE_MIN - 1000);
      const early = probes(relay.peer, relay.leg).length;
      world.check(early === 0, `none before ${KEEP_ALIVE_MIN} ms`, `${early}`);
      await passes(world, { node, far }, KEEP_ALIVE_MAX - KEEP_ALIVE_MIN + 1500);
      world.status(await relay.peer.probe(relay.leg), Status.ok);
      world.check(probes(relay.peer, relay.leg).length > 0, `one by ${KEEP_ALIVE_MAX} ms`, 'none');
    },
  }),
];

/** Probes that measure no size. */
function smallProbes(peer: Peer, channel: PlayedChannel): Received[] {
  return probes(peer, channel).filter(({ bytes }) => bytes.length < 1000);
}

/** Has time pass for the node by and by, so that what it sends meanwhile is answered. */
async function passes(world: World, { node, far }: Pick<OnPath, 'node' | 'far'>, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    await node.forward(Math.min(left, 1000));
    world.status(await far.peer.probe(far.path), Status.ok);
  }
}

/** Lets what a new path brings with it be over, and forgets it. */
async function settled(world: World, peer: Peer): Promise<void> {
  await world.sleep(50 + 3 * world.stage.slowestAnswer);
  while (peer.takeNow(() => true) !== undefined);
}
