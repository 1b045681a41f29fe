/** What finding a peer by name costs, at query time and at response time, against the table in the spec's rationale. */
import { readFile } from 'node:fs/promises';
import { specTables } from '../../../conformance/spec-tables.ts';
import type { Asking } from '../../dns/made.ts';
import { answered, cname } from '../../dns/made.ts';
import t from '../../tap.ts';
import { warm } from './warm.ts';
import { Whole } from './whole.ts';

/** Milliseconds of a hop, one way. */
const HOPS = [10, 50, 200] as const;
const BOB = 'bob.ntmobile.two.example';
const ALIAS = 'www.example.com';

interface Row {
  readonly name: string;
  /** Round trips of hops until DNS answers: one to the node's server, one more where that has to ask another. */
  readonly dns: number;
  /** What the application has from before: nothing, a path to the peer, or its address too. */
  readonly has: 'nothing' | 'path' | 'address';
}

const ROWS: Readonly<Record<string, Row>> = {
  'its NTM FQDN (query time)': { name: BOB, dns: 0, has: 'nothing' },
  'an alias, which the DNS server has in its cache (response time)': { name: ALIAS, dns: 1, has: 'nothing' },
  'an alias, for which the DNS server asks another one': { name: ALIAS, dns: 2, has: 'nothing' },
  'its NTM FQDN, with a path there': { name: BOB, dns: 0, has: 'path' },
  'an alias in the cache of the DNS server, with a path there': { name: ALIAS, dns: 1, has: 'path' },
  'nothing: it kept the answer, for 60 s at most': { name: ALIAS, dns: 1, has: 'address' },
};

/** Milliseconds until the first inner packet arrives, and how often DNS was asked. */
function measure({ name, dns, has }: Row, hop: number): { readonly time: number; readonly queries: number } {
  const world = new Whole('G4', 'G4', 1, { delay: [hop, hop] });
  warm(world);
  const node = world.party('alice');
  const { alice, bob } = world.apps;
  let queries = 0;
  node.dnsTime = 2 * hop * dns;
  node.lookUp = (message) => {
    queries++;
    const question: Asking = { name: ALIAS, type: message[message.length - 3] === 28 ? 'AAAA' : 'A' };
    const response = answered(question, [cname(ALIAS, BOB)]);
    response.set(message.subarray(0, 2));
    return response;
  };
  alice.interval = 1;
  alice.target = name;
  if (has !== 'nothing') {
    world.run(5000, () => bob.arrivals.length > 0 && alice.isResolved);
    alice.target = undefined;
    world.run(2000);
    if (has === 'path') alice.attach(node);
    bob.arrivals.length = 0;
    queries = 0;
    alice.target = name;
  }
  const begin = world.sim.now;
  world.run(10_000, () => bob.arrivals.length > 0);
  return { time: world.sim.now - begin, queries };
}

t.test('names cost what the rationale says', async (t) => {
  const name = 'B-rationale.md';
  const text = await readFile(new URL(`../../../conformance/spec/${name}`, import.meta.url), 'utf8');
  const told = specTables([{ name, text }]).get('by-name') ?? [];
  const measured = Object.entries(ROWS).map(([asked, row]) => {
    const found = HOPS.map((hop) => measure(row, hop));
    const [near, , far] = found;
    const trips = ((far?.time ?? 0) - (near?.time ?? 0)) / (2 * (HOPS[2] - HOPS[0]));
    const times = HOPS.map((hop, at) => [`${hop} ms`, `${found[at]?.time}`] as const);
    return {
      'the application asks for': asked,
      'round trips': `${trips}`,
      'of them DNS': row.has === 'address' ? '0' : `${row.dns}`,
      ...Object.fromEntries(times),
    };
  });
  const head = Object.keys(measured[0] ?? {});
  for (const row of measured) t.comment(`| ${Object.values(row).join(' | ')} |`);
  t.same(measured, told, head.join(' | '));
  const asksDns = Object.values(ROWS).map((row) => measure(row, 10).queries > 0);
  t.same(asksDns, [false, true, true, false, true, false], 'who asks DNS at all');
});
