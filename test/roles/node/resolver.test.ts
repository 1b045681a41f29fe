import type { Ip } from '../../../reference/address.ts';
import { toHex } from '../../../reference/bytes.ts';
import { addressQuery, readAddresses } from '../../../reference/dns/addresses.ts';
import { decodeMessage } from '../../../reference/dns/query.ts';
import t from '../../tap.ts';
import { direction } from './played-dc.ts';
import type { RoleParty } from './sim.ts';
import type { World } from './world.ts';
import { registered, world } from './world.ts';

const BOB = 'peer1.ntmobile.example';

function ask(node: RoleParty, query: number, name = BOB, family: 4 | 6 = 4): Uint8Array {
  const message = addressQuery(name, family, 1000 + query);
  node.handle({ kind: 'query', query, message, transport: 'udp' });
  return message;
}

/** What was answered to a query: the RCODE and the addresses. */
function answerTo(node: RoleParty, query: number, message: Uint8Array) {
  const answer = node.answers.find((some) => some.query === query);
  return answer && readAddresses(answer.message, message);
}

/** The played DC gives direction 1 to whoever asks. */
function giving(made: World): World {
  made.dc.onDirection = ({ transaction }, { from }) =>
    made.dc.tell(direction(1, { transaction, status: 0, part: 1 }), from);
  return made;
}

t.test('A and AAAA of an NTM name: one Direction Request, the virtual addresses as answers', (t) => {
  const { sim, node, dc } = giving(registered());
  const queries = [ask(node, 1), ask(node, 2, BOB, 6), ask(node, 3, 'Peer1.NTMobile.example')];
  sim.run(2000);
  t.same(
    dc.of(3).map(({ message }) => message.peerFqdn),
    [BOB],
  );
  const found = queries.map((query, index) => answerTo(node, index + 1, query));
  t.same(found, [
    { rcode: 0, addresses: ['198.18.1.1'] },
    { rcode: 0, addresses: ['fd00:2::1'] },
    { rcode: 0, addresses: ['198.18.1.1'] },
  ]);
  const decoded = decodeMessage(node.answers[2]?.message ?? new Uint8Array());
  t.equal(decoded?.questions?.[0]?.name, 'Peer1.NTMobile.example', 'the question in its own case');
  t.ok(decoded?.answers?.every((answer) => 'ttl' in answer && (answer.ttl ?? 99) <= 60));
  ask(node, 4);
  t.equal(dc.of(3).length, 1, 'nor while there is a path');
  t.equal(node.answers.length, 4, 'and then at once');
});

t.test('a peer without an address of the family: no data', (t) => {
  const made = registered();
  const { sim, node, dc } = made;
  dc.onDirection = ({ transaction }, { from }) => {
    const given = direction(1, { transaction, status: 0, part: 1 });
    dc.tell({ ...given, peer: given.peer && { ...given.peer, virtualAddresses: ['fd00:2::1' as Ip] } }, from);
  };
  const queries = [ask(node, 1), ask(node, 2, BOB, 6)];
  sim.run(2000);
  t.same(answerTo(node, 1, queries[0] as Uint8Array), { rcode: 0, addresses: [] });
  t.same(answerTo(node, 2, queries[1] as Uint8Array), { rcode: 0, addresses: ['fd00:2::1'] });
});

t.test('what is no NTM name passes byte for byte, and so does what comes back', (t) => {
  const { sim, node, dc } = giving(registered());
  const asked: Uint8Array[] = [];
  const change = (message: Uint8Array): Uint8Array => {
    const response = Uint8Array.from([...message, 0xde, 0xad]);
    response[2] = 0x81;
    return response;
  };
  node.lookUp = (message) => {
    asked.push(message.slice());
    return change(message);
  };
  const names = [
    'www.example.net',
    'myntmobile.example.net',
    'ntmobile-x.example.net',
    'ntmobile.example.net',
  ];
  const queries = names.map((name, index) => ask(node, index, name));
  const garbage = Uint8Array.of(1, 2, 3);
  node.handle({ kind: 'query', query: 9, message: garbage, transport: 'udp' });
  sim.run(2000);
  const withoutIds = (messages: readonly Uint8Array[]) =>
    messages.map((message) => toHex(message.subarray(2)));
  t.same(withoutIds(asked), withoutIds([...queries, garbage]));
  const ids = new Set(asked.map((message) => toHex(message.subarray(0, 2))));
  t.equal(ids.size, asked.length, 'DNS-12: each with an ID of its own');
  t.same(
    node.answers,
    queries.map((message, query) => ({ query, message: change(message) })),
  );
  t.same(dc.of(3), []);
});

t.test('an answer to something else, or none, is not passed on', (t) => {
  const { node } = registered();
  node.lookUp = () => undefined;
  ask(node, 1, 'www.example.net');
  node.lookUp = (message) => {
    const response = message.slice();
    response[2] = 0x81;
    response[1] = (response[1] ?? 0) ^ 1;
    return response;
  };
  ask(node, 2, 'www.example.net');
  t.same(node.answers, []);
});

t.test(
  'each status of a failed direction: SERVFAIL at once, an event, and no second request within 1 s',
  (t) => {
    const statuses = [
      'not-registered',
      'unknown-name',
      'refused',
      'no-relay',
      'pool-empty',
      'no-route',
      'busy',
    ];
    for (const [index, status] of statuses.entries()) {
      const { sim, node, dc } = registered();
      dc.onDirection = ({ transaction }, { from }) =>
        dc.tell({ type: 4, transaction, status: (3 + index) as 3 }, from);
      const queries = [ask(node, 1), ask(node, 2, BOB, 6)];
      sim.run(1050);
      for (const [at, query] of queries.entries())
        t.same(answerTo(node, at + 1, query), { rcode: 2, addresses: [] }, status);
      t.same(node.events('direction-failed'), [{ name: BOB, status }]);
      sim.run(1900);
      t.same(answerTo(node, 3, ask(node, 3)), { rcode: 2, addresses: [] }, 'answered from the failure');
      sim.run(2100);
      ask(node, 4);
      sim.run(2200);
      t.equal(dc.of(3).length, 2);
      t.equal(node.answers.length, 4);
    }
  },
);

t.test('a status that nobody knows is a failure too', (t) => {
  const { sim, node, dc } = registered();
  dc.onDirection = ({ transaction }, { from }) => dc.tell({ type: 4, transaction, status: 77 as 3 }, from);
  const query = ask(node, 1);
  sim.run(2000);
  t.same(answerTo(node, 1, query), { rcode: 2, addresses: [] });
  t.same(node.events('direction-failed'), [{ name: BOB, status: 'status 77' }]);
});

t.test('a DC that does not answer: SERVFAIL after 5 s, not later', (t) => {
  const { sim, node, dc } = registered();
  const query = ask(node, 1);
  sim.run(5990);
  t.same(node.answers, []);
  sim.run(6000);
  t.same(answerTo(node, 1, query), { rcode: 2, addresses: [] });
  t.same(node.events('direction-failed'), [{ name: BOB, status: 'no answer' }]);
  const transactions = dc.of(3).map(({ message }) => toHex(message.transaction));
  t.equal(transactions.length, 4);
  t.equal(new Set(transactions).size, 1, 'its repeats are no other requests');
});

t.test('a query during the registration waits for it, 5 s at most', (t) => {
  const made = giving(world());
  const { sim, node, dc } = made;
  node.start();
  const query = ask(node, 1);
  sim.run(1000);
  t.same(answerTo(node, 1, query), { rcode: 0, addresses: ['198.18.1.1'] });
  t.equal(dc.of(3).length, 1);
  const silent = world();
  silent.dc.isDeaf = true;
  silent.node.start();
  const other = ask(silent.node, 1);
  silent.sim.run(4990);
  t.same(silent.node.answers, []);
  silent.sim.run(5000);
  t.same(answerTo(silent.node, 1, other), { rcode: 2, addresses: [] });
});

t.test('queries that wait are bounded', (t) => {
  const { node } = registered();
  for (let query = 1; query <= 1025; query++) ask(node, query);
  t.same(
    node.answers.map(({ query }) => query),
    [1025],
  );
});

t.test('a direction that comes as a request answers the query that waits for the same peer', (t) => {
  const { sim, node, dc } = registered();
  const query = ask(node, 1);
  sim.run(1100);
  dc.tell(direction(1, { part: 2 }));
  sim.run(1200);
  t.same(answerTo(node, 1, query), { rcode: 0, addresses: ['198.18.1.1'] });
  t.equal(dc.of(0x11).length, 1);
});
