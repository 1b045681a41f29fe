/** Message 2 as the twin sees it, with the private key of either end. */
import { buildHeader, message1, message2, twin } from '../../../conformance/twin/index.ts';
import type { TwinAttempt, TwinChannel } from '../../../conformance/twin-port.ts';
import t from '../../tap.ts';

const bytes = (value: number, length = 16) => new Uint8Array(length).fill(value);
const CHANNEL: TwinChannel = {
  kind: 'leg',
  id: bytes(1),
  aliases: [],
  secret: bytes(2, 32),
  suite: 1,
  sender: { nodeId: bytes(4), role: 'rs' },
  receiver: { nodeId: bytes(3), role: 'node' },
  keys: [],
  highestOrder: 0n,
  unconfirmed: [],
  finished: [],
  attempts: [],
};
const [E, R] = [bytes(6, 32), bytes(7, 32)];
const header = buildHeader({ type: 0x0b, keyId: 0, context: CHANNEL.id, sequence: 1n });
const { kind, id, secret, suite, sender, receiver } = CHANNEL;
const opening = { kind, id, secret, suite, initiator: receiver.nodeId, responder: sender.nodeId };
const request = message1(opening, header, E).datagram;

function found(datagram: Uint8Array, ...attempts: readonly TwinAttempt[]): string {
  const finding = twin.judge(datagram, [{ ...CHANNEL, attempts }]);
  return finding.kind === 'refused' ? finding.layer : finding.kind;
}

t.test('message 2 comes again while its keys are held [KEY-52]', (t) => {
  const right = message2(opening, request, R)?.datagram ?? new Uint8Array();
  const held = (...finished: readonly Uint8Array[]) => {
    const finding = twin.judge(right, [{ ...CHANNEL, finished }]);
    return finding.kind === 'refused' ? finding.layer : finding.kind;
  };
  t.equal(held(right), 'opening');
  t.equal(held(), 'handshake', 'the keys are gone');
  t.equal(held(right.map((byte, i) => (i === 75 ? byte ^ 1 : byte))), 'handshake', 'another one');
});

t.test('the key of either end says whether message 2 is right', (t) => {
  const right = message2(opening, request, R)?.datagram ?? new Uint8Array();
  const other = message2(opening, request, bytes(8, 32))?.datagram ?? new Uint8Array();
  const initiator: TwinAttempt = { message1: request, ephemeral: E, of: 'initiator' };
  const responder: TwinAttempt = { message1: request, ephemeral: R, of: 'responder' };
  t.equal(found(right), 'handshake', 'nobody asked');
  t.equal(found(right, initiator), 'opening');
  t.equal(found(right, responder), 'opening');
  t.equal(found(other, initiator), 'opening', 'the initiator takes any good one');
  t.equal(found(other, responder), 'handshake', 'the responder made one alone');
  t.equal(found(other, responder, { ...responder, ephemeral: bytes(8, 32) }), 'opening');
  for (const at of [27, 28, 59, 60, 75]) {
    const broken = right.map((byte, i) => (i === at ? byte ^ 1 : byte));
    t.equal(found(broken, initiator), 'handshake', `byte ${at}`);
    t.equal(found(broken, responder), 'handshake', `byte ${at}`);
  }
});
