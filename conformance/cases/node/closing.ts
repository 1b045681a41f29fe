/** Section 10.6: how paths are kept and closed. */
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body, bytesField, field } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { onRelay } from './route-steps.ts';
import type { OnPath } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  checkTimes,
  close,
  isUpdate,
  NODE_USED,
  openPath,
  packetFrom,
  packetTo,
} from './steps.ts';

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
    id: 'node.close.leg',
    title:
      'The leg of a closed path is there for as long as the path receives by it, and gone with the path.',
    clauses: ['TUN-17', 'KEY-08', 'GEN-20'],
    catches:
      'Packets lost that were under way by the relay; a leg that is kept open, and its secret, for ever.',
    waits: 3500,
    async script(world) {
      exactNetwork(world);
      const on = await onRelay(world, { timers: { 'close-receive': 2 } });
      const { peer, leg } = on.relay;
      await close(world, on);
      world.status(await peer.probe(leg), Status.ok, 'TUN-17: the leg is erased with the path, not before.');
      await checkDelivers(world, on, packetFrom(world, on.plan), 'TUN-17: it receives for 10 s more.');
      // 2 s, and the second that GEN-38 allows.
      await world.sleep(3200);
      const content = body({ transaction: world.fresh(8) });
      const probe = leg.seal(MessageType.probeRequest, content);
      const intent = silentFault('no such leg any more', 'context');
      await world.silence({
        bad: () => peer.send(probe, undefined, { intent, content: new Uint8Array(0) }),
        fence: () => on.dc.peer.probe(on.dc.association),
        requirement: 'TUN-17: with an RS-S the leg is erased, too.',
      });
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
      world.timely(ms >= 1900 && ms <= 2000 + 1000, 'one after 2 s', `after ${ms} ms`, 'TUN-08.');
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
];
