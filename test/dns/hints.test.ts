import { Buffer } from 'node:buffer';
import type { Answer } from 'dns-packet';
import { fromHex, toHex } from '../../reference/bytes.ts';
import { withoutHints } from '../../reference/dns/hints.ts';
import { meaningOf } from '../../reference/dns/meaning.ts';
import { decodeMessage } from '../../reference/dns/query.ts';
import t from '../tap.ts';
import type { Asking } from './made.ts';
import { answered, asked, cname, queryOf } from './made.ts';

const NTM = 'alice.ntmobile.example';
const QUESTION: Asking = { name: 'www.example', type: 'HTTPS' };
const AUTHENTIC = 0x20;
const SELF = '00';
const ALPN = '0001000302'.concat('6832');
const HINT4 = '00040004c0000250';
const HINT6 = '0006001020010db8000000000000000000000050';

/** A record of type 65 as dns-packet writes what it does not know. */
function https(name: string, params: string, target = SELF, priority = '0001'): Answer {
  return other(name, 65, `${priority}${target}${params}`);
}

function other(name: string, type: number, rdata: string, ttl = 300): Answer {
  const data = fromHex(rdata);
  return { type: `UNKNOWN_${type}` as 'NULL', name, ttl, data: Buffer.from(data) };
}

/** A signature, of which only the covered type is looked at. */
function signature(name: string, covered: string): Answer {
  return other(name, 46, `${covered}0d02${'00'.repeat(14)}00aabb`);
}

function stripped(
  answers: readonly Answer[],
  rest: Parameters<typeof answered>[2] = {},
  question = QUESTION,
) {
  const response = answered(question, answers, rest);
  const meaning = meaningOf(response, queryOf(asked(question)), 'ntmobile');
  if (meaning.what !== 'strip') throw new Error(meaning.what);
  return { response, after: withoutHints(response, meaning) };
}

/** Names, types and RDATA of the records of a section. */
function shown(bytes: Uint8Array, section: 'answers' | 'authorities' | 'additionals' = 'answers'): string[] {
  const records = decodeMessage(bytes)?.[section] ?? [];
  return records.map((record) => {
    const data: unknown = 'data' in record ? record.data : '';
    return `${record.name} ${record.type} ${data instanceof Uint8Array ? toHex(data) : String(data)}`;
  });
}

t.test('hints at and beyond the NTM FQDN go, with the signatures of their sets', (t) => {
  const first = 'b.ntmobile.example';
  const { after, response } = stripped(
    [
      cname('www.example', first),
      signature(first, '0041'),
      cname(first, NTM),
      https(NTM, ALPN + HINT4 + HINT6),
      signature(NTM, '0041'),
      signature(NTM, '0005'),
      https('elsewhere.example', HINT4),
    ],
    {
      flags: AUTHENTIC,
      additionals: [https(first, HINT6), { type: 'A', name: NTM, data: '192.0.2.80', ttl: 5 }],
    },
  );
  t.same(shown(after), [
    `www.example CNAME ${first}`,
    `${first} CNAME ${NTM}`,
    `${NTM} UNKNOWN_65 000100${ALPN}`,
    `${NTM} RRSIG [object Object]`,
    `elsewhere.example UNKNOWN_65 000100${HINT4}`,
  ]);
  t.same(shown(after, 'additionals'), [`${first} UNKNOWN_65 000100`, `${NTM} A 192.0.2.80`]);
  t.same([(response[3] ?? 0) & AUTHENTIC, (after[3] ?? 0) & AUTHENTIC], [AUTHENTIC, 0], 'DNS-28: no AD');
});

t.test('nor do those at the name that an alias leads to', (t) => {
  const there = '0473766331076578616d706c6500';
  const { after } = stripped(
    [https(NTM, '', there, '0000')],
    { additionals: [https('svc1.example', HINT4), https('svc2.example', HINT4)] },
    { ...QUESTION, name: NTM },
  );
  t.same(shown(after, 'additionals'), [
    'svc1.example UNKNOWN_65 000100',
    `svc2.example UNKNOWN_65 000100${HINT4}`,
  ]);
});

t.test('a record that says that a hint has to be understood is left out', (t) => {
  const { after } = stripped([
    cname('www.example', NTM),
    https(NTM, `000000020004${HINT4}`),
    https(NTM, '00040008c000'),
    https(NTM, `000000020001${ALPN}${HINT4}`),
  ]);
  t.same(shown(after).slice(1), [`${NTM} UNKNOWN_65 000100000000020001${ALPN}`]);
});

t.test('what has no hints stays, to the byte', (t) => {
  for (const answers of [
    [cname('www.example', NTM), https(NTM, ALPN), signature(NTM, '0041')],
    [cname('www.example', NTM), https('www.example', HINT4)],
    [cname('www.example', NTM)],
  ]) {
    const { response, after } = stripped(answers, { flags: AUTHENTIC });
    t.equal(toHex(after), toHex(response));
  }
  const { response } = stripped([cname('www.example', NTM), https(NTM, HINT4)]);
  const broken = response.subarray(0, -1);
  t.equal(withoutHints(broken, { names: [], isPeer: () => true }), broken, 'what cannot be read too');
});

t.test('names in other records are written out', (t) => {
  const records: Answer[] = [
    { type: 'NS', name: 'ntmobile.example', data: 'ns.ntmobile.example', ttl: 9 },
    { type: 'MX', name: NTM, data: { preference: 7, exchange: 'mx.ntmobile.example' }, ttl: 9 },
    {
      type: 'SOA',
      name: 'ntmobile.example',
      ttl: 9,
      data: {
        mname: 'ns.example',
        rname: 'r.example',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    },
    {
      type: 'SRV',
      name: NTM,
      ttl: 9,
      data: { priority: 1, weight: 2, port: 3, target: 'x.ntmobile.example' },
    },
    { type: 'TXT', name: NTM, ttl: 9, data: 'text' },
  ];
  const { response, after } = stripped([cname('www.example', NTM), https(NTM, HINT4)], {
    authorities: records,
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0x8000,
        flag_do: true,
        options: [],
      },
    ],
  });
  t.same(decodeMessage(after)?.authorities, decodeMessage(response)?.authorities);
  t.same(decodeMessage(after)?.additionals, decodeMessage(response)?.additionals, 'OPT with DO as it was');
});
