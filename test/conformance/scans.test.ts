/** The scans over a whole run, fed by hand. */
import type { ScanCase } from '../../conformance/case.ts';
import { body } from '../../conformance/fields.ts';
import type { Received } from '../../conformance/observe/received.ts';
import { PlayedChannel } from '../../conformance/played/channel.ts';
import type { PlayedKeys } from '../../conformance/played/keys.ts';
import { playedKeys } from '../../conformance/played/keys.ts';
import { MessageType } from '../../reference/wire/registry.ts';
import t from '../tap.ts';
import { endpoint, FEW_CASES } from './bench.ts';

function scan(id: string): ScanCase {
  const found = FEW_CASES.find((info) => info.id === id);
  if (found?.kind !== 'scan') throw new Error(`no scan ${id}`);
  return found;
}

const bytes = (length: number, fill: number) => new Uint8Array(length).fill(fill);
const CHANNEL = new PlayedChannel({
  kind: 'leg',
  id: bytes(16, 1),
  secret: bytes(32, 2),
  own: { nodeId: bytes(16, 3), role: 'node' },
  peer: { nodeId: bytes(16, 4), role: 'rs' },
});

function keys(fill: number): PlayedKeys {
  return playedKeys('leg', 1, { k1: bytes(32, fill), k2: bytes(32, fill), hash: bytes(32, 9) }, 1n, true);
}

function mail(parts: Partial<Received> & { sequence?: bigint }): Received {
  const { sequence = 0n, type = MessageType.probeResponse, ...rest } = parts;
  return {
    at: 0,
    peer: 'A',
    from: endpoint('127.0.0.1:1'),
    to: endpoint('127.0.0.1:2'),
    bytes: bytes(60, Number(sequence)),
    header: { type: MessageType.probeResponse, keyId: 0x0909, context: CHANNEL.id, sequence },
    type,
    channel: CHANNEL,
    keys: keys(5),
    attempt: undefined,
    plaintext: undefined,
    body: body({ transaction: bytes(8, 1), status: 0 }),
    fault: undefined,
    explained: 'answer to a request',
    consumed: false,
    ...rest,
  };
}

t.test('nonces: one number twice under one key is found, copies and other keys are not', (t) => {
  const watch = scan('rs-s.run.nonces').watch();
  watch.received(mail({ sequence: 1n }), 'one');
  watch.received(mail({ sequence: 1n }), 'one');
  watch.received(mail({ sequence: 2n }), 'one');
  watch.received(mail({ sequence: 1n, keys: keys(6), bytes: bytes(61, 0) }), 'two');
  t.equal(watch.violation, undefined);
  t.equal(watch.judged, 4);
  watch.received(mail({ sequence: 2n, bytes: bytes(61, 0) }), 'three');
  t.equal(watch.violation?.actual, 'sequence 2 under key ID 2313 of the leg twice, in three');
});

t.test('what is sent: types, sizes, transactions and statuses', (t) => {
  const expected = (parts: Partial<Received>) => {
    const watch = scan('rs-s.run.emitted').watch();
    watch.received(mail(parts), 'one');
    return watch.violation?.expected[0];
  };
  const transaction = bytes(8, 1);
  t.equal(expected({}), undefined);
  t.equal(expected({ type: MessageType.probeRequest, body: body({ transaction }) }), undefined);
  t.equal(expected({ bytes: bytes(1200, 0) }), undefined);
  t.equal(expected({ bytes: bytes(1201, 0) }), '1200 bytes at most');
  t.equal(expected({ type: MessageType.directionResponse }), 'a type that an RS-S sends on the leg');
  t.equal(expected({ body: body({ transaction: bytes(7, 1), status: 0 }) }), 'a transaction of 8 bytes');
  t.equal(expected({ body: body({ transaction }) }), 'a status in an answer');
  t.equal(expected({ type: MessageType.probeRequest }), 'no status in a request');
});
