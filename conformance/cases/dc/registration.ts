/** Section 7.2: registering with a DC. */
import fc from 'fast-check';
import { formatEndpoint } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { MessageType, Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { propertyCase, scriptCase } from '../../case.ts';
import type { Fields } from '../../fields.ts';
import { listField, numberField } from '../../fields.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { World } from '../../world.ts';
import { informed } from './known.ts';
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
