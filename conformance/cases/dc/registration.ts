/** Section 7.2: registering with a DC. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { listField, numberField } from '../../fields.ts';
import { silentFault } from '../../intent.ts';
import type { Received } from '../../observe/received.ts';
import { HABITS } from '../../played/habits.ts';
import type { OtherDc } from '../../played/other-dc.ts';
import type { Place } from '../../played/party.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { World } from '../../world.ts';
import {
  addressTexts,
  checkSame,
  DC,
  DC_CONFIGURED,
  endpointsOf,
  endpointText,
  hexField,
  inside,
} from './steps.ts';

/** DC-29, seconds. */
const LEAST = 30;
const MOST = 120;
/** DC-06 */
const KEEP_ALIVE = 25;
const MAX_U32 = 4_294_967_295;

const PLACES: readonly Place[] = [{ family: 4 }, { family: 6 }];

/** What the DC tells another one of a node. */
export async function informed(world: World, other: OtherDc, node: RegisteringNode): Promise<Received> {
  await other.attach();
  return world.status(await other.information(node.fqdn), Status.ok);
}

/** Judges which observed endpoints the DC has of a node, in any order. */
export async function checkObserved(
  world: World,
  other: OtherDc,
  node: RegisteringNode,
  expected: readonly string[],
  requirement: string,
): Promise<void> {
  const { body } = await informed(world, other, node);
  const seen = endpointsOf(body, 'observedEndpoints').sort().join(', ');
  checkSame(world, 'observed endpoints', [...expected].sort().join(', '), seen, requirement);
}

/** What is wrong in a registration of the first node. */
const NOT_ITS: Readonly<Record<string, (world: World, other: RegisteringNode) => Fields>> = {
  'the name of another node': (_, other) => ({ fqdn: other.fqdn }),
  'a name that nobody has': () => ({ fqdn: 'nobody.ntmobile.one.example' }),
  'a name of another zone': () => ({ fqdn: 'node1.ntmobile.two.example' }),
  'the Node ID of another node': (_, other) => ({ nodeId: other.nodeId }),
  'a Node ID that nobody has': (world) => ({ nodeId: world.fresh(16) }),
  'name and Node ID of another node': (_, other) => ({ fqdn: other.fqdn, nodeId: other.nodeId }),
};

export const DC_REGISTRATION_CASES: readonly Case[] = [
  propertyCase({
    ...DC,
    id: 'dc.registration.answer',
    title:
      'A registration is answered with virtual addresses, its source, what is granted and the keep-alive.',
    clauses: ['DC-06', 'DC-02'],
    catches:
      'A field that is missing; the endpoint that the node claims in place of the source that is seen.',
    arbitrary: fc.constantFrom<'claimed' | 'own'>('claimed', 'own'),
    boundaries: ['own', 'claimed'],
    async script(world, locals) {
      const { nodes } = await world.dc();
      const [node] = nodes;
      if (node === undefined) return;
      const [answer] = await node.request(locals === 'claimed' ? { locals: [inside(0)] } : {});
      const { body } = world.status(answer, Status.ok);
      const source = formatEndpoint(node.peer.local);
      checkSame(world, 'observed endpoint', source, endpointText(body, 'observedEndpoint'));
      checkSame(world, 'lifetime', MOST, numberField(body, 'lifetime'), 'DC-29: the one asked for.');
      const keepAlive = numberField(body, 'keepAlive') ?? 0;
      world.check(keepAlive >= 1 && keepAlive <= KEEP_ALIVE, 'a keep-alive of 1 to 25 s', `${keepAlive} s`);
      const given = addressTexts(listField(body, 'virtualAddresses'));
      world.check(given.length > 0, 'virtual addresses', 'none');
      for (const address of given) {
        const isOwn = address.startsWith('198.18.0.') || address.startsWith('fd00:1::');
        world.check(isOwn, 'addresses of its pools', address, 'DC-02: out of its own pools only.');
      }
      const families = given.map((address) => (address.includes(':') ? 6 : 4));
      world.check(new Set(families).size === families.length, 'one of each family at most', given.join(', '));
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.registration.lifetime',
    title: 'The lifetime that is granted is the one asked for, within 30 and 120 s.',
    clauses: ['DC-29'],
    catches: 'Any lifetime taken as it comes, an error for one out of bounds, or always the same.',
    arbitrary: fc.integer({ min: 1, max: MAX_U32 }),
    boundaries: [1, LEAST - 1, LEAST, LEAST + 1, 77, MOST - 1, MOST, MOST + 1, 86_400, MAX_U32],
    async script(world, lifetime) {
      const node = (await world.dc()).node(0);
      const [answer] = await node.request({ lifetime });
      const { body } = world.status(answer, Status.ok);
      const expected = Math.min(MOST, Math.max(LEAST, lifetime));
      checkSame(world, 'lifetime', expected, numberField(body, 'lifetime'));
    },
  }),
  propertyCase({
    ...DC,
    id: 'dc.registration.not-its-own',
    title:
      'A registration with another name or Node ID than that of the association is refused without effect.',
    clauses: ['DC-07', 'ERR-05'],
    catches: 'A node that registers as another one, by the name, by the Node ID, or by both.',
    arbitrary: fc.constantFrom(...Object.keys(NOT_ITS)),
    boundaries: Object.keys(NOT_ITS),
    async script(world, what) {
      const dc = await world.dc();
      const [first, second] = [dc.node(0), dc.node(1)];
      await first.register();
      await second.register({ locals: [inside(1)] });
      const fields = NOT_ITS[what]?.(world, second) ?? {};
      const content = first.registration({ fields, locals: [inside(7)] }, [first.peer]);
      const answer = await first.peer.request(first.association, MessageType.registrationRequest, content);
      world.status(answer, Status.refused);
      for (const [node, local] of [
        [first, formatEndpoint(first.peer.local)],
        [second, formatEndpoint(inside(1))],
      ] as const) {
        const { body } = await informed(world, dc.other(), node);
        const requirement = 'DC-07: it MUST change nothing for it.';
        checkSame(world, 'local endpoints', local, endpointsOf(body, 'localEndpoints').join(), requirement);
        checkSame(world, 'Node ID', toHex(node.nodeId), hexField(body, 'nodeId'), requirement);
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.kept',
    title: 'Of a registered node the DC has what the latest registration said.',
    clauses: ['DC-04', 'FED-03'],
    catches: 'A field that the DC does not keep, or keeps of the first registration.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      for (const [suites, features, lan] of [
        [[1], [], 0],
        [[2, 1], [77], 1],
      ] as const) {
        await node.register({ suites, features, locals: [inside(lan), inside(5)] });
        const { body } = await informed(world, dc.other(), node);
        checkSame(world, 'Node ID', toHex(node.nodeId), hexField(body, 'nodeId'));
        checkSame(world, 'instance', toHex(node.instance), hexField(body, 'instance'));
        const locals = [inside(lan), inside(5)].map(formatEndpoint).join(', ');
        checkSame(world, 'local endpoints', locals, endpointsOf(body, 'localEndpoints').join(', '));
        checkSame(world, 'features', features.join(), listField(body, 'features').join());
        checkSame(world, 'suites', suites.join(), listField(body, 'suites').join());
        const virtual = addressTexts(node.virtual).sort().join();
        checkSame(
          world,
          'virtual addresses',
          virtual,
          addressTexts(listField(body, 'virtualAddresses')).sort().join(),
        );
      }
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.observed',
    title: 'The observed endpoint is the source of the request, whatever the body says.',
    clauses: ['DC-05'],
    catches: 'An endpoint of the body taken for the observed one: a node that could point at others.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      const told = Uint8Array.of(203, 0, 113, 9, 17, 17);
      await node.deregister();
      await node.register({
        locals: [inside(3)],
        fields: { observedEndpoint: told, observedEndpoints: [told], candidates: [told], endpoints: [told] },
      });
      const requirement = 'DC-05: it MUST be the source of the request and never come from a body.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(node.peer.local)], requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.families',
    title:
      'A node that registers over both families has an observed endpoint of each, from the request of each.',
    clauses: ['DC-05', 'DC-28'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'One observed endpoint for all; the second registration erases what the first one showed.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register({ places: PLACES });
      const both = [4, 6].flatMap((family) => node.at(family as 4 | 6)?.local ?? []).map(formatEndpoint);
      await checkObserved(
        world,
        dc.other(),
        node,
        both,
        'DC-05: of a family the source of that family’s request.',
      );
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.validated',
    title: 'The source of a registration counts only once the DC’s own probe was answered from it.',
    clauses: ['DC-05', 'KEY-30', 'KEY-31', 'KEY-32'],
    catches: 'A location that moves by a datagram whose source nobody has confirmed.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register();
      const before = node.peer;
      const moved = await node.socket({ socket: 1 });
      Object.assign(moved.habits, { answerProbes: false });
      const content = node.registration({}, [moved]);
      world.status(
        await moved.request(node.association, MessageType.registrationRequest, content),
        Status.ok,
      );
      const requirement = 'DC-05: it MUST count only once that source is valid.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(before.local)], requirement);
      // As soon as the DC's probe, or a repeat of it, is answered.
      Object.assign(moved.habits, { answerProbes: HABITS.answerProbes });
      world.came(await takeProbe(moved), 'a probing request to the new source', 'KEY-31');
      world.came(await takeProbe(moved), 'the repeat of it', 'GEN-11');
      world.status(await moved.probe(node.association), Status.ok);
      const after = 'DC-05: the observed endpoint is the source of the request once it is valid.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(moved.local)], after);
      node.forgetPlaces();
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.rebound',
    title:
      'When a node’s address was replaced by another valid one the observed endpoint follows, unregistered.',
    clauses: ['DC-05', 'KEY-34', 'KEY-31'],
    catches: 'A node whose NAT changed its port and that nobody finds any more until it registers.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.deregister();
      await node.register();
      const moved = await node.attach({ socket: 1 });
      const requirement =
        'DC-05: when a valid address replaces another one of its family, the observed endpoint follows.';
      await checkObserved(world, dc.other(), node, [formatEndpoint(moved.local)], requirement);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.stale',
    title: 'A registration that is older than the last one that took effect is discarded in silence.',
    clauses: ['GEN-32'],
    catches: 'A datagram that was overtaken, or kept back by somebody, moves the node back.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.register();
      const { peer, association } = node;
      const content = node.registration({ locals: [inside(4)] }, [peer]);
      const old = association.seal(MessageType.registrationRequest, content);
      await node.register();
      await world.silence({
        bad: () =>
          peer.send(old, undefined, {
            channel: association,
            content,
            intent: silentFault('an older one', 'stale'),
          }),
        fence: () => peer.probe(association),
      });
      const { body } = await informed(world, dc.other(), node);
      const own = formatEndpoint(peer.local);
      checkSame(world, 'local endpoints', own, endpointsOf(body, 'localEndpoints').join(), 'GEN-32');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.stale-other-family',
    title:
      'An older registration over the other family still says where the node is in that family, and no more.',
    clauses: ['GEN-32', 'DC-05'],
    features: ['ipv6'],
    needs: ['ipv6'],
    catches: 'The slower of the two registrations of a node is thrown away, and with it one of its families.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      for (const place of PLACES) await node.attach(place);
      await node.deregister();
      const { association } = node;
      const [four, six] = [node.at(4), node.at(6)];
      if (four === undefined || six === undefined) return;
      const locals = [four.local, six.local];
      node.instance = world.fresh(8);
      const slow = node.registration({ locals: [inside(8)], suites: [2, 1] }, [six]);
      const late = association.seal(MessageType.registrationRequest, slow);
      const quick = node.registration({ locals }, [four]);
      world.status(await four.request(association, MessageType.registrationRequest, quick), Status.ok);
      six.send(late, undefined, { channel: association, content: slow });
      const answer = await six.take(
        ({ type, body }) => type === MessageType.registrationResponse && body !== undefined,
      );
      const { body } = world.status(
        answer,
        Status.ok,
        'GEN-32: it is answered by the registration as it stands.',
      );
      checkSame(
        world,
        'observed endpoint',
        formatEndpoint(six.local),
        endpointText(body, 'observedEndpoint'),
      );
      const both = locals.map(formatEndpoint);
      await checkObserved(
        world,
        dc.other(),
        node,
        both,
        'DC-05: it still sets the observed endpoint of its own family.',
      );
      const told = (await informed(world, dc.other(), node)).body;
      checkSame(
        world,
        'local endpoints',
        both.join(),
        endpointsOf(told, 'localEndpoints').join(),
        'DC-05: and nothing else.',
      );
      checkSame(world, 'suites', '1', listField(told, 'suites').join(), 'DC-05: and nothing else.');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.registration.ended',
    title:
      'Lifetime 0 ends a registration for both families at once, and is answered the same when there is none.',
    clauses: ['DC-29', 'DC-09', 'FED-03'],
    catches:
      'A node that cannot leave; an error for one that has left; a registration that ends in one family.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await dc.node(1).register();
      await node.register();
      const given = addressTexts(node.virtual).sort().join();
      const leave = async () => {
        const content = node.registration({ lifetime: 0 }, [node.peer]);
        const answer = await node.peer.request(node.association, MessageType.registrationRequest, content);
        const { body } = world.status(answer, Status.ok);
        checkSame(world, 'lifetime', 0, numberField(body, 'lifetime'));
        return addressTexts(listField(body, 'virtualAddresses')).sort().join();
      };
      const left = await leave();
      world.check(left === given || left === '', `the promised addresses ${given}`, left);
      checkSame(world, 'virtual addresses of the second answer', left, await leave());
      await dc.other().attach();
      world.status(await dc.other().information(node.fqdn), Status.notRegistered, 'FED-03');
      const asked = await node.ask({ peerFqdn: dc.node(1).fqdn });
      world.status(
        asked,
        Status.notRegistered,
        'DC-09: a node without a live registration gets not-registered.',
      );
      world.status(await dc.node(1).ask({ peerFqdn: node.fqdn }), Status.notRegistered, 'DC-32');
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.registration.expiry',
    title: 'A registration ends when its lifetime is over.',
    clauses: ['DC-29', 'DC-04', 'GEN-38'],
    catches: 'Nodes that are registered for ever.',
    waits: 3200,
    async script(world) {
      const timers = { 'registration-lifetime': 1, 'registration-lifetime-min': 1 };
      const dc = await world.dc({ timers });
      const node = dc.node(0);
      const answer = await node.register();
      checkSame(world, 'lifetime', 1, numberField(answer.body, 'lifetime'));
      await dc.other().attach();
      await world.sleep(2200);
      world.status(await dc.other().information(node.fqdn), Status.notRegistered);
      world.status(await node.ask({ peerFqdn: dc.node(1).fqdn }), Status.notRegistered);
    },
  }),
];

function takeProbe(peer: { take(match: (mail: Received) => boolean): Promise<Received | undefined> }) {
  return peer.take(({ type }) => type === MessageType.probeRequest);
}
