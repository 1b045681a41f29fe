/** What a DC publishes in its zone, by its own decoder and by dns-packet. */
import type { Answer } from 'dns-packet';
import { formatEndpoint } from '../../../reference/address.ts';
import { fromHex } from '../../../reference/bytes.ts';
import { ntmQuery, readNtmAnswer } from '../../../reference/dns/lookup.ts';
import { decodeMessage } from '../../../reference/dns/query.ts';
import { endpoint } from '../../channel/pair.ts';
import t from '../../tap.ts';
import { granted } from './played.ts';
import { DC4, DC6, WALL_CLOCK, World } from './world.ts';

const ZONE = 'ntmobile.one.example';
const NODE = `n0.${ZONE}`;
const ASKER = endpoint('198.51.100.1:4000');

function world(change: object = {}, nodes = 2): World {
  const dns = {
    listen: ['192.0.2.10:53'],
    nameServers: [`ns.${ZONE}`, 'ns.elsewhere.example'],
    addresses: [
      { name: `ns.${ZONE}`, addresses: ['192.0.2.10', '2001:db8::10'] },
      { name: `n1.${ZONE}`, addresses: ['192.0.2.80'] },
    ],
    ...change,
  };
  return new World(nodes, { dns, testProfile: { global: ['203.0.113.0/24', '2001:db8::/32'] } });
}

function ntmOf(at: World, name: string) {
  const query = ntmQuery(name, 5);
  return readNtmAnswer(at.query(query), query);
}

/** RCODE, answers and authority of a query for a type by number. */
function ask(at: World, name: string, type: number) {
  const query = ntmQuery(name, 5);
  query[12 + name.length + 3] = type;
  query[12 + name.length + 2] = 0;
  const decoded = decodeMessage(at.query(query) ?? new Uint8Array(0));
  const shown = (records: Answer[] = []): string[] =>
    records.map((record) => `${record.type} ${'ttl' in record ? record.ttl : ''} ${dataOf(record)}`);
  return {
    rcode: (decoded?.flags ?? 15) & 15,
    answers: shown(decoded?.answers),
    authority: shown(decoded?.authorities),
  };
}

const [A, NS, SOA, AAAA, TXT] = [1, 2, 6, 28, 16];

function dataOf(record: Answer): string {
  if (record.type === 'SOA') return `${record.data.mname} ${record.data.minimum}`;
  return 'data' in record ? String(record.data) : '';
}

function serial(at: World): number {
  const query = ntmQuery(ZONE, 1);
  query[12 + ZONE.length + 3] = SOA;
  query[12 + ZONE.length + 2] = 0;
  const [soa] = decodeMessage(at.query(query) ?? new Uint8Array(0))?.answers ?? [];
  return soa?.type === 'SOA' ? (soa.data.serial ?? -1) : -1;
}

t.test(
  'the apex: the DC, name servers and the SOA, whether anybody is registered or not [DNS-20, DNS-23]',
  (t) => {
    const at = world();
    t.same(ntmOf(at, ZONE), {
      kind: 'records',
      records: [{ nodeId: fromHex('dc'.repeat(16)), dcEndpoints: [DC4, DC6] }],
      ttl: 60,
    });
    t.same(ask(at, ZONE, NS).answers, [`NS 3600 ns.${ZONE}`, 'NS 3600 ns.elsewhere.example']);
    t.same(ask(at, ZONE, SOA).answers, [`SOA 5 ns.${ZONE} 5`]);
    t.same(ask(at, ZONE, A), { rcode: 0, answers: [], authority: [`SOA 5 ns.${ZONE} 5`] });
    t.same(ask(at, `ns.${ZONE}`, A).answers, ['A 60 192.0.2.10']);
    t.same(ask(at, `ns.${ZONE}`, AAAA).answers, ['AAAA 60 2001:db8::10']);
  },
);

t.test('a node is there while it is registered [DC-08, DNS-21, DNS-23, DNS-24]', (t) => {
  const at = world();
  const missing = { rcode: 3, answers: [], authority: [`SOA 5 ns.${ZONE} 5`] };
  t.same(ask(at, NODE, TXT), missing);
  const before = serial(at);
  granted(at.register(at.node(), { lifetime: 45 }, [4]));
  const nodeId = fromHex(at.node().settings.peer);
  t.same(ntmOf(at, NODE), { kind: 'records', records: [{ nodeId, dcEndpoints: [DC4, DC6] }], ttl: 45 });
  t.equal(serial(at), before + 1, 'a change');
  t.same(ask(at, NODE, A), { ...missing, rcode: 0 }, 'no address of the node');
  at.run(15_500);
  const later = ntmOf(at, NODE);
  t.equal(later.kind === 'records' && later.ttl, 29, 'no longer than the registration');
  granted(at.register(at.node(), { lifetime: 90 }, [4]));
  const renewed = ntmOf(at, NODE);
  t.equal(renewed.kind === 'records' && renewed.ttl, 60);
  t.equal(serial(at), before + 1, 'what is the same is no change');
  at.run(90_000);
  t.same(ask(at, NODE, TXT), missing, 'it ran out');
  granted(at.register(at.node(), {}, [4]));
  granted(at.register(at.node(), { lifetime: 0 }, [4]));
  t.same(ask(at, NODE, TXT), missing, 'it took its leave');
  t.equal(serial(at), before + 4);
});

t.test(
  'with the policy full the record is whole, and global addresses are answered [DNS-21, DNS-22]',
  (t) => {
    const at = world({ policy: 'full' });
    const locals = [endpoint('10.0.0.2:5000')];
    const answer = granted(at.register(at.node(), { localEndpoints: locals, lifetime: 100 }, [4]));
    at.run(20_000);
    granted(at.register(at.node(), { localEndpoints: locals, lifetime: 100 }, [6]));
    const seen = ['203.0.113.1:5000', '[2001:db8:1::1]:5000'].map(endpoint);
    t.same(ntmOf(at, NODE), {
      kind: 'records',
      ttl: 60,
      records: [
        {
          nodeId: fromHex(at.node().settings.peer),
          dcEndpoints: [DC4, DC6],
          fqdn: NODE,
          localEndpoints: locals,
          virtualAddresses: answer.virtualAddresses,
          observedEndpoints: seen,
        },
      ],
    });
    t.same(ask(at, NODE, A).answers, ['A 60 203.0.113.1']);
    t.same(ask(at, NODE, AAAA).answers, ['AAAA 60 2001:db8:1::1']);
    const before = serial(at);
    at.run(50_000);
    t.same(
      ask(at, NODE, A).answers,
      ['A 29 203.0.113.1'].map((text) => text.replace('29', '30')),
    );
    at.run(30_000);
    t.same(ask(at, NODE, A).answers, [], 'IPv4 counts no longer');
    const later = ntmOf(at, NODE);
    t.same(later.kind === 'records' && later.records[0]?.observedEndpoints?.map(formatEndpoint), [
      '[2001:db8:1::1]:5000',
    ]);
    t.equal(serial(at), before + 1);
    granted(at.register(at.node(1), {}, [4]));
    t.same(ask(at, `n1.${ZONE}`, A).answers, ['A 60 192.0.2.80'], 'what is provisioned goes before');
  },
);

t.test('provisioned addresses are there whether the node is registered or not [DNS-22]', (t) => {
  const at = world();
  const name = `n1.${ZONE}`;
  t.same(ask(at, name, A).answers, ['A 60 192.0.2.80']);
  t.same(ask(at, name, AAAA).answers, []);
  t.equal(ntmOf(at, name).kind, 'none');
  at.register(at.node(1), {}, [4]);
  t.same(ask(at, name, A).answers, ['A 60 192.0.2.80']);
  t.equal(ntmOf(at, name).kind, 'records');
});

t.test('after a restart the zone is as before, and its serial goes on [DC-25, DNS-23]', (t) => {
  const at = world();
  t.equal(serial(at), WALL_CLOCK / 1000, 'the time of day at first');
  granted(at.register(at.node(), {}, [4]));
  const before = [serial(at), ntmOf(at, NODE)] as const;
  at.restart();
  t.ok(serial(at) > before[0]);
  t.same(ntmOf(at, NODE), before[1]);
  t.same(
    at.events().filter((event) => event === 'store-damaged'),
    [],
  );
});

t.test('the rate of answers over UDP [DOS-08]', (t) => {
  const at = world();
  const query = ntmQuery(ZONE, 5);
  const got = (from = ASKER, transport: 'udp' | 'tcp' = 'udp'): string => {
    const answer = at.query(query, transport, from);
    if (answer === undefined) return 'none';
    return (answer[2] ?? 0) & 2 && answer[7] === 0 ? 'truncated' : 'answer';
  };
  const first = Array.from({ length: 104 }, () => got());
  t.same(first.slice(98), ['answer', 'answer', 'none', 'truncated', 'none', 'truncated']);
  t.equal(got(endpoint('198.51.100.200:9')), 'none', 'of one prefix');
  t.equal(got(endpoint('198.51.101.1:9')), 'answer', 'and another one');
  t.equal(got(ASKER, 'tcp'), 'answer', 'and over TCP');
  at.run(10);
  t.equal(got(), 'answer', 'one more after 10 ms');
  t.equal(got(), 'truncated');
});

t.test('a DC without dns has no zones to answer for', (t) => {
  const at = new World(1);
  const query = ntmQuery(ZONE, 5);
  t.equal((at.query(query)?.[3] ?? 0) & 15, 5);
});
