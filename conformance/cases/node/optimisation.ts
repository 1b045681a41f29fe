/** Chapter 13: from the relay to a direct route, and back. */
import type { Endpoint, Ip } from '../../../reference/address.ts';
import { endpointToBytes, formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Route, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { body, bytesField, field, listField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import type { PlayedRelay } from '../../played/node-dc.ts';
import { exactNetwork } from '../steps.ts';
import { withRelay } from './openings.ts';
import {
  answersSmall,
  DATA_SIZE,
  isProbe,
  isSized,
  onDirect,
  onRelay,
  QUICK,
  sendsAt,
  tell,
} from './route-steps.ts';
import { checkDelivers, checkSends, checkTimes, isUpdate, NODE_USED, packetFrom, packetTo } from './steps.ts';

/** OPT-02: milliseconds, bytes, datagrams. */
const TRIES = [0, 250, 500, 1000, 1750, 3000];
const LARGEST = 200;
const MOST = 10;
const FEATURE_RELAY_ONLY = 2;
/** Candidates that the node tells of, as text. */
function told(mail: Received | undefined): string[] {
  return listField(mail?.body, 'candidates').map((bytes) => toHex(bytes as Uint8Array));
}

/** How the relay sees the node on the leg: its NAT has another address for each place. */
const BY_RELAY: Endpoint = { ip: '198.51.100.7' as Ip, port: 4007 };

/** A relay that sees the node at another place than its DC does; on the path the far end sees the relay there. */
function seesItself({ peer, leg }: PlayedRelay): void {
  peer.habits.answerProbes = false;
  peer.habits.reply = (mail) => {
    if (mail.type !== MessageType.probeRequest) return undefined;
    const observedEndpoint = endpointToBytes(mail.channel === leg ? BY_RELAY : peer.local);
    const transaction = bytesField(mail.body, 'transaction');
    return { type: MessageType.probeResponse, content: body({ transaction, status: 0, observedEndpoint }) };
  };
}

const isTelling = (mail: Received): boolean => isUpdate(mail) && field(mail.body, 'candidates') !== undefined;
const isRouted =
  (route: number) =>
  (mail: Received): boolean =>
    isUpdate(mail) && field(mail.body, 'route') === route;

export const NODE_OPTIMISATION_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.candidates',
    title: 'On a path by a relay a node tells where it is, as it knows, as its DC and as the relay see it.',
    clauses: ['OPT-01', 'OPT-06'],
    catches:
      'A node that stays on the relay; one that leaves out how the relay sees it; the relay’s address told as its own.',
    async script(world) {
      const { node, relay, direct } = await onRelay(world, { habits: { natted: [4] } }, seesItself);
      const update = world.came(await relay.peer.take(isTelling), 'a Path Update with candidates', 'OPT-01.');
      const { ip, port } = node.endpoint();
      const list = told(update);
      const own = toHex(endpointToBytes({ ip, port }));
      const seen = toHex(endpointToBytes({ ip: '203.0.113.9' as typeof ip, port }));
      for (const [what, hex] of [
        ['as it knows itself', own],
        ['as the DC sees it', seen],
        ['as the relay sees it', toHex(endpointToBytes(BY_RELAY))],
      ] as const)
        world.check(list.includes(hex), `${hex}, where it is ${what}`, list.join(', '), 'OPT-06.');
      const isOnce = new Set(list).size === list.length && list.length <= 8;
      world.check(isOnce, 'each once, at most 8', list.join(', '), 'OPT-06.');
      const others = [relay.peer, direct].map(({ local }) => toHex(endpointToBytes(local)));
      world.check(!list.some((hex) => others.includes(hex)), 'none of others', list.join(', '), 'OPT-06.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.probes',
    title:
      'A candidate of the far end is probed at its times, small, and not too often, while data goes by the relay.',
    clauses: ['OPT-01', 'OPT-02', 'OPT-03', 'OPT-04'],
    catches: 'No search; probes in a burst or for ever, at whoever a peer names; data that waits for them.',
    waits: 4500,
    async script(world) {
      exactNetwork(world);
      const on = await onRelay(world);
      on.direct.habits.answerProbes = false;
      await tell(world, on, [on.direct.local]);
      const first = world.came(await on.direct.take(isProbe(on.far)), 'a probing request', 'OPT-02.');
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-01: by the relay meanwhile.');
      await world.sleep(first.at + 3600 - world.net.now());
      const mails = [first, ...on.direct.inbox];
      checkTimes(world, mails.filter(isProbe(on.far)), first.at, TRIES, 'OPT-02.', 0.1);
      const isSmall = mails.every(({ bytes }) => bytes.length <= LARGEST);
      world.check(
        isSmall && mails.length <= MOST,
        `at most ${MOST} of ${LARGEST} bytes`,
        `${mails.length}`,
        'OPT-02.',
      );
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-04: the relay route is as it was.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.switch',
    title:
      'Data goes directly once a small probe and one of 1280 bytes inside were answered, and the far end is told.',
    clauses: ['OPT-03', 'OPT-09', 'OPT-10', 'TUN-06', 'HO-14', 'HO-03'],
    catches: 'Data sent to where nobody has answered; a direct way that is found and not used.',
    async script(world) {
      const on = await onRelay(world);
      const { direct, relay, far } = on;
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-01: by the relay.');
      await tell(world, on, [direct.local]);
      const data = await sendsAt(world, on, direct, 'OPT-03: both answered, data goes there.');
      const sized = direct.takeNow(isSized(far));
      const isAfter = sized !== undefined && sized.at <= data.at;
      world.check(isAfter, `a probe of ${DATA_SIZE} bytes before`, 'none before', 'OPT-03.');
      const peers = [direct, relay.peer];
      const routed = await world.stage.until(() =>
        peers.map((peer) => peer.takeNow(isRouted(Route.direct))).find((mail) => mail !== undefined),
      );
      world.came(routed, 'a Path Update with route 1', 'OPT-09.');
      world.status(await relay.peer.probe(relay.leg), Status.ok, 'OPT-10: the leg is kept.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.narrow',
    title: 'Where small probes are answered and one of 1280 bytes inside is not, data stays on the relay.',
    clauses: ['OPT-03', 'TUN-15'],
    catches: 'A direct way that swallows every large packet.',
    waits: 3500,
    async script(world) {
      const on = await onRelay(world);
      answersSmall(on.direct);
      await tell(world, on, [on.direct.local]);
      world.came(await on.direct.take(isSized(on.far)), `a probe of ${DATA_SIZE} bytes`, 'OPT-03.');
      for (let i = 0; i < 3; i++) {
        await checkSends(world, on, packetTo(world, on.plan), 'OPT-03: by the relay.');
        await world.sleep(1000);
      }
      const data = on.direct.takeNow(({ type }) => type === MessageType.data);
      world.check(data === undefined, 'no Data at the narrow way', 'Data', 'OPT-03, TUN-15.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.back',
    title: 'When the direct route dies, data is back on the relay, the far end is told, and the path stays.',
    clauses: ['OPT-04', 'OPT-09', 'OPT-10', 'HO-10', 'HO-14', 'HO-04'],
    catches:
      'A path that is given up, or replaced, though its relay lives; a leg that a NAT forgot, noticed late.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const on = await onDirect(world, { timers: QUICK });
      const { direct, relay, dc } = on;
      Object.assign(direct.habits, { answerProbes: false, acknowledges: false });
      while (relay.peer.takeNow(() => true) !== undefined);
      const began = world.net.now();
      await sendsAt(world, on, relay.peer, 'OPT-04: back on the relay.');
      const ms = Math.round(world.net.now() - began);
      world.timely(ms <= 2000 + 2000, 'within 2 s of detection, and 2 s more', `after ${ms} ms`, 'OPT-04.');
      const leg = relay.peer.takeNow(
        ({ type, channel, at }) =>
          type === MessageType.probeRequest && channel === relay.leg && at <= began + 2000,
      );
      world.came(leg, 'a probe on the leg before data is back there', 'HO-10: its own leg too.');
      const update = await relay.peer.take(isRouted(Route.relay));
      world.came(update, 'a Path Update with route 2', 'OPT-09.');
      const asked = await dc.takeDirectionRequest(100);
      world.check(asked === undefined, 'no Direction Request', 'one', 'OPT-04: without loss of the path.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.dead-stays',
    title:
      'What still comes by a direct route that died does not bring data back to it before a probe was answered.',
    clauses: ['OPT-11', 'OPT-02', 'HO-15'],
    catches:
      'A way that works in one direction alone, or for small packets alone, taken for one that works, again and again.',
    waits: 7000,
    async script(world) {
      exactNetwork(world);
      const on = await onDirect(world, { timers: QUICK });
      const { direct, relay, far } = on;
      Object.assign(direct.habits, { answerProbes: false, acknowledges: false });
      await sendsAt(world, on, relay.peer, 'OPT-04: back on the relay.');
      while (direct.takeNow(() => true) !== undefined);
      direct.sendSealed(far.path, MessageType.data, packetFrom(world, on.plan));
      world.came(await direct.take(isProbe(far)), 'a probing request, at once', 'OPT-11, OPT-02.');
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-11: still by the relay.');
      answersSmall(direct);
      let sized: Received | undefined;
      // While a probe is under way there need not be another one.
      for (let i = 0; i < 8 && sized === undefined; i++) {
        direct.sendSealed(far.path, MessageType.data, packetFrom(world, on.plan));
        sized = await direct.take(isSized(far), 500);
      }
      world.came(sized, `a probe of ${DATA_SIZE} bytes once a small one was answered`, 'OPT-11, OPT-03.');
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-03: by the relay until it is answered.');
      Object.assign(direct.habits, { answerProbes: true, reply: undefined });
      const again = 'OPT-11: answered with both sizes, it is the route again.';
      await sendsAt(world, on, direct, again, () =>
        direct.sendSealed(far.path, MessageType.data, packetFrom(world, on.plan)),
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.source',
    title:
      'The source of a direct message is probed at once, though a newer one came by the relay; data waits.',
    clauses: ['OPT-02', 'OPT-03', 'HO-14', 'HO-15'],
    catches: 'A hole that the far end has made and that closes unused.',
    async script(world) {
      const on = await onRelay(world);
      const { direct, relay, far } = on;
      answersSmall(direct);
      const early = far.path.seal(MessageType.data, packetFrom(world, on.plan));
      await checkDelivers(world, on, packetFrom(world, on.plan));
      direct.send(early, undefined, { channel: far.path });
      world.came(await direct.take(isProbe(far)), 'a probing request', 'OPT-02: at once, to the source.');
      await checkSends(world, on, packetTo(world, on.plan), 'OPT-03: by the relay meanwhile.', relay.peer);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.not-probed',
    title:
      'Candidates that are the relay’s or the node’s own, or no host’s at all, are left out; the good one is probed.',
    clauses: ['OPT-08'],
    catches: 'A search that a peer turns against the relay, the node or others.',
    waits: 1000,
    async script(world) {
      const { node, dc, plan, relay, far } = await withRelay(world);
      const other = await world.peer('RS, other endpoint', node.endpoint());
      const direct = await world.peer('B direct', node.endpoint());
      for (const peer of [other, direct]) peer.hold(far.path);
      other.hold(relay.leg);
      // So the leg goes by the first one.
      other.habits.answerOpenings = false;
      const places = [relay.peer.local, other.local].map(endpointToBytes);
      const kept = [...relay.field].map(
        ([key, value]) => [key, Array.isArray(value) ? places : value] as const,
      );
      await dc.send(plan, { part: 2, relay: { ...relay, field: new Map(kept) } });
      const isOpen = () => relay.leg.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'a leg that opens', 'none');
      await far.openLeg();
      await checkDelivers(world, { node, far }, packetFrom(world, plan));
      const before = relay.peer.inbox.filter(isProbe(far)).length;
      const bad = ['0.0.0.0', '224.0.0.5', '255.255.255.255'].map((ip) => ({ ip, port: 9 }) as Endpoint);
      await tell(world, { far }, [...bad, other.local, node.endpoint(), direct.local]);
      world.came(await direct.take(isProbe(far)), 'a probing request at the good one', 'OPT-02.');
      await world.sleep(600);
      const stray = other.inbox.filter(isProbe(far)).length;
      world.check(stray === 0, 'none at the relay’s other endpoint', `${stray}`, 'OPT-08.');
      const asked = relay.peer.inbox.filter(isProbe(far)).length - before;
      world.check(asked <= 1, 'none by the relay’s', `${asked}`, 'OPT-08.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.relay-only',
    title:
      'A node that is relay-only tells no candidates, probes none, and answers nothing that comes directly.',
    clauses: ['OPT-05'],
    adapterLevel: 2,
    catches: 'An address given away that was to be hidden.',
    waits: 1500,
    async script(world) {
      const on = await onRelay(world, { features: [FEATURE_RELAY_ONLY] });
      const { direct, relay, far } = on;
      await tell(world, on, [direct.local]);
      await checkSends(world, on, packetTo(world, on.plan));
      const content = body({ transaction: world.fresh(8) });
      await world.silence({
        bad: () =>
          direct.sendSealed(far.path, MessageType.probeRequest, content, {
            intent: silentFault('a probe of the path that comes directly', 'relay-source'),
          }),
        fence: () => relay.peer.probe(relay.leg),
        requirement: 'OPT-05.',
      });
      await world.sleep(1000);
      const update = relay.peer.takeNow(isTelling);
      world.check(told(update).length === 0, 'no candidates', told(update).join(', '), 'OPT-05.');
      const probe = direct.inbox.length;
      world.check(probe === 0, `nothing at ${formatEndpoint(direct.local)}`, `${probe}`, 'OPT-05.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.optimise.again',
    title: 'A search that failed is repeated after its time, and at once when the far end is elsewhere.',
    clauses: ['OPT-04'],
    catches: 'A path that stays on the relay for ever because of one bad moment.',
    waits: 6000,
    async script(world) {
      exactNetwork(world);
      const on = await onRelay(world, { timers: { 'optimise-again': 4 } });
      const { direct, far } = on;
      direct.habits.answerProbes = false;
      await tell(world, on, [direct.local]);
      const first = world.came(await direct.take(isProbe(far)), 'a probing request', 'OPT-02.');
      await world.sleep(first.at + 3500 - world.net.now());
      while (direct.takeNow(() => true) !== undefined);
      const again = world.came(await direct.take(isProbe(far), 1500), 'another round', 'OPT-04: after 4 s.');
      const ms = Math.round(again.at - first.at);
      world.timely(ms >= 3800 && ms <= 4600, 'after 4 s', `after ${ms} ms`, 'OPT-04.');
      const other = await world.peer('B elsewhere', on.node.endpoint());
      other.hold(far.path);
      await tell(world, on, [other.local]);
      world.came(await other.take(isProbe(far), 500), 'a probing request there', 'OPT-04: at once.');
    },
  }),
];
