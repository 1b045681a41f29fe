import { chartLines } from '../../reference/trace/chart.ts';
import { mergeTraces } from '../../reference/trace/merge.ts';
import type { TraceRecord } from '../../reference/trace/record.ts';
import { readTraceRecord, traceRecord } from '../../reference/trace/record.ts';
import { at } from '../net/addresses.ts';
import t from '../tap.ts';

const [ALICE, RELAY, BOB, DC] = ['10.0.0.1:1', '10.0.0.9:9', '10.0.0.2:2', '10.0.0.5:5'];

/** A datagram of a type, told apart by its sequence. */
function datagram(type: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(44);
  bytes.set([5, type, 0, 1, 0xab, 0xcd, 0xef, 0x01]);
  bytes[27] = sequence;
  return bytes;
}

const seen = (
  t: number,
  self: string,
  way: TraceRecord['way'],
  from: string,
  to: string,
  bytes: Uint8Array,
): TraceRecord => traceRecord({ t, self, way, from: at(from), to: at(to) }, bytes);

t.test('a record as a line, and back', (t) => {
  const record = seen(1.5, 'alice', 'sent', ALICE, '[fd00::1]:9', datagram(0x0d, 7));
  t.same(record, {
    t: 1.5,
    self: 'alice',
    way: 'sent',
    from: ALICE,
    to: '[fd00::1]:9',
    type: 'Tunnel Request, probing',
    context: 'abcdef01'.padEnd(32, '0'),
    sequence: '7',
    size: 44,
  });
  t.same(readTraceRecord(JSON.stringify(record)), record);
  t.match(seen(1, 'a', 'sent', ALICE, BOB, new Uint8Array(3)), {
    type: 'no message',
    context: '',
    sequence: '',
  });
  for (const line of ['', '{', '1', 'null', '{}', JSON.stringify({ ...record, way: 'lost' })])
    t.equal(readTraceRecord(line), undefined, line);
});

t.test('a relayed datagram, one that is lost, one of a party without a trace, and one through a NAT', (t) => {
  const data = datagram(0x10, 1);
  const probe = datagram(0x0d, 2);
  const register = datagram(0x01, 3);
  const answer = datagram(0x02, 4);
  const mapped = datagram(0x01, 5);
  const alice = [
    seen(1000, 'alice', 'sent', ALICE, RELAY, data),
    seen(1010, 'alice', 'sent', ALICE, BOB, probe),
    seen(1020, 'alice', 'sent', ALICE, DC, register),
    seen(1030, 'alice', 'received', DC, ALICE, answer),
  ];
  const relay = [
    seen(1001, 'relay', 'received', ALICE, RELAY, data),
    seen(1001.5, 'relay', 'sent', RELAY, BOB, data),
    seen(1041, 'relay', 'received', '192.0.2.1:4', RELAY, mapped),
  ];
  const bob = [
    seen(1003, 'bob', 'received', RELAY, BOB, data),
    seen(1040, 'bob', 'sent', BOB, '192.0.2.9:9', mapped),
  ];
  t.same(chartLines(mergeTraces([...bob, ...relay, ...alice])), [
    '            ms  alice         relay         bob           10.0.0.5:5',
    '#1         0.0  |------------>|             |             |  Data, abcdef01, 44 bytes',
    '#2         1.5  |             |------------>|             |  Data, abcdef01, 44 bytes',
    '#3        10.0  |--------------------------x|             |  Tunnel Request, probing, abcdef01, 44 bytes, lost',
    '#4        20.0  |---------------------------------------->|  Registration Request, abcdef01, 44 bytes',
    '#5        30.0  |<----------------------------------------|  Registration Response, abcdef01, 44 bytes',
    '#6        40.0  |             |<------------|             |  Registration Request, abcdef01, 44 bytes',
  ]);
});

t.test('a datagram that is the same as one of an earlier start is another one', (t) => {
  const again = datagram(0x10, 1);
  const { arrows } = mergeTraces([
    seen(1000, 'alice', 'sent', ALICE, RELAY, again),
    seen(2000, 'alice', 'sent', ALICE, RELAY, again),
    seen(2001, 'relay', 'received', ALICE, RELAY, again),
  ]);
  t.same(
    arrows.map(({ isLost }) => isLost),
    [true, false],
  );
});

t.test('parties in an order of choice, those without a datagram left out', (t) => {
  const sent = seen(1000, 'alice', 'sent', ALICE, RELAY, datagram(0x10, 1));
  const received = seen(1001, 'relay', 'received', ALICE, RELAY, datagram(0x10, 1));
  t.same(mergeTraces([sent, received], ['relay', 'bob']).lanes, ['relay', 'alice']);
});

t.test('nothing makes an empty chart', (t) => {
  t.same(chartLines(mergeTraces([])), ['            ms']);
});
