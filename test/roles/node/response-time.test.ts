/** Peers that are noticed by what DNS answers, over UDP and TCP, and what becomes of it where a direction fails. */
import type { Answer } from 'dns-packet';
import { toHex } from '../../../reference/bytes.ts';
import type { Transport } from '../../../reference/core.ts';
import { decodeMessage, isTruncated } from '../../../reference/dns/query.ts';
import type { Asking } from '../../dns/made.ts';
import { a, answered, asked, chain, cname } from '../../dns/made.ts';
import t from '../../tap.ts';
import { direction } from './played-dc.ts';
import type { World } from './world.ts';
import { registered } from './world.ts';

const BOB = 'Peer1.ntmobile.example';
const WWW: Asking = { name: 'Www.Example' };
const CHAIN = [cname('www.example', 'x.example'), cname('x.example', BOB), a(BOB)];
const UNAVAILABLE = { type: 4, status: 8 } as const;

interface Resolving extends World {
  /** How often DNS was asked, and by what. */
  readonly asked: (Transport | undefined)[];
  /** An application asks. */
  readonly ask: (question?: Asking, transport?: Transport) => number;
  /** What was answered: RCODE, then name, type, TTL and data of each record. */
  readonly shown: (query: number) => unknown[] | undefined;
  readonly bytes: (query: number) => Uint8Array | undefined;
}

/** @param dns what it answers. @param isFound whether the DC gives a direction */
function resolving(
  dns: (question: Asking) => Uint8Array | undefined,
  { isFound = true, ...change }: Parameters<typeof registered>[0] & { isFound?: boolean } = {},
): Resolving {
  const made = registered(change);
  const { node, dc } = made;
  const transports: (Transport | undefined)[] = [];
  let last = 0;
  let question = WWW;
  node.lookUp = (message, transport) => {
    transports.push(transport);
    const response = dns(question);
    response?.set(message.subarray(0, 2));
    return response;
  };
  dc.onDirection = ({ transaction }, { from }) =>
    dc.tell(
      isFound ? direction(1, { transaction, status: 0, part: 1 }) : { ...UNAVAILABLE, transaction },
      from,
    );
  const bytes = (query: number) => node.answers.find((answer) => answer.query === query)?.message;
  return {
    ...made,
    asked: transports,
    bytes,
    ask: (next = WWW, transport = 'udp') => {
      question = next;
      node.handle({ kind: 'query', query: ++last, message: asked(next), transport });
      return last;
    },
    shown: (query) => {
      const message = bytes(query);
      const decoded = message && decodeMessage(message);
      return decoded && [(decoded.flags ?? 0) & 15, ...(decoded.answers ?? []).map(record)];
    },
  };
}

function record(answer: Answer): unknown[] {
  if (answer.type !== 'A' && answer.type !== 'AAAA' && answer.type !== 'CNAME') throw new Error(answer.type);
  return [answer.name, answer.type, answer.ttl, answer.data];
}

const LINKS = [
  ['www.example', 'CNAME', 60, 'x.example'],
  ['x.example', 'CNAME', 60, BOB],
];

t.test('DNS-02, DNS-05, DNS-08, DNS-09: a chain with an NTM FQDN becomes a direction', (t) => {
  for (const transport of ['udp', 'tcp'] as const) {
    const made = resolving((question) => answered(question, CHAIN));
    const queries = [made.ask(WWW, transport), made.ask({ ...WWW, type: 'AAAA' }, transport)];
    t.same(made.node.answers, [], 'held back');
    made.sim.run(2000);
    t.same(
      made.dc.of(3).map(({ message }) => message.peerFqdn),
      ['peer1.ntmobile.example'],
    );
    t.same(made.asked, [transport, transport], 'DNS is asked by what the application asked by');
    t.same(queries.map(made.shown), [
      [0, ...LINKS, [BOB, 'A', 60, '198.18.1.1']],
      [0, ...LINKS, [BOB, 'AAAA', 60, 'fd00:2::1']],
    ]);
  }
});

t.test('DNS-14: a live path answers at once, and so is one direction for both ways to a name', (t) => {
  const made = resolving((question) => answered(question, CHAIN));
  made.ask();
  made.ask({ name: BOB });
  made.sim.run(2000);
  t.equal(made.node.answers.length, 2);
  made.ask();
  t.equal(made.node.answers.length, 3);
  t.equal(made.dc.of(3).length, 1);
  t.equal(made.asked.length, 2, 'the name itself is not asked for');
});

t.test('DNS-06, DNS-10, DNS-17: what has nothing to do with it passes to the byte', (t) => {
  const cases: [Asking, Uint8Array][] = [
    [WWW, answered(WWW, [a('www.example')])],
    [WWW, answered(WWW, [], { flags: 2 })],
    [WWW, answered(WWW, CHAIN, { flags: 0x0200 })],
    [{ ...WWW, type: 'TXT' }, answered({ ...WWW, type: 'TXT' }, CHAIN)],
    [{ name: BOB, type: 'TXT' }, answered({ name: BOB, type: 'TXT' }, [])],
  ];
  for (const [question, response] of cases) {
    const made = resolving(() => response.slice());
    const query = made.ask(question);
    t.equal(toHex(made.bytes(query) ?? new Uint8Array()), toHex(response));
    made.sim.run(2000);
    t.same(made.dc.of(3), []);
  }
});

t.test('DNS-13: a chain that is too long is a failure', (t) => {
  const made = resolving((question) =>
    answered(question, [...chain('www.example', 8), cname('c8.example', BOB)]),
  );
  t.same(made.shown(made.ask()), [2]);
  t.same(made.dc.of(3), []);
});

t.test('section 11.6: where DNS has no answer, neither has the node', (t) => {
  const made = resolving(() => undefined);
  made.ask();
  made.sim.run(40_000);
  t.same(made.node.answers, []);
});

t.test('DNS-11: a direction that fails is SERVFAIL, or with bypass what DNS says', (t) => {
  const made = resolving((question) => answered(question, CHAIN), { isFound: false });
  const query = made.ask();
  made.sim.run(2000);
  t.same(made.shown(query), [2]);

  const bypass = resolving((question) => answered(question, CHAIN), {
    isFound: false,
    dns: { onFailure: 'bypass' },
  });
  const [first, second] = [bypass.ask(), bypass.ask({ name: BOB })];
  bypass.sim.run(2000);
  t.equal(toHex(bypass.bytes(first) ?? new Uint8Array()), toHex(answered(WWW, CHAIN)), 'at response time');
  t.equal(bypass.asked.length, 2, 'at query time DNS is asked now');
  const direct = answered({ name: BOB }, CHAIN);
  t.equal(toHex(bypass.bytes(second) ?? new Uint8Array()), toHex(direct), 'and not acted on');
});

t.test('DNS-07, DNS-11: 5 s after the answer came it is over', (t) => {
  const made = resolving((question) => answered(question, CHAIN), { dns: { onFailure: 'bypass' } });
  made.dc.onDirection = () => {};
  made.dc.isDeaf = true;
  const query = made.ask();
  made.sim.run(5990);
  t.equal(made.bytes(query), undefined);
  made.sim.run(6000);
  t.equal(toHex(made.bytes(query) ?? new Uint8Array()), toHex(answered(WWW, CHAIN)));
});

t.test('DNS-10: an answer that the query has no room for is cut over UDP, and whole over TCP', (t) => {
  const long = (letter: string) => `${letter.repeat(63)}.`.repeat(3) + letter;
  const links = [
    cname('www.example', long('a')),
    cname(long('a'), long('b')),
    cname(long('b'), long('c')),
    cname(long('c'), BOB),
  ];
  const made = resolving((question) => answered(question, links));
  const [udp, tcp] = [made.ask(), made.ask(WWW, 'tcp')];
  made.sim.run(2000);
  t.same(
    [udp, tcp].map((query) => isTruncated(made.bytes(query) ?? new Uint8Array())),
    [true, false],
  );
  t.same(made.shown(udp), [0]);
  t.equal(made.shown(tcp)?.length, 6);
});

t.test('queries under way are bounded', (t) => {
  const made = registered();
  const effects = Array.from({ length: 1025 }, (_, index) => {
    const input = { kind: 'query', query: index, message: asked(WWW), transport: 'udp' } as const;
    return made.node.role.handle(input, made.sim.now).map(({ kind }) => kind);
  });
  t.same(new Set(effects.slice(0, -1).flat()), new Set(['look-up']));
  t.same(effects.at(-1), ['dns-answer']);
});
