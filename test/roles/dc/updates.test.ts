/** What a DC tells another server, and again if that does not hear. [DNS-26] */
import { createHmac } from 'node:crypto';
import { concat, toHex } from '../../../reference/bytes.ts';
import { encodeName } from '../../../reference/dns/zone/names.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { World } from './world.ts';

const SECRET = new Uint8Array(32).fill(7);
const two = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);

function world(): World {
  const secret = btoa(String.fromCharCode(...SECRET));
  return new World(2, { dns: { update: { server: '192.0.2.53:53', key: 'dc-one', secret } } });
}

/** An empty answer with an RCODE, signed by RFC 8945. */
function answerTo(query: Uint8Array, rcode = 0): Uint8Array {
  const [name, algorithm] = [encodeName('dc-one'), encodeName('hmac-sha256')];
  const tsig = query.slice(query.length - (algorithm.length + 16 + 32));
  const time = tsig.slice(algorithm.length, algorithm.length + 6);
  const mac = tsig.slice(algorithm.length + 10, algorithm.length + 42);
  const message = concat(query.slice(0, 2), two(0xa800 | rcode), new Uint8Array(8));
  const variables = concat(name, two(255), new Uint8Array(4), algorithm, time, two(300), new Uint8Array(4));
  const own = createHmac('sha256', SECRET)
    .update(concat(two(32), mac, message, variables))
    .digest();
  const data = concat(algorithm, time, two(300), two(32), own, query.slice(0, 2), new Uint8Array(4));
  message.set(two(1), 10);
  return concat(message, name, two(250), two(255), new Uint8Array(4), two(data.length), data);
}

/** How many records a message changes. */
const changes = (query: Uint8Array): number => ((query[8] ?? 0) << 8) | (query[9] ?? 0);

t.test('all names at its start, then what changes, and nothing else', (t) => {
  const at = world();
  at.lookUp = (query) => answerTo(query);
  at.restart();
  at.drain();
  const told = (): number[] => at.lookedUp.splice(0).map(({ query }) => changes(query));
  t.same(told().at(-1), 4, 'a set away at the apex and two nodes, and the record of the DC');
  granted(at.register(at.node(), {}, [4]));
  t.same(told(), [2], 'the set of a node in place of what was there');
  granted(at.register(at.node(), {}, [4]));
  t.same(told(), [], 'nothing has changed');
  at.run(91_000);
  t.same(told(), [2], 'its TTL became longer than what is left');
  granted(at.register(at.node(), { lifetime: 0 }, [4]));
  t.same(told(), [1]);
});

t.test('what the server did not take is told again, later and later', (t) => {
  const at = world();
  const times: number[] = [];
  at.lookUp = (query) => {
    times.push(at.now);
    return times.length === 2 ? answerTo(query, 5) : times.length < 5 ? undefined : answerTo(query);
  };
  at.restart();
  at.drain();
  at.run(60_000);
  const [first = 0] = times;
  t.same(
    times.map((time) => time - first),
    [0, 1000, 3000, 7000, 15_000],
  );
  const failures = at.effects.flatMap((effect) =>
    effect.kind === 'note' && effect.note.what === 'event' && effect.note.event === 'dns-update-failed'
      ? [effect.note.detail.reason]
      : [],
  );
  t.same(failures.slice(-4), ['no answer', 'RCODE 5', 'no answer', 'no answer']);
});

t.test('one message at a time, and what it puts somewhere is durable', (t) => {
  const at = world();
  at.lookUp = () => 'held';
  at.restart();
  at.drain();
  const before = at.lookedUp.length;
  granted(at.register(at.node(), {}, [4]));
  t.equal(at.lookedUp.length, before, 'not while one is under way');
  const asked = at.lookedUp.at(-1);
  asked?.answer(answerTo(asked.query));
  at.drain();
  t.equal(at.lookedUp.length, before + 1);
  const key = [...at.stored.keys()].filter((name) => name.startsWith('dns/at/n0'));
  t.same(
    key.map((name) => toHex(at.stored.get(name) ?? new Uint8Array(0))),
    ['00'],
  );
});
