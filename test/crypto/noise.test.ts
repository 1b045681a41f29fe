import { ascii, concat, toHex } from '../../reference/bytes.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../reference/crypto/noise.ts';
import { x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import t from '../tap.ts';

const psk = new Uint8Array(32).fill(1);
const prologue = ascii('ntmobile/1 open path');
const pair = (byte: number) => x25519KeyPairFrom(new Uint8Array(32).fill(byte));

function begin() {
  const initiator = new Initiator({ psk, prologue, ephemeral: pair(2) });
  const message1 = initiator.message1();
  const state = readMessage1({ psk, prologue }, message1);
  if (state === undefined) throw new Error('message 1 does not verify');
  return { initiator, message1, state };
}

function answer(state: ReturnType<typeof begin>['state'], ephemeral = pair(3)) {
  const written = writeMessage2(state, ephemeral);
  if (written === undefined) throw new Error('no message 2');
  return written;
}

t.test('both ends come to the same keys by two messages of 48 bytes', (t) => {
  const { initiator, message1, state } = begin();
  const { message, split } = answer(state);
  t.equal(message1.length, 48);
  t.equal(message.length, 48);
  t.same(initiator.readMessage2(message), { ...split, payload: new Uint8Array(0) });
  t.equal(split.hash.length, 32);
  t.notOk(toHex(split.k1) === toHex(split.k2), 'the directions have different keys');
});

t.test('a responder with another psk or prologue does not take message 1', (t) => {
  const { message1 } = begin();
  t.equal(readMessage1({ psk: new Uint8Array(32), prologue }, message1), undefined);
  t.equal(readMessage1({ psk, prologue: ascii('ntmobile/1 open leg') }, message1), undefined);
});

t.test('neither end takes a message with one byte changed, cut or lengthened', (t) => {
  const { initiator, message1, state } = begin();
  const { message } = answer(state);
  const taken1 = faults(message1).filter((bytes) => readMessage1({ psk, prologue }, bytes) !== undefined);
  const taken2 = faults(message).filter((bytes) => initiator.readMessage2(bytes) !== undefined);
  t.same(taken1, []);
  t.same(taken2, []);
  t.ok(initiator.readMessage2(message), 'the attempt is as it was: the right message still completes it');
});

t.test('message 2 to another message 1 does not complete an attempt', (t) => {
  const { initiator } = begin();
  const other = new Initiator({ psk, prologue, ephemeral: pair(9) });
  const state = readMessage1({ psk, prologue }, other.message1());
  if (state === undefined) throw new Error('message 1 does not verify');
  t.equal(initiator.readMessage2(answer(state).message), undefined);
});

t.test('the responder can draw another ephemeral from the same state', (t) => {
  const { initiator, state } = begin();
  const first = answer(state, pair(3));
  const second = answer(state, pair(4));
  t.notOk(toHex(first.split.hash) === toHex(second.split.hash));
  t.same(answer(state, pair(3)), first);
  t.same(initiator.readMessage2(second.message)?.hash, second.split.hash);
});

t.test('an all-zero result ends the handshake at either end', (t) => {
  const zero = { ...pair(5), publicKey: new Uint8Array(32) };
  const attacker = new Initiator({ psk, prologue, ephemeral: zero });
  const state = readMessage1({ psk, prologue }, attacker.message1());
  t.ok(state, 'the tag of message 1 verifies');
  if (state !== undefined) t.equal(writeMessage2(state, pair(3)), undefined);
  const { initiator } = begin();
  t.equal(initiator.readMessage2(new Uint8Array(48)), undefined);
});

t.test('message 1 is made once, message 2 is read after it', (t) => {
  const initiator = new Initiator({ psk, prologue, ephemeral: pair(2) });
  t.throws(() => initiator.readMessage2(new Uint8Array(48)), Error);
  initiator.message1();
  t.throws(() => initiator.message1(), Error);
});

function faults(message: Uint8Array): Uint8Array[] {
  const changed = Array.from(message.keys(), (at) =>
    Uint8Array.from(message, (byte, i) => (i === at ? byte ^ 1 : byte)),
  );
  return [...changed, message.subarray(0, 47), message.subarray(0, 31), concat(message, Uint8Array.of(0))];
}
