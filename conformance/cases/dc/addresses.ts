/** Section 7.3: virtual addresses, and whose they are. */
import { Status } from '../../../reference/wire/registry.ts';
import type { Case } from '../../case.ts';
import { scriptCase } from '../../case.ts';
import { numberField } from '../../fields.ts';
import type { RegisteringNode } from '../../played/registering-node.ts';
import type { World } from '../../world.ts';
import { addressTexts, checkSame, DC, DC_CONFIGURED, inside } from './steps.ts';

/** A pool that some nodes find empty, however many of its addresses a DC keeps to itself. */
const SMALL = '198.18.7.0/30';
const SMALL_SIZE = 4;
const NODES = 6;

export function virtualOf(node: RegisteringNode): string {
  return addressTexts(node.virtual).sort().join(' ');
}

/** Judges that no virtual address is that of two nodes. */
export function checkUnique(world: World, nodes: readonly RegisteringNode[]): void {
  const all = nodes.flatMap(({ virtual }) => addressTexts(virtual));
  const requirement = 'DC-01: one virtual address is never assigned to two Node IDs.';
  world.check(new Set(all).size === all.length, 'each address once', all.sort().join(', '), requirement);
}

export const DC_ADDRESS_CASES: readonly Case[] = [
  scriptCase({
    ...DC,
    id: 'dc.addresses.unique',
    title: 'No two nodes have one virtual address.',
    clauses: ['DC-01', 'DC-02'],
    catches: 'Addresses that are drawn without a look at those that are out.',
    async script(world) {
      const dc = await world.dc();
      for (const node of dc.nodes) await node.register();
      checkUnique(world, dc.nodes);
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.addresses.same',
    title:
      'A node has the same virtual addresses however often, from wherever and as whichever instance it registers.',
    clauses: ['DC-03'],
    catches: 'An address for each registration, each real address or each instance.',
    async script(world) {
      const dc = await world.dc();
      const node = dc.node(0);
      await node.register();
      const first = virtualOf(node);
      for (const registering of [
        () => node.register({ instance: node.instance }),
        () => node.register(),
        () => node.register({ places: [{ socket: 1 }] }),
        () => node.register({ places: [{ socket: 2 }], locals: [inside(0)], lifetime: 1 }),
        () => node.register({ lifetime: 86_400 }),
      ]) {
        await registering();
        checkSame(world, 'virtual addresses', first, virtualOf(node));
      }
    },
  }),
  scriptCase({
    ...DC_CONFIGURED,
    id: 'dc.addresses.pool-empty',
    title: 'When no address is left a registration is answered pool-empty and leaves nothing behind.',
    clauses: ['DC-02', 'DC-01', 'ERR-05'],
    catches:
      'An address given out twice, or one from outside the pool; a node that is registered without one.',
    async script(world) {
      const dc = await world.dc({ nodes: NODES, pools: [SMALL] });
      const good: RegisteringNode[] = [];
      const empty: RegisteringNode[] = [];
      for (const node of dc.nodes) {
        const [answer] = await node.request();
        const status = numberField(answer?.body, 'status');
        if (status === Status.ok) good.push(node);
        else empty.push(node);
        world.status(answer, status === Status.ok ? Status.ok : Status.poolEmpty);
        for (const address of addressTexts(node.virtual))
          world.check(
            address.startsWith('198.18.7.') && Number(address.split('.')[3]) < SMALL_SIZE,
            SMALL,
            address,
          );
      }
      checkUnique(world, good);
      world.check(good.length > 0, 'at least one node with an address', 'none');
      const [one, other] = [good[0], empty[0]];
      if (one === undefined || other === undefined)
        return world.stage.violated('pool-empty when 4 addresses are out', 'an answer with status 0');
      const requirement = 'DC-02: no state remains.';
      world.status(await other.ask({ peerFqdn: one.fqdn }), Status.notRegistered, requirement);
      world.status(await one.ask({ peerFqdn: other.fqdn }), Status.notRegistered, requirement);
      const before = virtualOf(one);
      await one.register();
      checkSame(world, 'virtual addresses of a node that has some', before, virtualOf(one), 'DC-03');
    },
  }),
  scriptCase({
    ...DC,
    id: 'dc.addresses.promised',
    title: 'A node that was away gets the addresses that it had, and nobody else got them meanwhile.',
    clauses: ['DC-30'],
    level: 'SHOULD',
    catches: 'Addresses that go to the next node as soon as one has left, while peers remember them.',
    async script(world) {
      const dc = await world.dc();
      const [first, second] = [dc.node(0), dc.node(1)];
      await second.register();
      await second.deregister();
      await first.register();
      const given = virtualOf(first);
      await first.deregister();
      await second.register();
      const others = addressTexts(second.virtual);
      const shared = others.filter((address) => given.split(' ').includes(address));
      world.check(shared.length === 0, 'other addresses than those of a node that left', shared.join(', '));
      await first.register();
      checkSame(world, 'virtual addresses', given, virtualOf(first));
    },
  }),
];
