import { SITUATIONS } from '../../reference/lab/places.ts';
import type { Played } from '../../reference/lab/play.ts';
import { play } from '../../reference/lab/play.ts';
import { SCENARIOS } from '../../reference/lab/scenarios.ts';
import { World } from '../../reference/lab/world.ts';
import { chartLines } from '../../reference/trace/chart.ts';
import { chartPicture } from '../../reference/trace/picture.ts';
import t from '../tap.ts';

/** By which routes alice sent, one after the other, and what she was told. */
const OUTCOMES: Readonly<Record<string, RegExp>> = {
  'first-contact': /alice sent by: relay\n/,
  'same-lan': /alice sent by: direct\n/,
  'same-carrier': /alice sent by: relay, direct\n/,
  handover: /alice sent by: relay, direct, relay\n/,
  'peer-moves': /alice sent by: relay, direct.*direct\n/,
  'both-move': /alice sent by: direct.*direct\n/,
  'nat-reboot': /alice sent by: relay, direct$/m,
  unplugged: /alice sent by: relay, direct.*\n/,
  'relay-lost': /alice sent by: relay, relay/,
  'dc-lost': /alice sent by: relay, direct\n/,
  'peer-lost': /alice was told: bob.ntmobile.two.example: no-route/,
  'udp-blocked': /alice was told: bob.ntmobile.two.example: no answer/,
  tcp: /alice sent by: relay, direct/,
  lossy: /the first answer after/,
};

const text = ({ summary }: Played): string => `${summary.join('\n')}\n`;

t.test('each scenario has an outcome here', (t) => {
  t.same(Object.keys(OUTCOMES).sort(), Object.keys(SCENARIOS).sort());
});

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  t.test(`${name}: ${scenario.title}`, async (t) => {
    const played = await play(scenario, { seed: '1' }, setImmediate);
    t.match(text(played), OUTCOMES[name]);
    t.notOk(text(played).includes('twice'));
    const { exchange } = played;
    t.same([exchange.lanes[0], exchange.lanes.at(-1)], ['alice', 'bob']);
    const lines = chartLines(exchange);
    t.equal(lines.length, 1 + exchange.arrows.length + (exchange.remarks?.length ?? 0));
    const image = chartPicture(exchange, scenario.title);
    t.equal(image.split('<line ').length - 1, exchange.lanes.length + exchange.arrows.length);
    if (name === 'tcp') t.match(lines.join('\n'), '60000 bytes there, 60000 back, each once and in order');
  });
}

t.test('places can be chosen, the same seed plays the same, and all Data can be had', async (t) => {
  const scenario = SCENARIOS['first-contact'];
  if (scenario === undefined) throw new Error('no first contact');
  const choice = { seed: '2', alice: SITUATIONS[0], bob: SITUATIONS[7] } as const;
  const [one, two] = [await play(scenario, choice, setImmediate), await play(scenario, choice, setImmediate)];
  t.same(one, two);
  t.match(one.exchange.remarks?.[0]?.text, 'alice is at G4');
  const whole = await play(scenario, { ...choice, isWhole: true }, setImmediate);
  t.ok(whole.exchange.arrows.length > one.exchange.arrows.length);
});

t.test('DC-05: a node that comes again without IPv4 is directed to by IPv6 at once', async (t) => {
  const world = new World('without', setImmediate);
  await world.start(world.places.make('PR'), world.places.make('G4'));
  await world.parties.alice.kill();
  world.move('alice', world.places.make('V6'));
  await world.parties.alice.start();
  await world.run(2000);
  const since = world.now();
  const flow = world.flow('bob', 200, 'alice');
  t.ok(await world.run(3000, () => flow.isAnswered(since)), 'by a relay, since no family is in common');
  t.same(world.parties.bob.events('direction-failed'), []);
});

t.test('KEY-27: its DC forgot the keys, and the node has no IPv4 any more: it opens by IPv6', async (t) => {
  const world = new World('forgotten', setImmediate);
  await world.start(world.places.make('G4'), world.places.make('G4'));
  await world.parties.dc1.kill();
  world.move('alice', world.places.make('V6'));
  await world.run(8000);
  await world.parties.dc1.start();
  const since = world.now();
  const flow = world.flow('bob', 200, 'alice');
  t.ok(await world.run(60_000, () => flow.isAnswered(since)), 'bob reaches her where she is now');
});
