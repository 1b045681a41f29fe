/** The worked example at the end of the spec's chapter 5, value by value. */
import { readFileSync } from 'node:fs';
import { concat, fromHex, toHex } from '../../reference/bytes.ts';
import { aeadForSuite } from '../../reference/crypto/aead.ts';
import { derivePsk, keyIdOf, openingPrologue, trafficKeys } from '../../reference/crypto/keys.ts';
import { Initiator, readMessage1, writeMessage2 } from '../../reference/crypto/noise.ts';
import { x25519, x25519KeyPairFrom } from '../../reference/crypto/x25519.ts';
import { writeHeader } from '../../reference/wire/header.ts';
import { encodeBody } from '../../reference/wire/messages.ts';
import { openMessage, sealMessage } from '../../reference/wire/seal.ts';
import t from '../tap.ts';

const chapter = readFileSync(new URL('../../conformance/spec/05-channel.md', import.meta.url), 'utf8');
const block = /^## \S+ Worked example\n[\s\S]*?```\n([\s\S]*?)```/m.exec(chapter)?.[1] ?? '';

/** A value by what stands before it, in the same line or above it. */
function value(label: string): string {
  const lines = block.split('\n');
  const at = lines.findIndex((line) => line === label || line.startsWith(`${label}  `));
  const inline = lines[at]?.slice(label.length).trim();
  if (at < 0) throw new Error(`the example has no ${label}`);
  if (inline) return inline;
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => !line.startsWith('  '));
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .map((line) => line.trim())
    .join('');
}

const bytes = (label: string) => fromHex(value(label));

const id = bytes('channel ID');
const nodes = [bytes("initiator's Node ID"), bytes("responder's Node ID")] as const;
const header1 = writeHeader({ type: 0x0b, keyId: 0, context: id, sequence: 1n });
const header2 = writeHeader({ type: 0x0c, keyId: 0, context: id, sequence: 1n });
const input = {
  psk: derivePsk('leg', id, bytes('secret')),
  prologue: openingPrologue('leg', header1, nodes[0], nodes[1], 1),
};

t.test('KEY-01, KEY-02: psk and prologue', (t) => {
  t.equal(toHex(input.psk), value('psk'));
  t.equal(toHex(input.prologue), value('prologue'));
});

t.test('KEY-01, KEY-15, KEY-17: both messages and what comes of them', (t) => {
  const [e, r] = [x25519KeyPairFrom(bytes('e')), x25519KeyPairFrom(bytes('r'))];
  t.equal(toHex(e.publicKey), value('E'));
  t.equal(toHex(r.publicKey), value('R'));
  t.equal(toHex(x25519(e.privateKey, r.publicKey) ?? new Uint8Array()), value('d'));
  const initiator = new Initiator({ ...input, ephemeral: e });
  const message1 = initiator.message1();
  t.equal(toHex(concat(header1, message1)), value('message 1, 76 bytes'));
  const state = readMessage1(input, message1);
  const answer = state && writeMessage2(state, r);
  if (answer === undefined) throw new Error('no message 2');
  t.equal(toHex(concat(header2, answer.message)), value('message 2, 76 bytes'));
  const { k1, k2, hash } = answer.split;
  t.equal(toHex(hash), value('h, after T2: the handshake hash'));
  t.equal(toHex(k1), value('k1'));
  t.equal(toHex(k2), value('k2'));
  const keys = trafficKeys('leg', 1, answer.split);
  t.equal(toHex(keys.initiatorToResponder), value('key initiator to responder'));
  t.equal(toHex(keys.responderToInitiator), value('key responder to initiator'));
  t.equal(keyIdOf(hash).toString(16).padStart(4, '0'), value('key ID'));
  t.same(initiator.readMessage2(answer.message), { ...answer.split, payload: new Uint8Array(0) });
});

t.test('TUN-02: the confirming probe', (t) => {
  const keyId = Number.parseInt(value('key ID'), 16);
  const header = { type: 0x0d, keyId, context: id, sequence: 0n } as const;
  const aead = aeadForSuite(1, bytes('key initiator to responder'));
  const body = encodeBody({ type: 0x0d, transaction: bytes('its body').slice(3) });
  if (aead === undefined) throw new Error('no suite 1');
  t.equal(toHex(writeHeader(header)), value('header of the confirming probe'));
  t.equal(toHex(body), value('its body'));
  t.equal(toHex(sealMessage(aead, header, body)), value('the datagram, 55 bytes'));
  t.same(openMessage(aead, bytes('the datagram, 55 bytes')), body);
});
