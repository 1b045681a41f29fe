/** Virtual addresses: each one node's, kept, and given on only when there is no other. [DC-01, DC-02, DC-30] */
import fc from 'fast-check';
import type { Ip } from '../../../reference/address.ts';
import { parsePrefix } from '../../../reference/locator.ts';
import { Pools } from '../../../reference/roles/dc/pools.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

const NOBODY = () => undefined;
/** Name memory: how long peers may remember whose an address was. */
const REMEMBERED = 7440_000;

function pools(...texts: string[]): Pools {
  return new Pools(texts.flatMap((text) => parsePrefix(text) ?? []));
}

function statusOf(answer: unknown): unknown {
  return (answer as { status?: unknown } | undefined)?.status;
}

t.test('each owner gets one of each family, pool after pool', (t) => {
  const table = pools('198.18.0.0/31', '198.18.7.9/32', 'fd00::/126');
  t.same(table.families, [4, 6]);
  const given = ['a', 'b', 'c'].map((owner) => table.take(owner, [], NOBODY)?.addresses);
  t.same(given, [
    ['198.18.0.0', 'fd00::1'],
    ['198.18.0.1', 'fd00::2'],
    ['198.18.7.9', 'fd00::3'],
  ]);
  t.equal(table.take('d', [], NOBODY), undefined);
  t.equal(table.ownerOf('198.18.7.9' as Ip), 'c');
});

t.test('the first address of a subnet, and in IPv4 the last one, are nobody’s', (t) => {
  const table = pools('198.18.0.0/30', 'fd00::ffff:fffc/126');
  const given = ['a', 'b'].map((owner) => table.take(owner, [], NOBODY)?.addresses);
  t.same(given, [
    ['198.18.0.1', 'fd00::ffff:fffd'],
    ['198.18.0.2', 'fd00::ffff:fffe'],
  ]);
  t.equal(table.take('c', [], NOBODY), undefined);
});

t.test('where one family is exhausted nothing of the other is taken', (t) => {
  const table = pools('198.18.0.0/24', 'fd00::/128');
  t.same(table.take('a', [], NOBODY)?.addresses, ['198.18.0.1', 'fd00::']);
  t.equal(table.take('b', [], NOBODY), undefined);
  t.equal(table.ownerOf('198.18.0.2' as Ip), undefined);
});

t.test('what was not promised in the end is given to the next', (t) => {
  const table = pools('198.18.0.0/24');
  const taken = table.take('a', [], NOBODY);
  if (taken !== undefined) table.undo(taken);
  t.same(table.take('b', [], NOBODY)?.addresses, ['198.18.0.1']);
  t.same(table.take('a', [], NOBODY)?.addresses, ['198.18.0.2']);
});

t.test('promises from before hold once, and inside the pools only', (t) => {
  const table = pools('198.18.0.0/29');
  t.equal(table.restore('a', '198.18.0.1' as Ip), true);
  t.equal(table.restore('b', '198.18.0.1' as Ip), false);
  t.equal(table.restore('b', '198.19.0.1' as Ip), false);
  t.same(table.take('b', [], NOBODY)?.addresses, ['198.18.0.2']);
  t.same(table.take('a', ['198.18.0.1' as Ip], NOBODY)?.addresses, ['198.18.0.1']);
});

t.test('a huge pool costs no more than a small one', (t) => {
  const table = pools('fd00::/8');
  t.same(table.take('a', [], NOBODY)?.addresses, ['fd00::1']);
});

t.test('pool-empty leaves nothing, until an address was out of use for long enough [DC-02, DC-30]', (t) => {
  const world = new World(4, { pools: ['198.18.0.0/30'] });
  const [a, b, c, d] = [world.node(0), world.node(1), world.node(2), world.node(3)];
  const first = granted(world.register(a, {}, [4])).virtualAddresses;
  world.register(a, { lifetime: 0 }, [4]);
  world.run(1000);
  const second = granted(world.register(b, {}, [4])).virtualAddresses;
  world.register(b, { lifetime: 0 }, [4]);
  t.equal(statusOf(world.register(c, {}, [4])), 7);
  t.equal(world.stored.size, 2);
  world.run(REMEMBERED - 1001);
  t.equal(statusOf(world.register(c, {}, [4])), 7);
  world.run(1);
  t.same(granted(world.register(c, {}, [4])).virtualAddresses, first, 'the one longest out of use');
  t.equal(statusOf(world.register(d, {}, [4])), 7);
  world.run(1000);
  t.equal(statusOf(world.register(a, {}, [4])), 0, 'that of b is free by now');
  t.equal(statusOf(world.register(d, {}, [4])), 7);
  t.equal(statusOf(world.register(b, {}, [4])), 7);
  world.restart();
  for (const node of [a, b, c]) node.restart();
  t.same(granted(world.register(a, {}, [4])).virtualAddresses, second);
  t.same(granted(world.register(c, {}, [4])).virtualAddresses, first);
  t.equal(statusOf(world.register(b, {}, [4])), 7);
});

t.test('an address is not taken from somebody if the store fails', (t) => {
  const world = new World(3, { pools: ['198.18.0.0/31'] });
  const given = [0, 1].map((index) => granted(world.register(world.node(index), {}, [4])).virtualAddresses);
  world.run(120_000 + REMEMBERED);
  world.store = 'fails';
  t.equal(statusOf(world.register(world.node(2), {}, [4])), 9);
  world.store = 'works';
  t.same(granted(world.register(world.node(0), {}, [4])).virtualAddresses, given[0]);
  t.same(granted(world.register(world.node(1), {}, [4])).virtualAddresses, given[1]);
  t.equal(statusOf(world.register(world.node(2), {}, [4])), 7);
});

const NODES = 5;
const node = fc.nat({ max: NODES - 1 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('register' as const), node }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('leave' as const), node }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      by: fc.constantFrom(31_000, 121_000, 7_440_000),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ what: 'restart' as const }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('store' as const), works: fc.boolean() }) },
);

t.test('whatever happens, no address is that of two nodes [DC-01, DC-03, DC-30]', (t) => {
  let grants = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 30 }), (steps) => {
      const world = new World(NODES, { pools: ['198.18.0.0/30', 'fd00::/126'] });
      /** By address: who has it, and until when nobody else may. */
      const held = new Map<string, { readonly by: number; readonly until: number }>();
      for (const step of steps) {
        if (step.what === 'wait') world.run(step.by);
        else if (step.what === 'store') world.store = step.works ? 'works' : 'fails';
        else if (step.what === 'restart') {
          world.restart();
          for (const played of world.nodes) played.restart();
        } else {
          const lifetime = step.what === 'leave' ? 0 : 60;
          const answer = world.register(world.node(step.node), { lifetime }, [4]);
          if (statusOf(answer) !== 0) continue;
          const { virtualAddresses } = granted(answer);
          const mine = [...held].filter(([, { by }]) => by === step.node).map(([ip]) => ip);
          const isKept = mine.every((ip) => virtualAddresses.some((one) => one === ip));
          const isBound = mine.some((ip) => (held.get(ip)?.until ?? 0) > world.now);
          if (isBound && !isKept) return false;
          for (const ip of virtualAddresses) {
            const other = held.get(ip);
            if (other !== undefined && other.by !== step.node && other.until > world.now) return false;
          }
          // Leaving once more promises nothing for longer.
          const until = world.now + lifetime * 1000 + REMEMBERED;
          const ends =
            lifetime > 0 ? until : Math.min(until, ...mine.map((ip) => held.get(ip)?.until ?? until));
          for (const ip of mine) held.delete(ip);
          for (const ip of virtualAddresses) held.set(ip, { by: step.node, until: ends });
          grants++;
        }
      }
      return true;
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
  t.ok(grants > 300, `in 60 runs with ${grants} registrations`);
});
