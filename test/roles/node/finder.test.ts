import { apexAnswer as answer, apexRecord as rr } from '../../dns/apex.ts';
import t from '../../tap.ts';
import type { World } from './world.ts';
import { CONFIG, DC4, DC6, NODE4, world } from './world.ts';

const DC_NODE = CONFIG.association.peer;

/** A node that has to ask DNS where its DC is. */
function asking(
  lookUp: (query: Uint8Array, now: number) => Uint8Array | undefined,
  locals?: Parameters<typeof world>[1],
): World {
  const made = world({ association: { ...CONFIG.association, endpoints: [] } }, locals);
  made.node.lookUp = (query) => lookUp(query, made.sim.now);
  made.node.start();
  return made;
}

const both = ['192.0.2.11:4411', '[2001:db8::11]:4411'];

t.test('the NTM record at the apex of the own zone says where the DC is', (t) => {
  const names: string[] = [];
  const { sim, node, dc } = asking((query) => {
    names.push(String.fromCharCode(...query.subarray(13, 21)));
    return answer(query, [rr('99'.repeat(16), ['192.0.2.99:1']), rr(DC_NODE, both)]);
  });
  sim.run(1000);
  t.same(names, ['ntmobile']);
  t.equal(node.events('registered').length, 1);
  t.equal(dc.of(1).length, 2, 'over both families');
  const to = sim.sent.map((sent) => sent.to.ip);
  t.notOk(to.includes('192.0.2.99' as never), 'a record with another Node ID is not used');
});

t.test('only by families that the node has', (t) => {
  const { sim, dc } = asking((query) => answer(query, [rr(DC_NODE, both)]), [NODE4]);
  sim.run(1000);
  t.equal(dc.of(1).length, 1);
  t.ok(sim.sent.every(({ to }) => to.ip !== DC6.ip));
});

t.test('an answer that says nothing is asked for again, every 5 s and not more often', (t) => {
  const answers: Record<string, (query: Uint8Array) => Uint8Array | undefined> = {
    'no answer': () => undefined,
    SERVFAIL: (query) => answer(query, [], 2),
    NXDOMAIN: (query) => answer(query, [], 3),
    'another DC alone': (query) => answer(query, [rr('99'.repeat(16), both)]),
    'an answer to something else': () => answer(new Uint8Array(40), []),
  };
  for (const [name, failing] of Object.entries(answers)) {
    const at: number[] = [];
    const made = asking((query, now) => {
      at.push(now);
      return at.length < 4 ? failing(query) : answer(query, [rr(DC_NODE, both)]);
    });
    made.sim.run(14_900);
    t.same(at, [0, 5000, 10_000], name);
    t.same(made.sim.sent, [], 'and nothing is sent meanwhile');
    t.same(made.node.events('dc-not-found')[0], { zone: 'ntmobile.example' });
    made.sim.run(16_000);
    t.equal(made.node.events('registered').length, 1);
  }
});

t.test('a DC that does not answer where it was is looked for again', (t) => {
  let where = ['192.0.2.77:4411'];
  const made = asking((query) => answer(query, [rr(DC_NODE, where)]));
  made.sim.run(3000);
  where = ['192.0.2.11:4411'];
  made.sim.run(30_000);
  t.equal(made.node.events('registered').length, 1);
  t.equal(made.dc.of(1)[0]?.from.ip, NODE4.ip);
});

t.test('where endpoints are configured, DNS is not asked', (t) => {
  const { sim, node, dc } = world();
  let asked = 0;
  node.lookUp = () => {
    asked++;
    return undefined;
  };
  dc.isDeaf = true;
  node.start();
  sim.run(60_000);
  t.equal(asked, 0);
  t.ok(sim.sent.every(({ to }) => to.ip === DC4.ip || to.ip === DC6.ip));
});
