/** How a DC finds another one by DNS, and what its node is told if it does not. [FED-01, FED-11, DC-32] */
import { formatEndpoint } from '../../../reference/address.ts';
import { apexAnswer, apexRecord } from '../../dns/apex.ts';
import t from '../../tap.ts';
import { configFor, World } from './world.ts';

const FAR = 'bob.ntmobile.two.example';
const HERE = '192.0.2.20:4330';
const ELSEWHERE = '192.0.2.77:4330';
const STRANGER = '99'.repeat(16);

/** A DC that has to ask where the other one is; its nodes are registered. */
function asking(isConfigured = false): {
  world: World;
  other: string;
  ask: (node?: number) => () => number | undefined;
} {
  const { associations = [] } = configFor(2);
  const change = associations.map((one) =>
    one.peerRole === 'dc' && !isConfigured ? { ...one, endpoints: [] } : one,
  );
  const world = new World(2, { associations: change });
  for (const node of world.nodes) world.register(node);
  world.other.reply = ({ transaction }) => ({ type: 0x06, transaction, status: 3 });
  const ask = (node = 0) => {
    const played = world.node(node);
    const request = { type: 0x03, transaction: played.transaction(), peerFqdn: FAR } as const;
    world.ask(played, request);
    return () => {
      const answer = played.answerTo(request);
      return answer !== undefined && 'status' in answer ? answer.status : undefined;
    };
  };
  return { world, other: world.other.settings.peer, ask };
}

t.test('what DNS said is kept for its TTL, and not longer', (t) => {
  const { world, other, ask } = asking();
  world.lookUp = (query) =>
    apexAnswer(query, [apexRecord(STRANGER, [ELSEWHERE]), apexRecord(other, [HERE], 30)]);
  t.equal(ask()(), 3, 'the status of the other DC');
  t.notOk(
    world.sent.some(({ to }) => formatEndpoint(to) === ELSEWHERE),
    'another Node ID is not used',
  );
  world.run(29_000);
  t.equal(ask()(), 3);
  t.equal(world.lookedUp.length, 1);
  world.run(1000);
  t.equal(ask()(), 3);
  t.equal(world.lookedUp.length, 2);
});

t.test('an address that the other DC opened from does not stand for what DNS says', (t) => {
  const { world, ask } = asking();
  world.open(world.other);
  world.lookUp = (query) => apexAnswer(query, [], 3);
  t.equal(ask()(), 4);
  t.equal(world.lookedUp.length, 1);
});

t.test('directions at one time share a look-up', (t) => {
  const { world, other, ask } = asking();
  world.lookUp = () => 'held';
  const statuses = [ask(0), ask(1), ask(0)];
  t.equal(world.lookedUp.length, 1);
  t.same(
    statuses.map((status) => status()),
    [undefined, undefined, undefined],
  );
  const [asked] = world.lookedUp;
  asked?.answer(apexAnswer(asked.query, [apexRecord(other, [HERE])]));
  world.drain();
  t.same(
    statuses.map((status) => status()),
    [3, 3, 3],
  );
});

t.test('all endpoints of all records with its Node ID are tried, in order', (t) => {
  const { world, other, ask } = asking();
  world.lookUp = (query) =>
    apexAnswer(query, [apexRecord(other, [ELSEWHERE, '192.0.2.78:4330']), apexRecord(other, [HERE])]);
  const status = ask();
  world.run(4500);
  t.equal(status(), 3);
  const tried = new Set(
    world.sent.map(({ to }) => formatEndpoint(to)).filter((to) => to.startsWith('192.0.2.')),
  );
  t.same([...tried], [ELSEWHERE, '192.0.2.78:4330', HERE]);
});

t.test('what DNS does not say', (t) => {
  for (const [name, response, expected] of [
    ['no answer', () => undefined, 8],
    ['SERVFAIL', (query: Uint8Array) => apexAnswer(query, [], 2), 8],
    ['NXDOMAIN', (query: Uint8Array) => apexAnswer(query, [], 3), 4],
    ['another DC alone', (query: Uint8Array) => apexAnswer(query, [apexRecord(STRANGER, [HERE])]), 8],
    ['no response to this', () => apexAnswer(new Uint8Array(40), []), 8],
  ] as const) {
    const { world, other, ask } = asking();
    world.lookUp = response;
    t.equal(ask()(), expected, name);
    world.lookUp = (query) => apexAnswer(query, [apexRecord(other, [HERE])]);
    t.equal(ask()(), 3, `${name}: asked again for the next one`);
  }
});

t.test('DNS that hangs costs the direction its time, and is no harm later', (t) => {
  const { world, other, ask } = asking();
  world.lookUp = () => 'held';
  const status = ask();
  world.run(4500);
  t.equal(status(), 8);
  const [asked] = world.lookedUp;
  asked?.answer(apexAnswer(asked.query, [apexRecord(other, [HERE])]));
  world.drain();
  t.same(world.other.requests, []);
  t.equal(ask()(), 3, 'what came late may be used');
  t.equal(world.lookedUp.length, 1);
});

t.test('configured endpoints are used instead', (t) => {
  const { world, ask } = asking(true);
  t.equal(ask()(), 3);
  t.same(world.lookedUp, []);
});
