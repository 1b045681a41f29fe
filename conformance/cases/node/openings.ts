/** Section 8.5: where a node opens a path, and when; legs. */
import type { Endpoint } from '../../../reference/address.ts';
import { endpointToBytes, formatEndpoint } from '../../../reference/address.ts';
import { sameBytes } from '../../../reference/bytes.ts';
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { PlayedNode } from '../../played/node.ts';
import type { NodePlan, PlayedRelay } from '../../played/node-dc.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { answerProbe, checkNotProbed, probeOn } from '../nodes.ts';
import { exactNetwork } from '../steps.ts';
import type { Registered } from './steps.ts';
import {
  checkDelivers,
  checkSends,
  checkTimes,
  farEnd,
  isOpeningOf,
  LATE,
  NODE,
  NODE_USED,
  packetFrom,
  packetTo,
  registered,
  whenOpen,
} from './steps.ts';

/** KEY-16: milliseconds. */
const REPEATS = [0, 250, 750, 1750, 3750];
/** NODE-21: of a path with candidates and a relay, to the relay. */
const BY_RELAY = [1000, 1250, 1750, 2750];
const OVER = 5000;
/** NODE-24: milliseconds. */
const PATIENCE = 250;
const FEATURE_RELAY_ONLY = 2;

interface OnRelay extends Registered {
  readonly plan: NodePlan;
  readonly relay: PlayedRelay;
  /** The far end, reached by the relay: it uses the socket of the RS-S. */
  readonly far: PlayedNode;
}

/** A plan for a path by a played RS-S; nothing is directed yet. */
export async function withRelay(
  world: World,
  options: Parameters<typeof registered>[1] = {},
): Promise<OnRelay> {
  const { node, dc } = await registered(world, options);
  const plan = dc.plan();
  const peer = await world.peer(`RS ${plan.far.fqdn}`, node.endpoint());
  const relay = dc.relayAt(peer, plan);
  return { node, dc, plan, relay, far: new PlayedNode(peer, plan, 0, undefined) };
}

function openings(peer: Peer, channel: PlayedNode['path']): Received[] {
  return peer.inbox.filter(isOpeningOf(channel));
}

export const NODE_OPENING_CASES: readonly Case[] = [
  scriptCase({
    ...NODE,
    id: 'node.opening.candidates',
    title: 'Without a relay a node opens to all candidates at once, repeats the same bytes, and gives up.',
    clauses: ['NODE-21', 'KEY-16', 'KEY-24', 'GEN-01', 'GEN-15'],
    catches: 'Candidates that are tried one after the other; an opening of its own for each; other times.',
    waits: OVER + 500,
    async script(world) {
      exactNetwork(world);
      const { node, dc } = await registered(world);
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      const second = await world.peer('B 2', node.endpoint());
      second.hold(far.path);
      for (const peer of [far.peer, second]) peer.habits.answerOpenings = false;
      const candidates: Endpoint[] = [far.peer.local, second.local];
      await dc.send(plan, { part: Part.initiate, candidates });
      const began = world.net.now();
      await world.sleep(OVER + 300);
      // What it does when the attempt is over is HO-19's: it asks for another path.
      await dc.takeDirectionRequest(100);
      const [first] = openings(far.peer, far.path);
      for (const peer of [far.peer, second]) {
        const mails = openings(peer, far.path);
        checkTimes(
          world,
          mails.filter(({ at }) => at < began + OVER - 100),
          first?.at ?? began,
          REPEATS,
          'KEY-16, NODE-21.',
        );
        const isSame = mails
          .filter(({ at }) => at < began + OVER - 100)
          .every(({ bytes }) => first !== undefined && sameBytes(bytes, first.bytes));
        world.check(isSame, 'the same message 1 each time, everywhere', 'another one', 'KEY-16.');
        const { ip, port } = node.endpoint();
        const from = mails.map((mail) => formatEndpoint(mail.from));
        const isOwn = from.every((text) => text === formatEndpoint({ ip, port }));
        world.check(isOwn, `all from ${formatEndpoint({ ip, port })}`, from.join(', '), 'GEN-01, GEN-15.');
      }
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.opening.relay',
    title: 'With a relay alone a node opens its leg at once, and the path by it once the leg is valid.',
    clauses: ['NODE-21', 'NODE-24', 'KEY-01', 'KEY-24', 'TUN-01'],
    catches: 'The path opened before its relay forwards; a leg that waits for data.',
    async script(world) {
      const { node, dc, plan, relay, far } = await withRelay(world);
      const { peer, leg } = relay;
      peer.habits.answerProbes = false;
      await dc.send(plan, { part: Part.initiate, relay });
      const opening = world.came(
        await peer.take(isOpeningOf(leg)),
        'message 1 on the leg',
        'NODE-24: at once.',
      );
      world.check(opening.fault === undefined, 'a message 1 that verifies', `${opening.fault}`);
      world.check(opening.header?.sequence === 1n, 'order number 1', `${opening.header?.sequence}`);
      const probe = world.came(await peer.take(probeOn(leg)), 'the confirming probe on the leg');
      world.status(await peer.probe(leg), Status.ok);
      const early = openings(peer, far.path);
      const requirement = 'NODE-24: the path is opened by the relay once the leg’s probe was answered.';
      world.check(early.length === 0, 'no opening of the path yet', 'message 1 of the path', requirement);
      peer.habits.answerProbes = true;
      if (probe.keys !== undefined) await peer.take(probeOn(leg), 1000);
      await whenOpen(world, far);
      await checkSends(world, { node, far }, packetTo(world, plan));
      await checkDelivers(world, { node, far }, packetFrom(world, plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.opening.relay-unprobed',
    title:
      'Where the relay does not probe, a node opens the path by it 0.25 s after its leg’s probe was answered.',
    clauses: ['NODE-24'],
    catches: 'An opening that the relay drops, since the leg is not valid there yet; one that never goes.',
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world);
      const { peer, leg } = relay;
      Object.assign(peer.habits, { answerProbes: false, probeBack: false });
      await dc.send(plan, { part: Part.initiate, relay });
      const probe = world.came(await peer.take(probeOn(leg)), 'the confirming probe on the leg');
      const answered = world.net.now();
      answerProbe(peer, leg, probe);
      const requirement = 'NODE-24: it waits 0.25 s for a probe of the relay, and no longer.';
      const { at } = world.came(await peer.take(isOpeningOf(far.path)), 'message 1 of the path', requirement);
      const ms = Math.round(at - answered);
      const isInTime = ms >= PATIENCE && ms <= PATIENCE + 2 * LATE;
      world.timely(isInTime, `after ${PATIENCE} ms`, `after ${ms} ms`, requirement);
      Object.assign(peer.habits, { answerProbes: true, probeBack: true });
      await whenOpen(world, far);
      await checkSends(world, { node, far }, packetTo(world, plan));
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.opening.relay-only',
    title: 'A node that is relay-only answers no message 1 that comes directly, a repeat neither.',
    clauses: ['OPT-05'],
    catches:
      'A message 1 that was seen at the relay, copied to where the node is thought to be, and answered.',
    async script(world) {
      const { node, dc, plan, relay, far } = await withRelay(world, { features: [FEATURE_RELAY_ONLY] });
      const direct = await world.peer('B direct', node.endpoint());
      direct.hold(far.path);
      await dc.send(plan, { part: Part.await, relay });
      const isOpen = () => relay.leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      const attempt = far.peer.sendOpening(far.path);
      world.came(await far.peer.message2(attempt), 'message 2 by the relay');
      const intent = silentFault('message 1 that comes directly', 'relay-source');
      for (const bad of [
        () => direct.send(attempt.message1, undefined, { channel: far.path, intent }),
        () => direct.sendOpening(far.path, { intent }),
      ])
        await world.silence({ bad, fence: () => relay.peer.probe(relay.leg), requirement: 'OPT-05.' });
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.opening.leg-awaits',
    title:
      'Whoever awaits a path by a relay opens its leg at once, too, and answers what comes by the relay.',
    clauses: ['NODE-24', 'NODE-07', 'NODE-09'],
    catches: 'A leg that only the initiator opens, so that the relay can reach one end alone.',
    waits: 600,
    async script(world) {
      const { node, dc, plan, relay, far } = await withRelay(world);
      const { peer, leg } = relay;
      await dc.send(plan, { part: Part.await, relay });
      world.came(await peer.take(isOpeningOf(leg)), 'message 1 on the leg', 'NODE-24: whatever its part.');
      await world.sleep(500);
      const early = openings(peer, far.path);
      world.check(early.length === 0, 'no opening of the path', 'message 1 of the path', 'NODE-07.');
      await far.openLeg();
      await checkSends(world, { node, far }, packetTo(world, plan));
      await checkDelivers(world, { node, far }, packetFrom(world, plan));
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.opening.both-routes',
    title: 'With candidates and a relay the candidates come at once, and from 1 s on the relay, too.',
    clauses: ['NODE-21', 'NODE-24'],
    catches: 'The relay at once, where the ends of one NAT could talk directly; the relay never.',
    waits: 4000,
    async script(world) {
      exactNetwork(world);
      const { node, dc, plan, relay, far } = await withRelay(world);
      const direct = await world.peer('B direct', node.endpoint());
      direct.hold(far.path);
      for (const peer of [direct, relay.peer]) peer.habits.ignoredOpenings = ['path'];
      await dc.send(plan, { part: Part.initiate, relay, candidates: [direct.local] });
      const candidate = await direct.take(isOpeningOf(far.path));
      const { at: began } = world.came(candidate, 'message 1 at the candidate', 'NODE-21: at once.');
      const leg = await relay.peer.take(isOpeningOf(relay.leg));
      world.came(leg, 'message 1 on the leg', 'NODE-24.');
      await world.sleep(began + 3200 - world.net.now());
      checkTimes(
        world,
        openings(relay.peer, far.path),
        began,
        BY_RELAY,
        'NODE-21: to the relay from 1 s on.',
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.opening.direct-in-time',
    title: 'When a candidate answers within 1 s, nothing of the path goes to the relay.',
    clauses: ['NODE-21', 'HO-14'],
    catches: 'A relay that carries what two nodes of one house say to each other.',
    waits: 1500,
    async script(world) {
      const { node, dc, plan, relay, far } = await withRelay(world);
      const direct = await world.peer('B direct', node.endpoint());
      direct.hold(far.path);
      await dc.send(plan, { part: Part.initiate, relay, candidates: [direct.local] });
      const isOpen = () => far.path.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a path that opens', 'none');
      world.status(await direct.probe(far.path), Status.ok);
      await world.sleep(1300);
      const late = openings(relay.peer, far.path);
      world.check(late.length === 0, 'no opening by the relay', 'message 1 at the relay', 'NODE-21.');
      await checkSends(world, { node, far }, packetTo(world, plan), 'HO-14: direct before relay.', direct);
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.leg.one-endpoint',
    title:
      'A node opens its leg at all endpoints of the relay, and probes the one that answered, and no other.',
    clauses: ['KEY-11', 'NODE-24'],
    catches: 'A leg that goes from one endpoint of the relay to the other while the path is in use already.',
    async script(world) {
      const { node, dc, plan, relay } = await withRelay(world);
      const { peer, leg, field } = relay;
      const other = await world.peer('RS, other endpoint', node.endpoint());
      other.hold(leg);
      other.habits.ignoredOpenings = ['leg'];
      const endpoints = [other.local, peer.local].map(endpointToBytes);
      const both = new Map([...field, ...body({ endpoints })]);
      await dc.send(plan, { part: Part.await, relay: { ...relay, field: both } });
      const isOpen = () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      world.came(await other.take(isOpeningOf(leg)), 'message 1 at the other endpoint', 'NODE-24.');
      world.status(await peer.probe(leg), Status.ok);
      checkNotProbed(world, other, leg, 'KEY-11: on a leg only the source of message 2 is probed.');
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.leg.message-1',
    title: 'A message 1 on a leg gets no answer from a node, even if it verifies.',
    clauses: ['KEY-28'],
    catches: 'A relay, or who stole a leg’s secret, that makes a node answer.',
    async script(world) {
      const { dc, plan, relay } = await withRelay(world);
      const { peer, leg } = relay;
      await dc.send(plan, { part: Part.await, relay });
      const isOpen = () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      const intent = silentFault('message 1 to the node that opens the leg', 'handshake');
      await world.silence({
        bad: () => peer.sendOpening(leg, { intent }),
        fence: () => peer.probe(leg),
      });
    },
  }),
  scriptCase({
    ...NODE,
    id: 'node.leg.types',
    title: 'A leg carries openings and probes: anything else on it gets no answer.',
    clauses: ['GEN-18', 'GEN-37'],
    catches: 'A relay that closes paths or directs nodes by their legs.',
    async script(world) {
      const { dc, plan, relay } = await withRelay(world);
      const { peer, leg } = relay;
      await dc.send(plan, { part: Part.await, relay });
      const isOpen = () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      for (const type of [0x02, 0x04, 0x07, 0x0f, 0x10, 0x11]) {
        const intent = silentFault(`type ${type} on the leg`, 'channel-type');
        await world.silence({
          bad: () => peer.sendSealed(leg, type, new Map([[0, world.fresh(8)]]), { intent }),
          fence: () => peer.probe(leg),
        });
      }
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.opening.leg-again',
    title:
      'When the openings of a path by the relay stay unanswered, the node probes its leg and opens it again.',
    clauses: ['HO-18', 'KEY-27'],
    catches: 'A relay that restarted, and a leg that is dead for good.',
    waits: 6000,
    async script(world) {
      const { dc, plan, relay, far } = await withRelay(world);
      const { peer, leg } = relay;
      peer.habits.ignoredOpenings = ['path'];
      await dc.send(plan, { part: Part.initiate, relay });
      const isOpen = () => leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      Object.assign(peer.habits, { answerProbes: false, answerOpenings: false });
      while (peer.takeNow(() => true) !== undefined);
      // The probe goes with the third repeat, at 1.75 s, and is over 2.5 s later.
      const again = await peer.take(isOpeningOf(leg), 6000);
      world.came(again, 'message 1 on the leg', 'HO-18: a leg whose probe is unanswered is opened again.');
      world.check(far.path.current === undefined, 'a path that is not open', 'an open one');
      await dc.takeDirectionRequest(10);
    },
  }),
];

/** Types that a peer may not send on a path. [16.1] */
export const NOT_ON_PATHS: readonly number[] = [
  MessageType.registrationRequest,
  MessageType.registrationResponse,
  MessageType.directionRequest,
  MessageType.routeDirection,
  MessageType.relayDirection,
  MessageType.relayRegistrationResponse,
];
