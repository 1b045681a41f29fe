/** Aliases at the DC that gives them out. [KEY-14, KEY-39] */
import { fromHex, toHex } from '../../../reference/bytes.ts';
import { Aliases } from '../../../reference/roles/dc/aliases.ts';
import { seededBytes } from '../../channel/pair.ts';
import t from '../../tap.ts';
import type { Played } from './played.ts';
import { granted } from './played.ts';
import { contextOf, World } from './world.ts';

function given(world: World, node: Played, by: 4 | 6 = 4): string[] {
  return (granted(world.register(node, {}, [by])).aliases ?? []).map(toHex);
}

/** Sends a keep-alive under a context. @returns the contexts of what the DC sends because of it. */
function probe(world: World, node: Played, context: string): string[] {
  const { sent } = world;
  const from = sent.length;
  node.association.channel.useContext(fromHex(context));
  node.perform(node.association.keepAlive(4, world.now), world.now);
  world.drain();
  return sent.slice(from).map(({ bytes }) => contextOf(bytes));
}

t.test('four aliases with each registration, the same until one was used', (t) => {
  const world = new World();
  const node = world.node();
  const first = given(world, node);
  t.equal(new Set(first).size, 4);
  t.same(given(world, node, 6), first);
  t.same(
    given(world, world.node(1)).filter((alias) => first.includes(alias)),
    [],
  );
  t.same(probe(world, node, first[2] ?? ''), [first[2] ?? '']);
  const second = given(world, node);
  t.same(
    second.filter((alias) => first.includes(alias)),
    [],
  );
  t.same(given(world, node), second, 'under one of the set before');
});

t.test('the DC sends under what the node used last, whatever that is', (t) => {
  const world = new World();
  const node = world.node();
  const [one = '', two = ''] = given(world, node);
  for (const context of [one, two, node.settings.id, one]) t.same(probe(world, node, context), [context]);
});

t.test('openings under an alias are answered under it', (t) => {
  const world = new World();
  const node = world.node();
  const [alias = ''] = given(world, node);
  node.restart();
  node.association.channel.useContext(fromHex(alias));
  const { sent } = world;
  const from = sent.length;
  world.open(node);
  t.ok(sent.length > from + 1);
  t.same([...new Set(sent.slice(from).map(({ bytes }) => contextOf(bytes)))], [alias]);
  t.ok(node.association.channel.isConfirmed());
});

t.test('a set ends with the next but one, and with the DC', (t) => {
  const world = new World();
  const node = world.node();
  const [first = ''] = given(world, node);
  probe(world, node, first);
  const [second = ''] = given(world, node);
  t.same(probe(world, node, first), [first], 'still');
  probe(world, node, second);
  const [third = ''] = given(world, node);
  t.same(probe(world, node, first), []);
  t.same(world.refusals(), ['context']);
  // The node gives its probe up.
  world.run(3000);
  t.same(probe(world, node, second), [second]);
  t.same(probe(world, node, third), [third]);
  world.restart();
  t.same(probe(world, node, third), []);
});

t.test('an alias that is taken is drawn again', (t) => {
  const aliases = new Aliases();
  const asked: string[] = [];
  const admit = (alias: string): boolean => asked.push(alias) > 2;
  const set = aliases.give('', seededBytes(1), admit, () => {});
  t.same(set.map(toHex), asked.slice(2));
  t.equal(asked.length, 6);
});
