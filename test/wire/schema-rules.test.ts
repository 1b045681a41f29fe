/** What section 6.4 of the spec says beside the CDDL. */
import { fromHex } from '../../reference/bytes.ts';
import type { CborValue } from '../../reference/wire/cbor.ts';
import { encodeCbor } from '../../reference/wire/cbor.ts';
import type { Message } from '../../reference/wire/messages.ts';
import { bodyMap, encodeBody } from '../../reference/wire/messages.ts';
import t from '../tap.ts';
import {
  bytes,
  changed,
  ENDPOINT4,
  ip,
  MALFORMED,
  outcome,
  PROBE,
  REGISTRATION,
  RELAY_S,
  ROUTE,
  transaction,
} from './examples.ts';

t.test('conditions between fields of a Direction Request', (t) => {
  const base: Message = { type: 0x03, transaction, peerFqdn: 'bob.ntmobile.example.net' };
  t.equal(outcome(0x03, encodeBody(base)), 'ok');
  t.equal(outcome(0x03, encodeBody({ type: 0x03, transaction })), 'ok', 'no peer');
  t.equal(outcome(0x03, changed(base, 15, fromHex('c0000201'))), MALFORMED, 'a name and an address');
  t.equal(outcome(0x03, changed(base, 18, 1)), MALFORMED, 'reason alone');
  t.equal(outcome(0x03, changed(base, 17, bytes(16, 1))), MALFORMED, 'replaces alone');
  t.equal(
    outcome(0x03, encodeBody({ ...base, replaces: bytes(16, 1), reason: 9 })),
    'ok',
    'a reason that we do not know',
  );
  const address: Message = { type: 0x03, transaction, peerAddress: ip('192.0.2.9') };
  const cases: readonly (readonly [Message, readonly number[]])[] = [
    [base, []],
    [address, [1]],
    [{ type: 0x03, transaction }, [1, 2]],
  ];
  for (const [message, refused] of cases) {
    for (const want of [0, 1, 2, 3, 4]) {
      const wanted = refused.includes(want) ? MALFORMED : 'ok';
      t.equal(outcome(0x03, changed(message, 16, want)), wanted, `${Object.keys(message)}, want ${want}`);
    }
  }
});

t.test('conditions between fields of a Route Direction', (t) => {
  const relay = bodyMap(ROUTE).get(25) as ReadonlyMap<CborValue, CborValue>;
  const without = new Map([...relay].filter(([key]) => key !== 35));
  t.equal(outcome(0x04, changed(ROUTE, 25, undefined)), 'ok', 'direct');
  t.equal(outcome(0x04, changed(ROUTE, 23, undefined)), MALFORMED, 'no far end');
  t.equal(outcome(0x04, changed(ROUTE, 25, without)), MALFORMED, 'an RS-S without leg');
  t.equal(outcome(0x04, changed(ROUTE, 25, new Map([...relay, [26, 2]]))), MALFORMED, 'an RS-N with leg');
  const end = bodyMap(ROUTE).set(25, new Map([...without, [26, 3]]));
  end.delete(23);
  t.equal(outcome(0x04, encodeCbor(end)), 'ok', 'an RS-T is the far end');
  for (const lifetime of [0, 86_401]) t.equal(outcome(0x04, changed(ROUTE, 9, lifetime)), MALFORMED);
  for (const relay of [without, bodyMap(ROUTE).get(25) as ReadonlyMap<CborValue, CborValue>]) {
    const unassigned = bodyMap(ROUTE).set(25, new Map([...relay, [26, 9]]));
    t.equal(outcome(0x04, encodeCbor(unassigned)), 'ok', 'a kind that is not assigned, with leg or without');
    unassigned.delete(23);
    t.equal(outcome(0x04, encodeCbor(unassigned)), 'ok', 'and without a peer');
  }
});

t.test('GEN-47: a status of a wrong type makes a Route Direction an answer', (t) => {
  t.equal(outcome(0x04, changed(ROUTE, 1, 'ok')), 'fails');
  t.equal(outcome(0x01, changed(REGISTRATION, 1, 0)), 'ok', 'in a request it is not listed');
  t.equal(outcome(0x01, changed(REGISTRATION, 1, 'ok')), MALFORMED, 'but has its type');
});

t.test('GEN-43: at most one of each family', (t) => {
  const four = [fromHex('c6120001'), fromHex('c6120002')];
  const six = fromHex('fd000000000000000000000000000001');
  const information = (key: number, value: CborValue) => {
    const body = new Map<CborValue, CborValue>([
      [0, transaction],
      [1, 0],
      [4, bytes(16, 1)],
      [5, bytes(8, 2)],
      [6, []],
      [7, []],
      [8, [1]],
      [10, []],
      [33, []],
      [34, []],
    ]);
    return outcome(0x06, encodeCbor(body.set(key, value)));
  };
  t.equal(information(10, four), 'fails');
  t.equal(information(10, [six, four[0] ?? six]), 'ok');
  t.equal(information(33, [fromHex('c000020113ff'), fromHex('c000020213ff')]), 'fails');
  for (const families of [[5], [0], [4, 4], [6, 6], [4, 6, 4]]) t.equal(information(34, families), 'fails');
  for (const families of [[], [4], [6], [4, 6], [6, 4]]) t.equal(information(34, families), 'ok');
  t.equal(outcome(0x0d, changed(PROBE, 10, four)), MALFORMED, 'where it is not listed too');
});

t.test('RSS-04: a path secret for an RS-S, of whatever type', (t) => {
  t.equal(outcome(0x07, encodeBody(RELAY_S)), 'ok');
  t.equal(outcome(0x07, changed(RELAY_S, 20, bytes(32, 1))), MALFORMED);
  t.equal(outcome(0x07, changed(RELAY_S, 20, 0)), MALFORMED);
});

t.test('RSS-13: legs that have something in common', (t) => {
  const legs = bodyMap(RELAY_S).get(36) as readonly ReadonlyMap<CborValue, CborValue>[];
  const [first = new Map(), second = new Map()] = legs;
  for (const key of [4, 28, 29]) {
    const same = new Map([...second, [key, first.get(key) ?? null]]);
    t.equal(outcome(0x07, changed(RELAY_S, 36, [first, same])), MALFORMED, `key ${key}`);
  }
  t.equal(outcome(0x07, changed(RELAY_S, 19, bytes(16, 5))), MALFORMED, 'a Leg ID is the Path ID');
  t.equal(outcome(0x07, changed(RELAY_S, 19, bytes(16, 2))), MALFORMED);
});

t.test('RSS-14, RS-17: lifetime and kind of a Relay Direction', (t) => {
  for (const lifetime of [1, 86_400]) t.equal(outcome(0x07, changed(RELAY_S, 9, lifetime)), 'ok');
  for (const lifetime of [0, 86_401, 2n ** 64n - 1n])
    t.equal(outcome(0x07, changed(RELAY_S, 9, lifetime)), MALFORMED);
  for (const kind of [0, 4, 2 ** 32 - 1]) t.equal(outcome(0x07, changed(RELAY_S, 26, kind)), 'ok');
  t.equal(outcome(0x07, changed(RELAY_S, 26, 2)), MALFORMED, 'an RS-N without its keys');
  t.equal(outcome(0x07, changed(RELAY_S, 26, undefined)), MALFORMED);
  t.equal(outcome(0x07, changed(RELAY_S, 37, true)), 'ok', 'a withdrawal, whatever else it has');
  t.equal(outcome(0x07, changed(RELAY_S, 37, false)), MALFORMED);
});

t.test('GEN-41: integers of the registry end at 2^32 - 1', (t) => {
  for (const number of [2 ** 31, 2 ** 32 - 1]) {
    t.equal(outcome(0x01, changed(REGISTRATION, 9, number)), 'ok');
    t.equal(outcome(0x01, changed(REGISTRATION, 7, [1, number])), 'ok');
  }
  for (const number of [2 ** 32, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    t.equal(outcome(0x01, changed(REGISTRATION, 9, number)), MALFORMED);
    t.equal(outcome(0x01, changed(REGISTRATION, 7, [1, number])), MALFORMED);
    t.equal(outcome(0x01, changed(REGISTRATION, 0x0a0a, number)), 'ok', 'under an unknown key');
  }
  t.equal(outcome(0x01, changed(REGISTRATION, 0x0a0a, -(2n ** 64n))), 'ok');
});

t.test('DC-06: keep-alive from 1 to 25', (t) => {
  const granted: Message = {
    type: 0x02,
    transaction,
    status: 0,
    lifetime: 120,
    virtualAddresses: [ip('198.18.0.1')],
    observedEndpoint: ENDPOINT4,
    keepAlive: 25,
  };
  for (const seconds of [1, 5, 25]) t.equal(outcome(0x02, changed(granted, 12, seconds)), 'ok');
  for (const seconds of [0, 26]) t.equal(outcome(0x02, changed(granted, 12, seconds)), 'fails');
});
