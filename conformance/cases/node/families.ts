/** A node with both address families: an association that is silent in one, a path that goes from one to the other. */
import { MessageType, Part, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import type { Received } from '../../observe/received.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import type { Peer } from '../../played/peer.ts';
import type { World } from '../../world.ts';
import { exactNetwork } from '../steps.ts';
import { isProbe } from './route-steps.ts';
import {
  checkDelivers,
  checkSends,
  detach,
  directByName,
  farEnd,
  NODE,
  NODE_USED,
  packetFrom,
  packetTo,
  registered,
} from './steps.ts';

/** Seconds: a keep-alive every 0.8 to 1 s, given up after another one. */
const KEEP_ALIVE = 1;
const PROBE_OVER = 1;
/** Longer than it takes until a family that falls silent is known to be; milliseconds. */
const NOTICED = 1000 * (KEEP_ALIVE + PROBE_OVER) + 400;

const SILENCE = { answerProbes: false, answerOpenings: false, answerRegistrations: false };
const ANSWERS = { answerProbes: true, answerOpenings: true, answerRegistrations: true };

const isOpening = ({ type }: Received): boolean => type === MessageType.openingRequest;

function checkNotOpened(world: World, sockets: readonly Peer[], requirement: string): void {
  const openings = sockets.flatMap(({ inbox }) => inbox.filter(isOpening));
  world.check(openings.length === 0, 'no opening of the association', `${openings.length}`, requirement);
}

const BOTH = { needs: ['ipv6'], features: ['ipv6'] } as const;

export const NODE_FAMILY_CASES: readonly Case[] = [
  scriptCase({
    ...NODE,
    ...BOTH,
    id: 'node.association.silent-families',
    title:
      'A node opens its association again when its DC answers in neither family, and not when it is silent in one after the other.',
    clauses: ['KEY-27', 'TUN-08'],
    catches:
      'New keys each time that one family fails, or for two failures of long ago; a DC that is never looked for again.',
    waits: 5 * NOTICED,
    async script(world) {
      exactNetwork(world);
      const habits = { natted: [4, 6], keepAlive: KEEP_ALIVE } as const;
      const timers = { 'probe-over': PROBE_OVER };
      const { dc } = await registered(world, { families: [4, 6], habits, timers });
      const [first, second] = dc.sockets;
      if (first === undefined || second === undefined) throw new Error('a DC with one socket');
      for (const [silent, other] of [
        [second, first],
        [first, second],
      ] as const) {
        Object.assign(other.habits, ANSWERS);
        // What it sent into the silence has failed, and something was answered, before the other one falls silent.
        while (other.takeNow(() => true) !== undefined);
        const probe = await other.take(({ type }) => type === MessageType.probeRequest, NOTICED);
        world.came(probe, `a probe at ${other.name}`, 'TUN-08.');
        world.status(await other.probe(dc.association), Status.ok);
        for (const socket of dc.sockets) while (socket.takeNow(() => true) !== undefined);
        Object.assign(silent.habits, SILENCE);
        await world.sleep(NOTICED);
        checkNotOpened(world, dc.sockets, 'KEY-27: one of its valid addresses answers.');
      }
      Object.assign(second.habits, SILENCE);
      const deadline = world.net.now() + NOTICED + 400;
      for (const socket of dc.sockets) {
        const opened = await socket.take(isOpening, deadline - world.net.now());
        world.came(opened, `an opening at ${socket.name}`, 'KEY-27: none of its valid addresses answers.');
      }
    },
  }),
  scriptCase({
    ...NODE_USED,
    ...BOTH,
    id: 'node.move.families',
    title:
      'A node goes from a network of one family to one of the other and back; its flow goes on without a DC.',
    clauses: ['HO-05', 'HO-02', 'HO-01', 'HO-14'],
    catches: 'A path that is lost with the family in which it was opened.',
    waits: 1000,
    async script(world) {
      exactNetwork(world);
      const { node, dc } = await registered(world, { families: [4, 6] });
      const plan = dc.plan();
      const far = await farEnd(world, node, plan);
      const six = await world.peer('B, IPv6', node.endpoint(6), { family: 6 });
      six.hold(far.path);
      const candidates = [far.peer.local, six.local];
      await directByName(world, { node, dc, plan, far }, { part: Part.initiate, candidates });
      for (const peer of [far.peer, six])
        world.came(await peer.take(isProbe(far)), `a probe at ${peer.name}`, 'KEY-11.');
      // Behind the answer to its own probe: so that one has come when this is answered.
      world.status(await six.probe(far.path), Status.ok);
      const on = { node, far };
      await checkSends(world, on, packetTo(world, plan), 'HO-14: IPv6 before IPv4.', six);
      const [ip4, ip6] = [node.endpoint(4).ip, node.endpoint(6).ip];
      for (const [peer, ip] of [
        [far.peer, ip4],
        [six, ip6],
        [far.peer, ip4],
      ] as const) {
        await detach(node, [...dc.sockets, far.peer, six]);
        await node.move([ip]);
        const probe = world.came(await peer.take(isProbe(far)), `a probe at ${peer.name}`, 'HO-02: at once.');
        peer.target = probe.from;
        world.status(await peer.probe(far.path), Status.ok);
        await checkSends(world, on, packetTo(world, plan), 'HO-05: the flow goes on there.', peer);
        far.moveTo(peer);
        await checkDelivers(world, on, packetFrom(world, plan), 'HO-01: the same inner addresses.');
        const here = dc.sockets.find(({ local }) => local.ip.includes(':') === ip.includes(':'));
        world.came(await here?.take(isRegistrationRequest), 'a Registration Request', 'HO-02.');
      }
      const replaced = await dc.takeDirectionRequest(500);
      world.check(replaced === undefined, 'no Direction Request', 'one', 'HO-05: without a DC.');
    },
  }),
];
