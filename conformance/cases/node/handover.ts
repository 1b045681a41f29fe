import { MessageType, Part, Reason, Status } from '../../../reference/wire/registry.ts';
import { TCP_FLAG, tcpSegment } from '../../application/tcp.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { field, listField, numberField } from '../../fields.ts';
import type { Received } from '../../observe/received.ts';
import { isRegistrationRequest } from '../../played/node-dc.ts';
import { exactNetwork } from '../steps.ts';
import { isProbe, onDirect, QUICK, sendsAt, tell } from './route-steps.ts';
import {
  addressOf,
  checkDelivers,
  checkSends,
  directionRequest,
  farEnd,
  isData,
  isOpeningOf,
  isUpdate,
  move,
  NODE_USED,
  OWN,
  openPath,
  packetFrom,
  packetTo,
  pathByName,
  sendLoosely,
} from './steps.ts';

/** HO-02: bytes of UDP payload, milliseconds. */
const LEAST = 128;
const AT_ONCE = 1000;

const isLarge = (mail: Received): boolean => mail.bytes.length >= LEAST;
const candidatesOf = (mail: Received): number | undefined =>
  isUpdate(mail) && field(mail.body, 'candidates') !== undefined
    ? listField(mail.body, 'candidates').length
    : undefined;

/** HO-17, here shorter: milliseconds. */
const REPEAT = 2000;

const TRIES = 3;
/** Milliseconds for a probe that an overtaken datagram does not cause. */
const OVERTAKEN = 500;

export const NODE_HANDOVER_CASES: readonly Case[] = [
  scriptCase({
    ...NODE_USED,
    id: 'node.move.probes',
    title:
      'A node that moves registers and probes its direct route and its leg at once, in datagrams of 128 bytes or more.',
    clauses: ['HO-02', 'HO-01', 'DOS-02'],
    catches: 'A far end that has no room to answer; a flow that waits for a DC.',
    async script(world) {
      exactNetwork(world);
      const on = await onDirect(world);
      const { direct, relay, dc, far } = on;
      await move(on, [direct, relay.peer]);
      const began = world.net.now();
      let moved = on.node.endpoint();
      const isLeg = ({ type, channel }: Received) =>
        type === MessageType.probeRequest && channel === relay.leg;
      for (const [what, mail] of [
        ['a Registration Request', await dc.peer.take(isRegistrationRequest)],
        ['a probe by the direct route', await direct.take(isProbe(far))],
        ['a probe on the leg', await relay.peer.take(isLeg)],
      ] as const) {
        const came = world.came(mail, what, 'HO-02.');
        world.check(isLarge(came), `${LEAST} bytes or more`, `${came.bytes.length}: ${what}`, 'HO-02.');
        moved = came.from;
        const ms = Math.round(came.at - began);
        world.timely(ms <= AT_ONCE, 'within 1 s', `after ${ms} ms: ${what}`, 'HO-02.');
      }
      await sendsAt(world, on, direct, 'HO-01: the flow goes on, directly in the end.');
      relay.peer.target = moved;
      await checkDelivers(world, on, packetFrom(world, on.plan), 'HO-01: the same inner addresses.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.tcp',
    title: 'A TCP connection goes on in mid-stream after a move, each segment as it was.',
    clauses: ['TUN-12', 'HO-01'],
    catches: 'A node that minds the state of TCP by its own address, as firewalls on the way do.',
    async script(world) {
      exactNetwork(world);
      const on = await onDirect(world);
      const { direct, relay } = on;
      const [own, far] = [OWN[4], addressOf(on.plan)];
      const data = world.random(500);
      const sends = async (flags: number, sequence: number) => {
        const ends = { from: own, to: far, ports: [40_000, 80] } as const;
        const packet = tcpSegment({ ...ends, flags, sequence, acknowledgement: 9001, data });
        await checkSends(world, on, packet, 'TUN-12: segments unchanged.', direct);
      };
      const delivers = async (flags: number, sequence: number) => {
        const ends = { from: far, to: own, ports: [80, 40_000] } as const;
        const packet = tcpSegment({ ...ends, flags, sequence, acknowledgement: 1501, data });
        await checkDelivers(world, on, packet, 'TUN-12: segments unchanged.');
      };
      await sends(TCP_FLAG.SYN, 1000);
      await delivers(TCP_FLAG.SYN | TCP_FLAG.ACK, 9000);
      await move(on, [direct, relay.peer]);
      const { from: moved } = await sendsAt(world, on, direct, 'HO-01: the direct route is back.');
      await sends(TCP_FLAG.ACK, 1501);
      relay.peer.target = moved;
      await delivers(TCP_FLAG.ACK, 9501);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.by-relay',
    title:
      'Until its direct route answers, a node that moved sends by the relay, and tells by it where it is.',
    clauses: ['HO-16', 'HO-01', 'OPT-04'],
    catches: 'Data into the hole that the move has made, though the relay is there.',
    waits: 1500,
    async script(world) {
      const on = await onDirect(world);
      const { direct, relay } = on;
      Object.assign(direct.habits, { answerProbes: false, acknowledges: false });
      await move(on, [direct, relay.peer]);
      const update = await relay.peer.take((mail) => candidatesOf(mail) !== undefined);
      const count = candidatesOf(world.came(update, 'a Path Update with candidates, by the relay', 'HO-16.'));
      world.check((count ?? 0) > 0, 'where it is now', 'an empty list', 'HO-16.');
      const isPlain = ({ type, channel }: Received) => type === MessageType.data && channel === on.far.path;
      await checkSends(world, on, packetTo(world, on.plan), 'HO-16: by the relay.', relay.peer);
      world.check(direct.takeNow(isPlain) === undefined, 'no Data directly', 'Data', 'HO-16.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.peer-told',
    title:
      'New candidates of the far end by the relay have the direct route probed at once, and data goes by the relay meanwhile.',
    clauses: ['HO-16', 'OPT-04', 'HO-15', 'OPT-02'],
    catches: 'Seconds of data to where the far end has been.',
    async script(world) {
      const on = await onDirect(world);
      const { direct, relay, far, node } = on;
      const after = await world.peer('B elsewhere', node.endpoint());
      after.hold(far.path);
      Object.assign(direct.habits, { answerProbes: false, acknowledges: false });
      while (direct.takeNow(() => true) !== undefined);
      after.habits.answerProbes = false;
      await tell(world, on, [after.local]);
      world.came(await direct.take(isProbe(far)), 'a probe by the direct route', 'HO-16: at once.');
      world.came(await after.take(isProbe(far)), 'a probe at the new candidate', 'OPT-04: at once.');
      await checkSends(
        world,
        on,
        packetTo(world, on.plan),
        'HO-16: by the relay until it is answered.',
        relay.peer,
      );
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.rebound',
    title:
      'A far end whose NAT gives it another port is followed without a DC, and the way back to the old port, too.',
    clauses: ['HO-08', 'HO-03', 'HO-01', 'KEY-31'],
    catches: 'A path that dies with a mapping; a return that nobody notices.',
    async script(world) {
      const on = await openPath(world);
      const { far, node, dc } = on;
      const before = far.peer;
      const after = await world.peer('B, another port', node.endpoint());
      after.hold(far.path);
      for (const peer of [after, before, after]) {
        far.moveTo(peer);
        // Probes of before are none of this move.
        while (peer.takeNow(isProbe(far)) !== undefined);
        let probe: Received | undefined;
        // What an answer from the other port overtook says nothing of where the far end is (KEY-31): the next one does.
        for (let tries = 0; tries < TRIES && probe === undefined; tries++) {
          await checkDelivers(world, on, packetFrom(world, on.plan));
          probe = await peer.take(isProbe(far), tries < TRIES - 1 ? OVERTAKEN : undefined);
        }
        world.came(probe, 'a probe there', 'HO-03: a return is a move, too.');
        world.status(await peer.probe(far.path), Status.ok);
        await world.arrived();
        await checkSends(world, on, packetTo(world, on.plan), 'HO-08: answered, data goes there.', peer);
      }
      const asked = await dc.takeDirectionRequest(100);
      world.check(asked === undefined, 'no Direction Request', 'one', 'HO-08: without a DC.');
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.move.replaced',
    title: 'A node that moved and whose path does not follow asks for another one, because it has moved.',
    clauses: ['HO-05', 'HO-06', 'HO-07', 'HO-19', 'HO-10'],
    catches:
      'A relay that is taken for good since the direct route seems to have failed; a flow that ends with a move.',
    waits: 5000,
    async script(world) {
      exactNetwork(world);
      const on = await pathByName(world, { node: { timers: QUICK } });
      const { far, dc, plan } = on;
      await checkSends(world, on, packetTo(world, plan));
      Object.assign(far.peer.habits, { answerProbes: false, answerOpenings: false });
      await move(on, [far.peer]);
      await sendLoosely(on.node, [far], packetTo(world, plan));
      const request = await directionRequest(world, dc, 'HO-06: it asks for a replacement.', 4000);
      const reason = numberField(request.body, 'reason');
      world.check(reason === Reason.moved, `reason ${Reason.moved}`, `reason ${reason}`, 'HO-19.');
      const next = { ...dc.plan(), far: plan.far, legs: plan.legs };
      const again = await farEnd(world, on.node, next, { name: 'B again' });
      const candidates = [again.peer.local];
      dc.answer(
        request,
        dc.routeDirection(next, { part: Part.initiate, candidates, fields: { replaces: plan.pathId } }),
      );
      const opened = await again.peer.take(isOpeningOf(again.path));
      const opening = world.came(opened, 'an opening of the new path', 'HO-06.');
      const isOpen = () => again.path.current?.confirmed || undefined;
      world.check((await world.stage.until(isOpen)) === true, 'an opening that is confirmed', 'none');
      // The node has another port since it moved. Behind the probe it has the answer to its own one.
      again.peer.target = opening.from;
      world.status(await again.peer.probe(again.path), Status.ok);
      await checkSends(world, { node: on.node, far: again }, packetTo(world, plan), 'HO-06: the new one’s.');
      await world.sleep(300);
      while (far.peer.takeNow(() => true) !== undefined);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.replace.repeated',
    title:
      'A request for replacement that fails is repeated every 5 s while packets come, no longer, and the path is kept.',
    clauses: ['HO-17'],
    catches:
      'One refusal that ends a path for good; a DC that is asked with each packet, each second, or for ever.',
    waits: 12_000,
    async script(world) {
      exactNetwork(world);
      // As initiator it may ask without data to send (HO-19).
      const on = await pathByName(world, { node: { timers: { ...QUICK, 'replace-repeat': REPEAT / 1000 } } });
      const { far, dc, plan, node } = on;
      await checkSends(world, on, packetTo(world, plan));
      Object.assign(far.peer.habits, { answerProbes: false, answerOpenings: false });
      await sendLoosely(node, [far], packetTo(world, plan));
      const times: number[] = [];
      const end = world.net.now() + 3 * REPEAT + 2500;
      while (world.net.now() < end && times.length < 3) {
        const request = await dc.takeDirectionRequest(100);
        if (request === undefined) {
          await sendLoosely(node, [far], packetTo(world, plan));
          continue;
        }
        times.push(request.at);
        dc.answer(request, Status.noRoute);
      }
      const gaps = times.slice(1).map((at, index) => Math.round(at - (times[index] ?? at)));
      const isRight = gaps.length === 2 && gaps.every((ms) => ms >= 0.9 * REPEAT && ms <= REPEAT + 1200);
      world.timely(
        isRight,
        `three requests, ${REPEAT} ms apart`,
        `${times.length}, ${gaps.join(', ')} ms apart`,
        'HO-17: repeated every 5 s, which is set to that here.',
      );
      // One can be due for the last packets.
      const last = await dc.takeDirectionRequest(REPEAT + 500);
      if (last !== undefined) dc.answer(last, Status.noRoute);
      const more = last && (await dc.takeDirectionRequest(REPEAT + 500));
      world.check(
        more === undefined,
        'none when no packets come',
        'another',
        'HO-17: as long as packets come.',
      );
      const closed = far.peer.takeNow((mail) => isUpdate(mail) && field(mail.body, 'close') === true);
      world.check(closed === undefined, 'a path that is kept', 'a Path Update with close', 'HO-17.');
      while (far.peer.takeNow(() => true) !== undefined);
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.paths.lowest',
    title:
      'Of two live paths to one node the one with the lowest Path ID is sent on, and the other one is closed later.',
    clauses: ['HO-11', 'HO-07'],
    catches: 'Two ends that each send on another path; two paths for ever.',
    waits: 4500,
    async script(world) {
      exactNetwork(world);
      const timers = { 'lowest-path': 2, 'lowest-path-heard': 5 };
      const on = await openPath(world, { node: { timers }, plan: { pathId: new Uint8Array(16).fill(0x20) } });
      const { node, dc, plan } = on;
      const lower = { ...dc.plan({ pathId: new Uint8Array(16).fill(0x10) }), far: plan.far, legs: plan.legs };
      const second = await farEnd(world, node, lower, { name: 'B, lower path' });
      await dc.send(lower, {});
      await second.openLeg();
      await checkSends(world, { node, far: second }, packetTo(world, plan), 'HO-11: on the lowest.');
      const until = world.net.now() + 4000;
      let closed: Received | undefined;
      while (closed === undefined && world.net.now() < until) {
        await world.stage.byTheClock(() =>
          checkDelivers(world, { node, far: second }, packetFrom(world, plan)),
        );
        closed = await on.far.peer.take((mail) => isUpdate(mail) && field(mail.body, 'close') === true, 300);
      }
      world.came(closed, 'a Path Update with close on the higher one', 'HO-11: 2 s after it was confirmed.');
      await checkSends(world, { node, far: second }, packetTo(world, plan));
    },
  }),
  scriptCase({
    ...NODE_USED,
    id: 'node.path.instance',
    title:
      'Once a path with another instance of the far end is confirmed, the old ones are closed without a word.',
    clauses: ['HO-12'],
    catches: 'Paths to a node that has lost their secrets; words that it could not read.',
    async script(world) {
      // The old path has the lower ID, so nothing but the instance speaks against it.
      const on = await openPath(world, { plan: { pathId: new Uint8Array(16).fill(0x10) } });
      const { node, dc, plan, far } = on;
      await checkSends(world, on, packetTo(world, plan));
      const next = dc.plan({ pathId: new Uint8Array(16).fill(0x20) });
      const reborn = { ...next, far: { ...plan.far, instance: next.far.instance }, legs: plan.legs };
      const again = await farEnd(world, node, reborn, { name: 'B reborn' });
      await dc.send(reborn, {});
      await again.openLeg();
      await checkSends(world, { node, far: again }, packetTo(world, plan), 'HO-12: on the new one.');
      await world.sleep(300);
      const update = far.peer.takeNow(isUpdate);
      world.check(update === undefined, 'no Path Update on the old one', 'one', 'HO-12.');
      const packet = packetTo(world, plan);
      await node.packet(packet);
      world.came(await again.peer.take(isData(packet, again)), 'Data on the new one');
    },
  }),
];
