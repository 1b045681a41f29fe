import type { Endpoint, Ip } from '../../reference/address.ts';
import { parseEndpoint, parseIp } from '../../reference/address.ts';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { ntmQuery, readNtmAnswer } from '../../reference/dns/lookup.ts';
import { decodeNtmRecord, encodeNtmRecord } from '../../reference/dns/record.ts';
import t from '../tap.ts';
import { message } from './messages.ts';

const at = (text: string) => parseEndpoint(text) as Endpoint;
const nodeId = new Uint8Array(16).fill(0x11);
const APEX = { nodeId, dcEndpoints: [at('192.0.2.1:5001'), at('[2001:db8::1]:5001')] };
const FULL = {
  nodeId,
  dcEndpoints: [at('192.0.2.1:5001')],
  fqdn: 'alice.ntmobile.example',
  localEndpoints: [at('192.0.2.1:5001')],
  virtualAddresses: [parseIp('198.18.0.2') as Ip, parseIp('fd00:1::2') as Ip],
  observedEndpoints: [],
};

t.test('DNS-19: records as bytes, and back', (t) => {
  t.equal(toHex(encodeNtmRecord(APEX)), toHex(message('APEX_RECORD')));
  t.equal(toHex(encodeNtmRecord(FULL)), toHex(message('FULL_RECORD')));
  t.same(decodeNtmRecord(message('APEX_RECORD')), APEX);
  t.same(decodeNtmRecord(message('FULL_RECORD')), FULL);
});

t.test('DNS-27: what is to be ignored', (t) => {
  const id = '0450'.concat('11'.repeat(16));
  const endpoints = '182c8146c00002011389';
  const cases: Record<string, string> = {
    'an empty map': 'a0',
    'no map': '80',
    'no Node ID': `a1${endpoints}`,
    'no endpoints': `a1${id}`,
    'an empty list of endpoints': `a2${id}182c80`,
    'an endpoint with port 0': `a2${id}182c8146c00002010000`,
    'a short Node ID': `a2044111${endpoints}`,
    'keys out of order': `a2${endpoints}${id}`,
    'bytes after it': `a2${id}${endpoints}00`,
    'a name in capitals': `a3036141${id}${endpoints}`,
    'a key of the registry of another type': `a3${id}0c6130${endpoints}`,
    'a critical key': `a3${id}${endpoints}19800001`,
    'a float': `a3${id}${endpoints}1864f93c00`,
    nothing: '',
  };
  for (const [name, hex] of Object.entries(cases)) t.equal(decodeNtmRecord(fromHex(hex)), undefined, name);
  const record = decodeNtmRecord(fromHex(`a3${id}${endpoints}186400`));
  t.same(record, { nodeId, dcEndpoints: [at('192.0.2.1:5001')] }, 'an unknown key below 0x8000 is no fault');
  t.ok(decodeNtmRecord(fromHex(`a3${id}0c14${endpoints}`)), 'nor another key of the registry');
});

t.test('the query for an apex', (t) => {
  t.equal(toHex(ntmQuery('ntmobile.one.example', 0x0102)), toHex(message('APEX')));
});

t.test('its answer: records, less those that are to be ignored', (t) => {
  t.same(readNtmAnswer(message('APEX_ANSWER'), message('APEX')), {
    kind: 'records',
    records: [APEX],
    ttl: 120,
  });
});

t.test('DNS-15: what proves that there is none, and what says nothing', (t) => {
  const cases: [kind: string, response: Uint8Array | undefined, name: string][] = [
    ['none', message('NX'), 'NXDOMAIN'],
    ['none', message('NODATA'), 'no data, with the SOA'],
    ['none', message('NODATA_PARENT'), 'no data, with the SOA of the zone above'],
    ['failed', message('NODATA_OTHER'), 'with the SOA of another zone'],
    ['failed', message('EMPTY'), 'without SOA'],
    ['failed', message('REFERRAL'), 'a referral'],
    ['failed', message('SF'), 'SERVFAIL'],
    ['failed', message('RF'), 'REFUSED'],
    ['failed', message('UNUSABLE'), 'no record that can be used'],
    ['failed', message('OTHER_OWNER'), 'the record of another name'],
    ['failed', undefined, 'no answer'],
    ['failed', message('A_ANSWER'), 'the answer to something else'],
    ['failed', message('APEX'), 'the query'],
    ['failed', message('APEX_ANSWER').map((byte, i) => (i === 2 ? 0x83 : byte)), 'truncated'],
    ['failed', message('APEX_ANSWER').subarray(0, -1), 'broken'],
    [
      'failed',
      concat(message('NX').subarray(0, 2), Uint8Array.of(0x81, 0x83), message('NX').subarray(4, 30)),
      'cut',
    ],
  ];
  for (const [kind, response, name] of cases)
    t.equal(readNtmAnswer(response, message('APEX')).kind, kind, name);
});
