/** Section 5.8: how a leg gets another address. */
import fc from 'fast-check';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Body } from '../../fields.ts';
import { body, bytesField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedNode } from '../../played/node.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import {
  answerLater,
  answerProbe,
  bound,
  checkNotProbed,
  move,
  reserve,
  settle,
  socketOf,
  takeProbe,
} from '../nodes.ts';
import { checkAbsent, checkForwarded, NOT_A_LEG, relay, sendOpaque } from '../relayed.ts';
import { current, RS_S } from '../steps.ts';

/** Judges that data goes to one socket of a node and comes from there, and not from or to another one. */
async function checkInUse(world: World, node: PlayedNode, far: PlayedNode, not: Peer): Promise<void> {
  const { bytes } = await checkForwarded(world, far, node);
  checkAbsent(world, not, bytes);
  await world.silence({
    bad: () => sendOpaque(world, node, { from: not, fault: NOT_A_LEG }),
    fence: () => relay(world, node, far),
  });
}

function isAnswerTo(mail: Received, request: Body): boolean {
  const asked = bytesField(request, 'transaction');
  const came = bytesField(mail.body, 'transaction');
  if (mail.type !== MessageType.probeResponse || asked === undefined || came === undefined) return false;
  return sameBytes(asked, came);
}

export const NOMINATION_CASES: readonly Case[] = [
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.nominate',
    title: 'A message from a new address has it probed; data goes there once it answered, and not before.',
    clauses: ['KEY-31', 'KEY-32', 'RS-03', 'HO-03', 'HO-08'],
    catches: 'Data to a new address at the first message from there, or never; the old one still taken.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const before = a.peer;
      const after = await socketOf(world, rs, a, 'A, moved', { answersProbes: false });
      world.status(await after.probe(a.leg), Status.ok, 'GEN-34: answered to the source of the request.');
      const probe = await takeProbe(world, after, a.leg);
      await checkInUse(world, a, b, after);
      answerProbe(after, a.leg, probe);
      world.status(await after.probe(a.leg), Status.ok);
      await settle(after, a.leg);
      a.moveTo(after);
      await checkInUse(world, a, b, before);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.old-message',
    title: 'A message that is not the newest of its key is answered, but nominates nothing.',
    clauses: ['KEY-31', 'GEN-34'],
    catches: 'A leg that goes back to an old address when a datagram from there was late.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const late = await socketOf(world, rs, a, 'late', { answersProbes: false });
      const keys = current(a.leg);
      const sequence = keys.next;
      keys.next += 1n;
      world.status(await a.peer.probe(a.leg), Status.ok);
      world.status(await late.probe(a.leg, { sequence, repeats: [] }), Status.ok);
      world.status(await a.peer.probe(a.leg), Status.ok);
      checkNotProbed(world, late, a.leg);
      await checkForwarded(world, b, a);
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.address.copied',
    title: 'A datagram of a node that somebody copies to another source does not move its leg there.',
    clauses: ['KEY-32', 'KEY-31', 'TUN-04'],
    catches: 'A leg that follows the source of the newest message, without a probe of its own.',
    arbitrary: fc.record({ first: fc.boolean() }),
    boundaries: [{ first: true }, { first: false }],
    async script(world, { first }) {
      const { rs, a, b } = await bound(world);
      const thief = await socketOf(world, rs, a, 'thief', { answersProbes: false });
      const content = body({ transaction: world.fresh(8) });
      const bytes = a.leg.seal(MessageType.probeRequest, content);
      const right = { channel: a.leg, content };
      const copy = { ...right, intent: silentFault('the same datagram again', 'replay') };
      const [one, two] = first ? [thief, a.peer] : [a.peer, thief];
      one.send(bytes, undefined, right);
      const answer = await one.take((mail) => isAnswerTo(mail, content));
      world.status(answer, Status.ok);
      await world.silence({
        bad: () => two.send(bytes, undefined, copy),
        fence: () => b.peer.probe(b.leg),
      });
      if (!first) checkNotProbed(world, thief, a.leg);
      const mail = await checkForwarded(world, b, a);
      checkAbsent(world, thief, mail.bytes);
      await world.silence({
        bad: () => sendOpaque(world, a, { from: thief, fault: NOT_A_LEG }),
        fence: () => relay(world, a, b),
      });
    },
  }),
  propertyCase({
    ...RS_S,
    id: 'rs-s.address.later',
    title:
      'Of two addresses that are probed at once the one nominated later stays in use, whichever answers last.',
    clauses: ['KEY-32', 'KEY-31'],
    catches: 'A leg at the address that answered last, or where a repeated nomination is not the later one.',
    arbitrary: fc.record({ again: fc.boolean() }),
    boundaries: [{ again: false }, { again: true }],
    async script(world, { again }) {
      const { rs, a, b } = await bound(world);
      const old = reserve(a.leg);
      const first = await socketOf(world, rs, a, 'A, first', { answersProbes: false });
      const second = await socketOf(world, rs, a, 'A, second', { answersProbes: false });
      const probes = new Map<Peer, Received>();
      for (const peer of [first, second]) {
        world.status(await peer.probe(a.leg), Status.ok);
        probes.set(peer, await takeProbe(world, peer, a.leg));
      }
      if (again) world.status(await first.probe(a.leg), Status.ok);
      const [earlier, later] = again ? [second, first] : [first, second];
      await answerLater(world, a.leg, { earlier, later, probes, old });
      a.moveTo(later);
      await checkInUse(world, a, b, earlier);
    },
  }),
  scriptCase({
    ...RS_S,
    id: 'rs-s.address.return',
    title: 'A node that comes back to an address that was valid before is probed there like anywhere else.',
    clauses: ['KEY-31', 'KEY-32', 'HO-03'],
    catches: 'An address that counts as valid for ever, or a return that goes unnoticed.',
    async script(world) {
      const { rs, a, b } = await bound(world);
      const home = a.peer;
      const away = await socketOf(world, rs, a, 'A, away');
      await move(world, a, away);
      home.habits.answerProbes = false;
      world.status(await home.probe(a.leg), Status.ok);
      const probe = await takeProbe(world, home, a.leg);
      await checkInUse(world, a, b, home);
      answerProbe(home, a.leg, probe);
      world.status(await home.probe(a.leg), Status.ok);
      await settle(home, a.leg);
      a.moveTo(home);
      await checkInUse(world, a, b, away);
    },
  }),
];
