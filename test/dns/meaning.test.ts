import { readFileSync } from 'node:fs';
import type { Answer } from 'dns-packet';
import { specTables } from '../../conformance/spec-tables.ts';
import type { Meaning } from '../../reference/dns/meaning.ts';
import { meaningOf } from '../../reference/dns/meaning.ts';
import t from '../tap.ts';
import type { Asking } from './made.ts';
import { a, answered, asked, chain, cname, queryOf } from './made.ts';

const WWW: Asking = { name: 'Www.Example' };
const NTM = 'Alice.NTMobile.one.Example';
const [SERVFAIL, NXDOMAIN, REFUSED, TC] = [2, 3, 5, 0x0200];
const SOA: Answer = {
  type: 'SOA',
  name: 'example',
  ttl: 60,
  data: {
    mname: 'ns.example',
    rname: 'root.example',
    serial: 1,
    refresh: 2,
    retry: 3,
    expire: 4,
    minimum: 5,
  },
};

function meaning(
  answers: readonly Answer[],
  rest: Parameters<typeof answered>[2] = {},
  question: Asking = WWW,
): Meaning {
  return meaningOf(answered(question, answers, rest), queryOf(asked(question)), 'ntmobile');
}

/** The rows of the table of section 11.6: what DNS says, and examples of it. */
const SAYS: Readonly<Record<string, readonly Meaning[]>> = {
  'CNAME chain with an NTM FQDN, with or without addresses, NXDOMAIN at its end included': [
    meaning([cname('www.example', NTM), a(NTM)]),
    meaning([cname('www.example', NTM)]),
    meaning([cname('www.example', NTM)], { flags: NXDOMAIN, authorities: [SOA] }),
    meaning([
      cname('www.example', 'x.example'),
      cname('x.example', NTM),
      cname(NTM, 'y.example'),
      a('y.example'),
    ]),
    meaning([a(NTM), cname('x.example', NTM), cname('WWW.example', 'X.example')]),
    meaning([...chain('www.example', 7), cname('c7.example', NTM)]),
  ],
  'addresses, no marker': [
    meaning([a('www.example')]),
    meaning([cname('www.example', 'x.example'), a('x.example')]),
    meaning([a('www.example'), cname('other.example', NTM), a(NTM)]),
    meaning([...chain('www.example', 8), a('c8.example')]),
  ],
  'NXDOMAIN or no data, no marker': [
    meaning([], { flags: NXDOMAIN, authorities: [SOA] }),
    meaning([], { authorities: [SOA] }),
    meaning([cname('www.example', 'myntmobile.example')], { authorities: [SOA] }),
  ],
  'SERVFAIL, no marker': [meaning([], { flags: SERVFAIL }), meaning([], { flags: REFUSED })],
  nothing: [meaningOf(undefined, queryOf(asked(WWW)), 'ntmobile')],
  TC: [meaning([cname('www.example', NTM)], { flags: TC }), meaning(chain('www.example', 9), { flags: TC })],
  'chain too long or looping': [
    meaning(chain('www.example', 9)),
    meaning([...chain('www.example', 8), cname('c8.example', NTM)]),
    meaning([cname('www.example', 'WWW.example')]),
    meaning([cname('www.example', NTM), cname(NTM, 'x.example'), cname('x.example', 'www.example')]),
    meaning([cname('www.example', NTM), cname('www.example', 'x.example')]),
  ],
};

/** What the table says that the node does, as this code calls it. */
const DOES: Readonly<Record<string, Meaning['what']>> = {
  'Direction Request': 'direct',
  'passes it on (or DNS-16)': 'general',
  'passes it on': 'pass',
  'passes it on, or asks by TCP': 'pass',
  "nothing: the application's own time-out works": 'nothing',
  SERVFAIL: 'fail',
};

t.test('each row of the table of the specification', (t) => {
  const file = new URL('../../conformance/spec/11-dns.md', import.meta.url);
  const tables = specTables([{ name: '11-dns.md', text: readFileSync(file, 'utf8') }]);
  const rows = tables.get('dns-answers') ?? [];
  t.same(
    rows.map((row) => row['DNS says']),
    Object.keys(SAYS),
  );
  for (const { 'DNS says': says = '', 'the node': does = '' } of rows) {
    for (const found of SAYS[says] ?? []) t.equal(found.what, DOES[does], says);
  }
});

t.test('DNS-05: the last NTM FQDN of the chain, in lower case, and the way to it as it came', (t) => {
  const found = meaning([
    cname('www.example', 'b.ntmobile.example', 10),
    cname('B.ntmobile.example', NTM, 4_000_000_000),
    cname(NTM, 'y.example'),
  ]);
  if (found.what !== 'direct') throw new Error(found.what);
  const { name, links } = found;
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
  t.equal(name, 'alice.ntmobile.one.example');
  t.same(
    links.map((link) => [text(link.name), link.ttl, text(link.target)]),
    [
      ['\x03www\x07example\0', 10, '\x01b\x08ntmobile\x07example\0'],
      ['\x01B\x08ntmobile\x07example\0', 0, '\x05Alice\x08NTMobile\x03one\x07Example\0'],
    ],
  );
});

t.test('DNS-17: other types are never directed', (t) => {
  const text: Answer = { type: 'TXT', name: NTM, ttl: 1, data: 'x' };
  const names = ({ what, ...rest }: Meaning) => [what, 'names' in rest ? rest.names.length : 0];
  const question: Asking = { ...WWW, type: 'TXT' };
  t.same(names(meaning([cname('www.example', NTM), text], {}, question)), ['strip', 1]);
  t.same(names(meaning([cname('www.example', NTM), cname(NTM, 'x.example')], {}, question)), ['strip', 2]);
  t.same(names(meaning([], {}, { name: NTM, type: 'TXT' })), ['strip', 1]);
  t.same(names(meaning([], {}, question)), ['pass', 0]);
  t.same(names(meaning(chain('www.example', 9), {}, question)), ['fail', 0]);
  t.same(names(meaning([cname('www.example', NTM)], {}, { ...WWW, type: 'CNAME' })), ['pass', 0]);
});

t.test('an answer section that cannot be read passes', (t) => {
  const question = queryOf(asked(WWW));
  const whole = answered(WWW, [cname('www.example', NTM)]);
  for (let length = 29; length < whole.length; length++)
    t.equal(meaningOf(whole.subarray(0, length), question, 'ntmobile').what, 'pass', `${length} bytes`);
  t.equal(meaningOf(whole, { ...question, class: 3 }, 'ntmobile').what, 'pass', 'another class');
  const broken = Uint8Array.from([...whole, 1]);
  broken[9] = 1;
  t.equal(meaningOf(broken, question, 'ntmobile').what, 'direct', 'what comes after it does not matter');
});
